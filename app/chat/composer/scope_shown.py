"""What a conversation's answers come from, as the composer shows it: plain data, worded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ScopeKind(StrEnum):
    """What an entry of the menu stands for."""

    NONE = "none"
    EVERYTHING = "everything"
    COLLECTION = "collection"
    DOCUMENT = "document"


@dataclass(frozen=True)
class ScopeEntry:
    """A line of the menu. ``detail`` is a word about it such as "12 pages"; ``recent`` ones are seen before anything is
    typed."""

    kind: ScopeKind
    id: int
    name: str
    detail: str = ""
    chosen: bool = False
    recent: bool = True


@dataclass(frozen=True)
class ScopeShown:
    """What is chosen now: ``name`` is "" for nothing. ``whole`` tells all names; ``possible``: there are documents.
    ``state`` is a word about how far they are read, "" once they are."""

    name: str = ""
    whole: str = ""
    possible: bool = False
    entries: tuple[ScopeEntry, ...] = ()
    state: str = ""


@dataclass(frozen=True)
class ReadAllShown:
    """The offer to read everything before the question is answered."""

    question: str
    sentence: str
