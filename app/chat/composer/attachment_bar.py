"""The files that go with the next question, as chips above the field. Each can be taken away again."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QStyle, QWidget

from app.theme.theme import current_theme
from app.widgets.buttons import IconButton
from app.widgets.labels import ElidedLabel, PlainLabel
from app.widgets.layouts import drop
from app.widgets.pictures import IconPicture

GAP = 6
WIDEST = 300
ROWS_AT_MOST = 3
LARGE_TEXT = 1.4


@dataclass(frozen=True)
class AttachmentChip:
    """A file beside the question: its name, and a word about it such as "12 kB"."""

    name: str
    detail: str = ""


class AttachmentBar(QScrollArea):
    """Chips in rows, as many as the width needs; beyond a few rows it scrolls. Without chips it is not there.

    Signals:
        removed: the place of the chip whose × was pressed.
    """

    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachments")
        self.setAccessibleName("Files for this question")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inner = QWidget()
        self._inner.setObjectName("attachments")
        self.setWidget(self._inner)
        self._chips: list[_Chip] = []
        self._shown: tuple[AttachmentChip, ...] = ()
        current_theme().changed.connect(self._place)
        self.hide()

    @property
    def buttons(self) -> list[QWidget]:
        """The × of each chip."""
        return [chip.remove_button for chip in self._chips]

    def set_chips(self, chips: tuple[AttachmentChip, ...]) -> bool:
        """Show these files. False when the keyboard was on a chip and there is none left to hold it."""
        if chips == self._shown:
            return True
        held = next((place for place, chip in enumerate(self._chips) if chip.remove_button.hasFocus()), None)
        for chip in self._chips:
            drop(chip)
        self._shown = chips
        self._chips = [_Chip(chip, self._inner) for chip in chips]
        for place, made in enumerate(self._chips):
            made.remove_button.clicked.connect(lambda _checked=False, place=place: self.removed.emit(place))
            made.show()
        self.setVisible(bool(chips))
        self._place()
        if held is not None and self._chips:
            self._chips[min(held, len(self._chips) - 1)].remove_button.setFocus()
        return held is None or bool(self._chips)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other rows."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width = self.viewport().width()
        x = y = row_height = 0
        places: list[QRect] = []
        for chip in self._chips:
            wanted = chip.sizeHint()
            chip_width = min(wanted.width(), current_theme().px(WIDEST), width)
            if x and x + chip_width > width:
                x, y = 0, y + row_height + GAP
            places.append(QRect(x, y, chip_width, wanted.height()))
            row_height = wanted.height()
            x += chip_width + GAP
        height = y + row_height
        area = QRect(0, 0, width, height)
        for chip, place in zip(self._chips, places, strict=True):
            chip.setGeometry(QStyle.visualRect(self.layoutDirection(), area, place))
        self._inner.resize(width, height)
        rows = ROWS_AT_MOST - (current_theme().text_scale >= LARGE_TEXT)
        self.setFixedHeight(min(height, rows * (row_height + GAP) - GAP))


class _Chip(QFrame):
    def __init__(self, chip: AttachmentChip, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("file_chip")
        self.setAccessibleName(f"{chip.name}, {chip.detail}" if chip.detail else chip.name)
        name = ElidedLabel(chip.name)
        name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        detail = PlainLabel(f"· {chip.detail}", wrap=False)
        detail.setVisible(bool(chip.detail))
        self.remove_button = IconButton("x", f"Remove {chip.name}", "text2", 14, square=26)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 2, 2, 2)
        layout.setSpacing(6)
        middle = Qt.AlignmentFlag.AlignVCenter  # without it the lowest of them would bound the height of all
        layout.addWidget(IconPicture("file-text", "accent", 16), 0, middle)
        layout.addWidget(name, 1)
        layout.addWidget(detail)
        layout.addWidget(self.remove_button, 0, middle)
