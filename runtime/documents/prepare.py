"""A document made ready to be written: cut, its words normalised, nothing of it in the index yet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from runtime.documents.normal import NORMAL_VERSION, normaliser
from runtime.documents.passages import PASSAGES_VERSION, CutPage, Passage, PassageCutter, primary
from runtime.documents.prepared import BOX, DocumentWords, PreparedDocument, PreparedPage, PreparedPassage
from runtime.documents.reading import BlockKind, DocumentFacts, Page

__all__ = [
    "BOX", "INDEX_VERSION", "DocumentPreparation", "Preparation", "PreparedDocument", "PreparedPage", "PreparedPassage",
    "name_words", "prepare",
]  # fmt: skip

INDEX_VERSION = NORMAL_VERSION * 1000 + PASSAGES_VERSION
OPENING_CHARS = 1_500
HEADINGS_IN_OPENING = 40
# What a document keeps naming tells it from others even where its file's name does not: a word with a capital inside a
# sentence, by the passages it stands in.
# Both patterns begin with what they look for: what must stand before it is looked at only there.
_NAMED = re.compile(
    "[A-Z\u00c0-\u00de\u0410-\u042f\u0391-\u03a9](?<=[a-z\u00df-\u00ff\u0430-\u044f\u03b1-\u03ce,] .)[^\\W\\d_]{2,}"
)
_YEAR = re.compile(r"[12](?<![\d.,].)(?:(?<=1)9|(?<=2)0)\d\d(?![\d.,]\d|\d)")
NAMES_KEPT = 60
NAMED_SHARE = 0.02


class Preparation:
    """Makes the pages of one document ready as they are read, and keeps nothing of them but what tells the document
    from others. One thread; the longest step is one page."""

    def __init__(self, language: str = "") -> None:
        self._cutter = PassageCutter(language)
        self._languages: Counter[str] = Counter()
        self._passages = 0
        self._opening: list[str] = []
        self._opening_chars = 0
        self._title = ""
        self._names: Counter[str] = Counter()
        self._years: Counter[str] = Counter()

    def page(self, page: Page) -> tuple[PreparedPage, tuple[Passage, ...]]:
        """The next page, and its passages: each is to be given to :meth:`passage` before the next page comes."""
        cut = self._cutter.cut(page)
        boxes = b"".join([BOX.pack(*span) for span in cut.spans]) if cut.spans else None
        # The text is in the passages from here on.
        bare = Page(page.number, (), page.label, page.width, page.height, page.picture, page.recognised, page.part)
        self._open(cut)
        return PreparedPage(bare, len(cut.text), boxes), cut.passages

    def passage(self, passage: Passage) -> PreparedPassage:
        """A passage with its words."""
        text = passage.text
        self._passages += 1
        self._languages[passage.language] += len(text)
        for names, found in ((self._names, _NAMED.findall(text)), (self._years, _YEAR.findall(text))):
            if found:
                names.update(list(dict.fromkeys(found)))
        words = normaliser(passage.language)
        return PreparedPassage(
            passage=passage,
            head_words=words.joined(f"{passage.heading}\n{passage.header}"),
            body_words=words.joined(text),
        )

    def words(self, facts: DocumentFacts) -> DocumentWords:
        """The words of the whole document, as far as it is known."""
        language = next((code for code, _ in self._languages.most_common() if code), "") or primary(facts.language)
        words = normaliser(language)
        return DocumentWords(
            language=language,
            title=words.joined("\n".join([facts.title, self._title, *self._named()])),
            opening=words.joined("\n".join(self._opening)),
        )

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
        least = max(2.0, NAMED_SHARE * self._passages)
        names = [name for name, count in self._names.most_common(NAMES_KEPT) if count >= least]
        return names + [year for year, count in self._years.most_common(1) if count >= least]


class DocumentPreparation:
    """Takes the pages of one document as they are read, and keeps them made ready. One thread."""

    def __init__(self, language: str = "") -> None:
        self._preparation = Preparation(language)
        self._pages: list[PreparedPage] = []
        self._passages: list[PreparedPassage] = []

    def take(self, page: Page) -> None:
        """The next page."""
        prepared, passages = self._preparation.page(page)
        self._pages.append(prepared)
        self._passages += map(self._preparation.passage, passages)

    def done(self, facts: DocumentFacts) -> PreparedDocument:
        """The whole document."""
        words = self._preparation.words(facts)
        pages, passages = tuple(self._pages), tuple(self._passages)
        return PreparedDocument(facts, words.language, pages, passages, words.title, words.opening)


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
