"""The title above the chat; where it may be changed, a press on it turns it into a field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from app.theme.theme import current_theme
from app.widgets.labels import ElidedLabel

LONGEST = 200
FIELD_WIDTH = 320
EDGE = 8


class ChatTitle(QWidget):
    """A label, a button that looks like it, or a field: one of the three.

    Signals:
        renamed: the new title, never empty.
    """

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._can_rename = False
        self._label = ElidedLabel(role="subheading")
        self._button = _TitleButton()
        self._field = _TitleField()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        layout = self._layout = QHBoxLayout(self)
        for widget in (self._label, self._button, self._field):
            layout.addWidget(widget)
        self._button.clicked.connect(self.start_rename)
        self._field.editingFinished.connect(self._keep)
        self._field.cancelled.connect(self._on_cancelled)
        self._show()

    def set_title(self, title: str) -> None:
        """Another title; one that is being typed for the old one is given up."""
        if title != self._title:
            self._title = title
            self.cancel_rename()
            self._show()

    def set_can_rename(self, can: bool) -> None:
        """Whether a press on the title changes it."""
        self._can_rename = can
        if not can:
            self.cancel_rename()
        self._show()

    def start_rename(self) -> None:
        """Turn the title into a field."""
        if self._can_rename and self._field.isHidden():
            self._field.setText(self._title)
            self._field.show()
            self._show()
            self._field.setFocus()
            self._field.selectAll()

    def cancel_rename(self) -> None:
        """Back to the title as it was."""
        if not self._field.isHidden():
            self._field.hide()  # hidden, it no longer keeps what was typed as it loses the keyboard
            self._show()

    def _on_cancelled(self) -> None:
        self.cancel_rename()
        self._button.setFocus()

    def _keep(self) -> None:
        if self._field.isHidden():
            return
        by_key = self._field.hasFocus()
        title = " ".join(self._field.text().split())
        self.cancel_rename()
        if by_key:
            self._button.setFocus()
        if title and title != self._title:
            self._title = title
            self._show()
            self.renamed.emit(title)

    def _show(self) -> None:
        editing = not self._field.isHidden()
        self._label.setText(self._title)
        self._button.set_title(self._title)
        self._label.setVisible(not self._can_rename)
        # The words stay where they are when the button's edge comes around them.
        self._layout.setContentsMargins(0 if self._can_rename else EDGE, 0, 0, 0)
        self._button.setVisible(self._can_rename and not editing)
        self.updateGeometry()


class _TitleButton(QPushButton):
    """Looks like a title, and ends in … where the room does."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self.setProperty("kind", "title")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        """The title is its name, too; & is no key here."""
        self._title = " ".join(title.split())
        self.setText(self._title.replace("&", "&&"))
        self.setToolTip(f"{self._title}\nPress to rename" if title else "")
        self.setAccessibleName(self._title)
        self.setAccessibleDescription("Renames this chat")

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must be."""
        return QSize(48, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button with as much of the title as there is room for."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        shown = self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        option.text = shown.replace("&", "&&")
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


class _TitleField(QLineEdit):
    """Return and leaving it keep; Escape cancels, and reaches nobody else.

    Signals:
        cancelled: Escape.
    """

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Name of this chat")
        self.setMaxLength(LONGEST)
        self.hide()

    def sizeHint(self) -> QSize:
        """Room to type a name."""
        return QSize(current_theme().px(FIELD_WIDTH), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must be."""
        return QSize(96, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Escape belongs to this field before it belongs to the window."""
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up what was typed."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
