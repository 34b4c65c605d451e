"""What is seen over a page while files are held over it: that they may be let go here, and where they go."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.theme.theme import current_theme
from app.widgets.labels import PlainLabel
from app.widgets.pictures import IconPicture

MARGIN, CORNER = 12, 16


def local_paths(source: QMimeData) -> list[str]:
    """The files and folders of a drop or paste that are on this computer."""
    return [url.toLocalFile() for url in source.urls() if url.isLocalFile()]


class DropOverlay(QWidget):
    """Covers its page and takes the drop itself: the page hears of a drag only until the mouse is over this.

    Signals:
        dropped: local paths.
    """

    dropped = Signal(list)

    def __init__(self, page: QWidget, icon: str, title: str, sentence: str) -> None:
        super().__init__(page)
        self._page = page
        self._entered = False
        self._application = QApplication.instance() or page
        self.setAccessibleName(f"{title}. {sentence}")
        self.setAcceptDrops(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 24, 40, 24)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(IconPicture(icon, "accent", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        for text, role in ((title, "heading"), (sentence, "facts")):
            label = PlainLabel(text, role)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(1)
        current_theme().changed.connect(self.update)
        page.setAcceptDrops(True)
        page.installEventFilter(self)
        self.hide()

    def appear(self) -> None:
        """Files came over the page."""
        self._entered = False
        self.setGeometry(self._page.rect())
        self.raise_()
        self.show()

    def _hide_unless_entered(self) -> None:
        if not self._entered:
            self.hide()

    # --- the drag -------------------------------------------------------------------------------------------------

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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Some desktops forget to say that a drag ended; a click is proof that it did."""
        self.hide()

    # --- the page, Escape, look -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard is anywhere: Escape is looked for in the whole application."""
        self._application.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing to look for any more."""
        self._application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape hides this and does nothing else; the page's drags and size are this one's."""
        if self.isVisible() and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.KeyPress:
                self.hide()
            event.accept()
            return True
        return watched is self._page and self._of_page(event)

    def _of_page(self, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            self.dropEvent(event)  # let go before this was there
            return True
        if isinstance(event, QDragEnterEvent) and local_paths(event.mimeData()):
            event.acceptProposedAction()
            self.appear()
            return True
        if event.type() is QEvent.Type.DragLeave:
            # Also when this comes to lie between the files and the page.
            QTimer.singleShot(0, self, self._hide_unless_entered)
        elif event.type() is QEvent.Type.Resize:
            self.setGeometry(self._page.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """A soft ground that lets the page be guessed, and a dashed line around it."""
        painter = QPainter(self)
        ground = QColor(current_theme().tokens.bg)
        ground.setAlphaF(0.9)
        painter.fillRect(self.rect(), ground)
        inset = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        draw_dashes(painter, inset, "accent", "soft", 2)


def draw_dashes(painter: QPainter, area: QRectF, line: str, ground: str, width: float = 1.5) -> None:
    """A rounded area with a dashed line around it."""
    tokens = current_theme().tokens
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(getattr(tokens, line)), width, Qt.PenStyle.DashLine)
    pen.setDashPattern([4, 4])
    painter.setPen(pen)
    painter.setBrush(QColor(getattr(tokens, ground)))
    painter.drawRoundedRect(area, CORNER, CORNER)
