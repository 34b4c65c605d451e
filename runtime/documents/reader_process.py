"""The app's end of reading: one child that opens strangers' files, restarted whenever one of them takes it down.

The app's own process opens none of these files. Whatever a file does to the child, the caller gets an end for it.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from runtime.cancel import Cancelled, CancelToken
from runtime.child import ChildProcess, python_child
from runtime.documents.limits import ReadingLimits
from runtime.documents.prepared import PreparedDocument, PreparedPage
from runtime.documents.reader_answers import Answers, OnPage, ReadingResult, Refused, Watch, held_bytes
from runtime.documents.reader_mailbox import Exited, Mailbox
from runtime.documents.reader_messages import (
    CODEC,
    AnyOrder,
    Box,
    LocateText,
    OrderEnded,
    Places,
    PrepareFile,
    ReadFile,
    RecognisePages,
    RenderPage,
)
from runtime.documents.reader_prepared import PreparedAnswers
from runtime.documents.reading import DocumentFacts, ReadingEnd
from runtime.errors import DocumentUnopened, ReaderUnavailable, RecognitionMissing
from runtime.wire import Hello

__all__ = ["DrawnPage", "ReaderProcess", "ReadingResult", "read_document"]

# Of the app's variables the child gets these and no others: a secret in the environment stays out of its reach.
_ENVIRONMENT_KEPT = (
    "PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONWARNINGS", "LANG", "LC_", "TESSDATA_PREFIX",
    "LD_LIBRARY_PATH", "DYLD_", "_PYI", "_MEI",
)  # fmt: skip
_ENV_PROGRAM = "/usr/bin/env"
_OUT_OF_MEMORY_EXIT_CODE = 86
# What libraries say before they end the process for want of memory.
_MEMORY_WORDS = ("memory allocation of", "bad_alloc", "MemoryError", "out of memory", "Out of memory")
_START_TIMEOUT_S = 60.0
_TICK_S = 0.05
_CLOSE_GRACE_S = 0.3
# Memory that libraries keep, and what one file may have bent, does not pile up.
_ORDERS_A_LIFE = 500
_RETIRE_ABOVE_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True)
class DrawnPage:
    """A page as a PNG picture."""

    width_px: int
    height_px: int
    png: bytes


class ReaderProcess:
    """Owns one child; starts it with the first order and again after each death. A context manager.

    Methods wait for their answer and belong to one thread at a time. For a page view beside a long reading, have a
    second one. ``niceness`` is how far the child stands back for other work.
    """

    def __init__(self, limits: ReadingLimits | None = None, *, niceness: int = 0) -> None:
        self._limits = limits or ReadingLimits()
        self._niceness = niceness
        self._numbers = itertools.count(1)
        self._child: ChildProcess | None = None
        self._mailbox = Mailbox()
        self._orders = 0
        self.locks: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Have the child ready before the first file comes. Raises ReaderUnavailable."""
        if self._child is None or not self._child.alive:
            self._begin()

    def close(self) -> None:
        """End the child and what it started; the next order would start a new one."""
        child, self._child = self._child, None
        if child is not None:
            self._mailbox.close()
            _kill_with_offspring(child)
            child.close(_CLOSE_GRACE_S)

    def read(
        self,
        path: Path,
        on_page: OnPage,
        *,
        password: str = "",
        cancel: CancelToken | None = None,
        limits: ReadingLimits | None = None,
        on_facts: Callable[[DocumentFacts], None] | None = None,
    ) -> ReadingResult:
        """Read a whole file; ``on_page`` is called here, in order, while the child goes on reading.

        Raises Cancelled, ReaderUnavailable; and whatever ``on_page`` raises, with the child ended.
        """
        limits = limits or self._limits
        order = ReadFile(next(self._numbers), _bytes(path), password, limits)
        return self._run(order, Answers(on_page, on_facts), cancel)

    def prepare(
        self,
        path: Path,
        on_page: Callable[[PreparedPage], None],
        *,
        password: str = "",
        cancel: CancelToken | None = None,
        limits: ReadingLimits | None = None,
        on_facts: Callable[[DocumentFacts], None] | None = None,
    ) -> tuple[ReadingResult, PreparedDocument]:
        """Read a whole file as :meth:`read` does, and have the child make it ready for the index; ``on_page`` is
        called with each page as it came. Raises as :meth:`read` does."""
        limits = limits or self._limits
        answers = PreparedAnswers(limits, on_page, on_facts)
        result = self._run(PrepareFile(next(self._numbers), _bytes(path), password, limits), answers, cancel)
        return result, answers.document(result.facts)

    def recognise(
        self,
        path: Path,
        page_numbers: Sequence[int],
        on_page: OnPage,
        *,
        languages: str = "",
        password: str = "",
        cancel: CancelToken | None = None,
        limits: ReadingLimits | None = None,
    ) -> ReadingResult:
        """Read the words in the pictures of these pages (of all picture pages without numbers), about a second each;
        ``on_page`` gets each as it is done. Raises Cancelled, ReaderUnavailable, RecognitionMissing."""
        limits = limits or self._limits
        numbers = tuple(sorted(set(page_numbers)))
        order = RecognisePages(next(self._numbers), _bytes(path), password, limits, numbers, languages)
        result = self._run(order, Answers(on_page, None), cancel)
        if result.end is ReadingEnd.UNSUPPORTED and result.problem_parameters.get("reason") == "recognition":
            raise RecognitionMissing()
        return result

    def render_page(self, path: Path, number: int, width_px: int, *, password: str = "") -> DrawnPage:
        """One page as a picture, so wide. Raises DocumentUnopened (also for what has no pages to draw),
        ReaderUnavailable."""
        order = RenderPage(next(self._numbers), _bytes(path), password, self._limits, number, width_px)
        answers = Answers(None, None)
        result = self._run(order, answers, None)
        if answers.drawn is None:
            raise _unopened(path, result)
        return DrawnPage(answers.drawn.width_px, answers.drawn.height_px, answers.drawn.png)

    def passage_boxes(
        self, path: Path, page_number: int, text: str, words: Places = (), *, password: str = ""
    ) -> tuple[Box, ...]:
        """Where on the page this text stands: left, bottom, right, top in points, one box a line; with ``words``
        (start and end of characters in the text) where these stand. None where the text is not found, or the page has
        no text of its own. Raises DocumentUnopened, ReaderUnavailable."""
        order = LocateText(next(self._numbers), _bytes(path), password, self._limits, page_number, text, tuple(words))
        answers = Answers(None, None)
        result = self._run(order, answers, None)
        if answers.boxes is None:
            raise _unopened(path, result)
        return answers.boxes

    def _run(self, order: AnyOrder, answers: Answers, cancel: CancelToken | None) -> ReadingResult:
        self.start()
        assert self._child is not None
        self._orders += 1
        try:
            self._child.send(order)
            result = self._wait(order, answers, cancel)
        except Refused as refused:
            self.close()
            return answers.cut_short(refused.end, refused.reason)
        except BaseException:
            self.close()
            raise
        if self._child is not None and (
            self._orders >= _ORDERS_A_LIFE or held_bytes(self._child) > _RETIRE_ABOVE_BYTES
        ):
            self.close()
        return result

    def _wait(self, order: AnyOrder, answers: Answers, cancel: CancelToken | None) -> ReadingResult:
        watch = Watch(order.limits, recognising=isinstance(order, RecognisePages))
        while True:
            if cancel is not None and cancel.cancelled:
                raise Cancelled
            message = self._mailbox.take(_TICK_S)
            if isinstance(message, Exited):
                return self._after_death(message.code, answers, watch)
            if isinstance(message, OrderEnded) and message.order_id == order.order_id:
                return answers.ended(message)
            if message is not None:
                watch.heard(message)
                begun = time.monotonic()
                answers.take(message, order.order_id)
                watch.excuse(time.monotonic() - begun)
            reason = watch.exceeded(self._child)
            if reason:
                self.close()
                return answers.cut_short(ReadingEnd.TOO_LARGE, reason)

    def _after_death(self, code: int, answers: Answers, watch: Watch) -> ReadingResult:
        assert self._child is not None
        last_words = self._child.last_words
        self.close()
        said = any(word in last_words for word in _MEMORY_WORDS)
        if code == _OUT_OF_MEMORY_EXIT_CODE or said or watch.was_filling:
            return answers.cut_short(ReadingEnd.TOO_LARGE, "memory")
        if code == -24:  # SIGXCPU: the computing time that the child gave itself
            return answers.cut_short(ReadingEnd.TOO_LARGE, "time")
        return answers.cut_short(ReadingEnd.DAMAGED, "reader_died")

    def _begin(self) -> None:
        self.close()
        kept = [f"{name}={value}" for name, value in os.environ.items() if name.startswith(_ENVIRONMENT_KEPT)]
        command = python_child("runtime.documents.reader_worker", str(self._limits.memory_bytes), str(self._niceness))
        self._mailbox = Mailbox()
        self._orders = 0
        try:
            self._child = ChildProcess(
                [_ENV_PROGRAM, "-i", *kept, *command], CODEC, self._mailbox.put, self._mailbox.put_exit, name="reader"
            )
        except OSError as error:
            raise ReaderUnavailable(str(error)) from error
        first = self._mailbox.take(_START_TIMEOUT_S)
        if not isinstance(first, Hello):
            last_words = self._child.last_words
            self.close()
            raise ReaderUnavailable(last_words[-500:])
        self.locks = tuple(str(first.details.get("locks", "")).split())


def read_document(
    path: Path,
    on_page: OnPage,
    *,
    password: str | None = None,
    cancel: CancelToken | None = None,
    limits: ReadingLimits | None = None,
) -> ReadingResult:
    """Read one file in a child of its own; for many files keep one :class:`ReaderProcess`. Raises as its ``read``."""
    with ReaderProcess(limits) as reader:
        return reader.read(path, on_page, password=password or "", cancel=cancel)


def _unopened(path: Path, result: ReadingResult) -> DocumentUnopened:
    reason = str(result.problem_parameters.get("reason", ""))
    return DocumentUnopened(path.name.encode("utf-8", "replace").decode(), result.end.value, reason)


def _bytes(path: Path) -> bytes:
    return os.fsencode(os.path.abspath(path))


def _kill_with_offspring(child: ChildProcess) -> None:
    """End the child and the programs that it started, which would otherwise work on for nobody."""
    try:
        offspring = psutil.Process(child.pid).children(recursive=True) if sys.platform != "win32" else []
    except psutil.Error:
        offspring = []
    child.kill()
    for process in offspring:
        try:
            process.kill()
        except psutil.Error:
            continue
