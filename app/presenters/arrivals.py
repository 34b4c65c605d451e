"""What is let go on a conversation becomes what it is answered from."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.controllers.answers import AnswersController
from app.controllers.chat import ChatController
from app.controllers.documents import DocumentsController
from app.presenters.document_intake import Known
from runtime.api import DocumentScope


class ArrivalsPresenter(QObject):
    """Knows what is on its way into which conversation.

    A scope has room for one collection. Of a second folder the documents are added one by one, as they are found;
    what a person takes out again stays out.

    Signals:
        changed: something arrived.
    """

    changed = Signal()

    def __init__(
        self,
        answers: AnswersController,
        documents: DocumentsController,
        chat: ChatController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._answers, self._documents, self._chat = answers, documents, chat
        self._pending: dict[str, int] = {}
        self._growing: dict[tuple[str, int], set[int]] = {}
        documents.changed.connect(self._grow)

    def expect(self, conversation_id: str) -> Known:
        """Files are on their way to a conversation ("": a new one); the result is to be told what they became."""
        self._pending[conversation_id] = self._pending.get(conversation_id, 0) + 1
        arrived = False

        def known(scope: DocumentScope) -> None:
            nonlocal arrived
            if not arrived:
                arrived = True
                self._pending[conversation_id] -= 1
            self._include(conversation_id, scope)
            self.changed.emit()

        return known

    @property
    def pending(self) -> bool:
        """Whether files of the open conversation are not known yet."""
        return bool(self._pending.get(self._chat.current_id))

    def _include(self, conversation_id: str, scope: DocumentScope) -> None:
        here = conversation_id == self._chat.current_id
        taken = self._answers.scope.collection if here else None
        if scope.collection is not None and taken not in (None, scope.collection):
            self._growing[conversation_id, scope.collection] = set()
            self._grow()
        elif scope.wanted:
            self._answers.include(conversation_id, scope)

    def _grow(self) -> None:
        for (conversation_id, collection), seen in self._growing.items():
            members = {each for each, view in self._documents.views.items() if collection in view.collections}
            if members - seen:
                self._answers.include(conversation_id, DocumentScope(documents=tuple(sorted(members - seen))))
                seen |= members
