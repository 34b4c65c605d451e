"""What an answer stands on: the passages it was given, what was read for it, and what became of each sentence.

Plain data: it crosses threads, is kept with the answer, and is printed by the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReadingMode(StrEnum):
    """How documents were read for an answer.

    PASSAGES: the best passages for the question. WHOLE: all of it fitted. ALL: all of it, walked through in parts.
    QUOTED: passages are quoted, no model wrote anything. NOTHING: no passage has to do with the question.
    """

    PASSAGES = "passages"
    WHOLE = "whole"
    ALL = "all"
    QUOTED = "quoted"
    NOTHING = "nothing"


@dataclass(frozen=True)
class DocumentScope:
    """The documents that a conversation's questions are answered from: a collection, or some documents, or with
    ``everything`` all there are. Empty: none."""

    collection: int | None = None
    documents: tuple[int, ...] = ()
    everything: bool = False

    @property
    def wanted(self) -> bool:
        """Whether questions are to be answered from documents at all."""
        return self.everything or self.collection is not None or bool(self.documents)


@dataclass(frozen=True)
class Source:
    """A passage that an answer was given, under its number. ``start`` and ``stop`` are its characters in the page's
    text as it was indexed; ``label`` is what the document itself calls the page, ``part`` the file inside the file.
    ``orders``: it holds words that look like orders to a model, and was fenced off as such."""

    number: int
    document_id: int
    name: str
    path: str
    page: int
    label: str
    part: str
    heading: str
    text: str
    start: int
    stop: int
    orders: bool = False


class VerdictKind(StrEnum):
    """What checking a sentence against the sources came to. UNCHECKED: it claims nothing, or could not be checked."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Verdict:
    """One sentence of an answer, characters ``start`` to ``stop`` of its Markdown. ``source`` is the number of the
    source that bears it out (0: none), ``quote_start`` and ``quote_stop`` the characters of that source's text which
    do. ``reason`` is a stable word for what did not agree ("number", "name", "negation", …)."""

    start: int
    stop: int
    kind: VerdictKind
    source: int = 0
    quote_start: int = 0
    quote_stop: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Grounding:
    """All of it, for one answer. ``question`` is what was looked for: the person's words, or the same with what they
    refer to. ``pages_read`` of ``pages`` pages of ``documents`` documents reached the model. ``verdicts`` is None
    until the sentences were checked. ``left_out``: documents of the scope that could not be searched (yet)."""

    mode: ReadingMode
    question: str
    documents: int
    pages: int
    pages_read: int
    sources: tuple[Source, ...] = ()
    verdicts: tuple[Verdict, ...] | None = None
    left_out: int = 0
