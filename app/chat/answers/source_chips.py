"""The sources of an answer, each a button with its number, its file and its page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.chat.answers.shown import SourceShown
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.flow import Flow
from app.widgets.layouts import drop

AT_FIRST = 5
AT_MOST = 40
WIDEST = 330
NAME_AT_LEAST = 60


class SourceChip(QPushButton):
    """One source. A long name is shortened in its middle, its number and page never."""

    def __init__(self, source: SourceShown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.setProperty("kind", "source")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        orders = " It contains instructions to an AI, which are treated as text only." if source.orders else ""
        self.setAccessibleName(f"Source {source.number}: {source.name}, {source.where}")
        self.setAccessibleDescription("" if source.gone else f"Opens the page.{orders}")
        self.setEnabled(not source.gone)
        whole = f"{source.name}, {source.where}"
        self.setToolTip("\n\n".join(filter(None, (whole, source.excerpt, orders.strip()))))
        current_theme().changed.connect(self._word)
        self._word()

    def sizeHint(self) -> QSize:
        """As wide as its words, and never too small to be hit."""
        hint = super().sizeHint()
        return QSize(hint.width(), max(hint.height(), 26))

    def event(self, event: QEvent) -> bool:
        """The style sheet's font decides how much of the name there is room for."""
        done = super().event(event)
        if event.type() is QEvent.Type.Polish:
            self._word()
        return done

    def _word(self) -> None:
        theme, metrics = current_theme(), self.fontMetrics()
        side = theme.px(14)
        self.setIconSize(QSize(side, side))
        self.setIcon(theme.icon(*self._icon, side))
        before, after = f"{self.source.number}  ", f" · {self.source.where}"
        room = theme.px(WIDEST) - metrics.horizontalAdvance(before + after)
        name = metrics.elidedText(
            " ".join(self.source.name.split()), Qt.TextElideMode.ElideMiddle, max(room, NAME_AT_LEAST)
        )
        # The name keeps its own direction, whatever stands around it.
        self.setText(f"{before}\u2068{name}\u2069{after}".replace("&", "&&"))

    @property
    def _icon(self) -> tuple[str, str]:
        if self.source.gone:
            return "unplug", "text3"
        return ("triangle-alert", "warn") if self.source.orders else ("file-text", "accent")


class SourceChips(QWidget):
    """All sources in lines; beyond the first few they are folded away behind "and 6 more".

    Tab comes to one of them, the arrows go from one to the next, Return opens it.

    Signals:
        chosen: the number of a source.
        unfolded: the rest was asked for.
    """

    chosen = Signal(int)
    unfolded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sources")
        self._sources: tuple[SourceShown, ...] = ()
        self._all = False
        self._chips: list[SourceChip] = []
        self._flow = Flow(6)
        self.setLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.more = button("", "link")
        self.more.clicked.connect(self._unfold)
        self.hide()

    @property
    def chips(self) -> list[SourceChip]:
        """The sources that are seen."""
        return list(self._chips)

    def say(self, sources: tuple[SourceShown, ...]) -> None:
        """All sources; those that the answer names come first into sight, all of them in the order of their numbers."""
        listed = tuple(source for source in sources if source.listed)
        if listed != self._sources:
            self._sources = listed
            self._fill()

    def _fill(self) -> None:
        held = next((chip.source.number for chip in self._chips if chip.hasFocus()), 0)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            drop(chip)
        self._flow.removeWidget(self.more)
        shown = self._shown()
        self._chips = [SourceChip(source, self) for source in shown]
        before: QWidget | None = None
        for chip in self._chips:
            chip.clicked.connect(lambda _=False, number=chip.source.number: self.chosen.emit(number))
            chip.installEventFilter(self)
            self._flow.addWidget(chip)
            chip.show()
            if before is not None:
                QWidget.setTabOrder(before, chip)
            before = chip
            if chip.source.number == held:
                chip.setFocus()
        self._make_stop(next((chip for chip in self._chips if chip.isEnabled()), None))
        rest = len(self._sources) - len(shown)
        self.more.setText(f"and {rest} more")
        self.more.setAccessibleName(f"Show {rest} more sources")
        self._flow.addWidget(self.more)
        self.more.setEnabled(not self._all)
        self.more.setVisible(rest > 0)
        if before is not None:
            QWidget.setTabOrder(before, self.more)
        self.setVisible(bool(self._sources))
        self.updateGeometry()

    def _make_stop(self, stop: SourceChip | None) -> None:
        """Forty sources are not to be forty stops of the keyboard."""
        policy = Qt.FocusPolicy
        for chip in self._chips:
            chip.setFocusPolicy(policy.StrongFocus if chip is stop else policy.ClickFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the chips. What they have no use for is the conversation's."""
        if not isinstance(watched, SourceChip):
            return super().eventFilter(watched, event)
        if event.type() is QEvent.Type.FocusIn:
            self._make_stop(watched)
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and not event.modifiers():
            return self._key(watched, Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _key(self, chip: SourceChip, key: Qt.Key) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            chip.click()
            return True
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        steps = {Qt.Key.Key_Right: -1 if mirrored else 1, Qt.Key.Key_Left: 1 if mirrored else -1}
        usable = [each for each in self._chips if each.isEnabled()]
        at = usable.index(chip)
        if key in steps:
            to = min(max(at + steps[key], 0), len(usable) - 1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            to = 0 if key == Qt.Key.Key_Home else len(usable) - 1
        else:
            return False
        usable[to].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _shown(self) -> tuple[SourceShown, ...]:
        cited = tuple(source for source in self._sources if source.cited) or self._sources
        if self._all or len(self._sources) <= AT_FIRST:
            return self._sources[:AT_MOST]
        return cited[:AT_FIRST]

    def _unfold(self) -> None:
        seen = len(self._chips)
        self._all = True
        self.unfolded.emit()
        self._fill()
        if seen < len(self._chips):
            self._chips[seen].setFocus()
