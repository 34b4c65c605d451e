"""What came from the reading process for one order, and whether the order has used up what it may."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from runtime.child import ChildProcess
from runtime.documents.limits import ReadingLimits
from runtime.documents.reader_messages import (
    Box,
    FactsFound,
    OrderEnded,
    PageDrawn,
    PagesPrepared,
    PagesRead,
    Scalar,
    TextLocated,
)
from runtime.documents.readers.sink import LONGEST_NAME
from runtime.documents.reading import DocumentFacts, Page, ReadingEnd

_LOOK_EVERY_S = 0.05
# Between the child's own limit and what the rest of a Python process takes.
_SLACK_BYTES = 64 * 1024 * 1024
_FILLING = 0.4
# What a file may take beside reading for each character made ready for the index: some four times what it does take.
PREPARING_S = 1e-6
# As the child cuts them.
LONGEST_LANGUAGE = 35
_LONGEST_FORMAT = 100
_LONGEST_PARAMETERS = 10_000

OnPage = Callable[[Page], None]


@dataclass(frozen=True)
class ReadingResult:
    """How the reading of a file ended. ``pages_read`` pages came, whatever the end; ``picture_pages`` are the numbers
    of those that only show something.

    ``problem_parameters``: ``reason`` is a word for why ("time", "memory", "permission", "wrong" password, the name of
    an unsupported format ...); ``parts_failed`` and ``first_failed`` tell of files within the file (pages, sheets) that
    could not be read; after recognition ``recognised``, ``unrecognised`` and ``languages``.
    """

    end: ReadingEnd
    facts: DocumentFacts
    pages_read: int = 0
    picture_pages: tuple[int, ...] = ()
    problem_parameters: dict[str, Scalar] = field(default_factory=dict)


class Refused(Exception):
    """What came can't be, or is more than may come: whatever the child is now, it is ended, and ``end`` and ``reason``
    are told. A file can do so only by taking the child over, or by being far too much."""

    def __init__(self, end: ReadingEnd = ReadingEnd.DAMAGED, reason: str = "reader_died") -> None:
        super().__init__(reason)
        self.end = end
        self.reason = reason


class Answers:
    """What came for one order so far. What can't be is refused: it is a stranger's file's doing."""

    def __init__(self, on_page: OnPage | None, on_facts: Callable[[DocumentFacts], None] | None) -> None:
        self._on_page = on_page
        self._on_facts = on_facts
        self._facts = DocumentFacts("")
        self._pages = 0
        self._pictures: list[int] = []
        self.drawn: PageDrawn | None = None
        self.boxes: tuple[Box, ...] | None = None

    def take(self, message: object, order_id: int) -> None:
        """Pass on pages, keep the rest; what belongs to another order is passed over. Raises Refused."""
        if getattr(message, "order_id", None) != order_id:
            return
        if isinstance(message, PagesRead):
            self._pages += len(message.pages)
            self._pictures += [page.number for page in message.pages if page.picture]
            for page in message.pages if self._on_page is not None else ():
                assert self._on_page is not None
                self._on_page(page)
        elif isinstance(message, FactsFound):
            self._facts = _sound(message.facts)
            if self._on_facts is not None:
                self._on_facts(message.facts)
        elif isinstance(message, PageDrawn):
            self.drawn = message
        elif isinstance(message, TextLocated):
            self.boxes = message.boxes

    def ended(self, message: OrderEnded) -> ReadingResult:
        """The result of an order that the child has done. Raises Refused."""
        self._facts = _sound(message.facts)
        if len(repr(message.parameters)) > _LONGEST_PARAMETERS:
            raise Refused
        return ReadingResult(message.end, self._facts, message.pages_read, message.picture_pages, message.parameters)

    def cut_short(self, end: ReadingEnd, reason: str) -> ReadingResult:
        """The result of an order that was ended from outside."""
        return ReadingResult(end, self._facts, self._pages, tuple(self._pictures), {"reason": reason})


class Watch:
    """Looks at the clock and at the child's memory."""

    def __init__(self, limits: ReadingLimits, *, recognising: bool) -> None:
        self._limits = limits
        self._recognising = recognising
        self._begun = self._heard = self._looked = time.monotonic()
        self._excused_s = 0.0
        self._pages_known = 0
        self._pages_read = 0
        self._peak_bytes = 0

    @property
    def was_filling(self) -> bool:
        """Whether the child was on its way to its limit: some libraries end the process without a word then."""
        return self._peak_bytes > _FILLING * self._limits.memory_bytes

    def heard(self, message: object) -> None:
        """A sign of life, perhaps with news of how long the file is."""
        self._heard = time.monotonic()
        if isinstance(message, FactsFound):
            self._pages_known = min(message.facts.pages or 0, self._limits.pages)
        elif isinstance(message, PagesRead):
            self._pages_read += len(message.pages)
        elif isinstance(message, PagesPrepared):
            self._pages_read = min(self._pages_read + len(message.pages), self._limits.pages)
            self._excused_s += PREPARING_S * sum(len(one.passage.text) for one in message.passages)

    def excuse(self, seconds: float) -> None:
        """Time that the caller took; the child may have waited for it."""
        self._excused_s += seconds
        self._heard = time.monotonic()

    def exceeded(self, child: ChildProcess | None) -> str:
        """The limit that the file has met, "" for none."""
        now = time.monotonic()
        if now - self._heard > self._limits.silence_s:
            return "time"
        pages = max(self._pages_known, self._pages_read)
        allowed_s = self._limits.base_s + self._limits.page_s * pages + self._excused_s
        if not self._recognising and now - self._begun > allowed_s:
            return "time"
        if now - self._looked >= _LOOK_EVERY_S and child is not None:
            self._looked = now
            held = held_bytes(child)
            self._peak_bytes = max(self._peak_bytes, held)
            if held > self._limits.memory_bytes + _SLACK_BYTES:
                return "memory"
        return ""


def _sound(facts: DocumentFacts) -> DocumentFacts:
    pages_fit = facts.pages is None or 0 <= facts.pages < 2**31
    names_fit = len(facts.title) <= LONGEST_NAME and len(facts.format) <= _LONGEST_FORMAT
    if not (pages_fit and names_fit and len(facts.language) <= LONGEST_LANGUAGE):
        raise Refused
    return facts


def held_bytes(child: ChildProcess) -> int:
    """Bytes of memory that the child holds; 0 when it is gone."""
    try:
        return int(psutil.Process(child.pid).memory_info().rss)
    except psutil.Error:
        return 0
