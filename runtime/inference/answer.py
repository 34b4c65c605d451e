"""One answer while MLX makes it: what was said, when, what it took, and whether to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from runtime.cancel import CancelToken
from runtime.events import AnswerDelta, AnswerStatistics, Event, FinishReason, PromptProgress
from runtime.inference.limits import CacheGuard, MlxMemory
from runtime.inference.prefix.reading import Reading
from runtime.inference.thinking import ThinkingSplitter

HALF_A_CHARACTER = "\ufffd"


class Answer:
    """Owns what is told of one answer. Lives on the thread that owns MLX.

    ``started`` is when it was asked for (monotonic). ``beside_bytes`` tells what is kept of other conversations; it is
    no part of what this one took.
    """

    def __init__(
        self,
        request_id: str,
        emit: Callable[[Event], None],
        cancel: CancelToken,
        memory: MlxMemory,
        guard: CacheGuard,
        chunk_tokens: int,
        reading: Reading,
        beside_bytes: Callable[[], int],
        started: float,
    ) -> None:
        self._id = request_id
        self._emit = emit
        self._cancel = cancel
        self._memory = memory
        self._guard = guard
        self._chunk_tokens = chunk_tokens
        self._reading = reading
        self._beside_bytes = beside_bytes
        self._prompt_peak_bytes = 0
        self._started = started
        self._began_reading = time.monotonic()
        self._first_token_s = self._reading_s = 0.0
        self._last: Any = None
        self.splitter = ThinkingSplitter("", "")

    def progress(self, done: int, total: int) -> None:
        """Called between pieces of the prompt; raising here is the only way to stop inside it.

        Raises:
            Cancelled, OutgrewMemory
        """
        self._cancel.check()
        self._guard.check(done, min(self._chunk_tokens, total - done))
        self._prompt_peak_bytes = self._peak_bytes()
        self._emit(PromptProgress(self._id, done, total))

    def rest_progress(self, done: int, _total: int) -> None:
        """mlx_lm's own call while it reads what :class:`Reading` left to it; begins with ``done`` 0."""
        if not done:
            self._memory.wire()
        self.progress(self._reading.read(int(done)), len(self._reading.prompt))

    def take(self, responses: Iterator[Any]) -> FinishReason:
        """Say what comes, until it ends.

        Raises:
            Cancelled, OutgrewMemory: what was said until then stays.
        """
        for response in responses:
            self._reading.wrote(response.token)
            if not self._first_token_s:
                now = time.monotonic()
                self._first_token_s, self._reading_s = now - self._started, now - self._began_reading
            self._last = response
            # Cut at its longest length, an answer may end within a character; that one is said when it is written on.
            cut = response.finish_reason == "length"
            self._say(self.splitter.feed(response.text.rstrip(HALF_A_CHARACTER) if cut else response.text))
            if response.finish_reason is not None:
                return FinishReason.LENGTH if response.finish_reason == "length" else FinishReason.COMPLETE
            self._cancel.check()
            # One token further is computed already.
            self._guard.check(len(self._reading.prompt) + response.generation_tokens, 2)
        return FinishReason.COMPLETE

    def end(self) -> None:
        """Say what was held back."""
        self._say(self.splitter.flush())

    def _say(self, pieces: list[Any]) -> None:
        for channel, text in pieces:
            self._emit(AnswerDelta(self._id, text, channel))

    def _peak_bytes(self) -> int:
        return max(0, self._memory.peak_bytes - self._beside_bytes())

    def statistics(self) -> AnswerStatistics:
        """What it cost."""
        last, reading = self._last, self._reading
        read_tokens = len(reading.prompt) - reading.reused
        return AnswerStatistics(
            prompt_tokens=len(reading.prompt),
            answer_tokens=last.generation_tokens if last else 0,
            prompt_tokens_per_s=read_tokens / self._reading_s if self._reading_s else 0.0,
            answer_tokens_per_s=float(last.generation_tps) if last else 0.0,
            first_token_s=self._first_token_s,
            total_s=time.monotonic() - self._started,
            peak_memory_bytes=self._peak_bytes(),
            prompt_peak_bytes=self._prompt_peak_bytes,
            process_bytes=self._memory.process_bytes,
            reused_tokens=reading.reused,
        )
