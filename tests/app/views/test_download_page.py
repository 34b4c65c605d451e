"""The page of the first download: every state has words and ways on, and time is seen to pass in each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton
from pytestqt.qtbot import QtBot

from app.onboarding.arrival import Arrival, passing
from app.onboarding.download_page import DownloadPage, DownloadView, WayOn
from app.theme.theme import Theme
from app.widgets.labels import PlainLabel

FLOWING = DownloadView("Everyday helper", 0.4, "1.8 of 4.9 GB", "22 MB a second · about 2 minutes left", "", False)
WAYS = (WayOn("smaller", "Use a smaller model"), WayOn("folder", "Show the folder"), WayOn("again", "Try again"))
STATES = {
    Arrival.FLOWING: FLOWING,
    Arrival.WAITING: replace(
        FLOWING, state=Arrival.WAITING, rate="", phase_sentence="hub.example can't be reached.", retry_in_s=42.0
    ),
    Arrival.CHECKING: replace(FLOWING, state=Arrival.CHECKING, rate="", phase_sentence="Checking: 1.2 of 1.8 GB"),
    Arrival.STALLED: replace(FLOWING, state=Arrival.STALLED, rate="", phase_sentence="Nothing is arriving just now."),
    Arrival.HELD: replace(FLOWING, state=Arrival.HELD, rate="", phase_sentence="Waits for the night."),
    Arrival.PAUSED: replace(FLOWING, paused=True, rate="", phase_sentence="Paused. What is here is kept."),
    Arrival.FAILED: replace(FLOWING, state=Arrival.FAILED, rate="", phase_sentence="The disk is full.", ways=WAYS),
}
BUTTONS = {
    Arrival.HELD: ["Download anyway", "Pause", "Cancel"],
    Arrival.PAUSED: ["Resume", "Cancel"],
    Arrival.FAILED: [*(way.text for way in WAYS), "Cancel"],
}


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def shown(qtbot: QtBot, clock: Clock | None = None) -> DownloadPage:
    page = DownloadPage(clock=clock or Clock())
    qtbot.addWidget(page)
    page.resize(640, 480)
    page.show()
    return page


def buttons(page: DownloadPage) -> list[QPushButton]:
    found = [b for b in page.findChildren(QPushButton) if b.isVisible() and not page.guide_card.isAncestorOf(b)]
    return sorted(found, key=lambda b: (b.mapTo(page, b.rect().topLeft()).y(), b.mapTo(page, b.rect().topLeft()).x()))


@pytest.mark.parametrize("state", list(Arrival))
def test_each_state_says_what_is_so_and_what_can_be_done(qtbot: QtBot, theme: Theme, state: Arrival) -> None:
    page = shown(qtbot)
    view = STATES[state]
    page.show_progress(view)
    wanted = BUTTONS.get(state, ["Pause", "Cancel"])
    qtbot.waitUntil(lambda: [b.text() for b in buttons(page)] == wanted)
    assert view.phase_sentence in page.moment.words()
    assert page.moment.isVisible() is bool(view.phase_sentence)
    assert view.phase_sentence in page.bar.accessibleDescription()
    assert page.bar.value() == 400
    page.show_progress(FLOWING)
    qtbot.waitUntil(lambda: [b.text() for b in buttons(page)] == ["Pause", "Cancel"])
    assert not page.moment.isVisible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", list(Arrival))
def test_no_word_is_cut_when_the_text_is_large(qtbot: QtBot, theme: Theme, state: Arrival, scheme: str) -> None:
    theme.choose(scheme, 2.0)
    try:
        page = shown(qtbot)
        page.show_progress(STATES[state])
        page.moment.tick()

        def roomy() -> bool:
            labels = [label for label in page.findChildren(PlainLabel) if label.isVisible() and label.text()]
            tall = all(label.height() >= label.heightForWidth(label.width()) for label in labels if label.wordWrap())
            wide = all(label.width() >= label.sizeHint().width() for label in labels if not label.wordWrap())
            controls = [b for b in page.findChildren(QAbstractButton) if b.isVisible()]
            whole = all(b.width() >= b.sizeHint().width() for b in controls)
            return tall and wide and whole and page.horizontalScrollBar().maximum() == 0

        qtbot.waitUntil(roomy)
    finally:
        theme.choose("system", 1.0)


def press(qtbot: QtBot, page: DownloadPage, text: str) -> None:
    qtbot.waitUntil(lambda: any(b.text() == text for b in buttons(page)))
    qtbot.mouseClick(next(b for b in buttons(page) if b.text() == text), Qt.MouseButton.LeftButton)


def test_a_held_download_can_run_now(qtbot: QtBot, theme: Theme) -> None:
    page = shown(qtbot)
    page.show_progress(STATES[Arrival.HELD])
    with qtbot.waitSignal(page.anyway_requested):
        press(qtbot, page, "Download anyway")
    with qtbot.waitSignal(page.pause_requested):
        press(qtbot, page, "Pause")


def test_a_failed_download_has_its_ways_on_also_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    page = shown(qtbot)
    page.show_progress(STATES[Arrival.FAILED])
    with qtbot.waitSignal(page.way_chosen) as chosen:
        press(qtbot, page, "Use a smaller model")
    assert chosen.args == ["smaller"]
    page.show_progress(replace(STATES[Arrival.FAILED], ways=WAYS[2:]))
    qtbot.waitUntil(lambda: [b.text() for b in buttons(page)] == ["Try again", "Cancel"])
    with qtbot.waitSignal(page.way_chosen) as chosen:
        qtbot.keyClick(buttons(page)[0], Qt.Key.Key_Space)
    assert chosen.args == ["again"]


def test_the_keyboard_never_comes_to_rest_on_cancel_by_itself(qtbot: QtBot, theme: Theme) -> None:
    page = shown(qtbot)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.show_progress(FLOWING)
    page.pause_button.setFocus()
    qtbot.waitUntil(page.pause_button.hasFocus)
    page.show_progress(STATES[Arrival.FAILED])
    qtbot.waitUntil(lambda: [b.text() for b in buttons(page) if b.hasFocus()] == ["Use a smaller model"])
    page.show_progress(STATES[Arrival.HELD])
    page.anyway_button.setFocus()
    page.show_progress(FLOWING)
    qtbot.waitUntil(page.pause_button.hasFocus)
    page.show_progress(replace(STATES[Arrival.FAILED], ways=()))
    qtbot.waitUntil(page.question.hasFocus)
    page.cancel_button.setFocus()
    page.show_progress(STATES[Arrival.HELD])
    assert page.cancel_button.hasFocus(), "whoever went there themselves stays"


def test_the_next_try_is_counted_down(qtbot: QtBot, theme: Theme) -> None:
    clock = Clock()
    page = shown(qtbot, clock)
    page.show_progress(STATES[Arrival.WAITING])
    assert page.moment.words() == "hub.example can't be reached.\nNext try in about 40 seconds."
    clock.now += 21
    page.moment.tick()
    assert page.moment.words().endswith("Next try in about 20 seconds.")
    clock.now += 30
    page.moment.tick()
    assert page.moment.words().endswith("Trying again now …")


def test_a_stall_says_how_long_it_has_lasted(qtbot: QtBot, theme: Theme) -> None:
    clock = Clock()
    page = shown(qtbot, clock)
    page.show_progress(STATES[Arrival.STALLED])
    assert page.moment.words() == STATES[Arrival.STALLED].phase_sentence
    clock.now += 120
    page.show_progress(STATES[Arrival.STALLED])
    assert page.moment.words().endswith("It has been so for about 2 minutes.")
    page.show_progress(FLOWING)
    page.show_progress(STATES[Arrival.STALLED])
    assert "about 2 minutes" not in page.moment.words(), "a new stall begins at nothing"


def test_seconds_are_counted_only_while_the_page_is_seen(qtbot: QtBot, theme: Theme) -> None:
    clock = Clock()
    page = shown(qtbot, clock)
    page.show_progress(STATES[Arrival.STALLED])
    clock.now += 60
    qtbot.waitUntil(lambda: "about a minute" in page.moment.words())
    page.hide()
    assert not page._beat.isActive()
    clock.now += 3600
    page.show()
    assert "about an hour" in page.moment.words()


@pytest.mark.parametrize("state", list(Arrival))
def test_what_waits_for_something_never_looks_frozen(state: Arrival) -> None:
    waits = state in (Arrival.WAITING, Arrival.STALLED)
    assert bool(passing(state, 31.0, None)) is waits
    assert bool(passing(state, 0.0, 3.0)) is waits
    assert passing(state, 5.0, None) == ""


def test_a_size_that_is_not_known_yet_moves_the_bar_all_the_same(qtbot: QtBot, theme: Theme) -> None:
    page = shown(qtbot)
    page.show_progress(replace(FLOWING, fraction=None, amount="", rate="", state=Arrival.WAITING, phase_sentence="…"))
    assert page.bar.maximum() == 0
    page.show_progress(replace(STATES[Arrival.FAILED], fraction=None))
    assert page.bar.maximum() > 0, "nothing moves in a failed one"


def test_waking_takes_the_buttons_away(qtbot: QtBot, theme: Theme) -> None:
    page = shown(qtbot)
    page.show_progress(STATES[Arrival.HELD])
    page.show_waking()
    qtbot.waitUntil(lambda: buttons(page) == [])
    assert "Waking up" in page.moment.words()
    assert page.bar.value() == page.bar.maximum()
