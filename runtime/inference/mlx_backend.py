"""Answers computed by MLX through mlx_lm. Only the engine worker's one thread imports this module's libraries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import HearthError, ModelNotFound, PromptTooLong, error_from
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStatistics,
    Event,
    FinishReason,
    ModelLoaded,
    PromptProgress,
)
from runtime.inference.continuing import written_on
from runtime.inference.fast_blas import use_fast_blas
from runtime.inference.model_check import check_model, context_tokens, weights_size
from runtime.inference.prompt import continued_prompt_tokens, guard_control_tokens, opens_thinking, prompt_tokens
from runtime.inference.sampling import combined, published_sampling
from runtime.inference.thinking import ThinkingSplitter
from runtime.inference.translate import load_problem
from runtime.requests import Generate, LoadModel, Sampling

# Chunks small enough that a stop inside the reading of a long prompt is quick also on a slow machine.
PREFILL_CHUNK = {"cpu": 128, "gpu": 1024}
LEAST_ANSWER_TOKENS = 16
HALF_A_CHARACTER = "\ufffd"
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
        self._folder = ""

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
        try:
            self._load(folder)
        except HearthError:
            raise
        except BaseException as error:  # tokenizers panics with a BaseException of its own
            self.unload()
            raise error_from(load_problem(error, architecture, request.folder)) from error
        self._published = published_sampling(folder)
        self._context_tokens = context_tokens(config, request.context_tokens)
        self._folder = request.folder
        return ModelLoaded(
            folder=request.folder,
            architecture=architecture,
            weight_bytes=weights_size(folder),
            context_tokens=self._context_tokens,
            load_s=time.monotonic() - started,
            device=self.device,
        )

    def _load(self, folder: Path) -> None:
        from mlx_lm import utils

        model, config = utils.load_model(folder, lazy=True, trust_remote_code=False)
        if self.device == "cpu" and self._unpacks(model):
            if config.get("quantization"):
                model = utils.dequantize_model(model)
            model.set_dtype(self._mx.float32)
        self._mx.eval(model.parameters())
        self._tokenizer = utils.load_tokenizer(
            folder, {"trust_remote_code": False}, eos_token_ids=_token_ids(config.get("eos_token_id"))
        )
        guard_control_tokens(self._tokenizer)
        self._model = model

    def _unpacks(self, model: Any) -> bool:
        from mlx_lm.utils import get_total_parameters

        return bool(get_total_parameters(model) * 4 <= UNPACKED_SHARE * psutil.virtual_memory().available)

    def unload(self) -> None:
        """Drop the model and hand MLX's cached memory back."""
        self._model = self._tokenizer = None
        self._folder = ""
        self._mx.clear_cache()

    def generate(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> AnswerFinished:
        """Answer with the loaded model.

        Raises:
            ModelNotFound: none is loaded.
            PromptTooLong, PromptNotRendered, EngineOutOfMemory
        """
        if self._model is None:
            raise ModelNotFound("")
        answer = _Answer(request, emit, cancel)
        if request.continues:
            tokens = continued_prompt_tokens(self._tokenizer, request.messages)
        else:
            tokens = prompt_tokens(self._tokenizer, request.messages, thinking=request.thinking)
        room = self._context_tokens - len(tokens)
        if room < LEAST_ANSWER_TOKENS:
            raise PromptTooLong(len(tokens), self._context_tokens - LEAST_ANSWER_TOKENS)
        answer.splitter = self._splitter(tokens)
        responses = self._responses(request, tokens, min(request.max_tokens, room), answer)
        if request.continues:
            responses = written_on(self._tokenizer, tokens, responses)
        self._mx.reset_peak_memory()
        try:
            reason = answer.take(responses)
        except Cancelled:
            reason = FinishReason.STOPPED
        answer.end()
        return AnswerFinished(request.request_id, reason, answer.statistics(len(tokens), self._mx.get_peak_memory()))

    def _splitter(self, tokens: list[int]) -> ThinkingSplitter:
        tokenizer = self._tokenizer
        if not tokenizer.has_thinking:
            return ThinkingSplitter("", "")
        return ThinkingSplitter(tokenizer.think_start, tokenizer.think_end, inside=opens_thinking(tokenizer, tokens))

    def _responses(self, request: Generate, tokens: list[int], max_tokens: int, answer: _Answer) -> Iterator[Any]:
        from mlx_lm import stream_generate
        from mlx_lm.sample_utils import make_logits_processors, make_sampler

        sampling = combined(request.sampling, self._published)
        if sampling.seed is not None:
            self._mx.random.seed(sampling.seed)
        penalty = sampling.repetition_penalty
        return iter(
            stream_generate(
                self._model,
                self._tokenizer,
                tokens,
                max_tokens=max_tokens,
                sampler=make_sampler(
                    temp=sampling.temperature or 0.0,
                    top_p=sampling.top_p or 0.0,
                    min_p=sampling.min_p or 0.0,
                    top_k=sampling.top_k or 0,
                ),
                logits_processors=make_logits_processors(repetition_penalty=penalty) if penalty else None,
                prefill_step_size=PREFILL_CHUNK[self.device],
                prompt_progress_callback=answer.progress,
            )
        )


class _Answer:
    """One answer while it is made: what was said, when, and whether to stop."""

    def __init__(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> None:
        self._id = request.request_id
        self._emit = emit
        self._cancel = cancel
        self._started = time.monotonic()
        self._first_token_s = 0.0
        self._last: Any = None
        self.splitter = ThinkingSplitter("", "")

    def progress(self, done: int, total: int) -> None:
        """mlx_lm's call between chunks of the prompt; raising here is the only way to stop inside it."""
        self._cancel.check()
        self._emit(PromptProgress(self._id, int(done), int(total)))

    def take(self, responses: Iterator[Any]) -> FinishReason:
        for response in responses:
            if not self._first_token_s:
                self._first_token_s = time.monotonic() - self._started
            self._last = response
            # Cut at its longest length, an answer may end within a character; that one is said when it is written on.
            cut = response.finish_reason == "length"
            self._say(self.splitter.feed(response.text.rstrip(HALF_A_CHARACTER) if cut else response.text))
            if response.finish_reason is not None:
                return FinishReason.LENGTH if response.finish_reason == "length" else FinishReason.COMPLETE
            self._cancel.check()
        return FinishReason.COMPLETE

    def end(self) -> None:
        self._say(self.splitter.flush())

    def _say(self, pieces: list[Any]) -> None:
        for channel, text in pieces:
            self._emit(AnswerDelta(self._id, text, channel))

    def statistics(self, prompt_size: int, peak_memory_bytes: int) -> AnswerStatistics:
        last = self._last
        return AnswerStatistics(
            prompt_tokens=prompt_size,
            answer_tokens=last.generation_tokens if last else 0,
            prompt_tokens_per_s=float(last.prompt_tps) if last else 0.0,
            answer_tokens_per_s=float(last.generation_tps) if last else 0.0,
            first_token_s=self._first_token_s,
            total_s=time.monotonic() - self._started,
            peak_memory_bytes=int(peak_memory_bytes),
        )


def _token_ids(value: Any) -> list[int] | None:
    if isinstance(value, int):
        return [value]
    return value if isinstance(value, list) else None
