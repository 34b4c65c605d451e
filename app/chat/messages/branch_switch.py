"""Goes between the wordings of a question, or the tries at an answer: ‹ 2 / 3 ›."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.widgets.buttons import IconButton
from app.widgets.labels import PlainLabel


class BranchSwitch(QWidget):
    """Two buttons and where one is. Not there while there is only one version.

    Signals:
        chosen: the id of the version to show.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._siblings: tuple[str, ...] = ()
        self._place = 0
        self._earlier = IconButton("chevron-left", "Earlier version", size=16)
        self._later = IconButton("chevron-right", "Later version", size=16)
        self._count = PlainLabel(role="caption", wrap=False)
        self._earlier.clicked.connect(lambda: self._go(-1))
        self._later.clicked.connect(lambda: self._go(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self._earlier, self._count, self._later):
            row.addWidget(widget)
        self.hide()

    def say(self, siblings: tuple[str, ...], own: str) -> None:
        """All versions, oldest first, and the one that is shown."""
        self._siblings = siblings
        self._place = siblings.index(own) if own in siblings else 0
        number, last = self._place + 1, len(siblings)
        self._count.setText(f"{number} / {last}")
        self._count.setAccessibleName(f"Version {number} of {last}")
        focused = next((b for b in (self._earlier, self._later) if b.hasFocus()), None)
        self._earlier.setEnabled(number > 1)
        self._later.setEnabled(number < last)
        if focused is not None and not focused.isEnabled() and last > 1:
            other = self._later if focused is self._earlier else self._earlier
            other.setFocus(Qt.FocusReason.OtherFocusReason)
        self._point()
        self.setVisible(last > 1)

    def changeEvent(self, event: QEvent) -> None:
        """Where people read from the right, the arrows point the other way."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._point()

    def _point(self) -> None:
        icons = ["chevron-left", "chevron-right"]
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            icons.reverse()
        for side, icon in zip((self._earlier, self._later), icons, strict=True):
            side.show_icon(icon, "text2" if side.isEnabled() else "line")

    def _go(self, step: int) -> None:
        place = self._place + step
        if 0 <= place < len(self._siblings):
            self.chosen.emit(self._siblings[place])
