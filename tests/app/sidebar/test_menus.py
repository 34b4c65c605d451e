"""The menus of the list, and names edited in place."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.sidebar.rows import ConversationRow, FolderRow
from app.sidebar.sidebar import Sidebar
from tests.app.sidebar.conftest import FOLDERS, rows
from tests.app.sidebar.seeing import centre, go_to, lines, names, open_menu, pick, pick_below

# The offscreen screen can neither raise a menu nor give it all keys.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def field_of(sidebar: Sidebar) -> QLineEdit:
    field = sidebar.list.viewport().findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    return field


def confirm(qtbot: QtBot, sidebar: Sidebar) -> None:
    """Return in the field; Qt hands the text over a turn of the loop later."""
    qtbot.keyClick(field_of(sidebar), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sidebar.list.viewport().findChild(QLineEdit) is None)


def test_the_menu_of_a_chat(qtbot: QtBot, sidebar: Sidebar) -> None:
    told: list[tuple[object, ...]] = []
    sidebar.archive_requested.connect(lambda *what: told.append(("archive", *what)))
    sidebar.export_requested.connect(lambda *what: told.append(("export", *what)))
    sidebar.delete_requested.connect(lambda *what: told.append(("bin", *what)))
    sidebar.pin_requested.connect(lambda *what: told.append(("pin", *what)))
    sidebar.moved.connect(lambda *what: told.append(("move", *what)))
    report = sidebar.list.rows.index_of("report")
    menu = open_menu(qtbot, sidebar, report)
    assert names(menu) == ["Rename", "Pin", "Move to folder", "Archive", "Save a copy…", "Move to the bin"]
    menu.close()
    for name in ("Archive", "Save a copy…", "Move to the bin", "Pin"):
        pick(qtbot, open_menu(qtbot, sidebar, report), name)
    pick(qtbot, open_menu(qtbot, sidebar, sidebar.list.rows.index_of("list")), "Unpin")
    pick_below(qtbot, open_menu(qtbot, sidebar, report), "Move to folder", "Home")
    pick_below(qtbot, open_menu(qtbot, sidebar, report), "Move to folder", "No folder")
    assert told == [
        ("archive", "report"),
        ("export", "report"),
        ("bin", "report"),
        ("pin", "report", True),
        ("pin", "list", False),
        ("move", "report", "home"),
        ("move", "report", ""),
    ]


def test_a_private_chat_can_only_be_forgotten(qtbot: QtBot, sidebar: Sidebar) -> None:
    forgotten: list[str] = []
    sidebar.forget_requested.connect(forgotten.append)
    menu = open_menu(qtbot, sidebar, sidebar.list.rows.index_of("secret"))
    assert names(menu) == ["Close and forget"]
    pick(qtbot, menu, "Close and forget")
    qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
    assert sidebar.list.viewport().findChild(QLineEdit) is None
    assert forgotten == ["secret"]


def test_a_right_click_opens_the_menu_of_the_line_under_it(qtbot: QtBot, sidebar: Sidebar) -> None:
    place = centre(sidebar, sidebar.list.rows.index_of_folder("home"))
    viewport = sidebar.list.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert names(menu) == ["Rename", "Delete the folder (the chats stay)"]
    menu.close()


def test_renaming_in_place(qtbot: QtBot, sidebar: Sidebar) -> None:
    renamed: list[tuple[str, str]] = []
    sidebar.rename_requested.connect(lambda *what: renamed.append(what))
    go_to(sidebar, sidebar.list.rows.index_of("dinner"))
    for text in ("  Dinner   for eight ", "   "):
        qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
        assert field_of(sidebar).text() == "Dinner for six"
        field_of(sidebar).setText(text)
        confirm(qtbot, sidebar)
    assert renamed == [("dinner", "Dinner for eight")]


def test_news_do_not_disturb_who_is_renaming(qtbot: QtBot, sidebar: Sidebar) -> None:
    renamed: list[tuple[str, str]] = []
    sidebar.rename_requested.connect(lambda *what: renamed.append(what))
    pick(qtbot, open_menu(qtbot, sidebar, sidebar.list.rows.index_of("tax")), "Rename")
    qtbot.keyClicks(field_of(sidebar), "Half a na")
    now = datetime.now().astimezone()
    sidebar.set_conversations((ConversationRow("new", "New one", now), *rows()), FOLDERS)
    qtbot.keyClicks(field_of(sidebar), "me")
    confirm(qtbot, sidebar)
    assert renamed == [("tax", "Half a name")]
    assert "New one" in lines(sidebar)


def test_a_new_folder_is_named_in_place(qtbot: QtBot, sidebar: Sidebar) -> None:
    made: list[tuple[str, str]] = []
    renamed: list[tuple[str, str]] = []
    sidebar.folder_made.connect(lambda *what: made.append(what))
    sidebar.folder_renamed.connect(lambda *what: renamed.append(what))
    pick_below(qtbot, open_menu(qtbot, sidebar, sidebar.list.rows.index_of("tax")), "Move to folder", "New folder…")
    assert made == [("New folder", "tax")]
    moved = tuple(replace(row, folder_id="f") if row.id == "tax" else row for row in rows())
    sidebar.set_conversations(moved, (*FOLDERS, FolderRow("f", "New folder")))
    assert field_of(sidebar).text() == "New folder"
    qtbot.keyClicks(field_of(sidebar), "Taxes")
    confirm(qtbot, sidebar)
    assert renamed == [("f", "Taxes")]


def test_more_ways_to_begin(qtbot: QtBot, sidebar: Sidebar) -> None:
    told: list[str] = []
    sidebar.private_chat_requested.connect(lambda: told.append("private"))
    sidebar.folder_made.connect(lambda name, _id: told.append(name))
    sidebar.set_conversations(rows(), (*FOLDERS, FolderRow("n", "New folder")))
    assert sidebar.more_button.accessibleName() == "More ways to begin"
    for name in ("New private chat", "New folder…"):
        qtbot.mouseClick(sidebar.more_button, Qt.MouseButton.LeftButton)
        pick(qtbot, sidebar.more_menu, name)
    assert told == ["private", "New folder 2"]


def test_escape_ends_renaming_and_nothing_else(qtbot: QtBot, sidebar: Sidebar) -> None:
    pick(qtbot, open_menu(qtbot, sidebar, sidebar.list.rows.index_of("tax")), "Rename")
    event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(field_of(sidebar), event)
    assert event.isAccepted()
    qtbot.keyClick(field_of(sidebar), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: sidebar.list.viewport().findChild(QLineEdit) is None)
