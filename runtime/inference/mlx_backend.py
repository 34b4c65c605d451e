"""Answers computed by MLX through mlx_lm. Only the engine worker's one thread imports this module's libraries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import HearthError, ModelDoesNotFit, ModelNotFound, OutgrewMemory, PromptTooLong, error_from
from runtime.events import AnswerFinished, Event, FinishReason, LengthLimit, ModelLoaded
from runtime.inference.answer import Answer
from runtime.inference.continuing import written_on
from runtime.inference.fast_blas import use_fast_blas
from runtime.inference.limits import WORKING_SHARE, CacheGuard, MlxMemory, cache_cost, number_bytes
from runtime.inference.model_check import check_model, context_tokens, least_need, weights_size
from runtime.inference.prefix.keeping import PromptCaches
from runtime.inference.prefix.reading import Reading, with_head
from runtime.inference.prompt import continued_prompt_tokens, guard_control_tokens, opens_thinking, prompt_tokens
from runtime.inference.sampling import combined, published_sampling
from runtime.inference.thinking import ThinkingSplitter
from runtime.inference.translate import load_problem
from runtime.requests import Generate, LoadModel, Sampling

# Chunks small enough that a stop inside the reading of a long prompt is quick also on a slow machine.
PREFILL_CHUNK = {"cpu": 128, "gpu": 1024}
LEAST_ANSWER_TOKENS = 16
# A model that turns out larger than its files, and leaves room for less than this, is not kept.
LEAST_ROOM_TOKENS = 512
# How far back a penalty for repetition looks; mlx_lm's own figure.
REPETITION_TOKENS = 20
# A model whose weights in 32 bit take at most this share of the free memory is unpacked on a plain CPU: MLX's
# quantized and 16-bit kernels are scalar there (measured: 3 to 30 times slower than 32 bit).
UNPACKED_SHARE = 0.25


class MlxBackend:
    """Owns one model, its tokenizer and all MLX memory; lives and dies on one thread (MLX streams are bound to it)."""

    def __init__(self) -> None:
        use_fast_blas()
        import mlx.core as mx

        self._mx = mx
        self._model: Any = None
        self._tokenizer: Any = None
        self._published = Sampling()
        self._context_tokens = 0
        self._context_limit = LengthLimit.MODEL
        self._budget_bytes: int | None = None
        self._memory = MlxMemory(mx)
        self._caches: PromptCaches | None = None

    @property
    def device(self) -> str:
        """ "gpu" for Metal or CUDA, else "cpu"."""
        return "gpu" if self._mx.default_device() == self._mx.gpu else "cpu"

    def load(self, request: LoadModel) -> ModelLoaded:
        """Check the folder, then load it whole.

        Raises:
            ModelFolderMissing, ModelDamaged, ModelUnsafe, ModelUnsupported, ModelDoesNotFit, EngineOutOfMemory
        """
        self.unload()
        started = time.monotonic()
        folder = Path(request.folder)
        config = check_model(folder, request.budget_bytes)
        architecture = str(config.get("model_type", ""))
        weight_bytes = weights_size(folder)
        self._budget_bytes = request.budget_bytes
        self._memory.limit(request.budget_bytes, weight_bytes)
        self._memory.measure_anew()
        try:
            self._load(folder, config)
            room_tokens = self._room_tokens(config, weight_bytes)
            computed_as = f"{self.device} {number_bytes(self._model)}"
            self._caches = PromptCaches(self._model, self._tokenizer, request, self._memory, computed_as)
        except HearthError:
            self.unload()
            raise
        except BaseException as error:  # tokenizers panics with a BaseException of its own
            self.unload()
            raise error_from(load_problem(error, architecture, request.folder)) from error
        self._published = published_sampling(folder)
        self._context_tokens, self._context_limit = context_tokens(config, request, room_tokens)
        return ModelLoaded(
            folder=request.folder,
            architecture=architecture,
            weight_bytes=weight_bytes,
            context_tokens=self._context_tokens,
            load_s=time.monotonic() - started,
            device=self.device,
            context_limit=self._context_limit,
            active_bytes=self._memory.active_bytes,
            peak_bytes=self._memory.peak_bytes,
            process_bytes=self._memory.process_bytes,
        )

    def _load(self, folder: Path, config: dict[str, Any]) -> None:
        from mlx_lm import utils

        model, loaded_config = utils.load_model(folder, lazy=True, trust_remote_code=False)
        if self.device == "cpu" and self._unpacks(model, config):
            if loaded_config.get("quantization"):
                model = utils.dequantize_model(model)
            model.set_dtype(self._mx.float32)
        self._mx.eval(model.parameters())
        self._tokenizer = utils.load_tokenizer(
            folder, {"trust_remote_code": False}, eos_token_ids=_token_ids(loaded_config.get("eos_token_id"))
        )
        guard_control_tokens(self._tokenizer)
        self._model = model
        # What was read and then unpacked is not needed any more.
        self._mx.clear_cache()

    def _unpacks(self, model: Any, config: dict[str, Any]) -> bool:
        from mlx_lm.utils import get_total_parameters

        unpacked_bytes = int(get_total_parameters(model)) * 4
        if self._budget_bytes is not None and least_need(config, unpacked_bytes, 4) > self._budget_bytes:
            return False
        return unpacked_bytes <= UNPACKED_SHARE * psutil.virtual_memory().available

    def _room_tokens(self, config: dict[str, Any], weight_bytes: int) -> int | None:
        """How long a conversation may grow within the budget, beside what the loaded model really holds.

        Raises:
            ModelDoesNotFit: not long enough for anything.
        """
        if self._budget_bytes is None:
            return None
        held_bytes = self._memory.active_bytes + int(weight_bytes * WORKING_SHARE)
        cost = cache_cost(config, number_bytes(self._model))
        tokens = cost.tokens_within(self._budget_bytes - held_bytes)
        if tokens < LEAST_ROOM_TOKENS:
            raise ModelDoesNotFit(held_bytes + cost.bytes_for(LEAST_ROOM_TOKENS), self._budget_bytes)
        return tokens

    def unload(self) -> None:
        """Drop the model and hand MLX's cached memory back."""
        if self._caches is not None:
            self._caches.close()
        self._caches = self._model = self._tokenizer = None
        self._mx.clear_cache()

    def generate(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> AnswerFinished:
        """Answer with the loaded model.

        Raises:
            ModelNotFound: none is loaded.
            PromptTooLong, PromptNotRendered, EngineOutOfMemory
        """
        if self._model is None:
            raise ModelNotFound("")
        try:
            return self._answered(request, emit, cancel)
        finally:
            if self._caches is not None:
                self._caches.leave()
            # What MLX keeps for reuse belongs to the computer.
            self._mx.clear_cache()

    def _answered(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> AnswerFinished:
        started = time.monotonic()
        caches = self._caches
        assert caches is not None
        if request.continues:
            tokens = continued_prompt_tokens(self._tokenizer, request.messages)
        else:
            tokens = prompt_tokens(self._tokenizer, request.messages, thinking=request.thinking)
        room = self._context_tokens - len(tokens)
        if room < LEAST_ANSWER_TOKENS:
            raise PromptTooLong(len(tokens), self._context_tokens - LEAST_ANSWER_TOKENS)
        reading = caches.begin(request, tokens)
        self._memory.measure_anew()
        held_bytes = self._memory.active_bytes - reading.cache_bytes()
        guard = CacheGuard(self._memory, self._budget_bytes, held_bytes, caches.release)
        chunk = PREFILL_CHUNK[self.device]
        answer = Answer(
            request.request_id, emit, cancel, self._memory, guard, chunk, reading, lambda: caches.kept_bytes, started
        )
        answer.splitter = self._splitter(tokens)
        problem = None
        try:
            ends = caches.ends(request, tokens, chunk)
            reading.read_to_marks(self._model, ends, chunk, answer.progress, self._memory.wire)
            reason = answer.take(self._responses(request, reading, min(request.max_tokens, room), answer))
        except Cancelled:
            reason = FinishReason.STOPPED
        except OutgrewMemory as error:
            reason, problem = FinishReason.FAILED, error.problem()
        answer.end()
        statistics = answer.statistics()
        caches.end(reading)
        limit = LengthLimit.ANSWER if request.max_tokens <= room else self._context_limit
        return AnswerFinished(
            request.request_id,
            reason,
            statistics,
            problem,
            limit if reason is FinishReason.LENGTH else None,
        )

    def _splitter(self, tokens: list[int]) -> ThinkingSplitter:
        tokenizer = self._tokenizer
        if not tokenizer.has_thinking:
            return ThinkingSplitter("", "")
        return ThinkingSplitter(tokenizer.think_start, tokenizer.think_end, inside=opens_thinking(tokenizer, tokens))

    def _responses(self, request: Generate, reading: Reading, max_tokens: int, answer: Answer) -> Iterator[Any]:
        from mlx_lm import stream_generate
        from mlx_lm.sample_utils import make_logits_processors, make_sampler

        sampling = combined(request.sampling, self._published)
        if sampling.seed is not None:
            self._mx.random.seed(sampling.seed)
        rest = reading.rest
        known = reading.prompt[: len(reading.prompt) - len(rest)]
        penalty = sampling.repetition_penalty
        processors = make_logits_processors(None, penalty, REPETITION_TOKENS) if penalty else None
        responses = iter(
            stream_generate(
                self._model,
                self._tokenizer,
                rest,
                max_tokens=max_tokens,
                sampler=make_sampler(
                    temp=sampling.temperature or 0.0,
                    top_p=sampling.top_p or 0.0,
                    min_p=sampling.min_p or 0.0,
                    top_k=sampling.top_k or 0,
                ),
                logits_processors=with_head(processors, known[-REPETITION_TOKENS:]),
                prompt_cache=reading.cache,
                prefill_step_size=PREFILL_CHUNK[self.device],
                prompt_progress_callback=answer.rest_progress,
            )
        )
        return written_on(self._tokenizer, reading.prompt, responses) if request.continues else responses


def _token_ids(value: Any) -> list[int] | None:
    if isinstance(value, int):
        return [value]
    return value if isinstance(value, list) else None
