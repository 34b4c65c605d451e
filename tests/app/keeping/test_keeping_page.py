"""The page "Archive and bin": what a person reads and presses, and what is asked first."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.keeping.keeping_page import KeepingPage, KeptRow
from app.theme.theme import Theme

ARCHIVED = (
    KeptRow("archived", "a1", "Rental agreement", "3 March 2026"),
    KeptRow("archived", "a2", "Tax", "2 May 2026"),
)
BINNED = (
    KeptRow("binned", "b1", "Trip to Lisbon", "12 days left"),
    KeptRow("message", "m1", "The notice must reach the landlord", "from “Rental agreement” · 1 day left"),
    KeptRow("binned", "b2", "Dinner " * 30, "29 days left"),
)


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> KeepingPage:
    made = KeepingPage()
    qtbot.addWidget(made)
    made.resize(900, 900)
    made.set_rows(ARCHIVED, BINNED)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: all(line.isVisible() for line in made.binned.lines.values()))
    return made


def said(page: KeepingPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def press(qtbot: QtBot, page: KeepingPage, name: str) -> None:
    """Press the one visible button of this accessible name or text."""
    buttons = page.findChildren(QPushButton)
    found = [b for b in buttons if b.isVisible() and name in (b.accessibleName(), b.text())]
    assert len(found) == 1
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def answer(qtbot: QtBot, page: KeepingPage, text: str) -> str:
    box = next(box for box in page.findChildren(QMessageBox) if box.isVisible())
    button = next(b for b in box.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return box.text()


def test_what_was_put_away_is_listed(page: KeepingPage) -> None:
    texts = said(page)
    assert texts[0] == "Archive and bin"
    assert texts.index("Archived chats") < texts.index("Rental agreement") < texts.index("In the bin")
    assert "“The notice must reach the landlord”" in texts
    assert "from “Rental agreement” · 1 day left" in texts
    assert "12 days left" in texts


def test_things_come_back_and_go(qtbot: QtBot, page: KeepingPage) -> None:
    told: list[tuple[str, ...]] = []
    page.restore_requested.connect(lambda *what: told.append(("back", *what)))
    page.bin_requested.connect(lambda *what: told.append(("bin", *what)))
    press(qtbot, page, "Bring back: Rental agreement")
    press(qtbot, page, "Bring back: Trip to Lisbon")
    press(qtbot, page, "Bring back: The notice must reach the landlord")
    press(qtbot, page, "Move to the bin: Tax")
    assert told == [("back", "archived", "a1"), ("back", "binned", "b1"), ("back", "message", "m1"), ("bin", "a2")]


def test_nothing_goes_for_good_unasked(qtbot: QtBot, page: KeepingPage) -> None:
    gone: list[tuple[str, str]] = []
    page.purge_requested.connect(lambda *what: gone.append(what))
    press(qtbot, page, "Delete for good: Trip to Lisbon")
    box = next(box for box in page.findChildren(QMessageBox) if box.isVisible())
    assert box.text() == "Delete “Trip to Lisbon” for good?"
    assert box.informativeText() == "This can't be undone."
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert not box.isVisible()
    assert gone == []
    press(qtbot, page, "Delete for good: The notice must reach the landlord")
    answer(qtbot, page, "Delete for good")
    assert gone == [("message", "m1")]


def test_a_long_title_is_shortened_in_the_question(qtbot: QtBot, page: KeepingPage) -> None:
    press(qtbot, page, f"Delete for good: {BINNED[2].title}")
    assert len(answer(qtbot, page, "Keep")) < 90


def test_emptying_the_bin_asks_with_the_count(qtbot: QtBot, page: KeepingPage) -> None:
    emptied: list[bool] = []
    page.empty_requested.connect(lambda: emptied.append(True))
    press(qtbot, page, "Empty the bin…")
    assert answer(qtbot, page, "Keep") == "Delete 2 chats and 1 message for good?"
    assert emptied == []
    page.set_rows((), BINNED[:1])
    press(qtbot, page, "Empty the bin…")
    assert answer(qtbot, page, "Empty the bin") == "Delete 1 chat for good?"
    assert emptied == [True]


def test_nothing_put_away(qtbot: QtBot, page: KeepingPage) -> None:
    page.set_rows((), ())
    assert "No archived chats" in said(page)
    assert "The bin is empty" in said(page)
    assert not page.empty_button.isVisible()
    page.set_rows(ARCHIVED, ())
    assert "No archived chats" not in said(page)


def test_a_thousand_are_shown_fifty_at_a_time(qtbot: QtBot, page: KeepingPage) -> None:
    page.set_rows((), tuple(KeptRow("binned", str(n), f"Chat {n}", "9 days left") for n in range(1000)))
    assert len(page.binned.lines) == 50
    qtbot.waitUntil(page.binned.more_button.isVisible)
    assert "50 of 1,000" in said(page)
    press(qtbot, page, "Show more")
    assert len(page.binned.lines) == 100
    qtbot.waitUntil(lambda: page.binned.lines["binned", "50"].restore_button.hasFocus())
    page.set_rows((), BINNED)
    assert not page.binned.more_button.isVisible()


def test_the_keyboard_stays_near_when_its_line_goes(qtbot: QtBot, page: KeepingPage) -> None:
    page.binned.lines["binned", "b1"].away_button.setFocus()
    page.set_rows(ARCHIVED, BINNED[1:])
    assert page.binned.lines["message", "m1"].away_button.hasFocus()
    page.set_rows(ARCHIVED[:1], BINNED[1:2])
    assert page.binned.lines["message", "m1"].away_button.hasFocus()


def test_a_day_later_the_words_change_and_the_lines_stay(qtbot: QtBot, page: KeepingPage) -> None:
    line = page.binned.lines["binned", "b1"]
    page.set_rows(ARCHIVED, (KeptRow("binned", "b1", "Trip to Lisbon", "11 days left"), *BINNED[1:]))
    assert page.binned.lines["binned", "b1"] is line
    assert "11 days left" in said(page)
    assert "12 days left" not in said(page)


def test_chats_go_in_and_out_by_file(qtbot: QtBot, page: KeepingPage) -> None:
    told: list[str] = []
    page.import_requested.connect(lambda: told.append("in"))
    page.export_all_requested.connect(lambda: told.append("out"))
    press(qtbot, page, "Import chats…")
    press(qtbot, page, "Save all chats…")
    assert told == ["in", "out"]
    assert "From a file that Hearth or ChatGPT wrote." in said(page)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_fits_a_small_window(qtbot: QtBot, page: KeepingPage, theme: Theme, scale: float) -> None:
    theme.choose("dark", scale)
    try:
        page.resize(360, 480)
        page.set_rows(ARCHIVED, tuple(KeptRow("binned", str(n), "Long title " * 9, "9 days left") for n in range(60)))
        qtbot.waitUntil(page.binned.more_button.isVisible)
        qtbot.waitUntil(lambda: page.horizontalScrollBar().maximum() == 0)
        for control in page.findChildren(QAbstractButton):
            if control.isVisible():
                assert (control.accessibleName() or control.text()).strip()
                assert min(control.width(), control.height()) >= 24
    finally:
        theme.choose("light", 1.0)
