"""Several reading processes that recognise the pages of one document side by side, each with a page of its own."""

from __future__ import annotations

import collections
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.limits import MEBIBYTE, ReadingLimits
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.reading import Page, ReadingEnd
from runtime.errors import HearthError

_log = logging.getLogger(__name__)

MOST_CHILDREN = 16
# The child, the picture of a page and the program that reads it.
CHILD_BYTES = 400 * MEBIBYTE
# Pages of one order: enough that opening the file again costs little, few enough that no child ends long after others.
MOST_PAGES_AN_ORDER = 8
# A page may take long where the child stands back for everybody else.
SILENCE_S = 300.0
_LOOK_EVERY_S = 0.1
_FILE_IS_TO_BLAME = (ReadingEnd.DAMAGED, ReadingEnd.TOO_LARGE)
_READ = (ReadingEnd.READ, ReadingEnd.REPAIRED)


@dataclass(frozen=True)
class PageFailed:
    """A page that can't be recognised."""

    number: int


@dataclass(frozen=True)
class PicturePages:
    """What is asked for: pages of a file. ``languages`` is asked before each order."""

    path: Path
    numbers: Sequence[int]
    password: str
    languages: Callable[[], str]


def free_children(*, chat_answers: bool = False) -> int:
    """How many pages may be recognised at a time here: one a core, half of them while a chat answers; at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // 2 if chat_answers else cores)


class RecognitionTeam:
    """Owns the processes, started as they are needed. One caller at a time, on one thread."""

    def __init__(self, limits: ReadingLimits, niceness: int) -> None:
        self._limits = replace(limits, silence_s=SILENCE_S)
        self._niceness = niceness
        self._readers: list[ReaderProcess] = []

    def first(self) -> ReaderProcess:
        """One of the processes, for other reading while nothing is recognised."""
        return self._reader(0)

    def recognise(
        self,
        asked: PicturePages,
        on_page: Callable[[Page | PageFailed], None],
        *,
        allowed: Callable[[], int],
        cancel: CancelToken,
    ) -> bool:
        """Recognise the pages; ``on_page`` is called here with each as it is done, in no order. ``allowed`` is asked
        again and again how many processes may work now: those above it are ended at once, and their pages done later.

        False: the file can't be read any more. Raises Cancelled, ReaderUnavailable, RecognitionMissing, and what
        ``on_page`` raises; no process works on then.
        """
        work = _Round(asked.numbers)
        threads: list[threading.Thread] = []
        most = self._fit_in_memory()
        try:
            left = set(asked.numbers)
            while left:
                cancel.check()
                work.allow(min(allowed(), most))
                while len(threads) < min(work.allowed, len(asked.numbers)):
                    threads.append(self._start(len(threads), asked, work))
                told = work.next_told(_LOOK_EVERY_S)
                if isinstance(told, HearthError):
                    raise told
                if isinstance(told, ReadingEnd):
                    return False
                if told is not None:
                    left.discard(told.number)
                    on_page(told)
            return True
        finally:
            work.end()
            for thread in threads:
                thread.join()

    def close(self) -> None:
        """End the processes; the next pages would start new ones."""
        for reader in self._readers:
            reader.close()

    def _fit_in_memory(self) -> int:
        """How many there can be, those that live already among them."""
        alive = sum(reader.pid is not None for reader in self._readers)
        return max(1, min(MOST_CHILDREN, alive + int(psutil.virtual_memory().available // CHILD_BYTES)))

    def _reader(self, at: int) -> ReaderProcess:
        while len(self._readers) <= at:
            self._readers.append(ReaderProcess(self._limits, niceness=self._niceness))
        return self._readers[at]

    def _start(self, at: int, asked: PicturePages, work: _Round) -> threading.Thread:
        thread = threading.Thread(
            target=_work, args=(self._reader(at), at, asked, work), name=f"documents-recognising-{at}", daemon=True
        )
        thread.start()
        return thread


def _work(reader: ReaderProcess, at: int, asked: PicturePages, work: _Round) -> None:
    """One process's thread: order after order, until the round is over."""
    while (order := work.take(at)) is not None:
        numbers, token = order
        delivered: set[int] = set()

        def deliver(page: Page, delivered: set[int] = delivered) -> None:
            delivered.add(page.number)
            work.tell(page)

        end: ReadingEnd | None = None
        try:
            end = reader.recognise(
                asked.path, numbers, deliver, languages=asked.languages(), password=asked.password, cancel=token
            ).end
        except Cancelled:
            pass
        except HearthError as error:
            work.tell(error)
        except Exception:  # a fault of ours with one page must not leave the round waiting for it
            _log.exception("a page could not be recognised")
            end = ReadingEnd.DAMAGED
        left = [number for number in numbers if number not in delivered]
        if end in _READ:
            # Passed over one by one: nothing came of these.
            failed, left = left, []
        else:
            # A process that was taken down was so by the page it was at.
            blamed = 1 if end in _FILE_IS_TO_BLAME else 0
            failed, left = left[:blamed], left[blamed:]
        for number in failed:
            work.tell(PageFailed(number))
        if end is not None and end not in (*_READ, *_FILE_IS_TO_BLAME):
            work.tell(end)
        work.done(at, left)


class _Round:
    """The pages of one document: which are to be done, who does some, what came of them. Any thread."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._changed = threading.Condition()
        self._todo = collections.deque(sorted(numbers))
        self._tokens: dict[int, CancelToken] = {}
        self._told: queue.SimpleQueue[Page | PageFailed | ReadingEnd | HearthError] = queue.SimpleQueue()
        self._over = False
        self.allowed = 0

    def allow(self, count: int) -> None:
        """So many may work now; the others leave off."""
        with self._changed:
            self.allowed = count
            for at, token in self._tokens.items():
                if at >= count:
                    token.cancel()
            self._changed.notify_all()

    def take(self, at: int) -> tuple[tuple[int, ...], CancelToken] | None:
        """The next pages for a process, once it may work and there are some; None when the round is over."""
        with self._changed:
            while not self._over:
                if at < self.allowed and self._todo:
                    size = max(1, min(MOST_PAGES_AN_ORDER, len(self._todo) // (2 * self.allowed)))
                    numbers = tuple(self._todo.popleft() for _ in range(size))
                    self._tokens[at] = CancelToken()
                    return numbers, self._tokens[at]
                self._changed.wait()
            return None

    def done(self, at: int, left: Sequence[int]) -> None:
        """A process has ended its order; these pages of it are to be done again."""
        with self._changed:
            self._tokens.pop(at, None)
            self._todo.extendleft(reversed(left))
            self._changed.notify_all()

    def end(self) -> None:
        """Everybody leaves off."""
        with self._changed:
            self._over = True
            for token in self._tokens.values():
                token.cancel()
            self._changed.notify_all()

    def tell(self, what: Page | PageFailed | ReadingEnd | HearthError) -> None:
        """Something came of a page, or no more can."""
        self._told.put(what)

    def next_told(self, timeout_s: float) -> Page | PageFailed | ReadingEnd | HearthError | None:
        """The next of these; None when none came in time."""
        try:
            return self._told.get(timeout=timeout_s)
        except queue.Empty:
            return None
