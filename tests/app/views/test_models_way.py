"""The strip "On the way": what it says in each state, what can be done, and what a progress costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.models.page import ModelsPage
from app.models.shown import WayOn, WayRow, WayState
from tests import made_up_models as made
from tests.app.views.models_page import answer, entries, heard, page, pick, press, said

__all__ = ["page"]
FULL = (made.RUNNING, made.QUEUED, made.PAUSED, made.STALLED, made.HELD)


def test_it_is_there_only_while_something_is(page: ModelsPage) -> None:
    assert not page.way.isVisible()
    page.way.show_rows((made.RUNNING,))
    assert page.way.isVisible()
    assert page.way.mapTo(page, page.way.rect().topLeft()).y() < page.places.mapTo(page, page.rect().topLeft()).y()
    page.way.show_rows(())
    assert not page.way.isVisible()


@pytest.mark.parametrize(
    ("row", "words", "bar"),
    [
        (made.RUNNING, ["Code helper", "2.7 of 4.4 GB · 18 MB a second · about 2 minutes left"], True),
        (made.QUEUED, ["Careful thinker", "In the queue, place 1 · 4.9 GB"], False),
        (WayRow("a", "A", WayState.LISTING), ["A", "Asking what to fetch …"], False),
        (made.PAUSED, ["Quick helper", "Paused. What is here is kept. · 1.1 of 2.6 GB"], True),
        (made.STALLED, ["Story teller", "Nothing is arriving just now. Trying again …", "1.4 of 4.4 GB"], True),
        (made.HELD, ["Little one", made.HELD.sentence, "0.1 of 0.7 GB"], True),
        (made.FAILED, ["Gemma 3 12B", made.FAILED.sentence], False),
        (made.CHECKING, ["Sums and tables", "Checking every byte · 3.5 of 4.4 GB checked"], True),
        (made.SHELVING, [made.SHELVING.title, "2.7 of 4.9 GB · about a minute left"], True),
        (WayRow("w", "W", WayState.QUEUED, work=True), ["W", "Waiting for its turn"], False),
    ],
)
def test_each_state_says_what_is_going_on(page: ModelsPage, row: WayRow, words: list[str], bar: bool) -> None:
    page.way.show_rows((row,))
    line = page.way.lines[row.id]
    assert said(line) == words
    assert line.bar.isVisible() == bar
    assert line.accessibleName().startswith(row.title)


@pytest.mark.parametrize("state", list(WayState))
@pytest.mark.parametrize("work", [False, True])
def test_no_state_is_without_words(page: ModelsPage, state: WayState, work: bool) -> None:
    row = WayRow("x", "X", state, work=work, amount="1 of 2 GB")
    page.way.show_rows((row,))
    told = said(page.way.lines["x"])
    assert told[0] == "X"
    assert any(len(text) > len("1 of 2 GB") for text in told[1:]) or state is WayState.MOVING
    assert (page.way.lines["x"].accessibleName() == "X.") == (work and state is WayState.MOVING)


def test_buttons_ask_for_what_they_say(qtbot: QtBot, page: ModelsPage) -> None:
    way = page.way
    told = heard(way.pause_requested, way.resume_requested, way.cancel_requested, way.stop_requested, way.way_requested)
    way.show_rows((made.RUNNING, made.PAUSED, made.SHELVING))
    press(qtbot, page, "Pause: Code helper")
    press(qtbot, page, "Resume: Quick helper")
    press(qtbot, page, "Cancel: Quick helper")
    press(qtbot, page, "Stop: Copying Everyday helper to Samsung T7")
    way.show_rows((made.HELD, made.FAILED, made.STOPPED))
    press(qtbot, page, "Download anyway: Little one")
    press(qtbot, page, "Choose another model: Gemma 3 12B")
    press(qtbot, page, "Try again: Moving your models to Backup")
    press(qtbot, page, "Close: Moving your models to Backup")
    assert told == [
        (0, "d1"),
        (1, "d3"),
        (2, "d3"),
        (3, "w2"),
        (4, "d6", "anyway"),
        (4, "d7", "another"),
        (4, "w4", "again"),
        (3, "w4"),
    ]


def test_a_gigabyte_is_not_thrown_away_unasked(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.way.cancel_requested)
    page.way.show_rows((made.RUNNING,))
    press(qtbot, page, "Cancel: Code helper")
    assert "2.7 GB has arrived" in answer(qtbot, page, "Keep")
    assert told == []
    press(qtbot, page, "Cancel: Code helper")
    answer(qtbot, page, "Cancel the download")
    assert told == [(0, "d1")]


def test_the_order_of_the_queue(qtbot: QtBot, page: ModelsPage) -> None:
    way = page.way
    told = heard(way.first_requested, way.earlier_requested, way.later_requested)
    middle = replace(made.QUEUED, earlier=True, later=True)
    way.show_rows((made.RUNNING, middle))
    for entry in ("First in line", "Up", "Down"):
        press(qtbot, page, "Order of Careful thinker")
        pick(qtbot, page, entry)
    assert told == [(0, "d2"), (1, "d2"), (2, "d2")]
    press(qtbot, page, "Order of Code helper")
    assert entries(page) == {"First in line": False, "Up": False, "Down": True}
    pick(qtbot, page, "Down")
    way.show_rows((replace(made.RUNNING, later=False),))
    assert not way.lines["d1"].more.isVisible()


def test_three_are_seen_and_the_others_fold(qtbot: QtBot, page: ModelsPage) -> None:
    page.way.show_rows(FULL)

    def seen() -> list[str]:
        return [row_id for row_id, line in page.way.lines.items() if line.isVisible()]

    qtbot.waitUntil(lambda: seen() == ["d1", "d2", "d3"])
    qtbot.mouseClick(page.way.fold, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(seen()) == 5)
    assert page.way.fold.text() == "Show fewer"
    page.way.show_rows(FULL[:3])
    assert not page.way.fold.isVisible()


class _Layouts(QObject):
    """Counts how often the parts that it watches are laid out anew."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def rest(self) -> bool:
        """Whether a turn of the loop laid nothing out; begins to count anew."""
        self.count = 0
        QApplication.processEvents()
        return self.count == 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


def test_progress_moves_a_bar_and_lays_nothing_out(qtbot: QtBot, page: ModelsPage) -> None:
    page.here.show_here(replace(made.HERE, models=made.many(40)))
    page.way.show_rows((made.RUNNING, made.QUEUED))
    qtbot.waitUntil(lambda: page.here.cards.complete)
    line = page.way.lines["d1"]
    queued = page.way.lines["d2"].row
    layouts = _Layouts()
    for part in (page.way.window(), page.here, page.here.cards, page.way):
        part.installEventFilter(layouts)
    qtbot.waitUntil(layouts.rest)
    for step in range(30):
        amount = f"2.{step % 10} of 4.4 GB · 18 MB a second · about 2 minutes left"
        page.way.show_rows((replace(made.RUNNING, fraction=step / 40, amount=amount), made.QUEUED))
        QApplication.processEvents()
    assert layouts.count == 0
    assert page.way.lines["d1"] is line
    assert page.way.lines["d2"].row is queued
    assert line.bar.value() == 725
    assert said(line)[1].startswith("2.9 of 4.4 GB")
    assert line.bar.accessibleDescription().startswith("2.9 of 4.4 GB")


def test_rows_move_and_stay_the_same(page: ModelsPage) -> None:
    page.way.show_rows((made.RUNNING, made.QUEUED, made.PAUSED))
    lines = dict(page.way.lines)
    page.way.show_rows((made.PAUSED, made.RUNNING))
    assert page.way.lines["d3"] is lines["d3"]
    tops = [page.way.lines[each] for each in ("d3", "d1")]
    assert [each.property("first") for each in tops] == [True, False]


def test_the_keyboard_stays_when_its_button_goes(qtbot: QtBot, page: ModelsPage) -> None:
    page.way.show_rows((made.RUNNING, made.QUEUED))
    line = page.way.lines["d1"]
    line.pause_button.setFocus()
    page.way.show_rows((replace(made.RUNNING, state=WayState.PAUSED), made.QUEUED))
    assert line.resume_button.hasFocus()
    page.way.show_rows((made.QUEUED,))
    assert any(each.hasFocus() for each in page.way.lines["d2"].controls())


def test_names_of_strangers_are_shown_as_they_are(page: ModelsPage) -> None:
    row = replace(made.FAILED, title="<b>Bold</b> & co", ways=(WayOn("x", "Save & go"),))
    page.way.show_rows((row,))
    assert "<b>Bold</b> & co" in said(page.way)
    button = page.way.lines["d7"].way_buttons[0]
    assert isinstance(button, QWidget)
    assert button.text() == "Save && go"
    assert button.accessibleName() == "Save & go: <b>Bold</b> & co"
