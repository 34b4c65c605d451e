"""The files that go with the question being typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app import texts
from app.chat.composer.attachment_bar import AttachmentChip
from app.chat.composer.composer import Composer
from app.controllers.attachments import AttachmentsController
from app.controllers.chat import ChatController
from app.wording import size
from runtime.api import Attachment


class QuestionFiles(QObject):
    """Owns the chips of the composer, and a question that waits until its files are read.

    Text goes with the question where a model answers. The built-in guide reads no files, but passages of documents can
    be quoted for it: then all that can be read becomes a document.

    Signals:
        passed_on: the id of a conversation ("": a new one), and files and folders for the documents.
        toasted: sentence, label of an undo button and what it undoes ("" for none).
    """

    passed_on = Signal(str, list)
    toasted = Signal(str, str, str)

    def __init__(
        self,
        chat: ChatController,
        attachments: AttachmentsController,
        composer: Composer,
        guide_answers: Callable[[], bool],
        send: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat, self._attachments, self._composer = chat, attachments, composer
        self._guide_answers, self._send = guide_answers, send
        self._unsent = ""
        self._asked_with: tuple[Attachment, ...] = ()
        composer.files_dropped.connect(self.take_files)
        composer.attachment_removed.connect(lambda place: attachments.remove(chat.current_id, place))
        attachments.changed.connect(self._show)
        attachments.passed_on.connect(self.passed_on)
        attachments.failed.connect(lambda problem: self.toasted.emit(texts.one_line(problem), "", ""))

    def take_files(self, paths: list[str]) -> None:
        """Dropped, pasted, chosen, or put onto the app's icon."""
        self._attachments.add(self._chat.current_id, paths, attach=not self._guide_answers())
        self._composer.setFocus()

    def hold(self, text: str) -> bool:
        """Whether a question waits until its files are read; it is sent by itself then."""
        self._unsent = text if self._attachments.reading else ""
        return bool(self._unsent)

    def take(self) -> tuple[Attachment, ...]:
        """What goes with the question that is sent now."""
        self._asked_with = self._attachments.take(self._chat.current_id)
        return self._asked_with

    def put_back(self) -> None:
        """That question could not be asked."""
        self._attachments.put_back(self._chat.current_id, self._asked_with)

    def forget_last(self) -> None:
        """What is asked now has no files of its own."""
        self._asked_with = ()

    def show_open(self) -> None:
        """Another conversation is open: its files, and no question that waits."""
        self._unsent = ""
        self._show(self._chat.current_id)

    def _show(self, conversation_id: str) -> None:
        if conversation_id != self._chat.current_id:
            return
        unsent, self._unsent = self._unsent, ""
        self._composer.set_attachments(
            tuple(
                AttachmentChip(attachment.name, size(len(attachment.text.encode())))
                for attachment in self._attachments.of(conversation_id)
            )
        )
        if unsent:
            self._send(unsent)
