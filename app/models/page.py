"""The page "Models": what is on its way above, and three places below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.models import reading_order
from app.models.find_place import FindPlace
from app.models.here_place import HerePlace
from app.models.measuring_line import MeasuringLine
from app.models.places import PLACES, Places
from app.models.shelf_place import ShelfPlace
from app.models.shelve_dialog import ShelveDialog
from app.models.way_strip import WayStrip
from app.widgets.buttons import IconButton
from app.widgets.page import ColumnPage
from app.widgets.saying import seen
from app.widgets.words import Words

PAGE_WIDTH = 860


class ModelsPage(ColumnPage):
    """Owns the parts: ``way`` (WayStrip), ``here`` (HerePlace), ``finder`` (FindPlace), ``shelf`` (ShelfPlace),
    ``measuring`` (MeasuringLine). Each is given what it shows and has signals of its own.

    Signals:
        place_shown: "here", "find" or "shelf" came to the front.
        shelve_requested: a model's id, the folder of a shelf, and whether it is to be removed here afterwards.
        back_requested: return to the conversation.
    """

    place_shown = Signal(str)
    shelve_requested = Signal(str, str, bool)
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PAGE_WIDTH, centred=False, parent=parent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.places = Places()
        self.way = WayStrip()
        self.here = HerePlace()
        self.finder = FindPlace()
        self.shelf = ShelfPlace()
        self.measuring = MeasuringLine()
        self._parts: dict[str, QWidget] = {"here": self.here, "find": self.finder, "shelf": self.shelf}
        self._build()
        self.places.currentChanged.connect(self._on_place)
        self.here.find_requested.connect(lambda: self.show_place("find"))
        self.here.shelve_wanted.connect(self._ask_where)
        for keys, step in ((QKeySequence.StandardKey.NextChild, 1), (QKeySequence.StandardKey.PreviousChild, -1)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self._step(step))
        focus_tells = QApplication.instance()
        assert isinstance(focus_tells, QApplication)
        focus_tells.focusChanged.connect(self._on_focus)
        self._on_place()

    def _build(self) -> None:
        back = IconButton("arrow-left", "Back to the chat")
        back.clicked.connect(self.back_requested)
        title = QHBoxLayout()
        title.addWidget(back)
        title.addWidget(Words("Models", "title"), 1)
        tabs = QHBoxLayout()
        tabs.addWidget(self.places)
        tabs.addStretch(1)
        parts = QVBoxLayout()
        parts.setContentsMargins(0, 4, 0, 0)
        self.column.addLayout(title)
        self.column.addWidget(self.way)
        self.column.addLayout(tabs)
        self.column.addWidget(self.measuring)
        for part in self._parts.values():
            parts.addWidget(part)
        self.column.addLayout(parts)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes here begins in one place. A proxy would do so too, and Tab would pass over all before it."""
        self.places.setFocus(event.reason())

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on as the page is read, and from its end to what comes after it."""
        wanted = reading_order.step(self, self.widget(), forward)
        if wanted is None:
            return super().focusNextPrevChild(forward)
        wanted.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        if self.isAncestorOf(wanted):
            self.ensureWidgetVisible(wanted)
        return True

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """The keyboard is elsewhere in the window, and may come back from either side."""
        body = self.widget()
        if body is None or new is None or not self.isVisible() or self.isAncestorOf(new):
            return
        if new.window() is self.window():
            reading_order.chain(body)

    def show_place(self, place: str) -> None:
        """Bring one of "here", "find" and "shelf" to the front."""
        self.places.go_to(place)

    def _on_place(self) -> None:
        place = self.places.place()
        for name, part in self._parts.items():
            seen(part, name == place)
        self.measuring.belong(place != "shelf")  # there are no speeds
        self.verticalScrollBar().setValue(0)
        self.place_shown.emit(place)

    def _step(self, step: int) -> None:
        self.places.setCurrentIndex((self.places.currentIndex() + step) % len(PLACES))

    def _ask_where(self, model_id: str) -> None:
        model = self.here.model(model_id)
        if model is None:
            return
        dialog = ShelveDialog(model, self.shelf.shelves, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.agreed.connect(lambda folder, then: self.shelve_requested.emit(model_id, folder, then))
        dialog.open()
