"""Pages to look at: text first, then the places of the passage and the picture."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.bridge.tasks import TaskRunner
from app.controllers.document_calls import Documents, Edges
from app.sentences.documents import Marks, marks_on_page
from runtime.api import CancelToken, DocumentView, Hit, PageText, Problem

KEPT = 6
Key = tuple[int, int, int]


@dataclass(frozen=True)
class LookedAt:
    """A page as far as it is known. ``hit`` is the passage that led here. ``undrawn``: there is no picture of it.
    ``answered``: whatever there is of the document and the page's text has come."""

    document_id: int
    number: int
    hit: Hit | None = None
    view: DocumentView | None = None
    text: PageText | None = None
    boxes: tuple[Edges, ...] = ()
    words: tuple[Edges, ...] = ()
    image: QImage | None = None
    undrawn: bool = False
    answered: bool = False
    problem: Problem | None = None

    @property
    def passage(self) -> str:
        """The text to be marked on the page; "" for none."""
        if self.hit is None or self.hit.page != self.number:
            return ""
        body = self.text.text[self.hit.start : self.hit.stop] if self.text is not None else ""
        return body or self.hit.text

    @property
    def marks(self) -> Marks:
        """Where the words looked for stand in the text of the page."""
        hit, text = self.hit, self.text
        if hit is None or text is None or hit.page != self.number:
            return ()
        return marks_on_page(hit.text, hit.highlights, text.text, hit.start, hit.stop)


class DocumentPagesController(QObject):
    """Shows one page at a time; an answer for a page that was left is dropped.

    Signals:
        changed: :attr:`page` is new, or more of it is known.
    """

    changed = Signal()

    def __init__(self, documents: Documents, drawing: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents = documents
        self._drawing = drawing
        self._open = CancelToken()
        self._wanted = CancelToken()
        self._kept: OrderedDict[Key, QImage] = OrderedDict()
        self.page: LookedAt | None = None

    def open(self, document_id: int, number: int = 1, hit: Hit | None = None) -> None:
        """Look at a page; ``hit`` is marked if it stands there."""
        self._open.cancel()
        self._wanted.cancel()
        opened = self._open = CancelToken()
        before = self.page
        self.page = LookedAt(document_id, number, hit)

        def ask() -> tuple[DocumentView | None, PageText | None]:
            if opened.cancelled:
                return None, None
            documents = self._documents()
            return documents.document(document_id), documents.page_text(document_id, number)

        def on_text(found: tuple[DocumentView | None, PageText | None]) -> None:
            if not opened.cancelled:
                self._put(replace(self._now(), view=found[0], text=found[1], answered=True))
                self._find_passage(opened)

        if before is None or before.document_id != document_id:
            self._kept.clear()
        self._drawing.run(ask, on_text, lambda problem: self._on_problem(opened, problem))

    def turn(self, number: int) -> None:
        """Another page of the same document."""
        if self.page is not None:
            self.open(self.page.document_id, number, self.page.hit)

    def draw(self, width_px: int) -> None:
        """The page's picture, so wide. What was asked before and has not begun is not wanted any more."""
        page = self.page
        if page is None or page.text is None or not page.text.width or page.undrawn:
            return
        key = (page.document_id, page.number, width_px)
        if key in self._kept:
            self._kept.move_to_end(key)
            self._put(replace(page, image=self._kept[key]))
            return
        self._wanted.cancel()
        wanted = self._wanted = CancelToken()

        def ask() -> QImage | None:
            if wanted.cancelled:
                return None
            drawn = self._documents().page_image(page.document_id, page.number, width_px)
            return QImage.fromData(drawn.png)

        def on_drawn(image: QImage | None) -> None:
            if wanted.cancelled or image is None:
                return
            self._kept[key] = image
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self._put(replace(self._now(), image=image))

        def on_problem(problem: Problem) -> None:
            if not wanted.cancelled:
                self._put(replace(self._now(), undrawn=True, problem=problem))

        self._drawing.run(ask, on_drawn, on_problem)

    def close(self) -> None:
        """Nobody looks any more."""
        self._open.cancel()
        self._wanted.cancel()
        self.page = None
        self._kept.clear()

    def _find_passage(self, opened: CancelToken) -> None:
        page = self._now()
        if not page.passage or page.text is None or not page.text.width:
            return
        places = _places_in(page.text, page.hit) if page.text.recognised else ()
        if places:
            self._put(replace(page, boxes=places))
            return

        def ask() -> tuple[Edges, ...]:
            if opened.cancelled:
                return ()
            return tuple(self._documents().passage_boxes(page.document_id, page.number, page.passage))

        def on_boxes(boxes: tuple[Edges, ...]) -> None:
            if opened.cancelled or page.text is None:
                return
            self._put(replace(self._now(), boxes=boxes or _places_in(page.text, page.hit)))
            if boxes:
                self._find_words(opened, page)

        # Without the places the page is still worth looking at.
        self._drawing.run(ask, on_boxes, lambda _problem: on_boxes(()))

    def _find_words(self, opened: CancelToken, page: LookedAt) -> None:
        """The words looked for, in the passage: after it, as they are the smaller part."""
        start = page.hit.start if page.hit is not None else 0
        marks = tuple((a - start, b - start) for a, b in page.marks)
        if not marks:
            return

        def ask() -> tuple[Edges, ...]:
            if opened.cancelled:
                return ()
            return tuple(self._documents().word_boxes(page.document_id, page.number, page.passage, marks))

        def on_words(words: tuple[Edges, ...]) -> None:
            if not opened.cancelled and words:
                self._put(replace(self._now(), words=words))

        self._drawing.run(ask, on_words, lambda _problem: None)

    def _on_problem(self, opened: CancelToken, problem: Problem) -> None:
        if not opened.cancelled:
            self._put(replace(self._now(), undrawn=True, problem=problem))

    def _now(self) -> LookedAt:
        assert self.page is not None  # closing cancels everything
        return self.page

    def _put(self, page: LookedAt) -> None:
        self.page = page
        self.changed.emit()


def _places_in(text: PageText, hit: Hit | None) -> tuple[Edges, ...]:
    """The blocks of a page in which a passage stands, as the index knows them: coarser than its lines."""
    if hit is None:
        return ()
    return tuple(
        (box.left, box.bottom, box.right, box.top)
        for box in text.boxes
        if box.start < hit.stop and box.stop > hit.start
    )
