"""A page as a picture, with the passage marked on it. Asks for as many pixels as it shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.documents import ink
from app.documents.shown import Edges
from app.theme.tokens import LIGHT

MARGIN = 16
REST_MS = 90
STEP_PX = 32
MOST_PX = 4000
ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
PAPER_WIDTH = 900
PAD = 1.5
MARKED, WORDS = "#C6E5DE", "#A6DACE"
UNDERLINE = 1.5


class PageCanvas(QAbstractScrollArea):
    """Owns the picture that is shown. A sharper one is asked for, and the old one stays until it comes.

    Signals:
        width_wanted: how many pixels wide the page is shown now.
        turned: -1 or 1, when the keyboard or the wheel goes over the end of the page.
        zoomed: another zoom.
    """

    width_wanted = Signal(int)
    turned = Signal(int)
    zoomed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._image: QImage | None = None
        self._points = (595.0, 842.0)
        self._boxes: tuple[Edges, ...] = ()
        self._words: tuple[Edges, ...] = ()
        self._asked = 0
        self._to_passage = False
        self.zoom = 1.0
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask)

    # --- what is shown --------------------------------------------------------------------------------------------

    def begin(self, width: float, height: float) -> None:
        """Another page, so large in points; its picture comes later."""
        self._points = (max(width, 1.0), max(height, 1.0))
        self._image, self._boxes, self._words, self._asked = None, (), (), 0
        self._measure()
        self.verticalScrollBar().setValue(0)
        self._ask()

    def show_image(self, image: QImage | None) -> None:
        """The page as pixels."""
        if image is not None and image is not self._image:
            self._image = image
            self.viewport().update()

    def show_boxes(self, boxes: tuple[Edges, ...], words: tuple[Edges, ...] = ()) -> None:
        """Where the passage stands, in points from the lower left corner; it is scrolled to. ``words``: those in it
        that were looked for."""
        if words != self._words:
            self._words = words
            self.viewport().update()
        if boxes != self._boxes:
            self._boxes = boxes
            self._go_to_passage()
            self.viewport().update()

    def boxes_shown(self) -> tuple[QRectF, ...]:
        """The marked places in the viewport."""
        return tuple(self._place(box) for box in self._boxes)

    def words_shown(self) -> tuple[QRectF, ...]:
        """The marked words in the viewport."""
        return tuple(self._place(box) for box in self._words)

    def page_place(self) -> QRect:
        """Where the page is in the viewport."""
        width, height = self._size()
        left = max((self.viewport().width() - width) // 2, MARGIN) - self.horizontalScrollBar().value()
        return QRect(left, MARGIN - self.verticalScrollBar().value(), width, height)

    # --- size -----------------------------------------------------------------------------------------------------

    def set_zoom(self, zoom: float) -> None:
        """1 is as wide as there is room."""
        before = self.zoom
        self.zoom = min(max(zoom, ZOOMS[0]), ZOOMS[-1])
        if self.zoom != before:
            middle = self.verticalScrollBar().value() + self.viewport().height() / 2
            self._measure()
            self.verticalScrollBar().setValue(round(middle * self.zoom / before - self.viewport().height() / 2))
            self._rest.start()
            self.viewport().update()
            self.zoomed.emit()

    def step_zoom(self, by: int) -> None:
        """One step larger or smaller."""
        steps = [z for z in ZOOMS if (z > self.zoom + 0.01 if by > 0 else z < self.zoom - 0.01)]
        if steps:
            self.set_zoom(steps[0] if by > 0 else steps[-1])

    def _size(self) -> tuple[int, int]:
        # Room for the scroll bar is kept in any case: a page that just fits without one would have it come and go.
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        width = max(round(min(room - 2 * MARGIN, PAPER_WIDTH) * self.zoom), 40)
        return width, max(round(width * self._points[1] / self._points[0]), 40)

    def _measure(self) -> None:
        width, height = self._size()
        view = self.viewport()
        for bar, needed, room in (
            (self.horizontalScrollBar(), width, view.width()),
            (self.verticalScrollBar(), height, view.height()),
        ):
            bar.setRange(0, max(needed + 2 * MARGIN - room, 0))
            bar.setPageStep(room - 40)
            bar.setSingleStep(40)

    def _ask(self) -> None:
        ratio = self.devicePixelRatioF()
        wanted = min(-(-round(self._size()[0] * ratio) // STEP_PX) * STEP_PX, MOST_PX)
        if wanted != self._asked and self.isVisible():
            self._asked = wanted
            self.width_wanted.emit(wanted)

    def _place(self, box: Edges) -> QRectF:
        page = self.page_place()
        scale = page.width() / self._points[0]
        left, bottom, right, top = box
        height = self._points[1]
        return QRectF(
            QPointF(page.left() + (left - PAD) * scale, page.top() + (height - top - PAD) * scale),
            QPointF(page.left() + (right + PAD) * scale, page.top() + (height - bottom + PAD) * scale),
        )

    def _go_to_passage(self) -> None:
        self._to_passage = bool(self._boxes) and not self.isVisible()
        if not self._boxes:
            return
        first = min((self._place(box) for box in self._boxes), key=lambda place: place.top())
        bar = self.verticalScrollBar()
        wanted = first.top() + bar.value() - self.viewport().height() / 4
        if first.top() < 0 or first.bottom() > self.viewport().height() * 0.8:
            bar.setValue(round(wanted))

    # --- events ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper, picture, marks."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), ink.colour("card"))
        page = self.page_place()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(page, Qt.GlobalColor.white)
        if self._image is not None:
            painter.drawImage(page, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(page)  # a line may run off the paper
        self._draw_marks(painter)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink.colour("accent" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
        painter.drawRect(page)

    def _draw_marks(self, painter: QPainter) -> None:
        """The paper is white in the dark as well, so its marks are the light ones. Words also get a line: colour alone
        would not be seen by everybody."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        places, words = self.boxes_shown(), self.words_shown()
        for rounded, ground in ((places, MARKED), (words, WORDS)):
            together = QPainterPath()
            together.setFillRule(Qt.FillRule.WindingFill)
            for place in rounded:
                together.addRoundedRect(place, 3, 3)
            painter.setBrush(QColor(ground))
            painter.drawPath(together)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setBrush(QColor(LIGHT.accent))
        for word in words:
            painter.drawRect(QRectF(word.left(), word.bottom() - UNDERLINE, word.width(), UNDERLINE))
        if places:
            top, bottom = min(p.top() for p in places), max(p.bottom() for p in places)
            painter.drawRoundedRect(QRectF(min(p.left() for p in places) - 8, top, 3, bottom - top), 1.5, 1.5)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The picture is drawn where it is now."""
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another size of the page; the sharper picture comes when the size rests."""
        super().resizeEvent(event)
        self._measure()
        self._rest.start()
        if self._to_passage:
            self._go_to_passage()

    def showEvent(self, event: QShowEvent) -> None:
        """What was laid out while it was hidden asked for no picture."""
        super().showEvent(event)
        self._rest.start()

    def event(self, event: QEvent) -> bool:
        """Moved to a screen of other sharpness."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._rest.start()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that scroll go on with the next page at its end."""
        bar, key = self.verticalScrollBar(), event.key()
        down = key in (Qt.Key.Key_PageDown, Qt.Key.Key_Space, Qt.Key.Key_Down)
        up = key in (Qt.Key.Key_PageUp, Qt.Key.Key_Up)
        wide = self.horizontalScrollBar().maximum() > 0
        if (down and bar.value() == bar.maximum()) or (key == Qt.Key.Key_Right and not wide):
            self.turned.emit(1)
        elif (up and bar.value() == 0) or (key == Qt.Key.Key_Left and not wide):
            self.turned.emit(-1)
        elif key == Qt.Key.Key_Space:
            bar.setValue(bar.value() + bar.pageStep())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(0 if key == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl the wheel zooms."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.step_zoom(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)
