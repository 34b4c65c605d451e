"""Answers over documents: what they come from, what each stands on, and reading everything for one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from app.controllers.chat import ChatController
from runtime.api import (
    AnswerChecked,
    AnswerFinished,
    AnswerGrounded,
    Conversation,
    DocumentScope,
    Event,
    FinishReason,
    Grounding,
    ReadingAll,
)

KEPT = 60
NO_DOCUMENTS = DocumentScope()


class ScopeStore(Protocol):
    """What keeps the scope with a conversation. Any thread."""

    def read(self, conversation_id: str) -> Conversation: ...

    def set_scope(self, conversation_id: str, scope: DocumentScope) -> None: ...


class Estimates(Protocol):
    """What tells how much there is to read. Any thread; may block."""

    def estimate_read_all(self, scope: DocumentScope) -> tuple[int, float | None]: ...


class AnswersController(QObject):
    """Knows the scope of the open conversation, and what the answers of this run stand on before it is stored.

    Signals:
        scope_changed: :attr:`scope` is another one.
        grounded: the id of an answer of which it is known what it stands on, or became of its sentences.
        reading: a ReadingAll.
        estimated: a question, the pages that there are to read for it, and seconds or None.
        failed: a Problem.
    """

    scope_changed = Signal()
    grounded = Signal(str)
    reading = Signal(object)
    estimated = Signal(str, int, object)
    failed = Signal(object)

    def __init__(
        self,
        chat: ChatController,
        scopes: Callable[[], ScopeStore],
        estimates: Callable[[], Estimates],
        bridge: EventBridge,
        store: TaskRunner,
        questions: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        """``store`` is the runner that the conversations are kept by; ``questions`` is the one that may wait for
        documents."""
        super().__init__(parent)
        self._chat = chat
        self._scopes = scopes
        self._estimates = estimates
        self._store = store
        self._questions = questions
        self._known: OrderedDict[str, Grounding] = OrderedDict()
        self._unchecked: set[str] = set()
        self._new = NO_DOCUMENTS  # of the conversation that does not exist yet, while another one is open
        self._open_id, self._was_apart = "", False  # the conversation that is open; private ones and the guide's
        self._begun_id = ""  # the conversation that the last new one became
        self.scope = NO_DOCUMENTS
        chat.opened.connect(self._on_opened)
        chat.answer_started.connect(self._on_answer_started)
        bridge.event_arrived.connect(self._on_event)

    # --- what answers come from -----------------------------------------------------------------------------------

    def choose(self, scope: DocumentScope) -> None:
        """From now on the open conversation's questions are answered from these documents; an empty one: from none."""
        if scope == self.scope:
            return
        self.scope = scope
        conversation_id = self._chat.current_id
        if conversation_id:  # a conversation that is only begun gets it with its first question
            self._store.run(
                lambda: self._scopes().set_scope(conversation_id, scope), lambda _none: None, self.failed.emit
            )
        self.scope_changed.emit()

    def add(self, document_ids: Iterable[int]) -> None:
        """Documents come to what is chosen already."""
        self.choose(joined(self.scope, DocumentScope(documents=tuple(document_ids))))

    def include(self, conversation_id: str, scope: DocumentScope) -> None:
        """The same for any conversation; "" is one that does not exist yet, or did not a moment ago."""
        if conversation_id in (self._chat.current_id, "" if self._begun_id == self._chat.current_id else None):
            self.choose(joined(self.scope, scope))
        elif not conversation_id:
            self._new = joined(self._new, scope)
        else:

            def work() -> None:
                store = self._scopes()
                store.set_scope(conversation_id, joined(store.read(conversation_id).scope, scope))

            self._store.run(work, lambda _none: None, self.failed.emit)

    def forget(self, document_ids: frozenset[int]) -> None:
        """Documents are not there any more: nothing comes from them, and nothing of them is known here."""
        kept = tuple(each for each in self.scope.documents if each not in document_ids)
        self.choose(replace(self.scope, documents=kept))
        for message_id, grounding in list(self._known.items()):
            if any(source.document_id in document_ids for source in grounding.sources):
                del self._known[message_id]

    def toggle(self, document_id: int) -> None:
        """A document comes to what is chosen, or goes from it."""
        if document_id in self.scope.documents:
            kept = tuple(each for each in self.scope.documents if each != document_id)
            self.choose(replace(self.scope, documents=kept))
        else:
            self.choose(DocumentScope(self.scope.collection, (*self.scope.documents, document_id)))

    def _on_opened(self, conversation: Conversation | None, _at: str) -> None:
        if not self._open_id and not self._was_apart:
            self._new = self.scope
        self._open_id, self._was_apart = self._chat.current_id, self._chat.private or self._chat.guided
        scope = self._new if not self._was_apart else NO_DOCUMENTS
        if conversation is not None:
            scope = conversation.scope
        if scope != self.scope:
            self.scope = scope
            self.scope_changed.emit()

    def _on_answer_started(self, _event: object) -> None:
        if not self._open_id:
            self._open_id = self._begun_id = self._chat.current_id
            if not self._was_apart:
                self._new = NO_DOCUMENTS

    # --- what they stand on ---------------------------------------------------------------------------------------

    def grounding(self, message_id: str) -> Grounding | None:
        """What an answer of this run stands on, as it was told last."""
        return self._known.get(message_id)

    def is_checking(self, message_id: str) -> bool:
        """Whether the sentences of an answer are still to be checked."""
        return message_id in self._unchecked

    def estimate(self, question: str) -> None:
        """Find out how much there is to read; :attr:`estimated` follows, or :attr:`failed`."""
        scope = self.scope
        self._questions.run(
            lambda: self._estimates().estimate_read_all(scope),
            lambda found: self.estimated.emit(question, *found),
            lambda _problem: self.estimated.emit(question, 0, None),
        )

    def _on_event(self, event: Event) -> None:
        match event:
            case AnswerGrounded(request_id, grounding) | AnswerChecked(request_id, grounding):
                self._note(request_id, grounding, checked=isinstance(event, AnswerChecked))
            case ReadingAll():
                self.reading.emit(event)
            case AnswerFinished(request_id, FinishReason.FAILED):
                self._unchecked.discard(request_id)

    def _note(self, request_id: str, grounding: Grounding, *, checked: bool) -> None:
        self._known[request_id] = grounding
        self._known.move_to_end(request_id)
        if checked or grounding.verdicts is not None:
            self._unchecked.discard(request_id)
        else:
            self._unchecked.add(request_id)
        while len(self._known) > KEPT:
            forgotten, _grounding = self._known.popitem(last=False)
            self._unchecked.discard(forgotten)
        self.grounded.emit(request_id)


def joined(scope: DocumentScope, more: DocumentScope) -> DocumentScope:
    """A scope with more documents in it. It has room for one collection: a second one is left out."""
    if scope.everything:
        return scope
    collection = scope.collection if scope.collection is not None else more.collection
    return replace(scope, collection=collection, documents=tuple(dict.fromkeys((*scope.documents, *more.documents))))
