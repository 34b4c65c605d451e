"""The page "Documents" put together as the app does it, with made-up documents behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from app.controllers.document_pages import DocumentPagesController
from app.controllers.document_search import DocumentSearchController
from app.controllers.documents import DocumentsController
from app.presenters.documents import DocumentsPresenter
from runtime.documents.rows import Collection
from runtime.documents.views import DocumentView
from tests.made_up_documents import MadeUpDocuments

WAIT_S = 30.0


class Scene:
    """Owns the threads; ``wait`` lets the application work for so many seconds."""

    def __init__(self, wait: Callable[[float], None]) -> None:
        self._wait = wait
        # Nothing is left to Python's collector: it runs in any thread, and what belongs to Qt must end in this one.
        self._owner = QObject()
        self.bridge = EventBridge(self._owner)
        self.documents = MadeUpDocuments(on_event=self.bridge.deliver)
        self._runners = [TaskRunner(name, self._owner) for name in ("asked", "searched", "drawn", "warmed")]
        asks, searches, drawing, warming = self._runners
        self.controller = DocumentsController(lambda: self.documents, self.bridge, asks, self._owner)
        self.searching = DocumentSearchController(lambda: self.documents, searches, warming, self._owner)
        self.pages = DocumentPagesController(lambda: self.documents, drawing, self._owner)
        self.presenter = DocumentsPresenter(self.controller, self.searching, self.pages, self._owner)
        self.page = self.presenter.page
        self.shown: QWidget | None = None

    def open(self, views: Iterable[DocumentView] = (), collections: Iterable[Collection] = ()) -> None:
        """Show the page with these documents."""
        self.documents.views = {view.id: view for view in views}
        self.documents.known = {each.id: each for each in collections}
        self.page.show()
        self.presenter.opened()
        self.until(lambda: self.page.lists.loaded)
        self.page.setFocus()
        QApplication.processEvents()  # the bars that came have made the list smaller

    def search(self, words: str) -> None:
        """Type words and wait for what is found."""
        self.page.field.setText(words)
        self.until(lambda: self.searching.words == words and not self.searching.asking)

    def hover(self) -> None:
        """Files are held over the page."""
        self.page.overlay.appear()

    def looking(self) -> bool:
        """A page is there to look at."""
        return self.page.viewer.shown is not None and bool(self.page.viewer.shown.text)

    def drawn(self) -> bool:
        """Its picture is there."""
        return self.page.viewer.shown is not None and self.page.viewer.shown.image is not None

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the application work until something is so."""
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass"
            self._wait(0.01)

    def close(self) -> None:
        """End everything."""
        self.bridge.close()
        for runner in self._runners:
            runner.close()
        self.page.close()
        self._owner.deleteLater()
        self.page.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
