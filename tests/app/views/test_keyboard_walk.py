"""Tab and Shift+Tab with real keys: through every control of a page as it is read, and out of it on both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLineEdit, QMenu, QPushButton, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.keeping.keeping_page import KeepingPage, KeptRow
from app.models.page import ModelsPage
from app.settings.settings_page import SettingsPage
from app.theme.theme import Theme
from tests.models_scenes import SCENES

ARCHIVED = tuple(KeptRow("archived", f"a{i}", f"Rental agreement {i}", "3 March 2026") for i in range(60))
BINNED = (KeptRow("binned", "b1", "Trip to Lisbon", "12 days left"), KeptRow("message", "m1", "Notice", "1 day left"))
LONGEST_WALK = 400
# One of each kind: cards, what was removed, details, what is on its way, offers, findings, shelves.
WALKED = ("here-0", "here-3", "here-removed", "here-details", "here-crawls", "way-failed", "way-all", "find-offers",
          "find-offer-details", "find-found", "shelf-3")  # fmt: skip


class Host(QWidget):
    """A page between two buttons, as it stands between the list of chats and what comes after."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.before, self.page, self.after = QPushButton("before"), page, QPushButton("after")
        row = QHBoxLayout(self)
        for part in (self.before, page, self.after):
            row.addWidget(part, 1 if part is page else 0)

    def walked(self, qtbot: QtBot, *, forward: bool) -> list[QWidget]:
        """Where the keyboard goes from one button to the other."""
        start, end = (self.before, self.after) if forward else (self.after, self.before)
        start.setFocus()
        key = Qt.Key.Key_Tab if forward else Qt.Key.Key_Backtab
        shift = Qt.KeyboardModifier.NoModifier if forward else Qt.KeyboardModifier.ShiftModifier
        found: list[QWidget] = []
        for _step in range(LONGEST_WALK):
            qtbot.keyClick(QApplication.focusWidget() or self, key, shift)
            here = QApplication.focusWidget()
            if here is end:
                return found
            assert here is not None
            assert here not in found, f"round and round at {named(here)}, after {[named(one) for one in found[-4:]]}"
            found.append(here)
        raise AssertionError("it never came out")


def named(control: QWidget) -> str:
    text = getattr(control, "text", lambda: "")
    return control.accessibleName() or (text() if callable(text) else "") or type(control).__name__


def stops(page: QWidget) -> list[QWidget]:
    """Every control that takes the keyboard by Tab, in the order in which it stands: lines from above, each from its
    beginning."""
    found = [
        each
        for each in page.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.focusProxy() is None
        and not isinstance(each.parentWidget(), QTabBar | QLineEdit)
    ]
    return sorted(found, key=lambda each: (middle(page, each).y() // 12, middle(page, each).x()))


def middle(page: QWidget, control: QWidget) -> QPoint:
    return control.mapTo(page, control.rect().center())


def hosted(qtbot: QtBot, page: QWidget, scene: Callable[[], object] = lambda: None) -> Host:
    host = Host(page)
    qtbot.addWidget(host)
    host.resize(1100, 800)
    with qtbot.waitExposed(host):
        host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    scene()
    return host


def keeping() -> KeepingPage:
    page = KeepingPage()
    page.set_rows(ARCHIVED, BINNED)
    return page


def settings() -> SettingsPage:
    page = SettingsPage()
    page.set_token_known(True)
    return page


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("make", [settings, keeping])
def test_tab_goes_as_the_page_is_read(qtbot: QtBot, theme: Theme, make: Callable[[], QWidget], scale: float) -> None:
    theme.choose("light", scale)
    try:
        host = hosted(qtbot, make())
        wanted = stops(host.page)
        assert len(wanted) > 9
        assert [named(one) for one in host.walked(qtbot, forward=True)] == [named(one) for one in wanted]
        assert host.walked(qtbot, forward=False) == wanted[::-1]
    finally:
        theme.choose("system", 1.0)


@pytest.mark.parametrize("name", WALKED)
def test_tab_goes_through_every_place_of_the_models(qtbot: QtBot, theme: Theme, name: str) -> None:
    page = ModelsPage()
    host = hosted(qtbot, page, lambda: SCENES[name](page))
    columns = (page.here.cards, page.finder.fitting, page.finder.findings.cards)
    qtbot.waitUntil(lambda: all(column.complete for column in columns))
    for above in page.findChildren(QDialog) + page.findChildren(QMenu):
        above.close()
    there = host.walked(qtbot, forward=True)
    assert sorted(map(named, there)) == sorted(map(named, stops(page)))
    assert host.walked(qtbot, forward=False) == there[::-1]
    # Nothing that was made late stands beyond the end of the window.
    host.after.setFocus()
    qtbot.keyClick(host.after, Qt.Key.Key_Tab)
    assert host.before.hasFocus()
