"""A question that was sent before its documents were read waits for them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.chat.composer.composer import Composer
from app.controllers.answers import AnswersController
from app.controllers.documents import DocumentsController
from app.presenters.arrivals import ArrivalsPresenter
from app.presenters.scopes import unread
from app.sentences import answers as sentences


class WaitingPresenter(QObject):
    """Owns the line above the composer. The question stays where it is typed; ``send`` asks it once it can be."""

    def __init__(
        self,
        composer: Composer,
        answers: AnswersController,
        documents: DocumentsController,
        arrivals: ArrivalsPresenter,
        send: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer, self._answers, self._documents = composer, answers, documents
        self._arrivals, self._send = arrivals, send
        self._question = self._allowed = ""
        composer.waiting.asked_now.connect(self._ask_now)
        composer.draft_changed.connect(self._on_draft)
        arrivals.changed.connect(self.look)
        answers.scope_changed.connect(self.look)
        documents.changed.connect(self.look)
        documents.status_changed.connect(self.look)
        documents.document_changed.connect(lambda _view: self.look())

    def holds(self, question: str) -> bool:
        """Whether a question waits. Sent once more it does not."""
        asked_before = question in (self._question, self._allowed)
        self._question = ""
        self._composer.waiting.tell("")
        line = "" if asked_before else self._waits_for()
        if not line or self._composer.text().strip() != question:
            self._allowed = ""
            return False
        self._question = question
        self._composer.waiting.tell(line)
        return True

    def look(self) -> None:
        """Whether what is waited for has come."""
        if not self._question:
            return
        line = self._waits_for() if not self._composer.waiting.isHidden() else ""
        if line:
            self._composer.waiting.tell(line)
        elif self._composer.waiting.isHidden():
            self._question = ""  # the person took it away
        else:
            self._ask_now()

    def leave(self) -> None:
        """Another conversation is open."""
        self._question = self._allowed = ""
        self._composer.waiting.tell("")

    def _ask_now(self) -> None:
        question, self._question = self._question, ""
        self._composer.waiting.tell("")
        self._composer.setFocus()
        if question:
            self._allowed = question
            self._send(question)

    def _waits_for(self) -> str:
        status = self._documents.status
        if self._arrivals.pending:
            return sentences.WAITS_FOR_FILES
        if status is not None and status.paused:
            return ""  # nobody reads: it would wait for ever
        return sentences.waits_for([view.name for view in unread(self._answers.scope, self._documents.views)])

    def _on_draft(self, text: str) -> None:
        if self._question and self._question != text.strip():
            self.leave()
