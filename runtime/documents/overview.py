"""Where all documents stand: the index's rows and what is being done with some of them now, made one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runtime.documents.rows import IndexedDocument
from runtime.documents.standing import StandingIndex
from runtime.documents.views import (
    DocumentsStatus,
    DocumentView,
    DocumentViewState,
    Doing,
    Standing,
    state_of,
    view_of,
)
from runtime.events import DocumentsProgress


@dataclass(frozen=True)
class Now:
    """What is under way: documents in work, those in line to be read, and to be recognised. ``paused`` by the person;
    ``busy`` with reading; ``passages_per_s`` that are being learnt, None while unknown."""

    doing: Mapping[int, Doing]
    reading: frozenset[int]
    recognising: frozenset[int]
    busy: bool = False
    paused: bool = False
    passages_per_s: float | None = None


class Overview:
    """Any thread. ``model_id`` "" means that meaning is not learnt at all. Raises as the index does."""

    def __init__(self, index: StandingIndex, model_id: str, now: Callable[[], Now]) -> None:
        self._index = index
        self._model_id = model_id
        self._now = now

    def documents(self, collection: int | None) -> tuple[DocumentView, ...]:
        """Every document, or those of a collection, in the order they came."""
        now, learnt, members = self._now(), self._learnt(), self._index.memberships()
        return tuple(
            self._view(row, now, learnt.get(row.id, 0), members.get(row.id, ()))
            for row in self._index.documents.all()
            if collection is None or collection in members.get(row.id, ())
        )

    def document(self, document_id: int) -> DocumentView | None:
        """One document."""
        row = self._index.documents.get(document_id)
        if row is None:
            return None
        learnt = self._index.vectors_stored(self._model_id, document_id) if self._model_id else 0
        return self._view(row, self._now(), learnt, self._index.memberships().get(document_id, ()))

    def status(self) -> DocumentsStatus:
        """All together."""
        now, learnt, standings = self._now(), self._learnt(), self._index.standings()
        by_state = dict.fromkeys(DocumentViewState, 0)
        for one in standings:
            by_state[self._state(one, now, learnt.get(one.id, 0))] += 1
        passages, known = sum(one.passages for one in standings), sum(learnt.values())
        seconds = [doing.seconds_left for doing in now.doing.values() if doing.seconds_left is not None]
        if now.passages_per_s and passages > known and self._model_id:
            seconds.append((passages - known) / now.passages_per_s)
        return DocumentsStatus(
            documents=len(standings),
            by_state=by_state,
            pages_read=sum(one.pages_read for one in standings),
            passages=passages,
            learnt=known,
            busy=now.busy or by_state[DocumentViewState.LEARNING] > 0,
            paused=now.paused,
            seconds_left=sum(seconds) if seconds else None,
        )

    def progress(self) -> DocumentsProgress:
        """The short form, for listeners."""
        status = self.status()
        unread = (DocumentViewState.WAITING, DocumentViewState.READING, DocumentViewState.RECOGNISING)
        done = status.documents - sum(status.by_state[state] for state in unread)
        return DocumentsProgress(done, status.documents, status.busy)

    def state_name(self, document_id: int) -> str:
        """A document's state; "" if it is not there."""
        view = self.document(document_id)
        return view.state.value if view is not None else ""

    def _learnt(self) -> dict[int, int]:
        return self._index.learnt(self._model_id) if self._model_id else {}

    def _state(self, standing: Standing, now: Now, learnt: int) -> DocumentViewState:
        doing = now.doing.get(standing.id)
        if doing is not None:
            return doing.state
        if standing.id in now.reading:
            return DocumentViewState.WAITING
        if standing.id in now.recognising:
            return DocumentViewState.RECOGNISING
        return state_of(standing, learnt if self._model_id else None)

    def _view(self, row: IndexedDocument, now: Now, learnt: int, collections: tuple[int, ...]) -> DocumentView:
        standing = Standing(row.id, row.state.value, row.reason, row.passages, row.pages_read)
        return view_of(row, self._state(standing, now, learnt), learnt, now.doing.get(row.id), collections)
