"""What the guide knows and the many ways to ask for it, read from ``topics/`` and ``phrasings/``.

A topic file holds topics of the form::

    == topic_id
    The answer, in Markdown. **Bold** names something on the screen, `code` a key or a command.
    --
    one pattern of a question a line

In a pattern ``{a|b}`` is a choice, ``[x]`` may be left out, ``<name>`` is a choice from the sets of words in
``words*.txt``; all of them may be nested. A line that begins with # is a comment.
"""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
OTHER = "other"
PLAIN = "plain"
PLAIN_SHARE = 0.05


class GrammarError(ValueError):
    """A topic file that can't be read, with its place."""


@dataclass(frozen=True)
class Text:
    """Words as they stand."""

    words: str


@dataclass(frozen=True)
class Choice:
    """One of several patterns."""

    options: tuple[Sequence, ...]


@dataclass(frozen=True)
class Sequence:
    """Parts, one after the other."""

    parts: tuple[Text | Choice, ...]

    def sample(self, chance: random.Random) -> str:
        """One phrase, with single spaces."""
        return " ".join(_words(self, chance).split())

    def variants(self) -> float:
        """How many phrases there are; a phrase that two ways lead to counts twice."""
        count = 1.0
        for part in self.parts:
            if isinstance(part, Choice):
                count *= sum(option.variants() for option in part.options)
        return count


def _words(sequence: Sequence, chance: random.Random) -> str:
    said = []
    for part in sequence.parts:
        said.append(part.words if isinstance(part, Text) else _words(chance.choice(part.options), chance))
    return "".join(said)


@dataclass
class Topic:
    """One thing the guide knows: its answer, the patterns of its questions, and questions that people wrote.

    ``plain`` is the question of the kind that everybody asks.
    """

    id: str
    answer: str
    patterns: list[Sequence]
    phrasings: list[str] = field(default_factory=list)
    plain: str = ""

    def __post_init__(self) -> None:
        # A pattern with many variants is drawn more often, but not by as much as it is larger.
        self._weights = [1.0 + math.log2(pattern.variants()) for pattern in self.patterns]

    def question(self, chance: random.Random, *, written_share: float) -> str:
        """One way to ask, with ``written_share`` the part that comes from :attr:`phrasings`."""
        if self.plain and written_share and chance.random() < PLAIN_SHARE:
            return self.plain
        if self.phrasings and chance.random() < written_share:
            return chance.choice(self.phrasings)
        return chance.choices(self.patterns, self._weights)[0].sample(chance)


_MARKS = re.compile(r"([{}\[\]|<>])")


class _Parser:
    def __init__(self, pattern: str, words: dict[str, Choice]) -> None:
        self._pattern = pattern
        self._words = words
        self._pieces = [piece for piece in _MARKS.split(pattern) if piece]
        self._at = 0

    def parse(self) -> Sequence:
        return self._sequence(ends=())

    def _next(self) -> str:
        if self._at >= len(self._pieces):
            raise GrammarError(f"not closed: {self._pattern!r}")
        self._at += 1
        return self._pieces[self._at - 1]

    def _sequence(self, ends: tuple[str, ...]) -> Sequence:
        parts: list[Text | Choice] = []
        while self._at < len(self._pieces) and self._pieces[self._at] not in ends:
            piece = self._next()
            if piece == "{":
                parts.append(self._choice("}"))
            elif piece == "[":
                options = self._choice("]").options
                parts.append(Choice((Sequence(()), Sequence((Choice(options),)))))
            elif piece == "<":
                parts.append(self._named())
            elif piece in "}]|>":
                raise GrammarError(f"unexpected {piece!r} in {self._pattern!r}")
            else:
                parts.append(Text(piece))
        return Sequence(tuple(parts))

    def _choice(self, end: str) -> Choice:
        options = [self._sequence(ends=("|", end))]
        while self._next() == "|":
            options.append(self._sequence(ends=("|", end)))
        return Choice(tuple(options))

    def _named(self) -> Choice:
        name = self._next()
        if name not in self._words or self._next() != ">":
            raise GrammarError(f"no set of words {name!r} for {self._pattern!r}")
        return self._words[name]


def _read_words(folder: Path) -> dict[str, Choice]:
    words: dict[str, Choice] = {}
    for file in sorted(folder.glob("words*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                name, _equals, options = line.partition(" = ")
                words[name.strip()] = Choice(tuple(_Parser(option, {}).parse() for option in options.split("|")))
    return words


def load_topics(folder: Path = HERE) -> list[Topic]:
    """All topics in the order of their files, ``other`` among them.

    Raises:
        GrammarError: a file that can't be read, a topic that is there twice, a phrasing of an unknown topic.
    """
    words = _read_words(folder / "topics")
    topics: dict[str, Topic] = {}
    for file in sorted((folder / "topics").glob("*.txt")):
        if file.name.startswith("words"):
            continue
        for block in re.split(r"^== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            topic = _topic(block, words)
            if topic.id in topics:
                raise GrammarError(f"{topic.id} is there twice")
            topics[topic.id] = topic
    for file in sorted((folder / "phrasings").glob("*.tsv")):
        for topic_id, question in load_questions(file):
            if topic_id not in topics:
                raise GrammarError(f"{file.name}: no topic {topic_id}")
            if file.stem == PLAIN:
                topics[topic_id].plain = question
            else:
                topics[topic_id].phrasings.append(question)
    return list(topics.values())


def _topic(block: str, words: dict[str, Choice]) -> Topic:
    head, _line, patterns = block.partition("\n--")
    topic_id, _newline, answer = head.partition("\n")
    lines = [line.strip() for line in patterns.splitlines()]
    parsed = [_Parser(line, words).parse() for line in lines if line and not line.startswith("#")]
    if not answer.strip() or not parsed:
        raise GrammarError(f"{topic_id} has no answer or no questions")
    return Topic(topic_id.strip(), answer.strip(), parsed)


def load_questions(file: Path) -> list[tuple[str, str]]:
    """Topic and question of each line of a table of questions."""
    rows = [line.split("\t", 1) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(row[0].strip(), row[1].strip()) for row in rows]
