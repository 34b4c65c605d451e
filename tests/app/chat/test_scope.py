"""The composer's chip, menu and offer: what answers come from, and whether everything is read first."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.chat.composer.composer import Composer
from app.chat.composer.scope_shown import ReadAllShown, ScopeEntry, ScopeKind, ScopeShown

ENTRIES = (
    ScopeEntry(ScopeKind.NONE, 0, "No documents"),
    ScopeEntry(ScopeKind.EVERYTHING, 0, "All my documents", "412 documents"),
    ScopeEntry(ScopeKind.COLLECTION, 2, "Family papers", "3 documents"),
    ScopeEntry(ScopeKind.DOCUMENT, 1, "Lease.pdf", "14 pages", chosen=True),
    ScopeEntry(ScopeKind.DOCUMENT, 3, "Thesis & draft.docx", "212 pages"),
    ScopeEntry(ScopeKind.DOCUMENT, 4, "Old invoice.pdf", "2 pages", recent=False),
)
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def composer(qtbot: QtBot, place: QWidget) -> Composer:
    made = Composer(place)
    made.resize(700, 200)
    made.show()
    return made


def chosen(composer: Composer) -> list[tuple[ScopeEntry, bool]]:
    heard: list[tuple[ScopeEntry, bool]] = []
    composer.scope.chosen.connect(lambda entry, adding: heard.append((entry, adding)))
    return heard


def listed(composer: Composer) -> list[str]:
    names = composer.scope.menu.list
    return [names.item(row).text() for row in range(names.count())]


def test_without_documents_there_is_no_chip(composer: Composer) -> None:
    assert not composer.scope.isVisible()
    composer.scope.say(ScopeShown(possible=True, entries=ENTRIES))
    assert composer.scope.open_button.text() == "Answer from my documents"
    assert not composer.scope.clear_button.isVisible()


def test_the_chip_says_what_answers_come_from_and_lets_it_go(qtbot: QtBot, composer: Composer) -> None:
    composer.scope.say(ScopeShown("Lease.pdf", "Lease.pdf", True, ENTRIES))
    assert composer.scope.open_button.text() == "Answers from: Lease.pdf"
    heard = chosen(composer)
    composer.scope.clear_button.setFocus()
    qtbot.mouseClick(composer.scope.clear_button, Qt.MouseButton.LeftButton)
    assert [entry.kind for entry, _adding in heard] == [ScopeKind.NONE]
    composer.scope.say(ScopeShown(possible=True))
    assert composer.scope.open_button.hasFocus()


def test_a_very_long_name_keeps_its_beginning_and_its_end(qtbot: QtBot, composer: Composer) -> None:
    name = "A very long name that nobody shortened " * 6 + "2024.pdf"
    composer.scope.say(ScopeShown(name, name, True))
    composer.layout().activate()  # type: ignore[union-attr]
    text = composer.scope.open_button.text()
    assert text.startswith("Answers from: A")
    assert text.endswith("2024.pdf")
    assert "…" in text
    assert composer.scope.geometry().right() < composer.send_button.geometry().left()
    assert composer.scope.open_button.accessibleName() == f"Answers from: {name}"


def test_the_menu_is_used_by_keyboard_alone(qtbot: QtBot, composer: Composer) -> None:
    composer.scope.say(ScopeShown("Lease.pdf", "Lease.pdf", True, ENTRIES))
    heard, menu = chosen(composer), composer.scope.menu
    composer.scope.open_button.setFocus()
    QTest.keyClick(composer.scope.open_button, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert [name.partition(" ·")[0] for name in listed(composer)] == [entry.name for entry in ENTRIES[:5]]
    assert menu.list.currentItem().text().startswith("Lease.pdf")
    QTest.keyClick(menu.field, Qt.Key.Key_Up)
    QTest.keyClick(menu.field, Qt.Key.Key_Return)
    assert heard == [(ENTRIES[2], False)]
    assert not menu.isVisible()


def test_typing_finds_any_document_and_says_when_there_is_none(qtbot: QtBot, composer: Composer) -> None:
    composer.scope.say(ScopeShown("", "", True, ENTRIES))
    menu = composer.scope.menu
    composer.scope.open_menu()
    QTest.keyClicks(menu.field, "pdf inv")
    assert listed(composer) == ["Old invoice.pdf · 2 pages"]
    menu.field.setText("zeppelin")
    assert listed(composer) == []
    heard = chosen(composer)
    QTest.keyClick(menu.field, Qt.Key.Key_Return)
    assert heard == []
    QTest.keyClick(menu.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not menu.isVisible())


def test_with_control_a_document_is_added_and_the_menu_stays(qtbot: QtBot, composer: Composer) -> None:
    composer.scope.say(ScopeShown("Lease.pdf", "Lease.pdf", True, ENTRIES))
    heard, menu = chosen(composer), composer.scope.menu
    composer.scope.open_menu()
    QTest.keyClick(menu.field, Qt.Key.Key_Down)
    QTest.keyClick(menu.field, Qt.Key.Key_Return, CONTROL)
    assert heard == [(ENTRIES[4], True)]
    assert menu.isVisible()
    menu.hide()


def test_a_click_chooses_one(qtbot: QtBot, composer: Composer) -> None:
    composer.scope.say(ScopeShown("", "", True, ENTRIES))
    heard, menu = chosen(composer), composer.scope.menu
    composer.scope.open_menu()
    row = menu.list.visualItemRect(menu.list.item(1)).center()
    qtbot.mouseClick(menu.list.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert heard == [(ENTRIES[1], False)]
    assert not menu.isVisible()


def test_the_offer_asks_once_and_escape_leaves_the_question_typed(qtbot: QtBot, composer: Composer) -> None:
    decided: list[tuple[str, bool]] = []
    offer = composer.read_all
    offer.decided.connect(lambda question, read_all: decided.append((question, read_all)))
    offer.ask(ReadAllShown("Summarise it.", "Read all 412 pages first? About 6 minutes"))
    assert offer.all_button.hasFocus()
    QTest.keyClick(offer.all_button, Qt.Key.Key_Return)
    assert not decided  # Return presses a button only where it is the default one
    QTest.keyClick(offer.all_button, Qt.Key.Key_Space)
    assert decided == [("Summarise it.", True)]
    assert not offer.isVisible()
    composer.set_text("Summarise it.")
    offer.ask(ReadAllShown("Summarise it.", "Read all?"))
    qtbot.mouseClick(offer.best_button, Qt.MouseButton.LeftButton)
    assert decided[1:] == [("Summarise it.", False)]
    offer.ask(ReadAllShown("Summarise it.", "Read all?"))
    QTest.keyClick(offer.all_button, Qt.Key.Key_Escape)
    assert not offer.isVisible()
    assert len(decided) == 2
    assert composer.text() == "Summarise it."
