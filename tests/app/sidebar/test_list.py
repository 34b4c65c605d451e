"""The list: its order, keys, folding, and what is asked before something goes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from app.sidebar.rows import ConversationRow, day_heading, short_day
from app.sidebar.sidebar import Sidebar
from app.theme.theme import Theme
from tests.app.sidebar.conftest import FOLDERS, rows
from tests.app.sidebar.seeing import answer, centre, click, go_to, lines, question

_Role = Qt.ItemDataRole

# The offscreen screen can neither raise a menu nor give it all keys.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_days_have_names() -> None:
    today = date(2026, 11, 21)
    names = [day_heading(today - timedelta(days=n), today) for n in (0, 1, 2, 6, 7, 400)]
    assert names == ["Today", "Yesterday", "Last 7 days", "Last 7 days", "Older", "Older"]
    short = [short_day(today - timedelta(days=n), today) for n in (0, 1, 3, 20, 400)]
    assert short == ["Today", "Yesterday", "Wed", "1 Nov", "17 Oct 2025"]


def test_private_pinned_folders_then_days(sidebar: Sidebar) -> None:
    title = "A very long title " * 10
    assert lines(sidebar) == [
        "What to say",
        *("Pinned", "Shopping list"),
        *("Work", "Quarterly report"),
        *("Home", "No chats in here yet"),
        *("Today", "Dinner for six", "Rental agreement"),
        *("Yesterday", "Letter to the tax office"),
        *("Older", title),
    ]


def test_a_chat_of_a_folder_that_is_gone_is_among_the_days(sidebar: Sidebar) -> None:
    sidebar.set_conversations(rows(), ())
    assert "Quarterly report" in lines(sidebar)[lines(sidebar).index("Last 7 days") :]


def test_pictures_are_words_for_a_screen_reader(sidebar: Sidebar) -> None:
    model = sidebar.list.rows

    def said(id_: str) -> object:
        return model.index_of(id_).data(_Role.AccessibleTextRole)

    sidebar.set_current("dinner")
    assert said("secret") == "What to say, private chat"
    assert said("rent") == "Rental agreement, its answer is being written"
    assert said("list") == "Shopping list, pinned"
    assert said("dinner") == "Dinner for six, open"
    assert model.index_of_folder("work").data(_Role.AccessibleTextRole) == "Folder Work, 1 chat, open"
    assert "Not kept anywhere. It is gone when you close it." in model.index_of("secret").data(_Role.ToolTipRole)


def test_a_title_is_never_taken_for_markup(sidebar: Sidebar) -> None:
    sidebar.set_conversations((ConversationRow("x", "<b>bold</b> & more", datetime.now(UTC)),))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in sidebar.list.rows.index_of("x").data(_Role.ToolTipRole)


def test_a_dot_says_that_an_answer_is_being_written(sidebar: Sidebar, theme: Theme) -> None:
    def accents(id_: str) -> int:
        area = sidebar.list.visualRect(sidebar.list.rows.index_of(id_))
        picture = sidebar.list.viewport().grab(area).toImage()
        accent = QColor(theme.tokens.accent).rgb()
        spots = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
        return sum(picture.pixel(x, y) == accent for x, y in spots)

    assert accents("rent") > 10
    assert accents("dinner") == 0


def test_a_click_and_return_choose(qtbot: QtBot, sidebar: Sidebar) -> None:
    chosen: list[str] = []
    sidebar.conversation_chosen.connect(chosen.append)
    click(qtbot, sidebar, sidebar.list.rows.index_of("tax"))
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Up)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Return)
    assert chosen == ["tax", "rent"]


def test_headings_are_passed_over_and_up_leaves_at_the_top(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.list.enter()
    stops = []
    for _ in range(8):
        stops.append(sidebar.list.currentIndex().data())
        qtbot.keyClick(sidebar.list, Qt.Key.Key_Down)
    assert stops[:6] == ["What to say", "Shopping list", "Work", "Quarterly report", "Home", "Dinner for six"]
    sidebar.list.enter()
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Up)
    assert sidebar.find_field.hasFocus()


def test_the_keyboard_and_the_view_stay_when_rows_come_and_go(qtbot: QtBot, sidebar: Sidebar) -> None:
    go_to(sidebar, sidebar.list.rows.index_of("tax"))
    now = datetime.now().astimezone()
    sidebar.set_conversations((ConversationRow("new", "New one", now), *rows()), FOLDERS)
    assert sidebar.list.currentIndex().data() == "Letter to the tax office"
    sidebar.set_conversations(tuple(row for row in rows() if row.id != "tax"), FOLDERS)
    assert sidebar.list.currentIndex().data() == "A very long title " * 10


def test_the_view_does_not_jump_when_a_row_comes(qtbot: QtBot, sidebar: Sidebar) -> None:
    now = datetime.now().astimezone()
    many = tuple(ConversationRow(str(n), f"Chat {n}", now - timedelta(days=n)) for n in range(500))
    sidebar.set_conversations(many)
    sidebar.set_current("3")
    bar = sidebar.list.verticalScrollBar()
    bar.setValue(4000)
    sidebar.set_conversations((ConversationRow("new", "New one", now), *many))
    assert bar.value() == 4000


def test_thousands_make_no_widgets(sidebar: Sidebar) -> None:
    now = datetime.now().astimezone()
    before = len(sidebar.findChildren(QLabel)) + len(sidebar.findChildren(QAbstractButton))
    sidebar.set_conversations(tuple(ConversationRow(str(n), f"Chat {n}", now) for n in range(5000)))
    sidebar.set_current("4999")
    assert centre(sidebar, sidebar.list.rows.index_of("4999"))
    assert len(sidebar.findChildren(QLabel)) + len(sidebar.findChildren(QAbstractButton)) == before


def test_folders_fold_by_mouse_and_keys(qtbot: QtBot, sidebar: Sidebar) -> None:
    folded: list[tuple[str, bool]] = []
    sidebar.folder_folded.connect(lambda id_, state: folded.append((id_, state)))
    model = sidebar.list.rows
    click(qtbot, sidebar, model.index_of_folder("work"))
    assert "Quarterly report" not in lines(sidebar)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Right)
    assert "Quarterly report" in lines(sidebar)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Down)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Left)
    assert sidebar.list.currentIndex().data() == "Work"
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Left)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Space)
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Return)
    assert folded == [("work", True), ("work", False), ("work", True), ("work", False), ("work", True)]
    sidebar.set_folded({"home"})
    assert "Quarterly report" in lines(sidebar)
    assert "No chats in here yet" not in lines(sidebar)


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_a_key_alone_deletes_nothing(qtbot: QtBot, sidebar: Sidebar, key: Qt.Key) -> None:
    deleted: list[str] = []
    sidebar.delete_requested.connect(deleted.append)
    go_to(sidebar, sidebar.list.rows.index_of("tax"))
    qtbot.keyClick(sidebar.list, key)
    box = question(sidebar)
    assert box.text() == "Move “Letter to the tax office” to the bin?"
    assert box.informativeText() == "It stays there for 30 days."
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert deleted == []
    qtbot.keyClick(sidebar.list, key)
    answer(qtbot, sidebar, "Move to the bin")
    assert deleted == ["tax"]


def test_deleting_a_private_one_forgets_it_and_a_folder_leaves_its_chats(qtbot: QtBot, sidebar: Sidebar) -> None:
    gone: list[str] = []
    sidebar.forget_requested.connect(gone.append)
    sidebar.folder_deleted.connect(gone.append)
    sidebar.delete_requested.connect(lambda id_: pytest.fail(id_))
    go_to(sidebar, sidebar.list.rows.index_of("secret"))
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    answer(qtbot, sidebar, "Close and forget")
    go_to(sidebar, sidebar.list.rows.index_of_folder("work"))
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert answer(qtbot, sidebar, "Delete the folder").informativeText() == "The chats stay."
    assert gone == ["secret", "work"]


def test_the_buttons_below(qtbot: QtBot, sidebar: Sidebar) -> None:
    told: list[str] = []
    signals = {
        "New chat": sidebar.new_chat_requested,
        "Archive and bin": sidebar.keeping_requested,
        "Models": sidebar.models_requested,
        "Settings": sidebar.settings_requested,
        "Help": sidebar.help_requested,
    }
    for name, signal in signals.items():
        signal.connect(lambda name=name: told.append(name))
    buttons = [b for b in sidebar.findChildren(QAbstractButton) if b.accessibleName() in signals]
    for button in sorted(buttons, key=lambda b: b.mapTo(sidebar, QPoint(0, 0)).y()):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == list(signals)


def test_there_is_a_word_for_an_empty_list(sidebar: Sidebar) -> None:
    sidebar.set_conversations(())
    assert "Your chats will be listed here." in [b.text() for b in sidebar.findChildren(QLabel) if b.isVisible()]


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_controls_have_names_sizes_and_room(qtbot: QtBot, sidebar: Sidebar, theme: Theme, scale: float) -> None:
    theme.choose("dark", scale)
    try:
        controls = [c for c in sidebar.findChildren(QAbstractButton) if c.isVisible() and c.parent() is sidebar]
        assert len(controls) == 7
        qtbot.waitUntil(lambda: all(c.width() >= c.sizeHint().width() for c in controls))
        for control in controls:
            assert control.accessibleName()
            assert min(control.width(), control.height()) >= 24
        line = sidebar.list.visualRect(sidebar.list.rows.index_of("secret"))
        assert line.height() >= max(24, round(13 * scale) + 8)
        assert line.width() <= sidebar.list.viewport().width()
    finally:
        theme.choose("light", 1.0)
