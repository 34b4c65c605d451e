"""A document made ready to be written: cut, its words normalised, nothing of it in the index yet."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from runtime.documents.normal import NORMAL_VERSION, normaliser
from runtime.documents.passages import PASSAGES_VERSION, CutPage, Passage, PassageCutter, primary
from runtime.documents.reading import BlockKind, DocumentFacts, Page

INDEX_VERSION = NORMAL_VERSION * 1000 + PASSAGES_VERSION
OPENING_CHARS = 1_500
HEADINGS_IN_OPENING = 40
# What a document keeps naming tells it from others even where its file's name does not: a word with a capital inside a
# sentence, by the passages it stands in.
_NAMED = re.compile(
    "(?<=[a-z\u00df-\u00ff\u0430-\u044f\u03b1-\u03ce,] )[A-Z\u00c0-\u00de\u0410-\u042f\u0391-\u03a9][^\\W\\d_]{2,}"
)
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)")
NAMES_KEPT = 60
NAMED_SHARE = 0.02
BOX = struct.Struct("<IIffff")


@dataclass(frozen=True)
class PreparedPassage:
    """A passage and its words, separated by spaces."""

    passage: Passage
    head_words: str
    body_words: str


@dataclass(frozen=True)
class PreparedPage:
    """What is kept of a page beside its passages; ``boxes`` packed by :data:`BOX`."""

    page: Page
    chars: int
    boxes: bytes | None


@dataclass(frozen=True)
class PreparedDocument:
    """All that is written of a document in one transaction. ``title_words`` and ``opening_words`` tell documents apart
    when many are searched."""

    facts: DocumentFacts
    language: str
    pages: tuple[PreparedPage, ...]
    passages: tuple[PreparedPassage, ...]
    title_words: str
    opening_words: str

    @property
    def tokens(self) -> int:
        """About how many tokens the whole document is."""
        return sum(prepared.passage.tokens for prepared in self.passages)


class DocumentPreparation:
    """Takes the pages of one document as they are read. One thread; the longest step is one page."""

    def __init__(self, language: str = "") -> None:
        self._cutter = PassageCutter(language)
        self._pages: list[PreparedPage] = []
        self._passages: list[PreparedPassage] = []
        self._languages: Counter[str] = Counter()
        self._opening: list[str] = []
        self._opening_chars = 0
        self._title = ""
        self._names: Counter[str] = Counter()
        self._years: Counter[str] = Counter()

    def take(self, page: Page) -> None:
        """The next page."""
        cut = self._cutter.cut(page)
        boxes = b"".join(BOX.pack(*span) for span in cut.spans) if cut.spans else None
        # The text is in the passages from here on.
        bare = Page(page.number, (), page.label, page.width, page.height, page.picture, page.recognised, page.part)
        self._pages.append(PreparedPage(bare, len(cut.text), boxes))
        for passage in cut.passages:
            self._languages[passage.language] += len(passage.text)
            self._passages.append(_prepared(passage))
            self._names.update(set(_NAMED.findall(passage.text)))
            self._years.update(set(_YEAR.findall(passage.text)))
        self._open(cut)

    def _open(self, cut: CutPage) -> None:
        if self._opening_chars < OPENING_CHARS:
            self._opening.append(cut.text[: OPENING_CHARS - self._opening_chars])
            self._opening_chars += len(self._opening[-1])
        for block in cut.page.blocks:
            if block.kind is BlockKind.TITLE and not self._title:
                self._title = block.text
            elif block.kind is BlockKind.HEADING and len(self._opening) < HEADINGS_IN_OPENING:
                self._opening.append(block.text[:200])

    def _named(self) -> list[str]:
        """The words it keeps naming, and the year that most of its passages speak of."""
        least = max(2.0, NAMED_SHARE * len(self._passages))
        names = [name for name, count in self._names.most_common(NAMES_KEPT) if count >= least]
        return names + [year for year, count in self._years.most_common(1) if count >= least]

    def done(self, facts: DocumentFacts) -> PreparedDocument:
        """The whole document."""
        language = next((code for code, _ in self._languages.most_common() if code), "") or primary(facts.language)
        words = normaliser(language)
        return PreparedDocument(
            facts=facts,
            language=language,
            pages=tuple(self._pages),
            passages=tuple(self._passages),
            title_words=" ".join(words.terms("\n".join([facts.title, self._title, *self._named()]))),
            opening_words=" ".join(words.terms("\n".join(self._opening))),
        )


def prepare(pages: Iterable[Page], facts: DocumentFacts) -> PreparedDocument:
    """A document whose pages are all at hand."""
    preparation = DocumentPreparation(facts.language)
    for page in pages:
        preparation.take(page)
    return preparation.done(facts)


def name_words(path: str, language: str) -> str:
    """The words of a file's name and of the folder it lies in: "Lease_2024.pdf" is about a lease and about 2024."""
    place = PurePath(path)
    return " ".join(normaliser(language).terms(f"{place.stem} {place.parent.name}".replace("_", " ")))


def _prepared(passage: Passage) -> PreparedPassage:
    words = normaliser(passage.language)
    return PreparedPassage(
        passage=passage,
        head_words=" ".join(words.terms(f"{passage.heading}\n{passage.header}")),
        body_words=" ".join(words.terms(passage.text)),
    )
