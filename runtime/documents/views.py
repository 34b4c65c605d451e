"""What the window and the command line see of documents: plain data, and how it follows from the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from runtime.documents.ends import GOOD_ENDS, end_and_parameters
from runtime.documents.reader_messages import Scalar
from runtime.documents.reading import ReadingEnd
from runtime.documents.rows import DocumentState, IndexedDocument


class DocumentViewState(StrEnum):
    """Where a document stands, for a person; each is in exactly one. READY: words and meaning. LEARNING: words can be
    searched, meaning is being learnt. GONE: the file is not there any more."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    LEARNING = "learning"
    RECOGNISING = "recognising"
    PICTURES_ONLY = "pictures_only"
    NEEDS_PASSWORD = "needs_password"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    GONE = "gone"


@dataclass(frozen=True)
class DocumentView:
    """One document. ``reason`` is a word for why (a limit, a format, "wrong" password, "repaired"); ``parameters`` are
    all that the reading told. ``meaning`` is the share of its passages that have vectors, 0 to 1. ``seconds_left`` only
    while it is at work and known."""

    id: int
    path: str
    name: str
    folder: str
    size_bytes: int
    state: DocumentViewState
    reason: str = ""
    parameters: dict[str, Scalar] = field(default_factory=dict)
    format: str = ""
    language: str = ""
    pages: int | None = None
    pages_read: int = 0
    pages_without_text: int = 0
    meaning: float = 0.0
    seconds_left: float | None = None
    collections: tuple[int, ...] = ()


class WaitsFor(StrEnum):
    """Why what could go on holds still by itself. POWER: meaning and recognition wait while the computer lives from its
    battery. ANSWER: meaning waits while a chat answers."""

    POWER = "power"
    ANSWER = "answer"


@dataclass(frozen=True)
class DocumentsStatus:
    """All documents together. ``by_state`` names every state, and its numbers add up to ``documents``. ``passages``
    can be found by words; for ``learnt`` of them the model that learns is done, ``foreign`` of those are in languages
    that it does not know, and are found by words alone. ``busy``: something is under way or waits for its turn.

    ``model`` names the model that learns ("" for none), ``asked_model`` the one that questions are answered with: one
    that came lately is not asked before it has learnt all. ``waits_for`` is set only while there is something to do.
    """

    documents: int
    by_state: dict[DocumentViewState, int]
    pages_read: int
    passages: int
    learnt: int
    busy: bool
    paused: bool
    seconds_left: float | None
    foreign: int = 0
    model: str = ""
    asked_model: str = ""
    waits_for: WaitsFor | None = None


@dataclass(frozen=True)
class Doing:
    """What is being done with a document now; ``pages_done`` of ``pages`` (None: not known)."""

    state: DocumentViewState
    pages_done: int = 0
    pages: int | None = None
    format: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True)
class Standing:
    """The little of a document's row that its state follows from."""

    id: int
    state: str
    reason: str
    passages: int
    pages_read: int


def state_of(standing: Standing, learnt: int | None) -> DocumentViewState:
    """The state of a document that nothing is being done with. ``learnt`` of its passages have vectors; None: there is
    no model, and words are all."""
    if standing.state == DocumentState.GONE:
        return DocumentViewState.GONE
    if standing.state in (DocumentState.WAITING, DocumentState.READING):
        return DocumentViewState.WAITING
    end = end_and_parameters(standing.reason)[0]
    if end in GOOD_ENDS:
        complete = learnt is None or learnt >= standing.passages
        return DocumentViewState.READY if complete else DocumentViewState.LEARNING
    try:
        return DocumentViewState(end)
    except ValueError:
        return DocumentViewState.UNREADABLE


def view_of(
    row: IndexedDocument, state: DocumentViewState, learnt: int, doing: Doing | None, collections: tuple[int, ...]
) -> DocumentView:
    """The whole view of a document."""
    end, parameters = end_and_parameters(row.reason)
    reason = ReadingEnd.REPAIRED.value if end == ReadingEnd.REPAIRED else str(parameters.get("reason", ""))
    view = DocumentView(
        id=row.id,
        path=row.path,
        name=row.name,
        folder=row.path.rpartition("/")[0] or "/",
        size_bytes=row.size_bytes,
        state=state,
        reason=reason,
        parameters=parameters,
        format=row.format,
        language=row.language,
        pages=row.pages,
        pages_read=row.pages_read,
        pages_without_text=row.pages_without_text,
        meaning=min(1.0, learnt / row.passages) if row.passages else 0.0,
        collections=collections,
    )
    if doing is None:
        return view
    return _at_work(view, doing)


def _at_work(view: DocumentView, doing: Doing) -> DocumentView:
    values = {
        **vars(view),
        "state": doing.state,
        "format": doing.format or view.format,
        "pages": doing.pages if doing.pages is not None else view.pages,
        "pages_read": doing.pages_done,
        "seconds_left": doing.seconds_left,
    }
    return DocumentView(**values)
