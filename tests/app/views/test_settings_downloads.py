"""The settings of downloads and of the models' place: by mouse and keyboard, with names, at every size of the text."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from app.settings.download_card import LIMITS, DownloadCard, DownloadChoices
from app.settings.settings_page import SettingsPage
from app.theme.theme import Theme
from app.widgets.labels import PlainLabel
from tests.app.views.ticking import tick


def shown(qtbot: QtBot) -> SettingsPage:
    page = SettingsPage()
    qtbot.addWidget(page)
    page.set_home("/home/anna/.local/share/Hearth")
    page.models_place.set_place("/media/anna/Samsung T7/Hearth models", "Moving your models: 1.2 of 4.4 GB")
    page.set_token_known(True, keychain=False)
    page.resize(640, 480)
    page.show()
    return page


def ticked(card: DownloadCard) -> list[bool]:
    return [choice.box.isChecked() for choice in (card.only_at_night, card.on_battery, card.on_metered)]


def test_what_is_in_force_is_shown_and_says_nothing(qtbot: QtBot, theme: Theme) -> None:
    card = shown(qtbot).downloads
    with qtbot.assertNotEmitted(card.limit_chosen), qtbot.assertNotEmitted(card.only_at_night_chosen):
        card.show_choices(DownloadChoices(10_000_000, True, False, True))
    assert card.limit.currentText() == "10 MB a second"
    assert [box.box.isChecked() for box in (card.only_at_night, card.on_battery, card.on_metered)] == [
        True,
        False,
        True,
    ]
    card.show_choices(DownloadChoices())
    assert card.limit.currentText() == "No limit"
    assert ticked(card) == [False, True, False]


def test_the_speeds_there_are(qtbot: QtBot, theme: Theme) -> None:
    card = shown(qtbot).downloads
    words = [card.limit.itemText(row) for row in range(card.limit.count())]
    assert words == ["No limit", *(f"{n} MB a second" for n in (1, 2, 5, 10, 25, 50))]
    for row, limit in enumerate(LIMITS):
        with qtbot.waitSignal(card.limit_chosen) as chosen:
            card.limit.activated.emit(row)
        assert chosen.args == [limit]


def test_a_speed_of_another_hand_joins_the_list(qtbot: QtBot, theme: Theme) -> None:
    card = shown(qtbot).downloads
    card.show_choices(DownloadChoices(3_000_000))
    assert card.limit.currentText() == "3 MB a second"
    with qtbot.waitSignal(card.limit_chosen) as chosen:
        card.limit.activated.emit(card.limit.currentIndex())
    assert chosen.args == [3_000_000]


def test_words_and_space_bar_tick_alike(qtbot: QtBot, theme: Theme) -> None:
    card = shown(qtbot).downloads
    for choice, signal in (
        (card.only_at_night, card.only_at_night_chosen),
        (card.on_battery, card.on_battery_chosen),
        (card.on_metered, card.on_metered_chosen),
    ):
        with qtbot.waitSignal(signal) as chosen:
            tick(qtbot, choice)
        assert chosen.args == [True]
        with qtbot.waitSignal(signal) as chosen:
            qtbot.keyClick(choice.box, Qt.Key.Key_Space)
        assert chosen.args == [False]


def test_a_click_beside_the_words_changes_nothing(qtbot: QtBot, theme: Theme) -> None:
    choice = shown(qtbot).downloads.only_at_night
    qtbot.waitUntil(lambda: choice.width() > 100)
    with qtbot.assertNotEmitted(choice.chosen):
        qtbot.mousePress(choice, Qt.MouseButton.LeftButton, pos=choice.rect().center())
        qtbot.mouseRelease(choice, Qt.MouseButton.LeftButton, pos=choice.rect().bottomLeft() * 3)
        qtbot.mouseClick(choice, Qt.MouseButton.RightButton, pos=choice.rect().center())


def test_a_screen_reader_hears_a_box_to_tick_and_its_words(qtbot: QtBot, theme: Theme) -> None:
    card = shown(qtbot).downloads
    card.show_choices(DownloadChoices(only_at_night=True))
    heard = QAccessible.queryAccessibleInterface(card.only_at_night.box)
    assert heard is not None
    assert heard.role() == QAccessible.Role.CheckBox
    assert heard.text(QAccessible.Text.Name) == "Only at night (23:00 to 7:00)"
    assert heard.state().checked
    assert card.limit.accessibleName()


def test_the_keyboard_reaches_everything_in_the_order_it_stands_in(qtbot: QtBot, theme: Theme) -> None:
    page = shown(qtbot)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    wanted: list[QWidget] = [
        page.downloads.limit,
        page.downloads.only_at_night.box,
        page.downloads.on_battery.box,
        page.downloads.on_metered.box,
        page.documents.on_battery.box,
        page.models_place.show_button,
        page.models_place.change_button,
    ]
    wanted[0].setFocus()
    for here, following in itertools.pairwise(wanted):
        qtbot.waitUntil(here.hasFocus)
        qtbot.keyClick(here, Qt.Key.Key_Tab)
        qtbot.waitUntil(following.hasFocus)


def test_the_place_of_the_models_has_two_buttons(qtbot: QtBot, theme: Theme) -> None:
    place = shown(qtbot).models_place
    with qtbot.waitSignal(place.change_requested):
        qtbot.mouseClick(place.change_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(place.show_requested):
        qtbot.keyClick(place.show_button, Qt.Key.Key_Space)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_line_lies_on_another_and_none_is_cut(qtbot: QtBot, theme: Theme, scheme: str, scale: float) -> None:
    theme.choose(scheme, scale)
    try:
        page = shown(qtbot)

        def apart() -> bool:
            pieces = [w for w in page.findChildren(QWidget) if isinstance(w, PlainLabel | QAbstractButton | QComboBox)]
            pieces = [w for w in pieces if w.isVisible() and w.height() > 0]
            boxes = [w.rect().translated(w.mapTo(page, w.rect().topLeft())) for w in pieces]
            clear = not any(a.intersects(b) for place, a in enumerate(boxes) for b in boxes[place + 1 :])
            labels = [w for w in pieces if isinstance(w, PlainLabel)]
            tall = all(label.height() >= label.heightForWidth(label.width()) for label in labels)
            return clear and tall and page.horizontalScrollBar().maximum() == 0

        qtbot.waitUntil(apart)
    finally:
        theme.choose("system", 1.0)


def test_where_the_key_is_kept_is_said(qtbot: QtBot, theme: Theme) -> None:
    page = shown(qtbot)
    assert "no keychain" in page.token_words()
    page.set_token_known(True)
    assert "keychain" in page.token_words()
    assert "no keychain" not in page.token_words()
    page.set_token_known(False, keychain=False)
    assert page.token_words().startswith("None.")
    assert not page.forget_button.isVisible()
