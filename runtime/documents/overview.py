"""Where all documents stand: the index's rows and what is being done with some of them now, made one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runtime.documents.embedders import Embedders
from runtime.documents.learning import foreign_to
from runtime.documents.rows import IndexedDocument
from runtime.documents.standing import StandingIndex
from runtime.documents.views import (
    DocumentsStatus,
    DocumentView,
    DocumentViewState,
    Doing,
    Standing,
    WaitsFor,
    state_of,
    view_of,
)
from runtime.events import DocumentsProgress


@dataclass(frozen=True)
class Now:
    """What is under way: documents in work, those in line to be read, and to be recognised. ``paused`` by the person;
    ``busy`` with reading; ``passages_per_s`` that are being learnt, None while unknown. ``waits_for`` is why learning
    and recognising would hold still."""

    doing: Mapping[int, Doing]
    reading: frozenset[int]
    recognising: frozenset[int]
    busy: bool = False
    paused: bool = False
    passages_per_s: float | None = None
    waits_for: WaitsFor | None = None


@dataclass(frozen=True)
class _Learnt:
    """Passages of each document that the model in question is done with, and those of them it does not know."""

    all: Mapping[int, int]
    foreign: Mapping[int, int]


class Overview:
    """Any thread. Without an embedder meaning is not learnt at all. Raises as the index does."""

    def __init__(self, index: StandingIndex, embedders: Embedders, now: Callable[[], Now]) -> None:
        self._index = index
        self._embedders = embedders
        self._now = now

    def documents(self, collection: int | None) -> tuple[DocumentView, ...]:
        """Every document, or those of a collection, in the order they came."""
        now, learnt, members = self._now(), self._found(), self._index.memberships()
        return tuple(
            self._view(row, now, learnt, members.get(row.id, ()))
            for row in self._index.documents.all()
            if collection is None or collection in members.get(row.id, ())
        )

    def document(self, document_id: int) -> DocumentView | None:
        """One document."""
        row = self._index.documents.get(document_id)
        if row is None:
            return None
        learnt = {document_id: max(self._learnt_of(document_id, model) for model in self._models())}
        return self._view(row, self._now(), learnt, self._index.memberships().get(document_id, ()))

    def status(self) -> DocumentsStatus:
        """All together."""
        model, asked = self._embedders.learning_id, self._embedders.asked_id
        now, standings, own = self._now(), self._index.standings(), self._learnt(model)
        found = self._found(own if model == asked else None)
        by_state = dict.fromkeys(DocumentViewState, 0)
        for one in standings:
            by_state[self._state(one, now, found)] += 1
        passages, known = sum(one.passages for one in standings), sum(own.all.values())
        left = passages - known if model else 0
        seconds = [doing.seconds_left for doing in now.doing.values() if doing.seconds_left is not None]
        if now.passages_per_s and left > 0:
            seconds.append(left / now.passages_per_s)
        waits = left > 0 or by_state[DocumentViewState.RECOGNISING] > 0
        return DocumentsStatus(
            documents=len(standings),
            by_state=by_state,
            pages_read=sum(one.pages_read for one in standings),
            passages=passages,
            learnt=known,
            busy=now.busy or left > 0,
            paused=now.paused,
            seconds_left=sum(seconds) if seconds else None,
            foreign=sum(own.foreign.values()),
            model=model,
            asked_model=asked,
            waits_for=now.waits_for if waits else None,
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

    def _models(self) -> set[str]:
        """The one that learns, and the one that is asked."""
        return {self._embedders.learning_id, self._embedders.asked_id}

    def _found(self, known: _Learnt | None = None) -> Mapping[int, int]:
        """How many passages of each document can be found by meaning now, or never need be."""
        if known is not None:
            return known.all
        found: dict[int, int] = {}
        for model in self._models():
            for document, count in self._learnt(model).all.items():
                found[document] = max(count, found.get(document, 0))
        return found

    def _learnt(self, model: str) -> _Learnt:
        if not model:
            return _Learnt({}, {})
        vectors, foreign = self._index.learnt(model), self._index.learnt(foreign_to(model))
        every = {document: vectors.get(document, 0) + foreign.get(document, 0) for document in {*vectors, *foreign}}
        return _Learnt(every, foreign)

    def _learnt_of(self, document_id: int, model: str) -> int:
        if not model:
            return 0
        return sum(self._index.vectors_stored(name, document_id) for name in (model, foreign_to(model)))

    def _state(self, standing: Standing, now: Now, learnt: Mapping[int, int]) -> DocumentViewState:
        doing = now.doing.get(standing.id)
        if doing is not None:
            return doing.state
        if standing.id in now.reading:
            return DocumentViewState.WAITING
        if standing.id in now.recognising:
            return DocumentViewState.RECOGNISING
        return state_of(standing, learnt.get(standing.id, 0) if self._embedders.learning_id else None)

    def _view(
        self, row: IndexedDocument, now: Now, learnt: Mapping[int, int], collections: tuple[int, ...]
    ) -> DocumentView:
        standing = Standing(row.id, row.state.value, row.reason, row.passages, row.pages_read)
        state = self._state(standing, now, learnt)
        return view_of(row, state, learnt.get(row.id, 0), now.doing.get(row.id), collections)
