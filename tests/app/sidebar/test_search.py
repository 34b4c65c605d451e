"""Finding: titles at once, messages when they come, and the keys between field and list."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.sidebar.arrangement import marks_of, trimmed
from app.sidebar.rows import ConversationRow, HitRow
from app.sidebar.sidebar import Sidebar
from app.theme.theme import Theme
from tests.app.sidebar.conftest import rows
from tests.app.sidebar.seeing import click, lines, names, open_menu, pick

# The offscreen screen can neither raise a menu nor give it all keys.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def hit(message_id: str, excerpt: str, word: str) -> HitRow:
    start = excerpt.index(word)
    when = datetime.now().astimezone() - timedelta(days=1)
    return HitRow("tax", message_id, "Letter to the tax office", excerpt, ((start, start + len(word)),), when)


def said(sidebar: Sidebar) -> list[str]:
    return [label.text() for label in sidebar.findChildren(QLabel) if label.isVisible()]


def test_titles_are_filtered_at_once_and_messages_asked_for_after_a_rest(qtbot: QtBot, sidebar: Sidebar) -> None:
    wanted: list[str] = []
    sidebar.search_wanted.connect(wanted.append)
    qtbot.keyClicks(sidebar.find_field, "tax off")
    assert lines(sidebar) == ["Chats", "Letter to the tax office"]
    assert wanted == []
    qtbot.waitUntil(lambda: wanted == ["tax off"])
    sidebar.find_field.clear()
    assert wanted == ["tax off", ""]
    assert len(lines(sidebar)) > 10


def test_hits_are_shown_and_chosen(qtbot: QtBot, sidebar: Sidebar) -> None:
    chosen: list[tuple[str, str, str]] = []
    sidebar.hit_chosen.connect(lambda *what: chosen.append(what))
    sidebar.find_field.setText(" rent ")
    sidebar.set_hits("rent", (hit("m1", "the rent\nstays", "rent"), hit("m2", "no rent", "rent")))
    assert lines(sidebar) == ["Chats", "Rental agreement", "In messages", "the rent stays", "no rent"]
    click(qtbot, sidebar, sidebar.list.rows.index(4))
    pick(qtbot, open_menu(qtbot, sidebar, sidebar.list.rows.index(3)), "Show this message")
    assert chosen == [("tax", "m2", "rent"), ("tax", "m1", "rent")]


def test_an_answer_to_other_words_comes_too_late(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.find_field.setText("rental")
    sidebar.set_hits("rent", (hit("m1", "the rent stays", "rent"),))
    assert lines(sidebar) == ["Chats", "Rental agreement"]
    sidebar.find_field.clear()
    sidebar.set_hits("", (hit("m1", "the rent stays", "rent"),))
    assert "the rent stays" not in lines(sidebar)


def test_hits_stay_while_a_word_grows_as_far_as_they_hold_it(sidebar: Sidebar) -> None:
    sidebar.find_field.setText("re")
    sidebar.set_hits("re", (hit("m1", "the rent stays", "re"), hit("m2", "a real one", "re")))
    sidebar.find_field.setText("ren")
    assert lines(sidebar)[-2:] == ["In messages", "the rent stays"]


def test_nothing_found_is_said_only_when_it_is_known(sidebar: Sidebar) -> None:
    sidebar.find_field.setText("xyzzy")
    assert "Nothing found." not in said(sidebar)
    sidebar.set_hits("xyzzy", ())
    assert "Nothing found." in said(sidebar)


def test_too_many_titles_are_counted(sidebar: Sidebar) -> None:
    now = datetime.now().astimezone()
    sidebar.set_conversations(tuple(ConversationRow(str(n), f"Chat {n}", now) for n in range(1500)))
    sidebar.find_field.setText("chat")
    assert lines(sidebar)[-1] == "1,400 more. Add another word."
    assert len(lines(sidebar)) == 102


def test_keys_go_from_the_field_into_the_list_and_back(qtbot: QtBot, sidebar: Sidebar) -> None:
    opened: list[str] = []
    sidebar.conversation_chosen.connect(opened.append)
    sidebar.focus_find()
    qtbot.keyClicks(sidebar.find_field, "office")
    qtbot.keyClick(sidebar.find_field, Qt.Key.Key_Return)
    assert opened == ["tax"]
    qtbot.keyClick(sidebar.find_field, Qt.Key.Key_Down)
    assert sidebar.list.hasFocus()
    assert sidebar.list.currentIndex().data() == "Letter to the tax office"
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Escape)
    assert sidebar.find_field.text() == ""
    assert sidebar.find_field.hasFocus()


@pytest.mark.parametrize("where", ["find_field", "list"])
def test_escape_is_taken_only_while_something_is_looked_for(sidebar: Sidebar, where: str) -> None:
    def taken() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(getattr(sidebar, where), event)
        return event.isAccepted()

    assert not taken()
    sidebar.find_field.setText("tax")
    assert taken()


def test_escape_in_the_field_clears_it(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.find_field.setText("tax")
    qtbot.keyClick(sidebar.find_field, Qt.Key.Key_Escape)
    assert sidebar.find_field.text() == ""


def test_marks_are_drawn_in_the_theme(sidebar: Sidebar, theme: Theme) -> None:
    sidebar.set_conversations(())
    sidebar.find_field.setText("rent")
    sidebar.set_hits("rent", (hit("m1", "we pay the rent on time", "rent"),))

    def soft() -> int:
        picture = sidebar.list.viewport().grab(sidebar.list.visualRect(sidebar.list.rows.index(1))).toImage()
        colour = QColor(theme.tokens.soft).rgb()
        return sum(picture.pixel(x, y) == colour for x in range(picture.width()) for y in range(picture.height()))

    marked = soft()
    unmarked = HitRow(
        "tax", "m1", "Letter to the tax office", "we pay the rent on time", (), datetime.now().astimezone()
    )
    sidebar.set_hits("rent", (unmarked,))
    assert marked > soft() == 0


def test_found_chats_have_their_menu_but_are_not_dragged(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.find_field.setText("tax")
    index = sidebar.list.rows.index_of("tax")
    assert not sidebar.list.rows.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    menu = open_menu(qtbot, sidebar, index)
    assert "Archive" in names(menu)
    menu.close()


def test_words_are_marked_wherever_they_are() -> None:
    assert marks_of("Rent and current rent", "rent") == ((0, 4), (12, 16), (17, 21))
    assert marks_of("a.b", ".") == ((1, 2),)
    assert marks_of("title", "") == ()


def test_an_excerpt_is_cut_so_that_its_first_mark_is_seen() -> None:
    long = trimmed(hit("m", "word " * 20 + "rent stays", "rent"))
    (start, end) = long.marks[0]
    assert long.excerpt[start:end] == "rent"
    assert long.excerpt.startswith("… ")
    assert start <= 20
    joined = trimmed(hit("m", "x" * 60 + "rent", "rent"))
    assert joined.excerpt[slice(*joined.marks[0])] == "rent"


def test_the_list_is_as_before_when_the_field_is_cleared(sidebar: Sidebar) -> None:
    before = lines(sidebar)
    sidebar.find_field.setText("tax")
    sidebar.find_field.clear()
    assert lines(sidebar) == before
    assert len(before) > len(rows())
