"""What the page "Documents" is given to show: plain data, worded, without the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtGui import QImage

Marks = tuple[tuple[int, int], ...]
Edges = tuple[float, float, float, float]


class Group(StrEnum):
    """Each document is in exactly one; together they are all."""

    ALL = "all"
    READY = "ready"
    COMING = "coming"
    ASKING = "asking"
    UNREAD = "unread"


class Act(StrEnum):
    """What can be done with a document."""

    OPEN = "open"
    ASK = "ask"
    PASSWORD = "password"
    RECOGNISE = "recognise"
    AGAIN = "again"
    SHOW_FILE = "show_file"
    FORGET = "forget"


@dataclass(frozen=True)
class DocumentRow:
    """One document. ``line`` says where it stands, ``icon`` and ``token`` show it; ``act`` is the one way forward with
    its ``label``, OPEN needs none. ``share`` (0 to 1) is a bar while it is read, None for no bar."""

    id: int
    name: str
    folder: str
    line: str
    icon: str
    token: str
    group: Group
    act: Act = Act.OPEN
    label: str = ""
    share: float | None = None
    acts: tuple[Act, ...] = (Act.OPEN, Act.AGAIN, Act.SHOW_FILE, Act.FORGET)
    details: str = ""


@dataclass(frozen=True)
class CollectionRows:
    """A collection with its documents in order. ``id`` 0 holds what is in none; ``follows`` is a folder or ""."""

    id: int
    name: str
    follows: str
    rows: tuple[DocumentRow, ...]


@dataclass(frozen=True)
class Progress:
    """What is under way over all. Without ``line`` there is nothing to tell. ``share`` None: no bar."""

    line: str = ""
    share: float | None = None
    paused: bool = False


@dataclass(frozen=True)
class HitRow:
    """A place that was found. ``where`` is page and heading; ``marks`` are (start, end) in the excerpt."""

    document_id: int
    page: int
    name: str
    where: str
    excerpt: str
    marks: Marks
    passage: str
    start: int
    stop: int
    words: Marks = ()


class FindState(StrEnum):
    """How a search stands."""

    IDLE = "idle"
    LOOKING = "looking"
    FOUND = "found"
    FAILED = "failed"


@dataclass(frozen=True)
class Findings:
    """What was found for words. ``line`` says it above the hits; ``hint`` what else could be tried."""

    state: FindState = FindState.IDLE
    words: str = ""
    hits: tuple[HitRow, ...] = ()
    line: str = ""
    hint: str = ""


@dataclass(frozen=True)
class PageShown:
    """A page of a document to look at. ``width`` and ``height`` in points, 0 where it has no picture of its own.
    ``boxes`` are left, bottom, right, top of the passage in points from the lower left; ``start`` to ``stop`` is the
    passage in ``text``, ``words`` the places of the words looked for there, ``word_boxes`` on the page."""

    document_id: int
    number: int
    title: str
    position: str
    pages: int
    text: str = ""
    width: float = 0.0
    height: float = 0.0
    start: int = 0
    stop: int = 0
    words: Marks = ()
    boxes: tuple[Edges, ...] = ()
    word_boxes: tuple[Edges, ...] = ()
    image: QImage | None = field(default=None, compare=False)
    picture: bool = False
    note: str = ""
