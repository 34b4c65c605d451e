"""The threads of the window beside its own: one for each kind of work that may keep others waiting."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.bridge.tasks import TaskRunner


class Runners(QObject):
    """Owns them; :meth:`close` joins them. ``store`` is all that conversations and settings are kept by, in order.

    What is asked of documents, looked for in them and drawn of them waits for itself alone: a page that is opened from
    an answer has a thread of its own, as the documents' page may be at work too.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = TaskRunner("store", self)
        self.questions = TaskRunner("questions", self)
        self.searches = TaskRunner("searches", self)
        self.documents_asked, self.documents_searched, self.pages_drawn = (
            TaskRunner(f"documents-{what}", self) for what in ("asked", "searched", "drawn")
        )
        self.sources_drawn = TaskRunner("sources-drawn", self)
        # Getting ready takes seconds, and nobody who types waits for it.
        self.documents_warmed = TaskRunner("documents-warmed", self)

    def close(self) -> None:
        """Finish what was begun; what must be kept comes last."""
        for runner in (self.searches, self.documents_asked, self.documents_searched, self.pages_drawn):
            runner.close()
        for runner in (self.sources_drawn, self.documents_warmed, self.questions, self.store):
            runner.close()
