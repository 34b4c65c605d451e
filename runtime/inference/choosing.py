"""The engine's backend as its worker holds it: MLX or llama.cpp, by what the model's folder holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import EngineUnavailable, ModelNotFound
from runtime.events import AnswerFinished, Event, ModelLoaded
from runtime.inference.backend import ChatBackend
from runtime.requests import Generate, LoadModel
from runtime.storage.engines import EngineKind
from runtime.storage.model_folder import engine_of

MakeBackend = Callable[[], ChatBackend]


def _mlx() -> ChatBackend:
    from runtime.inference.mlx_backend import MlxBackend

    return MlxBackend()


def _llama() -> ChatBackend:
    from runtime.inference.llama_backend import LlamaBackend

    return LlamaBackend()


BACKENDS: Mapping[EngineKind, MakeBackend] = {EngineKind.MLX: _mlx, EngineKind.LLAMA_CPP: _llama}


class ChoosingBackend:
    """A :class:`ChatBackend` that hands everything to the one that a model's folder is for. Neither library is
    imported before a folder needs it; the memory of the model before goes back before another engine loads. Lives on
    one thread, and so do both."""

    def __init__(self, backends: Mapping[EngineKind, MakeBackend] = BACKENDS) -> None:
        self._makers = backends
        self._made: dict[EngineKind, ChatBackend] = {}
        self._current: ChatBackend | None = None

    @property
    def device(self) -> str:
        """Of the engine whose model was loaded last, "" before the first."""
        return self._current.device if self._current is not None else ""

    def load(self, request: LoadModel) -> ModelLoaded:
        """Load with MLX, unless the folder holds GGUF files alone.

        Raises:
            EngineUnavailable: the library of that engine can't be used here.
            ModelEngineMissing: it is not installed. And what the engine itself raises.
        """
        kind = engine_of(Path(request.folder)) or EngineKind.MLX
        before = self._current
        if before is not None and before is not self._made.get(kind):
            before.unload()
            self._current = None
        self._current = self._backend(kind)
        return self._current.load(request)

    def generate(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> AnswerFinished:
        """Answer with the loaded model.

        Raises:
            ModelNotFound: none is loaded. And what the engine itself raises.
        """
        if self._current is None:
            raise ModelNotFound("")
        return self._current.generate(request, emit, cancel)

    def unload(self) -> None:
        """Give all memory of the model back."""
        if self._current is not None:
            self._current.unload()

    def _backend(self, kind: EngineKind) -> ChatBackend:
        if kind not in self._made:
            try:
                self._made[kind] = self._makers[kind]()
            except ImportError as error:
                raise EngineUnavailable(f"{kind.value}: {error}"[:300]) from error
        return self._made[kind]
