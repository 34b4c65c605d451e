"""Cards one under the other, matched by id, so that what did not change stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from app.models.card import CardView
from app.models.face import Face
from app.models.pile import Pile
from app.widgets.layouts import drop
from app.widgets.saying import seen

GAP = 10
MARGIN = 40
# A card takes some milliseconds to make. So many are made at once, the others a few at a time as the window finds time.
AT_ONCE = 8
A_FEW = 2
# Each card that comes or goes by itself lays out the whole page; from so many on it is done once, out of sight.
BULK = 4


class CardColumn(QWidget):
    """Up and down, Home and End go from card to card; the keyboard stays near when its card goes.

    Signals:
        pressed: id of the card whose button was pressed.
        instead_pressed: id of the card in which the better model was chosen.
        menu_requested: id, and the place on the screen where the menu belongs.
        completed: all cards are made.
    """

    pressed = Signal(str)
    instead_pressed = Signal(str)
    menu_requested = Signal(str, QPoint)
    completed = Signal()

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.views: dict[str, CardView] = {}
        self._faces: tuple[Face, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(lambda: self._bring(A_FEW))
        self._list = Pile(GAP, self)
        self.hide()

    def show_faces(self, faces: tuple[Face, ...], hidden: frozenset[str] = frozenset()) -> None:
        """Show these, in this order, changing only what differs. Those in ``hidden`` wait out of sight."""
        if (faces, hidden) == (self._faces, self._hidden):
            return
        self._faces, self._hidden = faces, hidden
        self._bring(AT_ONCE)

    @property
    def complete(self) -> bool:
        """Whether all cards are made."""
        return len(self.views) == len(self._faces)

    def _bring(self, at_most: int) -> None:
        """Bring all cards that there are up to date and make so many of those that are not there yet."""
        focus = self._focus()
        missing = [face.id for face in self._faces if face.id not in self.views and face.id not in self._hidden]
        missing += [face.id for face in self._faces if face.id not in self.views and face.id in self._hidden]
        making = set(missing[:at_most])
        bulk = self.isVisible() and self._changes(making) >= BULK
        if bulk:
            self.hide()
        self._drop_others()
        place = 0
        for face in self._faces:
            if face.id in self.views or face.id in making:
                self._show_face(place, face)
                place += 1
        self.views = {face.id: self.views[face.id] for face in self._faces if face.id in self.views}
        seen(self, any(face.id not in self._hidden for face in self._faces))
        self._keep_keyboard(focus)
        if not self.complete:
            self._later.start(0)
        elif making:
            self.completed.emit()

    def _changes(self, making: set[str]) -> int:
        """How many cards come or go."""
        wanted = {face.id for face in self._faces}
        flips = sum(view.isHidden() != (known in self._hidden) for known, view in self.views.items() if known in wanted)
        return len(making) + flips + sum(known not in wanted for known in self.views)

    def _drop_others(self) -> None:
        wanted = {face.id for face in self._faces}
        for gone in [known for known in self.views if known not in wanted]:
            view = self.views.pop(gone)
            self._list.removeWidget(view)
            drop(view)

    def _show_face(self, place: int, face: Face) -> None:
        view = self.views.get(face.id)
        if view is None:
            view = self.views[face.id] = CardView(face)
            view.pressed.connect(self.pressed)
            view.instead_pressed.connect(self.instead_pressed)
            view.menu_requested.connect(self.menu_requested)
            view.step_requested.connect(lambda step, from_menu, view=view: self._step(view, step, from_menu))
        else:
            view.show_face(face)
        if self._list.indexOf(view) != place:
            self._list.insert(place, view)
        # A layout would show it a turn of the loop later, too late to take the keyboard.
        hidden = face.id in self._hidden
        if not self.isVisible():
            seen(view, not hidden)
        elif view.isHidden() != hidden:
            view.setVisible(not hidden)

    # --- the keyboard ---------------------------------------------------------------------------------------------

    def _keep_keyboard(self, focus: tuple[CardView, int, bool] | None) -> None:
        shown = self._shown()
        if focus is None or not shown:
            return
        view, place, from_menu = focus
        stays = view if view in shown else shown[min(place, len(shown) - 1)]
        # Qt has put the keyboard on something else while cards went.
        if stays is not view or not any(control.hasFocus() for control in stays.controls()):
            self._take_keyboard(stays, from_menu)

    def _shown(self) -> list[CardView]:
        return [view for view in self.views.values() if not view.isHidden()]

    def _step(self, view: CardView, step: str, from_menu: bool) -> None:
        views = self._shown()
        place = views.index(view)
        wanted = {"up": place - 1, "down": place + 1, "first": 0, "last": len(views) - 1}[step]
        self._take_keyboard(views[min(max(wanted, 0), len(views) - 1)], from_menu)

    def _take_keyboard(self, view: CardView, from_menu: bool) -> None:
        main, more = view.controls()
        control = more if from_menu or main.isHidden() else main
        if control.isHidden():
            return
        control.setFocus(Qt.FocusReason.TabFocusReason)
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(view, 0, MARGIN)

    def _focus(self) -> tuple[CardView, int, bool] | None:
        for place, view in enumerate(self._shown()):
            main, more = view.controls()
            if main.hasFocus() or more.hasFocus():
                return view, place, more.hasFocus()
        return None
