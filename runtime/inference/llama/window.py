"""What a loaded model has read and still knows: llama.cpp's context with its KV cache, which grows as it fills."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from runtime.cancel import Cancelled
from runtime.errors import EngineOutOfMemory, UnexpectedError
from runtime.inference.common_length import common_length
from runtime.inference.llama.layout import ABORT_CALLBACK
from runtime.inference.llama.library import LlamaLibrary

FIRST_TOKENS = 2048
# Tokens that are computed in one go at most; with more the working memory grows and nothing else.
BATCH_TOKENS = 512
_STEP_TOKENS = 256
_F16 = 1
_ABORTED = 2
_FLASH_ATTENTION = 1


class Window:
    """Owns one context of ``model``; :meth:`close` gives its memory back. Lives on the thread that owns the model.

    ``tokens`` are those read, in order. llama.cpp takes a cache's whole memory when it is made, so it is made small
    and moved into one of twice the size when it is full, up to ``limit_tokens``. ``cache_type`` is ggml's number of
    the type that keys and values are kept in.
    """

    def __init__(
        self, library: LlamaLibrary, model: Any, limit_tokens: int, threads: int, cache_type: int = _F16
    ) -> None:
        self._library = library
        self._model = model
        self.limit_tokens = limit_tokens
        self._threads = threads
        self._cache_type = cache_type
        self._window_tokens = int(library.llama_model_n_swa(model))
        self._stateful = bool(library.llama_model_is_recurrent(model) or library.llama_model_is_hybrid(model))
        self._never = ABORT_CALLBACK()
        self._context: Any = None
        self.capacity_tokens = 0
        self.tokens: list[int] = []
        self._make(min(FIRST_TOKENS, limit_tokens))

    @property
    def context(self) -> Any:
        """llama.cpp's own handle, for samplers."""
        return self._context

    @property
    def forgets_freely(self) -> bool:
        """Whether any beginning of what was read can be kept. Not so where old words are in a state of fixed size or
        leave a window."""
        return not self._stateful and not self._window_tokens

    def use_threads(self, count: int) -> None:
        """Compute with so many from now on."""
        if count != self._threads:
            self._threads = count
            self._library.llama_set_n_threads(self._context, count, count)

    def usable(self, tokens: Sequence[int]) -> int:
        """How many of the first ``tokens`` need not be read again. At least one is left, as its word is foretold."""
        common = common_length(self.tokens, tokens[: len(tokens) - 1])
        if common == len(self.tokens) or self.forgets_freely:
            return common
        if self._stateful:
            return 0
        first = self._library.llama_memory_seq_pos_min(self._memory, 0)
        return common if first <= max(0, common - self._window_tokens) else 0

    def keep(self, count: int) -> None:
        """Forget all but the first ``count`` tokens, which :meth:`usable` gave."""
        if count < len(self.tokens):
            if not (count and self._library.llama_memory_seq_rm(self._memory, 0, count, -1)):
                self._library.llama_memory_clear(self._memory, False)
                count = 0
            del self.tokens[count:]

    def read(self, tokens: Sequence[int], cancelled: Callable[[], bool] | None = None) -> None:
        """Read on: at most :data:`BATCH_TOKENS` at once. ``cancelled`` is asked many times while it computes; what
        was read of these tokens is forgotten then.

        Raises:
            Cancelled, EngineOutOfMemory, UnexpectedError
        """
        self._make_room(len(self.tokens) + len(tokens))
        batch = (ctypes.c_int32 * len(tokens))(*tokens)
        library, context = self._library, self._context
        callback = self._never if cancelled is None else ABORT_CALLBACK(lambda _data: cancelled())
        if cancelled is not None:
            library.llama_set_abort_callback(context, callback, None)
        try:
            code = library.llama_decode(context, library.llama_batch_get_one(batch, len(tokens)))
        finally:
            if cancelled is not None:
                library.llama_set_abort_callback(context, self._never, None)
        if code == 0:
            self.tokens.extend(tokens)
            return
        self._undo()
        if code == _ABORTED:
            raise Cancelled
        if code == -2:
            raise EngineOutOfMemory
        raise UnexpectedError(f"llama_decode gave {code}", self._library.last_errors())

    def state_bytes(self) -> int:
        """How large :meth:`state` would be."""
        return int(self._library.llama_state_seq_get_size(self._context, 0))

    def state(self) -> ctypes.Array[ctypes.c_char]:
        """A copy of all that was read, for :meth:`restore`."""
        buffer = ctypes.create_string_buffer(self.state_bytes())
        size = self._library.llama_state_seq_get_data(self._context, buffer, len(buffer), 0)
        if size != len(buffer):
            raise UnexpectedError(f"a state of {size} bytes where {len(buffer)} were told")
        return buffer

    def restore(self, tokens: Sequence[int], state: ctypes.Array[ctypes.c_char]) -> bool:
        """Know what :meth:`state` gave after ``tokens``, and nothing else. False: it could not be used, and nothing is
        known now."""
        self.keep(0)
        self._make_room(len(tokens))
        if not self._library.llama_state_seq_set_data(self._context, state, len(state), 0):
            self._library.llama_memory_clear(self._memory, False)
            return False
        self.tokens = list(tokens)
        return True

    def close(self) -> None:
        """Give the context's memory back."""
        if self._context is not None:
            self._library.llama_free(self._context)
            self._context = None
        self.tokens = []

    def _undo(self) -> None:
        """Back to what was known before a reading that failed in the middle."""
        known = len(self.tokens)
        if not (known and self._library.llama_memory_seq_rm(self._memory, 0, known, -1)):
            self._library.llama_memory_clear(self._memory, False)
            self.tokens = []

    @property
    def _memory(self) -> Any:
        return self._library.llama_get_memory(self._context)

    def _make_room(self, tokens: int) -> None:
        if tokens <= self.capacity_tokens:
            return
        known, state = self.tokens, self.state() if self.tokens else None
        # The old one goes first, so that never two are held beside the copy.
        self.close()
        self._make(min(max(tokens, 2 * self.capacity_tokens), max(tokens, self.limit_tokens)))
        if state is not None and not self.restore(known, state):
            raise UnexpectedError("a conversation was lost while its memory grew")

    def _make(self, tokens: int) -> None:
        library = self._library
        parameters = library.llama_context_default_params()
        parameters.n_ctx = -(-tokens // _STEP_TOKENS) * _STEP_TOKENS
        parameters.n_batch = parameters.n_ubatch = min(BATCH_TOKENS, parameters.n_ctx)
        # Only the last token's odds are wanted: room for all of a batch would take hundreds of megabytes.
        parameters.n_outputs_max = 1
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.swa_full = False
        parameters.type_k = parameters.type_v = self._cache_type
        if self._cache_type != _F16:
            parameters.flash_attn_type = _FLASH_ATTENTION
        library.forget_errors()
        self._context = library.llama_init_from_model(self._model, parameters)
        if not self._context:
            self._context = None
            raise MemoryError(f"llama.cpp made no context: {library.last_errors()}"[:300])
        self.capacity_tokens = int(parameters.n_ctx)
