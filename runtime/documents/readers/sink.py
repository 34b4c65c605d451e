"""Where readers put pages: numbered, cleaned, counted against the limits, and sent on in bundles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from runtime.documents.limits import ReadingLimits
from runtime.documents.reader_messages import Box
from runtime.documents.readers.outcomes import TooLarge
from runtime.documents.reading import Block, BlockKind, DocumentFacts, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

# A bundle goes out at this size: small enough that the first words come at once.
FIRST_BUNDLE_CHARACTERS = 2_000
BUNDLE_CHARACTERS = 200_000
BUNDLE_PAGES = 64
LONGEST_HEADER = 2_000
LONGEST_NAME = 300
_BLOCK_COSTS = 24
# Controls, halves of characters, and marks that turn the direction of what stands around them.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


class PageView(Protocol):
    """A page that can be drawn and searched while its file is open."""

    def draw(self, width_px: int) -> Image:
        """The page as a picture, so wide."""

    def at_resolution(self, dots_per_inch: int) -> tuple[Image, float]:
        """The page as a grey picture, and how many of its dots are one point."""

    def locate(self, text: str, words: Sequence[tuple[int, int]] = ()) -> tuple[Box, ...]:
        """Where the text stands, one box a line; or these words in it."""


@dataclass(frozen=True)
class LockedPart:
    """A file within the file that only a password opens; ``outer`` and ``depth`` say where it lies."""

    outer: str
    depth: int
    name: str
    data: bytes


@dataclass(frozen=True)
class Visit:
    """Asked for instead of text: only the pages ``numbers`` (or all that are pictures), each told to ``on_view``."""

    numbers: frozenset[int]
    on_view: Callable[[Page, PageView | None], None]

    def wants(self, number: int) -> bool:
        """Whether this page is asked for; without numbers, each may be."""
        return not self.numbers or number in self.numbers


class Sink:
    """Takes the pages of one file and of the files in it. Belongs to the thread that reads."""

    def __init__(
        self,
        limits: ReadingLimits,
        on_pages: Callable[[tuple[Page, ...]], None],
        on_facts: Callable[[DocumentFacts], None],
        visit: Visit | None = None,
    ) -> None:
        self.limits = limits
        self.visit = visit
        self.facts = DocumentFacts("")
        self.pages = 0
        self.characters = 0
        self.parts = 0
        self.failed_parts: list[str] = []
        self.too_large_parts = 0
        self.locked_parts: list[str] = []
        self.inflated_bytes = 0
        self.pictures: list[int] = []
        self.scrambled_pages = 0
        self.repaired = False
        self.depth = 0
        self._part = ""
        self._waiting: list[LockedPart] = []
        self._waiting_bytes = 0
        self._on_pages = on_pages
        self._on_facts = on_facts
        self._bundle: list[Page] = []
        self._bundle_characters = 0
        self._bundle_limit = FIRST_BUNDLE_CHARACTERS

    @property
    def part(self) -> str:
        """The file within the file that is being read, "" for the file itself."""
        return self._part

    def tell(self, facts: DocumentFacts) -> None:
        """What is known of the whole; said of a file within the file, it is passed over."""
        if self.depth == 0:
            self.facts = replace(
                facts, title=cleaned(facts.title).strip()[:LONGEST_NAME], language=cleaned(facts.language)[:35]
            )
            self._on_facts(self.facts)

    def skip(self, pages: int = 1) -> None:
        """Count pages that nobody asked for."""
        self._count(pages)

    @property
    def wants_next(self) -> bool:
        """False when the next page need not be read, only counted with :meth:`skip`."""
        return self.visit is None or self.visit.wants(self.pages + 1)

    def page(
        self,
        blocks: Sequence[Block],
        *,
        label: str = "",
        width: float = 0.0,
        height: float = 0.0,
        picture: bool = False,
        view: PageView | None = None,
    ) -> None:
        """One more page. Raises TooLarge when it is one too many, or has too much text."""
        kept = tuple(block for block in map(_clean_block, blocks) if block.text)
        size = sum(len(block.text) + len(block.header) + _BLOCK_COSTS for block in kept)
        if self.visit is None and self.characters + size > self.limits.text_characters:
            raise TooLarge("text")
        self._count(1)
        self.characters += size
        page = Page(
            self.pages,
            kept,
            cleaned(label)[:LONGEST_NAME],
            round(width, 1),
            round(height, 1),
            picture,
            False,
            self._part,
        )
        if picture:
            self.pictures.append(page.number)
        if self.visit is not None:
            if self.visit.wants(page.number):
                self.visit.on_view(page, view)
            return
        self._bundle.append(page)
        self._bundle_characters += size
        if self._bundle_characters >= self._bundle_limit or len(self._bundle) >= BUNDLE_PAGES:
            self.flush()

    def flush(self) -> None:
        """Send on what is waiting."""
        if self._bundle:
            self._on_pages(tuple(self._bundle))
        self._bundle = []
        self._bundle_characters = 0
        self._bundle_limit = BUNDLE_CHARACTERS if self.characters > BUNDLE_CHARACTERS else self._bundle_limit * 2

    def inflated(self, size_bytes: int) -> None:
        """Count what was unpacked. Raises TooLarge."""
        self.inflated_bytes += size_bytes
        if self.inflated_bytes > self.limits.inflated_bytes:
            raise TooLarge("unpacked")

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Pages of the block belong to the file ``name`` within this one. Raises TooLarge when nested too deep."""
        if self.depth >= self.limits.depth:
            raise TooLarge("depth")
        self.parts += 1
        if self.parts > self.limits.parts:
            raise TooLarge("parts")
        outer = self._part
        shown = cleaned(name).replace("\n", " ").strip()[:LONGEST_NAME] or "?"
        self._part = f"{outer}/{shown}"[-2 * LONGEST_NAME :] if outer else shown
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1
            self._part = outer

    def failed(self, name: str, *, too_large: bool = False) -> None:
        """A file within the file could not be read; the rest goes on."""
        self.too_large_parts += too_large
        self.failed_parts.append(cleaned(name).replace("\n", " ")[:LONGEST_NAME])

    def locked(self, name: str) -> None:
        """A file within the file could not be read for want of its password; the rest goes on."""
        self.failed(name)
        self.locked_parts.append(self.failed_parts[-1])

    def put_off(self, name: str, data: bytes) -> None:
        """Keep a locked file until all others are read: they have the same page numbers with its password and
        without."""
        if self._waiting_bytes + len(data) > self.limits.member_bytes:
            self.failed(name, too_large=True)
            return
        self._waiting_bytes += len(data)
        self._waiting.append(LockedPart(self._part, self.depth, name, data))

    @property
    def has_put_off(self) -> bool:
        """Whether locked files wait for the others to be read."""
        return bool(self._waiting)

    def put_off_parts(self) -> Iterator[LockedPart]:
        """Each locked file that was put off, also those that come meanwhile; pages given then lie where it lies."""
        while self._waiting:
            part = self._waiting.pop(0)
            self._part, self.depth = part.outer, part.depth
            yield part
        self._part, self.depth = "", 0

    def _count(self, pages: int) -> None:
        if self.pages + pages > self.limits.pages:
            raise TooLarge("pages")
        self.pages += pages


def cleaned(text: str) -> str:
    """Plain line ends, and nothing that can't be shown, stored or sent."""
    if text.isascii() and text.isprintable():
        return text
    if _LINE_ENDS.search(text):
        text = _LINE_ENDS.sub("\n", text)
    return _UNWANTED.sub("", text) if _UNWANTED.search(text) else text


def _clean_block(block: Block) -> Block:
    text = cleaned(block.text).strip("\n").rstrip()
    header = cleaned(block.header)[:LONGEST_HEADER] if block.header else ""
    if block.kind is not BlockKind.CODE:
        text = text.lstrip()
    if text == block.text and header == block.header:
        return block
    return replace(block, text=text, header=header)
