"""Files that a person wants to ask about: read off the UI thread, kept with the conversation they were added to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from runtime.api import Attachment, Problem, read_attachment


class AttachmentsController(QObject):
    """What is attached to the question being typed, for each conversation ("" is a new one).

    Signals:
        changed: the id of a conversation whose attachments are others now.
        failed: a Problem with one of the files.
    """

    changed = Signal(str)
    failed = Signal(object)

    def __init__(self, questions: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self._attached: dict[str, tuple[Attachment, ...]] = {}
        self.reading = 0  # files that are being read

    def of(self, conversation_id: str) -> tuple[Attachment, ...]:
        """What is attached there."""
        return self._attached.get(conversation_id, ())

    def add(self, conversation_id: str, paths: list[str]) -> None:
        """Read files and attach those that can be read; each of the others is one :attr:`failed`."""
        for path in paths:
            self._add(conversation_id, Path(path))

    def remove(self, conversation_id: str, place: int) -> None:
        """Take one off again."""
        attached = self.of(conversation_id)
        self._put(conversation_id, attached[:place] + attached[place + 1 :])

    def take(self, conversation_id: str) -> tuple[Attachment, ...]:
        """What is attached, which now goes with the question."""
        attached = self.of(conversation_id)
        self._put(conversation_id, ())
        return attached

    def put_back(self, conversation_id: str, attachments: tuple[Attachment, ...]) -> None:
        """The question could not be asked: attach them again."""
        self._put(conversation_id, attachments + self.of(conversation_id))

    def _add(self, conversation_id: str, path: Path) -> None:
        def on_read(attachment: Attachment) -> None:
            self.reading -= 1
            self._put(conversation_id, (*self.of(conversation_id), attachment))

        def on_problem(problem: Problem) -> None:
            self.reading -= 1
            self.failed.emit(problem)
            self.changed.emit(conversation_id)

        self.reading += 1
        self._questions.run(lambda: read_attachment(path), on_read, on_problem)

    def _put(self, conversation_id: str, attachments: tuple[Attachment, ...]) -> None:
        self._attached[conversation_id] = attachments
        self.changed.emit(conversation_id)
