"""Where files and folders are let go: a large area while there is nothing, a slim one later, and an overlay."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.theme.theme import current_theme
from app.widgets.labels import PlainLabel
from app.widgets.page import TurningRow
from app.widgets.pictures import IconPicture

TITLE = "Drop files or folders here"
KINDS = (
    "PDF, Word, PowerPoint, Excel, OpenDocument, e-books, mail, web pages, scans and pictures, text and source code."
)
PROMISE = "They are read where they lie. Nothing is copied, changed or sent anywhere."
SLIM = "Drop more files or folders anywhere on this page."
CORNER = 16


def local_paths(source: QMimeData) -> list[str]:
    """The files and folders of a drop that are on this computer."""
    return [url.toLocalFile() for url in source.urls() if url.isLocalFile()]


class DropArea(QWidget):
    """A dashed area with what can be dropped and the buttons for those who don't drag."""

    def __init__(self, *buttons: QPushButton) -> None:
        super().__init__()
        self.setAccessibleName(f"{TITLE}. {PROMISE}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 36, 32, 36)
        layout.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignHCenter
        layout.addStretch(1)
        layout.addWidget(IconPicture("folder-open", "accent", 44), 0, middle)
        layout.addSpacing(4)
        for text, role in ((TITLE, "heading"), (KINDS, "facts"), (PROMISE, "facts")):
            label = PlainLabel(text, role)
            label.setAlignment(middle)
            layout.addWidget(label)
        layout.addSpacing(10)
        row = TurningRow()
        row.setSpacing(10)
        row.addStretch(1)
        for each in buttons:
            row.addWidget(each, 0, middle)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(2)
        current_theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dashed line."""
        painter = QPainter(self)
        draw_dashes(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), "control", "card")


class DropOverlay(QWidget):
    """Covers its page while files are held over it, and takes the drop.

    Signals:
        dropped: local paths.
    """

    dropped = Signal(list)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._entered = False
        self.setAcceptDrops(True)
        self.setAccessibleName(TITLE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 24, 40, 24)
        layout.addStretch(1)
        layout.addWidget(IconPicture("folder-open", "accent", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        for text, role in (("Drop to add to your documents", "heading"), (PROMISE, "facts")):
            label = PlainLabel(text, role)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(1)
        page.setAcceptDrops(True)
        page.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The page hears of a drag only until the mouse is over this."""
        if watched is not self._page:
            return False
        if isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            self.dropEvent(event)
            return True
        if isinstance(event, QDragEnterEvent) and local_paths(event.mimeData()):
            event.acceptProposedAction()
            self.appear()
            return True
        if event.type() is QEvent.Type.DragLeave:
            # It also leaves the page when this comes to lie between.
            QTimer.singleShot(0, self, self._hide_unless_entered)
        elif event.type() is QEvent.Type.Resize:
            self.setGeometry(self._page.rect())
        return False

    def appear(self) -> None:
        """Files came over the page."""
        self._entered = False
        self.setGeometry(self._page.rect())
        self.raise_()
        self.show()

    def _hide_unless_entered(self) -> None:
        if not self._entered:
            self.hide()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are over this."""
        if local_paths(event.mimeData()):
            self._entered = True
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went away again."""
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """They were let go."""
        self.hide()
        paths = local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A soft ground that lets the page be guessed."""
        painter = QPainter(self)
        ground = QColor(current_theme().tokens.bg)
        ground.setAlphaF(0.9)
        painter.fillRect(self.rect(), ground)
        draw_dashes(painter, QRectF(self.rect()).adjusted(12, 12, -12, -12), "accent", "soft")


def draw_dashes(painter: QPainter, area: QRectF, line: str, ground: str) -> None:
    """A rounded area with a dashed line around it."""
    tokens = current_theme().tokens
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(getattr(tokens, line)), 1.5, Qt.PenStyle.DashLine)
    pen.setDashPattern([4, 4])
    painter.setPen(pen)
    painter.setBrush(QColor(getattr(tokens, ground)))
    painter.drawRoundedRect(area, CORNER, CORNER)
