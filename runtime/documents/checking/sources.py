"""The passages an answer was given, made ready once for all its sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from runtime.documents.checking.prepared import Prepared, Word, prepare
from runtime.documents.checking.sentences import unwrapped
from runtime.sources import Source


@dataclass(frozen=True)
class Sentence:
    """One sentence of a source. ``stems`` has the numbers of the words at which each stem stands."""

    source: int
    number: int
    start: int
    stop: int
    stems: dict[str, tuple[int, ...]]


class Evidence:
    """All sources in one language, their sentences and vocabulary. Made and used on one thread."""

    def __init__(self, sources: Sequence[Source], language: str) -> None:
        self.language = language
        self.sources = tuple(sources)
        self.prepared: tuple[Prepared, ...] = tuple(prepare(unwrapped(source.text), language) for source in sources)
        self.sentences: list[Sentence] = []
        for number, text in enumerate(self.prepared):
            self.sentences += _sentences(number, text)

    @cached_property
    def vocabulary(self) -> dict[str, Word]:
        """Each stem with one of the words it was made of."""
        return {word.stem: word for text in self.prepared for word in text.words if word.stem}

    @cached_property
    def name_stems(self) -> frozenset[str]:
        """Stems that are written as names somewhere."""
        return frozenset(word.stem for text in self.prepared for word in text.words if word.name)

    @cached_property
    def spoken(self) -> frozenset[str]:
        """Every word in small letters, those of dates too."""
        return frozenset(word.text.lower() for text in self.prepared for word in text.words)

    def sentence_text(self, sentence: Sentence) -> str:
        """Its words."""
        return self.prepared[sentence.source].text[sentence.start : sentence.stop]


def _sentences(number: int, text: Prepared) -> list[Sentence]:
    stems: list[dict[str, list[int]]] = [defaultdict(list) for _ in text.sentences]
    for word in text.words:
        if word.stem:
            stems[word.sentence][word.stem].append(word.at)
    return [
        Sentence(number, at, start, stop, {stem: tuple(places) for stem, places in stems[at].items()})
        for at, (start, stop) in enumerate(text.sentences)
    ]
