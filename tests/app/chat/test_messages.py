"""What a person can do with any message: its menu, its versions, its marks, by real keys and mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.chat.messages.message_thought import ThoughtText
from app.chat.messages.message_view import MessageView
from app.theme.theme import Theme
from app.widgets.buttons import FoldButton
from tests.app.chat.message_views import (
    answer,
    answer_item,
    click,
    fit,
    named,
    offers,
    question,
    question_item,
    told,
)

# The offscreen screen can't do all that a menu asks of it.
OFFSCREEN = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing)")


def menu_of(view: QWidget) -> list[str]:
    menu = view.findChild(QMenu)
    assert menu is not None
    return ["-" if action.isSeparator() else action.text().split("\t")[0] for action in menu.actions()]


def gone(qtbot: QtBot, view: QWidget) -> None:
    """Until there is no menu any more."""
    qtbot.waitUntil(lambda: view.findChild(QMenu) is None)


def choose(qtbot: QtBot, view: QWidget, words: str) -> None:
    menu = view.findChild(QMenu)
    assert menu is not None
    action = next(a for a in menu.actions() if a.text().split("\t")[0] == words)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_the_switch_goes_between_versions(qtbot: QtBot, place: QWidget) -> None:
    for view in (answer(place, siblings=("x", "a", "y")), question(place, siblings=("x", "q", "y"))):
        chosen: list[str] = []
        view.branch_chosen.connect(chosen.append)
        assert any(label.text() == "2 / 3" for label in view.findChildren(QLabel) if label.isVisible())
        click(qtbot, named(view, "Earlier version"))
        click(qtbot, named(view, "Later version"))
        assert chosen == ["x", "y"]
        assert view.accessibleDescription() == "Version 2 of 3."
        view.hide()
    view = answer(place, siblings=("a", "x"))
    assert not named(view, "Earlier version").isEnabled()
    named(view, "Later version").setFocus()
    view.set_item(answer_item(id="x", siblings=("a", "x")))
    assert not named(view, "Later version").isEnabled()
    assert named(view, "Earlier version").hasFocus()
    view.set_item(answer_item(siblings=("a",)))
    assert "Earlier version" not in offers(view)


@OFFSCREEN
def test_the_menu_has_what_the_message_allows(qtbot: QtBot, place: QWidget) -> None:
    view = question(place, pinned=True)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Menu)
    wanted = ["Copy", "Copy as Markdown", "-", "Edit and send again", "-", "Unpin", "-", "Delete …"]
    assert menu_of(view) == wanted
    heard = told(view)
    choose(qtbot, view, "Delete …")
    assert heard == [("q", "delete")]
    gone(qtbot, view)
    view.hide()
    reply = answer(place, rating=1)
    heard = told(reply)
    click(qtbot, named(reply, "More …"))
    assert menu_of(reply)[2:] == [
        *("-", "Answer again", "-", "Pin", "Good answer", "Not a good answer", "-", "Delete …"),
    ]
    choose(qtbot, reply, "Pin")
    assert heard == [("a", "pin")]
    gone(qtbot, reply)
    reply.set_item(answer_item(acts=frozenset()))
    qtbot.keyClick(reply, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    gone(qtbot, reply)


def right_click(view: MessageView) -> None:
    inside = view.text_view.viewport()
    place = QPoint(5, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, inside.mapToGlobal(place))
    QApplication.sendEvent(inside, event)


@OFFSCREEN
def test_a_right_click_on_selected_text_offers_to_copy_it(qtbot: QtBot, place: QWidget) -> None:
    for view in (answer(place, "some **bold** words"), question(place, "some bold words")):
        right_click(view)
        assert "Copy selected text" not in menu_of(view)
        first = view.findChild(QMenu)
        assert first is not None
        first.close()
        gone(qtbot, view)
        cursor = view.text_view.textCursor()
        cursor.setPosition(5)
        cursor.setPosition(9, QTextCursor.MoveMode.KeepAnchor)
        view.text_view.setTextCursor(cursor)
        copied: list[str] = []
        view.copied.connect(copied.append)
        right_click(view)
        choose(qtbot, view, "Copy selected text")
        assert QApplication.clipboard().text() == "bold"
        assert copied == [view.item.id]
        gone(qtbot, view)
        view.hide()


def test_only_what_is_new_is_rendered(place: QWidget) -> None:
    for view, same, other in (
        (answer(place, "**one**"), answer_item("**one**", rating=1, pinned=True), answer_item("two")),
        (question(place, "one"), question_item("one", pinned=True), question_item("two")),
    ):
        changes: list[int] = []
        view.text_view.document().contentsChanged.connect(lambda heard=changes: heard.append(1))
        view.set_item(same)
        assert changes == []
        assert any(label.text() == "Pinned" for label in view.findChildren(QLabel) if label.isVisible())
        assert view.accessibleDescription() == "Pinned."
        view.set_item(other)
        assert changes
        assert view.text_view.toPlainText() == "two"
        assert view.accessibleName().endswith(": two")
        view.hide()


def test_a_new_look_leaves_the_words(place: QWidget, theme: Theme) -> None:
    view, asked = answer(place, "words", thinking="a thought"), question(place, "words")
    view.findChildren(FoldButton)[0].click()
    small = asked.text_view.height()
    try:
        theme.choose("dark", 2.0)
        fit(asked)
        assert asked.text_view.height() > small
        assert [view.text_view.toPlainText(), view.findChildren(ThoughtText)[0].toPlainText()] == ["words", "a thought"]
        cursor = QTextCursor(asked.text_view.document())
        assert cursor.charFormat().foreground().color().name() == theme.tokens.text.lower()
    finally:
        theme.choose("system", 1.0)


def test_a_message_is_one_stop_with_a_ring(qtbot: QtBot, place: QWidget) -> None:
    for view in (answer(place), question(place)):
        edge = QPoint(view.width() // 2, 1)
        view.clearFocus()
        without = view.grab().toImage().pixelColor(edge)
        view.setFocus(Qt.FocusReason.TabFocusReason)
        assert view.grab().toImage().pixelColor(edge) != without
        assert view.accessibleName() in ("Answer: An answer.", "You: A question?")
        view.hide()
