"""The files that came with a question, as chips."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.labels import ElidedLabel, PlainLabel
from app.widgets.layouts import empty
from app.widgets.pictures import IconPicture

CHIPS_AT_MOST = 5


class FileChip(QFrame):
    """A file's name beside a sheet of paper; a long name ends in … and is whole in the tooltip."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("file_chip")
        self.setAccessibleName(f"File: {name}")
        label = ElidedLabel(name, "chip")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 10, 5)
        row.setSpacing(6)
        row.addWidget(IconPicture("file-text", "accent", 16))
        row.addWidget(label, 1)


class FileChips(QWidget):
    """One chip for each file, and how many more there are. Without files it is not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._chips: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    def say(self, names: tuple[str, ...]) -> None:
        """The names of the files."""
        if names == self._names:
            return
        self._names = names
        self._chips = []
        empty(self._column)
        shown = names if len(names) <= CHIPS_AT_MOST else names[: CHIPS_AT_MOST - 1]
        for name in shown:
            self._add(FileChip(name, self))
        if len(shown) < len(names):
            more = PlainLabel(f"and {len(names) - len(shown)} more files", "facts", wrap=False, parent=self)
            more.setToolTip("\n".join(names[len(shown) :]))
            self._add(more)
        self.setVisible(bool(names))

    def fit_width(self, widest: int) -> int:
        """Give each chip the room its name needs, up to a limit; the widest of them."""
        widths = [0]
        for chip in self._chips:
            chip.ensurePolished()
            for label in chip.findChildren(ElidedLabel):
                label.ensurePolished()
            widths.append(min(chip.sizeHint().width(), widest))
            chip.setFixedWidth(widths[-1])
        return max(widths)

    def _add(self, chip: QWidget) -> None:
        self._chips.append(chip)
        self._column.addWidget(chip)
        chip.show()
