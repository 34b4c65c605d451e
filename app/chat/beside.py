"""The conversation, and beside it whatever a person wants to read while talking: the page of a document."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QWidget
from shiboken6 import isValid

from app.theme.theme import current_theme

# Narrower than this the page takes the place of the conversation until it is closed.
SIDE_BY_SIDE = 800
LEAST = 340
SHARE = 0.46
LEAST_SHARE, MOST_SHARE = 0.2, 0.8


class Beside(QSplitter):
    """Owns how the width is shared; :attr:`share` is the person's own.

    Signals:
        covering_changed: what is beside takes the place of the conversation, or leaves it again.
        closed: what was beside is away.
        share_changed: the person pulled the border; the share of what is beside, 0 to 1.
    """

    closed = Signal()
    share_changed = Signal(float)
    covering_changed = Signal(bool)

    def __init__(self, conversation: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._conversation = conversation
        self._side: QWidget | None = None
        self._focus_before: QWidget | None = None
        self.share = SHARE
        self._covering = False
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.addWidget(conversation)
        self.splitterMoved.connect(self._on_moved)
        current_theme().changed.connect(self._dress)
        self._dress()

    @property
    def is_open(self) -> bool:
        """Whether something is beside the conversation."""
        return self._side is not None and not self._side.isHidden()

    def put(self, side: QWidget) -> None:
        """What is shown beside when it is opened."""
        self._side = side
        self.addWidget(side)
        side.setMinimumWidth(LEAST)
        side.hide()

    def open(self) -> None:
        """Show it, with the keyboard on it."""
        if self._side is None:
            return
        if not self.is_open:
            self._focus_before = QApplication.focusWidget()
            self._side.show()
            self._divide()
        self._fit()
        self._side.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_share(self, share: float) -> None:
        """The share of an earlier run; a strange one is ignored."""
        if LEAST_SHARE <= share <= MOST_SHARE:
            self.share = share

    def close_side(self) -> None:
        """Only the conversation again; the keyboard goes back to where it was."""
        if self._side is None or not self.is_open:
            return
        focus = QApplication.focusWidget()
        inside = focus is not None and self._side.isAncestorOf(focus)
        self._side.hide()
        self._fit()
        before, self._focus_before = self._focus_before, None
        if inside or focus is None:
            back = before if before is not None and isValid(before) and before.isVisible() else self._conversation
            back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    # --- room and keys --------------------------------------------------------------------------------------------

    def _divide(self) -> None:
        side = round(self.width() * self.share)
        self.setSizes([max(self.width() - side, LEAST), max(side, LEAST)])

    def _fit(self) -> None:
        room = self.width() >= SIDE_BY_SIDE * max(1.0, current_theme().text_scale * 0.85)
        covering = self.is_open and not room
        self._conversation.setVisible(not covering)
        if covering != self._covering:
            self._covering = covering
            self.covering_changed.emit(covering)

    def _on_moved(self, _position: int, _index: int) -> None:
        sizes = self.sizes()
        if self.is_open and len(sizes) > 1 and min(sizes) > 0:
            self.share = sizes[-1] / sum(sizes)
            self.share_changed.emit(self.share)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The shares stay."""
        super().resizeEvent(event)
        self._fit()
        if self.is_open and not self._conversation.isHidden():
            self._divide()

    def event(self, event: QEvent) -> bool:
        """Escape that nobody inside had a use for closes the page; the window must not take it for "stop"."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self._is_ours():
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.close_side()
                return True
        return super().event(event)

    def _is_ours(self) -> bool:
        """Elsewhere in the conversation Escape stops the answer."""
        focus = QApplication.focusWidget()
        inside = self._side is not None and focus is not None and self._side.isAncestorOf(focus)
        return self.is_open and (inside or self._covering)

    def _dress(self) -> None:
        self.setStyleSheet(f"QSplitter::handle {{ background: {current_theme().tokens.line}; }}")
        self._fit()
