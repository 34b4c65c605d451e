"""What an answer over documents is given to show: plain data, worded, without the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Span = tuple[int, int]


class MarkKind(StrEnum):
    """What checking a sentence came to."""

    FOUND = "found"
    MISSING = "missing"
    UNCHECKED = "unchecked"


class AnswerWay(StrEnum):
    """What a person can do about an answer over documents as a whole."""

    STOP_READING = "stop_reading"
    ASK_WITHOUT = "ask_without"
    CHOOSE_DOCUMENTS = "choose_documents"


class Tone(StrEnum):
    """How the line below an answer looks; its words say the same."""

    PLAIN = "plain"
    BUSY = "busy"
    GOOD = "good"
    WARNED = "warned"


@dataclass(frozen=True)
class OpenSource:
    """A source is to be opened: the page with the passage, and of it the characters that bear a sentence out."""

    number: int
    quote: Span = (0, 0)


@dataclass(frozen=True)
class SourceShown:
    """A passage under its number. ``where`` is its page in words, ``excerpt`` its beginning; ``orders``: it holds words
    that look like orders to an AI. ``cited``: the answer itself or a sentence's check names it. One that is not
    ``listed`` can only be reached by its number in the text. ``gone``: its document is not there; it opens nothing."""

    number: int
    name: str
    where: str
    excerpt: str = ""
    orders: bool = False
    cited: bool = True
    listed: bool = True
    gone: bool = False


@dataclass(frozen=True)
class SentenceMark:
    """A sentence, characters ``start`` to ``stop`` of the Markdown. ``note`` says what became of it. ``source`` bears
    it out (0: none) with the characters ``quote`` of its passage."""

    start: int
    stop: int
    kind: MarkKind
    note: str
    source: int = 0
    quote: Span = (0, 0)


@dataclass(frozen=True)
class ReadingShown:
    """How far reading everything has come. ``share`` is 0 to 1, None while nobody can tell."""

    line: str
    share: float | None = None


@dataclass(frozen=True)
class Backing:
    """What an answer stands on. ``line`` sums up what was read and what was found, ``spoken`` says the same to a screen
    reader; ``notes`` are further lines, ``badge`` a word above the answer. ``offer`` with its ``ways`` (id, label)
    stands where nothing was found. ``forgotten``: what the answer quoted is not to be shown any more."""

    sources: tuple[SourceShown, ...] = ()
    marks: tuple[SentenceMark, ...] = ()
    line: str = ""
    spoken: str = ""
    notes: tuple[str, ...] = ()
    badge: str = ""
    tone: Tone = Tone.PLAIN
    offer: str = ""
    ways: tuple[tuple[AnswerWay, str], ...] = ()
    reading: ReadingShown | None = None
    forgotten: bool = False

    @property
    def cites(self) -> dict[int, str]:
        """The sources that a number in the text may lead to, and what is said of each."""
        return {source.number: f"{source.name}, {source.where}" for source in self.sources if not source.gone}
