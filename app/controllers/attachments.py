"""Files that a person wants to ask about: read off the UI thread, kept with the conversation they were added to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from runtime.api import Attachment, HearthError, Problem, read_attachment

FOR_DOCUMENTS = frozenset({"document.not_text", "document.too_large"})
# Plain characters, but a person means the letter, the page or the table that they stand for: as documents these are
# read as such, a short one still goes to the model whole, and its answer has sources.
READ_AS_DOCUMENTS = frozenset({".eml", ".mbox", ".html", ".htm", ".xhtml", ".shtml", ".csv", ".tsv", ".tab"})


class AttachmentsController(QObject):
    """What is attached to the question being typed, for each conversation ("" is a new one).

    Signals:
        changed: the id of a conversation whose attachments are others now, or of which nothing more is being read.
        passed_on: the id of a conversation, and those paths of one drop that can't go with a question as text:
            folders, and files that are long or no plain text.
        failed: a Problem with one of the files.
    """

    changed = Signal(str)
    passed_on = Signal(str, list)
    failed = Signal(object)

    def __init__(self, questions: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self._attached: dict[str, tuple[Attachment, ...]] = {}
        self.reading = 0  # files that are being read

    def of(self, conversation_id: str) -> tuple[Attachment, ...]:
        """What is attached there."""
        return self._attached.get(conversation_id, ())

    def add(self, conversation_id: str, paths: list[str], *, attach: bool = True) -> None:
        """Read files and attach those that are plain text; the others are one :attr:`passed_on`, and those that can't
        be read at all one :attr:`failed` each. ``attach`` False: all that can be read is passed on."""
        others: list[str] = []
        for left, path in zip(range(len(paths) - 1, -1, -1), paths, strict=True):
            self._add(conversation_id, Path(path), others, attach=attach, last=not left)

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

    def _add(self, conversation_id: str, path: Path, others: list[str], *, attach: bool, last: bool) -> None:
        def on_read(attachment: Attachment | None) -> None:
            if attachment is None or not attach:
                others.append(str(path))
                attached = self.of(conversation_id)
            else:
                attached = (*self.of(conversation_id), attachment)
            self.reading -= 1
            end()
            self._put(conversation_id, attached)

        def on_problem(problem: Problem) -> None:
            self.reading -= 1
            self.failed.emit(problem)
            end()
            self.changed.emit(conversation_id)

        def end() -> None:
            # Before the last change is told: a question that waits for it is not to go without them.
            if last and others:
                self.passed_on.emit(conversation_id, others)

        self.reading += 1
        self._questions.run(lambda: _read(path), on_read, on_problem)

    def _put(self, conversation_id: str, attachments: tuple[Attachment, ...]) -> None:
        self._attached[conversation_id] = attachments
        self.changed.emit(conversation_id)


def _read(path: Path) -> Attachment | None:
    """A file as text; None for what can't go with a question."""
    if path.is_dir() or path.suffix.lower() in READ_AS_DOCUMENTS:
        return None
    try:
        return read_attachment(path)
    except HearthError as error:
        if error.code in FOR_DOCUMENTS:
            return None
        raise
