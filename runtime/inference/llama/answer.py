"""One answer while llama.cpp makes it: what was said, when, and what it took."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from runtime.cancel import CancelToken
from runtime.events import AnswerDelta, AnswerStatistics, Channel, Event, FinishReason, PromptProgress
from runtime.inference.llama.sampler import Sampler
from runtime.inference.llama.vocabulary import Speech, Vocabulary
from runtime.inference.llama.window import BATCH_TOKENS, Window
from runtime.inference.thinking import ThinkingSplitter

# A piece of the prompt takes about this long, so that progress is told in time; smaller pieces would cost speed.
_PIECE_S = 0.5
LEAST_PIECE_TOKENS = 64
TUNE_EVERY_TOKENS = 16
_SLOW_TOKEN_S = 0.2


class Pace:
    """How many tokens are read in one piece, from how fast the last one was. Belongs to one thread."""

    def __init__(self) -> None:
        self._piece_tokens = BATCH_TOKENS // 4

    @property
    def piece_tokens(self) -> int:
        """The next piece's length."""
        return self._piece_tokens

    def took(self, tokens: int, seconds: float) -> None:
        """A piece was read. Small ones say little of the pace."""
        if tokens >= LEAST_PIECE_TOKENS:
            fitting = int(tokens * _PIECE_S / max(seconds, 1e-6)) // LEAST_PIECE_TOKENS * LEAST_PIECE_TOKENS
            self._piece_tokens = min(max(fitting, LEAST_PIECE_TOKENS), BATCH_TOKENS)


class Answer:
    """Owns what is told of one answer. Lives on the thread that owns the model."""

    def __init__(
        self, request_id: str, emit: Callable[[Event], None], cancel: CancelToken, window: Window, prompt: list[int]
    ) -> None:
        self._id = request_id
        self._emit = emit
        self._cancel = cancel
        self._window = window
        self._prompt = prompt
        self._started = time.monotonic()
        self._began_reading = self._ended_reading = self._first_token_at = self._last_token_at = 0.0
        self._reused = self._said_tokens = 0
        self._thinking_at = self._answering_at = 0.0
        self._peak_bytes = self._prompt_peak_bytes = 0
        self.splitter = ThinkingSplitter("", "")

    def read(self, reused: int, pace: Pace, mark: Callable[[], None], tune: Callable[[], None]) -> None:
        """Read the prompt from ``reused`` on, telling how far. ``mark`` is called before its last token, ``tune``
        between its pieces.

        Raises:
            Cancelled: what was read until then stays known.
        """
        self._reused = done = reused
        self._began_reading = time.monotonic()
        total = len(self._prompt)
        self._progress(done)
        while done < total:
            left = total - 1 - done
            size = min(pace.piece_tokens, left) if left else 1
            # The last token goes along unless a mark is to be set before it.
            if size == left and self._window.forgets_freely and size < BATCH_TOKENS:
                size += 1
            elif not left and not self._window.forgets_freely:
                mark()
            before = time.monotonic()
            self._window.read(self._prompt[done : done + size], self._is_cancelled)
            pace.took(size, time.monotonic() - before)
            done += size
            self._progress(done)
            tune()
        self._ended_reading = time.monotonic()
        self._prompt_peak_bytes = self._measure()

    def write(
        self,
        sampler: Sampler,
        vocabulary: Vocabulary,
        speech: Speech,
        most_tokens: int,
        tune: Callable[[], None],
    ) -> FinishReason:
        """Say what comes, until it ends. ``tune`` is called now and then.

        Raises:
            Cancelled: what was said until then stays.
        """
        for _ in range(most_tokens):
            token = sampler.draw(self._window.context)
            before, self._last_token_at = self._last_token_at, time.monotonic()
            self._first_token_at = self._first_token_at or self._last_token_at
            self._said_tokens += 1
            if vocabulary.ends(token):
                self._say(self.splitter.feed(speech.end()))
                return FinishReason.COMPLETE
            self._say(self.splitter.feed(speech.add(token)))
            self._cancel.check()
            if self._said_tokens < most_tokens:
                # Asking within a token costs a little; where tokens are slow it makes a stop quick.
                slow = before and self._last_token_at - before > _SLOW_TOKEN_S
                self._window.read([token], self._is_cancelled if slow else None)
            if self._said_tokens % TUNE_EVERY_TOKENS == 0:
                tune()
        # Cut here, half a character is said when the answer is written on.
        return FinishReason.LENGTH

    def end(self) -> None:
        """Say what was held back."""
        self._say(self.splitter.flush())

    def statistics(self) -> AnswerStatistics:
        """What it cost. Memory is the process's own, which holds weights, caches and their work."""
        now = time.monotonic()
        read_s = self._ended_reading - self._began_reading
        wrote_s = self._last_token_at - self._first_token_at
        read_tokens = len(self._prompt) - self._reused
        process_bytes = self._measure()
        thinking_s = (self._answering_at or now) - self._thinking_at if self._thinking_at else 0.0
        return AnswerStatistics(
            prompt_tokens=len(self._prompt),
            answer_tokens=self._said_tokens,
            prompt_tokens_per_s=read_tokens / read_s if read_s > 0 else 0.0,
            answer_tokens_per_s=(self._said_tokens - 1) / wrote_s if wrote_s > 0 else 0.0,
            first_token_s=self._first_token_at - self._started if self._first_token_at else 0.0,
            total_s=now - self._started,
            peak_memory_bytes=self._peak_bytes,
            thinking_s=thinking_s,
            prompt_peak_bytes=self._prompt_peak_bytes,
            process_bytes=process_bytes,
            reused_tokens=self._reused,
        )

    def _is_cancelled(self) -> bool:
        return self._cancel.cancelled

    def _progress(self, done: int) -> None:
        self._emit(PromptProgress(self._id, done, len(self._prompt)))

    def _say(self, pieces: list[tuple[Channel, str]]) -> None:
        for channel, text in pieces:
            if channel is Channel.THINKING:
                self._thinking_at = self._thinking_at or time.monotonic()
            elif not self._answering_at:
                self._answering_at = time.monotonic()
            self._emit(AnswerDelta(self._id, text, channel))

    def _measure(self) -> int:
        process_bytes = int(psutil.Process().memory_info().rss)
        self._peak_bytes = max(self._peak_bytes, process_bytes)
        return process_bytes
