"""What an answer over documents stands on, as a file holds it: names and pages, never the documents' own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from runtime.sources import Grounding, ReadingMode, Source, Verdict, VerdictKind

MOST_SOURCES = 2_000
MOST_SENTENCES = 20_000
# In another home the ids of documents are those of others. 0 is nobody's.
NOT_HERE = 0

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Name = Annotated[str, msgspec.Meta(max_length=10_000)]


@dataclass(frozen=True)
class ExportedSource:
    """A passage that an answer was given: its number, its document's name, and where in it. ``page`` is 0 where the
    document has none."""

    number: _Count
    name: _Name
    page: _Count = 0
    label: _Name = ""
    part: _Name = ""
    orders: bool = False


@dataclass(frozen=True)
class ExportedSentence:
    """What checking a sentence came to: characters ``start`` to ``stop`` of the answer's text."""

    start: _Count
    stop: _Count
    kind: VerdictKind
    source: _Count = 0
    reason: _Name = ""


@dataclass(frozen=True)
class ExportedGrounds:
    """The fields mean what those of :class:`~runtime.sources.Grounding` do. Left out are what was looked for, the
    words of the passages and the places of the files: who gets a conversation is not to get the documents with it, and
    what was forgotten here must not come back with a copy."""

    mode: ReadingMode
    documents: _Count = 0
    pages: _Count = 0
    pages_read: _Count = 0
    sources: Annotated[tuple[ExportedSource, ...], msgspec.Meta(max_length=MOST_SOURCES)] = ()
    sentences: Annotated[tuple[ExportedSentence, ...], msgspec.Meta(max_length=MOST_SENTENCES)] | None = None
    left_out: _Count = 0


def exported_grounds(grounding: Grounding | None) -> ExportedGrounds | None:
    """As it goes into a file; None where an answer stands on no documents."""
    if grounding is None:
        return None
    checked = grounding.verdicts
    return ExportedGrounds(
        grounding.mode,
        grounding.documents,
        grounding.pages,
        grounding.pages_read,
        tuple(
            ExportedSource(each.number, each.name, each.page, each.label, each.part, each.orders)
            for each in grounding.sources[:MOST_SOURCES]
        ),
        None
        if checked is None
        else tuple(
            ExportedSentence(each.start, each.stop, each.kind, each.source, each.reason)
            for each in checked[:MOST_SENTENCES]
        ),
        grounding.left_out,
    )


def grounding_of(grounds: ExportedGrounds | None, text: str) -> Grounding | None:
    """As it is kept here, for an answer of these words. Sentences that are not in them are left out."""
    if grounds is None:
        return None
    sources = tuple(
        Source(each.number, NOT_HERE, each.name, "", each.page, each.label, each.part, "", "", 0, 0, each.orders)
        for each in grounds.sources
    )
    verdicts = grounds.sentences
    if verdicts is not None:
        verdicts = tuple(each for each in verdicts if each.start < each.stop <= len(text))
    return Grounding(
        grounds.mode,
        "",
        grounds.documents,
        grounds.pages,
        grounds.pages_read,
        sources,
        None
        if verdicts is None
        else tuple(Verdict(each.start, each.stop, each.kind, each.source, 0, 0, each.reason) for each in verdicts),
        grounds.left_out,
    )
