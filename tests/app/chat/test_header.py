"""The header: renaming in place, the menu of the whole chat, what a private chat promises, and little room."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.chat.chat_page import ChatPage
from app.chat.header import Header, HeaderMenu
from app.chat.header_menu import PINNED_AT_MOST
from app.theme.theme import Theme


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> ChatPage:
    made = ChatPage()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.header.set_title("Rental & lease")
    made.header.set_can_rename(True)
    made.show()
    return made


@pytest.fixture
def header(page: ChatPage) -> Header:
    return page.header


def title_button(header: Header) -> QPushButton:
    (found,) = [b for b in header.title.findChildren(QPushButton) if b.isVisible()]
    return found


def title_field(header: Header) -> QLineEdit:
    (found,) = header.title.findChildren(QLineEdit)
    return found


# --- renaming ---------------------------------------------------------------------------------------------------------


def test_a_click_renames_and_return_keeps(qtbot: QtBot, page: ChatPage, header: Header) -> None:
    renamed: list[str] = []
    page.header.renamed.connect(renamed.append)
    assert title_button(header).accessibleName() == "Rental & lease"
    qtbot.mouseClick(title_button(header), Qt.MouseButton.LeftButton)
    field = title_field(header)
    assert field.hasFocus()
    assert (field.text(), field.selectedText()) == ("Rental & lease", "Rental & lease")
    qtbot.keyClicks(field, "  Two   flats ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert renamed == ["Two flats"]
    assert not field.isVisible()
    assert title_button(header).accessibleName() == "Two flats"
    assert title_button(header).hasFocus()


def test_escape_cancels_and_reaches_nobody_else(qtbot: QtBot, page: ChatPage, header: Header) -> None:
    renamed: list[str] = []
    stops: list[int] = []
    page.header.renamed.connect(renamed.append)
    QShortcut(QKeySequence("Esc"), page).activated.connect(lambda: stops.append(1))
    page.activateWindow()
    title_button(header).setFocus()
    qtbot.keyClick(title_button(header), Qt.Key.Key_Space)
    field = title_field(header)
    qtbot.keyClicks(field, "Something else")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert title_button(header).accessibleName() == "Rental & lease"
    assert title_button(header).hasFocus()
    assert (renamed, stops) == ([], [])


@pytest.mark.parametrize("typed", ["", "   ", "Rental & lease"])
def test_nothing_new_renames_nothing(qtbot: QtBot, page: ChatPage, header: Header, typed: str) -> None:
    renamed: list[str] = []
    page.header.renamed.connect(renamed.append)
    header.start_rename()
    title_field(header).setText(typed)
    qtbot.keyClick(title_field(header), Qt.Key.Key_Return)
    assert renamed == []
    assert title_button(header).accessibleName() == "Rental & lease"


def test_leaving_the_field_keeps_what_was_typed_once(qtbot: QtBot, page: ChatPage, header: Header) -> None:
    renamed: list[str] = []
    page.header.renamed.connect(renamed.append)
    header.start_rename()
    title_field(header).setText("Two flats")
    page.composer.field.setFocus()
    assert renamed == ["Two flats"]
    assert page.composer.field.hasFocus()


def test_another_chat_is_never_given_the_name_meant_for_this_one(page: ChatPage, header: Header) -> None:
    renamed: list[str] = []
    page.header.renamed.connect(renamed.append)
    header.start_rename()
    title_field(header).setText("Two flats")
    header.set_title("Rental & lease")
    assert title_field(header).isVisible()
    header.set_title("Dinner for six")
    assert not title_field(header).isVisible()
    header.start_rename()
    title_field(header).setText("Two flats")
    header.cancel_rename()
    header.start_rename()
    title_field(header).setText("Two flats")
    header.set_can_rename(False)
    assert not title_field(header).isVisible()
    assert renamed == []


def test_a_new_chat_can_not_be_renamed(qtbot: QtBot, header: Header) -> None:
    header.set_can_rename(False)
    (label,) = [w for w in header.title.findChildren(QLabel) if w.isVisible()]
    assert label.text() == "Rental & lease"
    assert not [b for b in header.title.findChildren(QPushButton) if b.isVisible()]
    qtbot.mouseClick(label, Qt.MouseButton.LeftButton)
    header.start_rename()
    assert not title_field(header).isVisible()


# --- the menu ---------------------------------------------------------------------------------------------------------


def open_menu(qtbot: QtBot, header: Header) -> list[QAction]:
    qtbot.mouseClick(header.more_button, Qt.MouseButton.LeftButton)
    menu = header.more_button.menu_shown
    assert menu.isVisible()
    return [action for action in menu.actions() if not action.isSeparator()]


def labels(actions: list[QAction]) -> list[str]:
    return [action.text().partition("\t")[0] for action in actions]


def test_a_new_chat_has_no_menu(header: Header) -> None:
    header.set_menu(HeaderMenu())
    assert not header.more_button.isVisible()
    header.set_menu(HeaderMenu("kept"))
    assert header.more_button.isVisible()
    assert header.more_button.accessibleName() == "More about this chat"


def test_a_kept_chat_can_do_everything(qtbot: QtBot, page: ChatPage, header: Header) -> None:
    chosen: list[str] = []
    page.header.menu_chosen.connect(chosen.append)
    header.set_menu(HeaderMenu("kept"))
    found = labels(open_menu(qtbot, header))
    assert found == [
        "Pin",
        "Find in this chat",
        "Copy whole chat",
        "Copy as Markdown",
        "Save a copy…",
        "Archive",
        "Move to the bin",
    ]
    header.more_button.menu_shown.close()
    for place in range(len(found)):
        actions = open_menu(qtbot, header)
        header.more_button.menu_shown.setActiveAction(actions[place])
        qtbot.keyClick(header.more_button.menu_shown, Qt.Key.Key_Return)
        assert not header.more_button.menu_shown.isVisible()
    assert chosen == ["pin", "find", "copy", "copy_markdown", "save", "archive", "bin"]
    header.set_menu(HeaderMenu("kept", pinned=True))
    actions = open_menu(qtbot, header)
    assert labels(actions)[0] == "Unpin"
    actions[0].trigger()
    assert chosen[-1] == "unpin"
    header.more_button.menu_shown.close()


def test_find_shows_its_keys_without_taking_them(qtbot: QtBot, header: Header) -> None:
    header.set_menu(HeaderMenu("kept"))
    find = open_menu(qtbot, header)[1]
    assert find.text().endswith(QKeySequence("Ctrl+F").toString(QKeySequence.SequenceFormat.NativeText))
    assert find.shortcut().isEmpty()
    header.more_button.menu_shown.close()


def test_a_private_chat_can_be_copied_and_forgotten(qtbot: QtBot, page: ChatPage, header: Header) -> None:
    chosen: list[str] = []
    page.header.menu_chosen.connect(chosen.append)
    header.set_menu(HeaderMenu("private", pinned_messages=(("m", "words"),)))
    actions = open_menu(qtbot, header)
    assert labels(actions) == [
        "Find in this chat",
        "Copy whole chat",
        "Copy as Markdown",
        "Save a copy…",
        "Close and forget",
    ]
    actions[-1].trigger()
    assert chosen == ["forget"]
    header.more_button.menu_shown.close()


def test_pinned_messages_are_found_again(qtbot: QtBot, page: ChatPage, header: Header) -> None:
    chosen: list[str] = []
    page.header.pinned_message_chosen.connect(chosen.append)
    messages = (("m0", "Bread & butter"), *((f"m{n}", f"{n} long words " * 30) for n in range(1, 30)))
    header.set_menu(HeaderMenu("kept", pinned_messages=messages))
    actions = open_menu(qtbot, header)
    assert labels(actions)[1] == "Pinned messages"
    pinned = actions[1].menu()
    assert isinstance(pinned, QMenu)
    assert len(pinned.actions()) == PINNED_AT_MOST
    assert pinned.actions()[0].text() == "Bread && butter"
    assert pinned.actions()[1].text().endswith("…")
    assert pinned.sizeHint().width() < 500
    pinned.actions()[0].trigger()
    assert chosen == ["m0"]
    header.more_button.menu_shown.close()


def test_an_open_menu_does_not_change_under_the_mouse(qtbot: QtBot, header: Header) -> None:
    header.set_menu(HeaderMenu("kept"))
    before = labels(open_menu(qtbot, header))
    header.set_menu(HeaderMenu("kept", pinned=True))
    assert labels([a for a in header.more_button.menu_shown.actions() if not a.isSeparator()]) == before
    header.more_button.menu_shown.close()
    assert labels(open_menu(qtbot, header))[0] == "Unpin"
    header.more_button.menu_shown.close()


# --- private ----------------------------------------------------------------------------------------------------------


def test_a_private_chat_promises_something_else(qtbot: QtBot, header: Header, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(QMessageBox, "information", lambda _parent, title, words: said.append((title, words)))
    assert header.promise_button.text() == "Stays on this computer"
    header.set_private(True)
    assert header.promise_button.text() == header.promise_button.accessibleName() == "Not kept anywhere"
    assert header.private_pill.text() == "Private"
    assert header.private_pill.toolTip() == "Nothing of this chat is written to disk. It is gone when you close it."
    qtbot.mouseClick(header.promise_button, Qt.MouseButton.LeftButton)
    header.set_private(False)
    assert header.promise_button.text() == "Stays on this computer"
    qtbot.mouseClick(header.promise_button, Qt.MouseButton.LeftButton)
    assert [title for title, _words in said] == ["Not kept anywhere", "Stays on this computer"]
    assert said[0][1].startswith(header.private_pill.toolTip())
    assert "your chats are kept here" in said[1][1]


# --- little room ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("kind", ["kept", "private"])
def test_in_a_narrow_window_everything_is_there_whole_and_beside_each_other(
    qtbot: QtBot, theme: Theme, scale: float, kind: str
) -> None:
    theme.choose("light", scale)
    header = Header()
    qtbot.addWidget(header)
    header.set_title("A long title about a rental agreement and other matters")
    header.set_can_rename(True)
    header.set_model("Everyday helper")
    header.set_menu(HeaderMenu(kind))
    header.set_private(kind == "private")
    header.resize(392, header.minimumSizeHint().height())
    header.show()
    QApplication.processEvents()
    try:
        shown = [header.title, header.private_pill, header.model_button, header.promise_button, header.more_button]
        shown = [widget for widget in shown if widget.isVisible()]
        assert header.more_button in shown
        assert header.promise_button.text() == ""
        edges = [(w.mapTo(header, QPoint(0, 0)).x(), w.width()) for w in shown]
        assert all(x + width <= following for (x, width), (following, _) in pairwise(edges))
        assert edges[-1][0] + edges[-1][1] <= header.width()
        for widget in shown[1:]:
            assert widget.width() >= widget.sizeHint().width(), widget
            assert widget.height() >= widget.sizeHint().height(), widget
        assert header.title.width() >= 48
        assert header.model_button.accessibleName() == "Model: Everyday helper. Show models"
    finally:
        theme.choose("system", 1.0)
