"""What is seen over the page while files are held over it: that they may be let go here, and where they go."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
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

from app.chat.composer.question_field import local_paths
from app.theme.theme import current_theme
from app.widgets.labels import PlainLabel
from app.widgets.pictures import IconPicture

TITLE = "Drop files or folders here"
SENTENCE = (
    "Notes, tables and source code go with your question.\n"
    "PDFs, office files, scans and folders go to your documents, where you can search them."
)
MARGIN, CORNER = 12, 16


class DropOverlay(QWidget):
    """Covers its page and takes the drop itself: the page hears of a drag only until the mouse is over this.

    Signals:
        files_dropped: local paths.
    """

    files_dropped = Signal(list)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._entered = False
        self._application = QApplication.instance() or page
        self._title = PlainLabel(TITLE, "heading")
        self._sentence = PlainLabel(SENTENCE, "facts")
        self.setAccessibleName(f"{TITLE}. {SENTENCE}")
        self.setAcceptDrops(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 24, 40, 24)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(IconPicture("file-text", "accent", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(1)
        current_theme().changed.connect(self.update)
        page.installEventFilter(self)
        self.hide()

    def appear(self) -> None:
        """Files came over the page."""
        self._entered = False
        self.setGeometry(self._page.rect())
        self.raise_()
        self.show()

    def leave(self) -> None:
        """The files left the page, which also happens when this comes to lie between them and the page."""
        QTimer.singleShot(0, self, self._hide_unless_entered)

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
        """They were let go. The page hands its own drops here."""
        self.hide()
        paths = local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.files_dropped.emit(paths)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Some desktops forget to say that a drag ended; a click is proof that it did."""
        self.hide()

    # --- Escape, size, look ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard is anywhere: Escape is looked for in the whole application."""
        self._application.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing to look for any more."""
        self._application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape hides this and does nothing else; the page's size is this one's."""
        if watched is self._page and event.type() is QEvent.Type.Resize:
            self.setGeometry(self._page.rect())
        if self.isVisible() and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.KeyPress:
                self.hide()
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A soft ground that lets the page be guessed, and a dashed line around it."""
        tokens = current_theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(tokens.bg)
        ground.setAlphaF(0.9)
        painter.fillRect(self.rect(), ground)
        pen = QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.soft))
        inset = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        painter.drawRoundedRect(inset, CORNER, CORNER)
