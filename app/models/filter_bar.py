"""The filters and the order of what was found, in lay words."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from app.models.offer_faces import ANY_USE, ORDERS, Filter
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.flow import Flow
from app.widgets.saying import seen

ICON = 14


class FilterBar(QWidget):
    """Two buttons that stay down and two boxes.

    Signals:
        changed: another filter or order.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fits = _stays_down("Fits this computer", down=True)
        self.free = _stays_down("Free for any use")
        self.use = QComboBox()
        self.use.setAccessibleName("Kind of use")
        self.use.addItem(ANY_USE)
        self.order = QComboBox()
        self.order.setAccessibleName("Order of what was found")
        self.order.addItems(ORDERS)
        row = Flow(parent=self)
        for each in (self.fits, self.free, self.use, self.order):
            row.addWidget(each)
        for switch in (self.fits, self.free):
            switch.toggled.connect(self._changed)
        for box in (self.use, self.order):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.currentIndexChanged.connect(self._changed)
        current_theme().changed.connect(self._tint)
        self._tint()

    def filter(self) -> Filter:
        """What is chosen."""
        return Filter(self.fits.isChecked(), self.free.isChecked(), self.use.currentText(), self.order.currentText())

    def show_uses(self, uses: tuple[str, ...]) -> None:
        """The kinds of use that there are; the chosen one stays if it can."""
        wanted = [ANY_USE, *uses]
        if [self.use.itemText(row) for row in range(self.use.count())] == wanted:
            return
        chosen = self.use.currentText()
        self.use.blockSignals(True)
        self.use.clear()
        self.use.addItems(wanted)
        self.use.setCurrentIndex(wanted.index(chosen) if chosen in wanted else 0)
        self.use.blockSignals(False)
        seen(self.use, bool(uses))

    def lift(self) -> None:
        """Let everything through."""
        for each in (self.fits, self.free):
            each.setChecked(False)
        self.use.setCurrentIndex(0)

    def _changed(self, *_what: object) -> None:
        self._tint()
        self.changed.emit()

    def _tint(self) -> None:
        side = current_theme().px(ICON)
        for each in (self.fits, self.free):
            icon = current_theme().icon("check" if each.isChecked() else "plus", "accent", side)
            each.setIcon(icon)
            each.setIconSize(QSize(side, side))


def _stays_down(text: str, *, down: bool = False) -> QPushButton:
    made = button(text, "filter")
    made.setCheckable(True)
    made.setChecked(down)
    return made
