"""Documents that were forgotten while answers stand on them: nothing of their words stays on the screen."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.controllers.answers import AnswersController
from app.controllers.chat import ChatController
from app.controllers.documents import DocumentsController
from app.presenters.chat import ChatPresenter
from app.presenters.source_pages import SourcePagesPresenter
from runtime.api import Grounding, Message

# The words go from the stored answers a moment after their document; so often it is looked whether they are gone.
AGAIN_MS, TRIES = 250, 40


class ForgottenPresenter(QObject):
    """Knows which documents of an answer are not there any more, and has the open conversation read anew."""

    def __init__(
        self,
        answers: AnswersController,
        documents: DocumentsController,
        chat: ChatController,
        chat_view: ChatPresenter,
        pages: SourcePagesPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._answers, self._documents = answers, documents
        self._chat, self._chat_view, self._pages = chat, chat_view, pages
        self._before: frozenset[int] | None = None
        self._tries = 0
        self._again = QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        documents.changed.connect(self._on_documents)

    def among(self, grounding: Grounding) -> frozenset[int]:
        """Those documents of an answer that are not there. Before all are known nobody can tell; 0 never was: it stands
        for those of an answer that came in a file."""
        known = self._documents.views if self._before is not None else None
        named = {source.document_id for source in grounding.sources}
        return frozenset(each for each in named if not each or (known is not None and each not in known))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_documents(self) -> None:
        if self._documents.status is None:
            return
        before, self._before = self._before, frozenset(self._documents.views)
        gone = (before or frozenset(self._answers.scope.documents)) - self._before
        if before is None:
            self._chat_view.look_again()
        if not gone:
            return
        self._answers.forget(gone)
        if self._pages.document_id in gone:
            self._pages.close()
        self._chat_view.look_again()
        self._tries = TRIES
        self._again.start()

    def _look_again(self) -> None:
        self._tries -= 1
        if self._tries <= 0 or not any(self._holds_words(message) for message in self._chat_view.messages):
            self._again.stop()
        else:
            self._chat.read_again()

    def _holds_words(self, message: Message) -> bool:
        if message.grounding is None:
            return False
        gone = self.among(message.grounding)
        return any(source.document_id in gone and source.text for source in message.grounding.sources)
