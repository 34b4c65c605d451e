"""The page "Models": three places by keyboard, names for everything, room for every text."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLineEdit, QMenu, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.models.page import ModelsPage
from app.models.shelve_dialog import ShelveDialog
from app.models.shown import Here
from app.theme.theme import Theme
from app.widgets.labels import PlainLabel
from tests import made_up_models as made
from tests.app.views.models_page import heard, page, press, said
from tests.models_scenes import MIRRORED, SCENES

__all__ = ["page"]


def _controls(part: QWidget) -> list[QWidget]:
    kinds = QAbstractButton | QLineEdit | QComboBox | QTabBar
    found = [each for each in part.findChildren(QWidget) if isinstance(each, kinds) and each.isVisible()]
    return [each for each in found if not each.objectName().startswith("Scroll") and not _of_qt(each)]


def _of_qt(control: QWidget) -> bool:
    """The arrows inside a tab bar and the cross inside a field are Qt's own."""
    return isinstance(control.parentWidget(), QTabBar | QLineEdit)


def _settle(qtbot: QtBot, page: ModelsPage) -> None:
    columns = (page.here.cards, page.finder.fitting, page.finder.findings.cards)
    qtbot.waitUntil(lambda: all(column.complete for column in columns))


def _roomy(page: ModelsPage) -> bool:
    """Whether every text has the height that its width needs."""
    labels = [each for each in page.findChildren(PlainLabel) if each.isVisible() and each.wordWrap() and each.text()]
    return all(each.height() >= each.heightForWidth(each.width()) - 2 for each in labels)


def _unnamed_or_small(part: QWidget) -> list[str]:
    found = []
    for control in _controls(part):
        name = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
        if not name.strip() or min(control.height(), control.width()) < 24:
            found.append(f"{control} {name} {control.size()}")
    return found


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_controls_have_names_and_texts_have_room(qtbot: QtBot, theme: Theme, qapp: QApplication, scale: float) -> None:
    theme.choose("light", scale)
    try:
        for name, scene in (*SCENES.items(), *MIRRORED.items()):
            mirrored = name in MIRRORED
            qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
            page = ModelsPage()
            page.resize(640, 480)
            page.show()
            scene(page)
            _settle(qtbot, page)
            qtbot.waitUntil(partial(_roomy, page))
            for part in (page, *page.findChildren(ShelveDialog)):
                assert _unnamed_or_small(part) == [], name
            assert page.horizontalScrollBar().maximum() == 0, name
            for above in page.findChildren(QDialog) + page.findChildren(QMenu):
                above.close()
            page.close()
            page.deleteLater()
    finally:
        theme.choose("system", 1.0)
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_places_are_tabs_for_keyboard_and_screen_reader(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.place_shown)
    page.setFocus()
    assert page.places.hasFocus()
    assert page.here.isVisible()
    qtbot.keyClick(page.places, Qt.Key.Key_Right)
    assert page.finder.isVisible()
    assert not page.here.isVisible()
    qtbot.keyClick(page.places, Qt.Key.Key_Right)
    assert page.shelf.isVisible()
    qtbot.keyClick(page.places, Qt.Key.Key_Left)
    assert told == [(0, "find"), (0, "shelf"), (0, "find")]
    interface = QAccessible.queryAccessibleInterface(page.places)
    assert interface.role() is QAccessible.Role.PageTabList
    tab = interface.child(0)
    assert tab.role() is QAccessible.Role.PageTab
    assert tab.text(QAccessible.Text.Name) == "On this computer"


def test_control_and_tab_goes_round_the_places(qtbot: QtBot, page: ModelsPage) -> None:
    page.finder.field.setFocus()
    page.setFocus()
    places = []
    for _round in range(3):
        qtbot.keyClick(page.places, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
        places.append(page.places.place())
    assert places == ["find", "shelf", "here"]


def test_everything_can_be_reached_by_tab(qtbot: QtBot, page: ModelsPage) -> None:
    page.here.show_here(replace(made.HERE, removed=made.REMOVED))
    page.way.show_rows((made.RUNNING, made.FAILED))
    _settle(qtbot, page)
    wanted = {each for each in _controls(page) if each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus}
    assert len(wanted) > 15
    reached = set()
    page.places.setFocus()
    for _step in range(3 * len(wanted)):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.add(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert [each.accessibleName() for each in wanted - reached] == []


def test_back_to_the_chat(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.back_requested)
    press(qtbot, page, "Back to the chat")
    assert told == [(0,)]


def test_right_to_left_is_a_mirror(qtbot: QtBot, page: ModelsPage) -> None:
    page.here.show_here(made.HERE)
    view = page.here.cards.views["studio"]
    before = view.more.mapTo(page, view.more.rect().center()).x()
    assert before > page.width() / 2
    page.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: view.more.mapTo(page, view.more.rect().center()).x() < page.width() / 2)
    pills = [pill for pill in view._pills if pill.isVisible()]
    assert [pill.mapTo(view, pill.rect().center()).x() for pill in pills] == sorted(
        (pill.mapTo(view, pill.rect().center()).x() for pill in pills), reverse=True
    )


def test_an_empty_page_says_so_and_suggests_one(qtbot: QtBot, page: ModelsPage) -> None:
    page.here.show_here(Here(looking=True))
    assert "Looking at what is here …" in said(page)
    page.here.show_here(Here(suggestion=made.SUGGESTION))
    assert "No models here yet" in said(page)
    told = heard(page.here.suggestion_requested)
    press(qtbot, page, "Download Everyday helper (4.9 GB)")
    assert told == [(0, "qwen3-8b")]
    press(qtbot, page, "Choose another model")
    assert page.places.place() == "find"
