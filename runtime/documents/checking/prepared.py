"""A text made ready to be compared: its words by stem, its sentences, figures, names and what it denies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from runtime.documents.checking.figures import Figure, figures_of
from runtime.documents.checking.sentences import sentence_spans
from runtime.documents.checking.sign_words import DENYING, NEGATIONS
from runtime.documents.normal import folded_word, is_unspaced, normaliser, words_at
from runtime.documents.scripts import COMMON_WORDS


def _listed(words: str) -> list[str]:
    return words.split()


# Said about a text rather than in it: an answer may put them to any fact.
_SAID_ABOUT = {
    "en": "according say says said state states stated document documents source sources passage passages text mention "
    "mentions mentioned describe described section page refer refers note notes also however therefore thus so then "
    "named called known well just even very while during over both such these those under within among i you we "
    "he she him them my your our me us itself himself herself themselves make makes made do does did done having had "
    "being am if because about into out up through between after before against only more most some any all every each "
    "no nor never always may might must shall should could cannot can will would here",
    "de": "laut dokument quelle text abschnitt seite zudem außerdem jedoch daher also dann sowie bereits dabei diese "
    "dieser dieses diesem diesen jene seine seiner seinem seinen ihr ihre ihrer ihrem ihren uns unser ich du wir man "
    "wenn weil da während zwischen gegen ohne vor bis nur mehr alle jede jeder muss müssen darf soll können könnte "
    "würde haben hatte hatten habe sei gibt etwa beim vom zur ins ab je hier dort damit dazu davon darauf "
    "sodass hatten",
    "fr": "selon document source texte page section également donc ainsi toutefois cependant ces leur leurs elle elles "
    "ils nous vous je tu on si car comme entre sans avant après seulement tous toute toutes chaque doit doivent peut "
    "peuvent avait avaient sera seront soit fait faire très aussi lors afin dont c j m t y",
    "es": "según documento fuente texto página sección también así pero sin embargo estos estas sus ella "
    "ellos nosotros "
    "yo tú si porque como antes después solo todos todas cada debe deben puede pueden había habían será serán hay "
    "hacer hace muy al del lo les nos e u ser estar está están tiene tienen",
}  # fmt: skip
_HIGHEST = re.compile(r"(?:nothing|nobody|none|no \w+)\b[^.;]{0,60}\b(?:\w{3,}er|more \w+|less \w+) than\b")
_ARTICLES_DE = frozenset(
    _listed(
        "der die das dem den des ein eine einer eines einem einen im am zum zur vom beim ins ans kein keine "
        "keinen keiner "
        "dieser diese dieses diesem diesen jeder jede jedes ihr ihre ihrer ihrem ihren sein seine seiner seinem seinen "
        "mein meine unser unsere"
    )
)


@dataclass(frozen=True)
class Word:
    """``stem`` is "" for a word that carries nothing. ``at`` counts the words of the text, ``sentence`` its
    sentences; ``name``: written as names are."""

    text: str
    start: int
    stop: int
    at: int
    stem: str
    sentence: int
    name: bool
    opening: bool


@dataclass(frozen=True)
class Prepared:
    """``negations`` are the numbers of the words at which something is denied, ``denying`` those of words that may
    deny; ``figure_at`` the number of the word at which each figure begins."""

    text: str
    language: str
    words: tuple[Word, ...]
    sentences: tuple[tuple[int, int], ...]
    figures: tuple[Figure, ...]
    figure_at: tuple[int, ...]
    negations: tuple[int, ...]
    denying: tuple[int, ...] = ()

    @property
    def content(self) -> list[Word]:
        """The words that carry something."""
        return [word for word in self.words if word.stem]


def prepare(text: str, language: str) -> Prepared:
    """Make a text ready. Any thread."""
    spans = sentence_spans(text, language)
    figures = tuple(figures_of(text, language))
    in_figures = [(figure.start, figure.stop) for figure in figures]
    words: list[Word] = []
    sentence = 0
    for written, start, stop in words_at(text):
        while sentence + 1 < len(spans) and start >= spans[sentence + 1][0]:
            sentence += 1
        opening = not words or words[-1].sentence != sentence
        counted = any(start < last and stop > first for first, last in in_figures)
        stem = "" if counted else _stem(written, language)
        before = words[-1].text if words and not opening else ""
        name = bool(stem) and _is_name(written, before, opening, language)
        words.append(Word(written, start, stop, len(words), stem, sentence, name, opening))
    return Prepared(
        text,
        language,
        tuple(words),
        tuple(spans),
        figures,
        tuple(_word_at(words, figure.start) for figure in figures),
        tuple(_word_at(words, match.start()) for match in _negated(text.lower(), language)),
        tuple(_word_at(words, match.start()) for match in _denying(language).finditer(text.lower())),
    )


@lru_cache(maxsize=8)
def empty_words(language: str) -> frozenset[str]:
    """Words that a claim may have or lack without saying anything else."""
    return COMMON_WORDS.get(language, frozenset()) | frozenset(_SAID_ABOUT.get(language, "").split())


def _negated(text: str, language: str) -> Iterator[re.Match[str]]:
    """Denials; "nothing is higher than" says that something is highest."""
    for match in _negations(language).finditer(text):
        if language != "en" or not _HIGHEST.match(text, match.start()):
            yield match


@lru_cache(maxsize=8)
def _negations(language: str) -> re.Pattern[str]:
    return re.compile(NEGATIONS.get(language, r"(?!)"))


@lru_cache(maxsize=8)
def _denying(language: str) -> re.Pattern[str]:
    return re.compile(DENYING.get(language, r"(?!)"))


def _stem(written: str, language: str) -> str:
    folded = folded_word(written, language)
    if folded in empty_words(language) or len(folded) < 2 or written.isdecimal():
        return ""
    if is_unspaced(written):
        return folded
    return "".join(normaliser(language).terms_of_word(written))


def _is_name(written: str, before: str, opening: bool, language: str) -> bool:
    if not written[0].isupper():
        return False
    if len(written) > 1 and any(letter.isupper() for letter in written[1:]):
        return True
    if opening:
        return False
    return language != "de" or (before.lower() not in _ARTICLES_DE and not before[:1].islower())


def _word_at(words: list[Word], start: int) -> int:
    low, high = 0, len(words)
    while low < high:
        middle = (low + high) // 2
        if words[middle].stop <= start:
            low = middle + 1
        else:
            high = middle
    return min(low, max(0, len(words) - 1))
