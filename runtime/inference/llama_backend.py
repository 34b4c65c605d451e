"""Answers computed by llama.cpp, for GGUF files on computers without Metal or CUDA.

Everything is called within this process: nothing listens, no signal is caught, and the file is opened only after its
head was found to hold together (:mod:`runtime.inference.llama.loading`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import (
    EngineOutOfMemory,
    HearthError,
    ModelDamaged,
    ModelNotFound,
    ModelUnsupported,
    PromptTooLong,
)
from runtime.events import AnswerFinished, Event, FinishReason, LengthLimit, ModelLoaded
from runtime.inference.llama.answer import Answer, Pace
from runtime.inference.llama.disk import LEAST_TOKENS, Disk, Saver
from runtime.inference.llama.kept_state import KeptState
from runtime.inference.llama.library import VERSION, llama_library
from runtime.inference.llama.loading import GgufModel, Room, check_gguf, published_gguf_sampling, room_for
from runtime.inference.llama.sampler import Sampler
from runtime.inference.llama.shelf import Shelf
from runtime.inference.llama.template import ChatTemplate
from runtime.inference.llama.threads import BusyCores, WritingThreads, threads_beside, usable_cores
from runtime.inference.llama.vocabulary import Speech, Vocabulary
from runtime.inference.llama.window import Window
from runtime.inference.sampling import combined
from runtime.inference.thinking import ThinkingSplitter
from runtime.inference.translate import is_out_of_memory
from runtime.requests import Generate, LoadModel, Priority, PromptKeeping, Sampling

log = logging.getLogger(__name__)

ENGINE = "llama.cpp"
LEAST_ANSWER_TOKENS = 16


class LlamaBackend:
    """Owns one model and all memory that llama.cpp takes for it; lives on one thread.

    ``threads`` is how many to compute with; None: as many as :mod:`runtime.inference.llama.threads` finds, anew for
    each answer.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._library = llama_library()
        self._threads = threads
        self._busy = BusyCores()
        self._loaded: _Loaded | None = None

    @property
    def device(self) -> str:
        """Always "cpu"."""
        return "cpu"

    @property
    def kept_bytes(self) -> int:
        """What is held of conversations beside the one under way."""
        return self._loaded.shelf.bytes if self._loaded is not None else 0

    def load(self, request: LoadModel) -> ModelLoaded:
        """Check the folder's head, then load the model whole.

        Raises:
            ModelFolderMissing, ModelDamaged, ModelUnsafe, ModelUnsupported, ModelDoesNotFit, EngineOutOfMemory
        """
        self.unload()
        started = time.monotonic()
        folder = Path(request.folder)
        model = check_gguf(folder)
        room = room_for(model, request)
        handle = self._opened(model)
        try:
            loaded = _Loaded(self._library, handle, model, room, request, self._thread_count())
            loaded.published = published_gguf_sampling(folder, model.header)
        except MemoryError as error:
            self._library.llama_model_free(handle)
            raise EngineOutOfMemory from error
        except BaseException:
            self._library.llama_model_free(handle)
            raise
        self._loaded = loaded
        process_bytes = int(psutil.Process().memory_info().rss)
        return ModelLoaded(
            folder=request.folder,
            architecture=model.header.architecture,
            weight_bytes=model.shape.weight_bytes,
            context_tokens=room.context_tokens,
            load_s=time.monotonic() - started,
            device=self.device,
            context_limit=room.limit,
            active_bytes=process_bytes,
            peak_bytes=process_bytes,
            process_bytes=process_bytes,
            engine=ENGINE,
        )

    def generate(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> AnswerFinished:
        """Answer with the loaded model.

        Raises:
            ModelNotFound: none is loaded.
            PromptTooLong, PromptNotRendered, EngineOutOfMemory
        """
        loaded = self._loaded
        if loaded is None:
            raise ModelNotFound("")
        self._tune(loaded.window)
        prompt, begun_thinking = loaded.prompt(request)
        room = loaded.room.context_tokens - len(prompt)
        if room < LEAST_ANSWER_TOKENS:
            raise PromptTooLong(len(prompt), loaded.room.context_tokens - LEAST_ANSWER_TOKENS)
        with loaded.undisturbed():
            return self._answered(loaded, request, prompt, begun_thinking, emit, cancel)

    def _answered(
        self,
        loaded: _Loaded,
        request: Generate,
        prompt: list[int],
        begun_thinking: bool,
        emit: Callable[[Event], None],
        cancel: CancelToken,
    ) -> AnswerFinished:
        room = loaded.room.context_tokens - len(prompt)
        answer = Answer(request.request_id, emit, cancel, loaded.window, prompt)
        answer.splitter = ThinkingSplitter(*loaded.vocabulary.thinking, inside=begun_thinking)
        sampling = combined(request.sampling, loaded.published)
        tune = partial(self._tune, loaded.window)
        sampler = Sampler(self._library, loaded.vocabulary.size, sampling)
        try:
            answer.read(loaded.begin(prompt, request), loaded.pace, loaded.shelf.mark, tune)
            speech = Speech(loaded.vocabulary, continues=request.continues)
            if not self._threads:
                loaded.window.use_threads(loaded.writing.begin(self._thread_count()))
                tune = partial(self._tune_writing, loaded)
            reason = answer.write(sampler, loaded.vocabulary, speech, min(request.max_tokens, room), tune)
        except Cancelled:
            reason = FinishReason.STOPPED
        except MemoryError as error:
            raise EngineOutOfMemory from error
        finally:
            sampler.close()
        answer.end()
        limit = LengthLimit.ANSWER if request.max_tokens <= room else loaded.room.limit
        return AnswerFinished(
            request.request_id,
            reason,
            answer.statistics(),
            length_limit=limit if reason is FinishReason.LENGTH else None,
        )

    def wait_until_saved(self) -> None:
        """Block until what was read last is on disk, or was given up."""
        if self._loaded is not None and self._loaded.saver is not None:
            self._loaded.saver.wait()

    def prompt_tokens(self, request: Generate) -> list[int]:
        """What the model would read for this request. Raises ModelNotFound, PromptNotRendered."""
        if self._loaded is None:
            raise ModelNotFound("")
        return self._loaded.prompt(request)[0]

    def unload(self) -> None:
        """Give the model's memory back."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.close()

    def _opened(self, model: GgufModel) -> Any:
        library = self._library
        parameters = library.llama_model_default_params()
        parameters.n_gpu_layers = 0
        library.forget_errors()
        handle = library.llama_model_load_from_file(str(model.path).encode(), parameters)
        if not handle:
            raise _load_error(model, library.last_errors())
        if library.llama_model_has_encoder(handle) or not library.llama_model_has_decoder(handle):
            library.llama_model_free(handle)
            raise ModelUnsupported(model.header.architecture)
        return handle

    def _tune(self, window: Window) -> None:
        """As many threads as fit beside what others do now: one too many holds up all."""
        window.use_threads(self._thread_count())

    def _tune_writing(self, loaded: _Loaded) -> None:
        loaded.window.use_threads(loaded.writing.next(self._thread_count()))

    def _thread_count(self) -> int:
        return self._threads or threads_beside(usable_cores(), self._busy.look())


class _Loaded:
    """A loaded model and what belongs to it alone."""

    def __init__(
        self, library: Any, handle: Any, model: GgufModel, room: Room, request: LoadModel, threads: int
    ) -> None:
        keeping = request.keeping or PromptKeeping()
        self._library = library
        self._handle = handle
        self.room = room
        self.published = Sampling()
        self.vocabulary = Vocabulary(library, handle)
        self.template = ChatTemplate(model.template, self.vocabulary.bos, self.vocabulary.eos, self.vocabulary.guarded)
        self.window = Window(library, handle, room.context_tokens, threads, room.cache_type)
        self._disk = _disk(request, keeping, room)
        self.shelf = Shelf(self.window, keeping.memory_bytes, self._disk)
        self.saver = Saver(self._disk, self._to_save) if self._disk is not None else None
        self._keeps = bool(keeping.memory_bytes or self._disk)
        self.pace = Pace()
        self.writing = WritingThreads()

    def prompt(self, request: Generate) -> tuple[list[int], bool]:
        """The tokens to be read, and whether they end inside the model's thinking.

        An answer that is written on follows the template's own opening of an answer, so that no template needs to
        know of it. What was thought before is not repeated: a thinking part that the opening begins is closed at once.
        """
        vocabulary = self.vocabulary
        start, end = vocabulary.thinking
        if not request.continues:
            text = self.template.prompt(request.messages, thinking=request.thinking)
            return vocabulary.prompt_tokens(text), bool(end) and text.rfind(start) > text.rfind(end)
        text = self.template.prompt(request.messages[:-1], thinking=False)
        if end and text.rfind(start) > text.rfind(end):
            text += f"{end}\n\n"
        tokens = vocabulary.prompt_tokens(text)
        return tokens + vocabulary.tokens(vocabulary.guarded(request.messages[-1].text)), False

    def undisturbed(self) -> AbstractContextManager[None]:
        """While an answer is made nothing is written to disk."""
        return self.saver.paused() if self.saver is not None else nullcontext()

    def begin(self, prompt: list[int], request: Generate) -> int:
        """How much of the prompt is known already."""
        if self._keeps:
            urgent = request.priority is Priority.PERSON
            return self.shelf.begin(prompt, urgent=urgent, private=request.private)
        self.window.keep(0)
        return 0

    def _to_save(self) -> KeptState | None:
        """What is worth writing now that nobody asks: all that was read, or the last point that can be gone back to."""
        window = self.window
        if not window.forgets_freely:
            latest = self.shelf.latest
            return latest if latest is not None and self._takes(len(latest.state)) else None
        if self.shelf.private or len(window.tokens) < LEAST_TOKENS or not self._takes(window.state_bytes()):
            return None
        return KeptState(list(window.tokens), window.state())

    def _takes(self, size_bytes: int) -> bool:
        return self._disk is not None and self._disk.takes(size_bytes)

    def close(self) -> None:
        if self.saver is not None:
            self.saver.close()
        self.shelf.clear()
        self.window.close()
        self._library.llama_model_free(self._handle)


def _disk(request: LoadModel, keeping: PromptKeeping, room: Room) -> Disk | None:
    if not (keeping.folder and keeping.disk_bytes):
        return None
    try:
        return Disk(request, keeping, f"{ENGINE} {VERSION} {room.cache_type}")
    except (OSError, ValueError, ImportError) as error:
        log.warning("nothing that is read is kept on disk: %s", type(error).__name__)
        return None


def _load_error(model: GgufModel, said: str) -> HearthError:
    if is_out_of_memory(said):
        return EngineOutOfMemory()
    if "unknown model architecture" in said:
        return ModelUnsupported(model.header.architecture)
    return ModelDamaged(model.path.name, said[:300])
