"""The place "Shelf", and the question where a model is to be copied to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

from app.models.page import ModelsPage
from app.models.shelve_dialog import ShelveDialog
from app.models.shown import Copy
from tests import made_up_models as made
from tests import made_up_offers as offered
from tests.app.views.models_page import answer, choose, entries, heard, page, pick, press, said

__all__ = ["page"]


def test_an_empty_place_says_what_a_shelf_is(qtbot: QtBot, page: ModelsPage, tmp_path: Path) -> None:
    told = heard(page.shelf.shelf_added)
    page.show_place("shelf")
    assert said(page.shelf)[0].startswith("Keep a model for good: on another disk, checked to the byte")
    press(qtbot, page, "Choose a folder for a shelf…")
    choose(page, str(tmp_path))
    page.shelf.show_shelves((offered.EMPTY_SHELF,))
    press(qtbot, page, "Add a shelf…")
    choose(page, str(tmp_path))
    assert told == [(0, str(tmp_path)), (0, str(tmp_path))]
    assert any(text.startswith("No models here yet.") for text in said(page.shelf))


def test_copies_shelf_by_shelf(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.shelf.bring_back_requested, page.shelf.check_requested, page.shelf.reveal_requested)
    page.show_place("shelf")
    page.shelf.show_shelves((offered.SHELF, offered.EMPTY_SHELF))
    section = page.shelf.sections[offered.SHELF.folder]
    assert said(section)[:3] == ["Samsung T7", "3 models · 1.4 TB free", "\u2066/media/mira/Samsung T7/Models\u2069"]
    thinker = section.cards.views["c2"]
    assert said(thinker) == [
        "Careful thinker",
        "Free for any use",
        "DeepSeek R1 Distill 8B · 4.9 GB · put here on 3 May 2026 · not checked since",
    ]
    assert section.cards.views["c1"].mark.text() == "On this computer too"
    assert not section.cards.views["c1"].main.isVisible()
    damaged = section.cards.views["c3"]
    assert not damaged.main.isVisible()
    assert offered.COPIES[2].trouble in said(damaged)
    press(qtbot, page, "Bring back Careful thinker")
    for entry in ("Check every byte", "Show in the folder"):
        press(qtbot, page, "More for Careful thinker")
        pick(qtbot, page, entry)
    assert told == [(0, "c2"), (1, "c2"), (2, "c2")]


def test_a_copy_that_is_worked_on(qtbot: QtBot, page: ModelsPage) -> None:
    page.show_place("shelf")
    busy: Copy = replace(offered.COPIES[1], busy="being checked")
    page.shelf.show_shelves((replace(offered.SHELF, copies=(busy,)),))
    view = page.shelf.sections[offered.SHELF.folder].cards.views["c2"]
    assert view.mark.text() == "Being checked"
    assert not view.main.isVisible()
    press(qtbot, page, "More for Careful thinker")
    assert entries(page)["Check every byte"] is False
    pick(qtbot, page, "Show in the folder")


def test_a_disk_that_is_not_connected(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.shelf.look_again_requested)
    page.show_place("shelf")
    page.shelf.show_shelves((offered.AWAY,))
    assert offered.AWAY.sentence in said(page.shelf)
    assert not page.shelf.sections[offered.AWAY.folder].cards.views["a1"].main.isVisible()
    press(qtbot, page, "Look again: Backup")
    assert told == [(0,)]
    press(qtbot, page, "More for Careful thinker")
    assert [text for text, can in entries(page).items() if can] == ["Technical details"]
    pick(qtbot, page, "Technical details")
    back = replace(offered.AWAY, connected=True)
    page.shelf.show_shelves((back,))
    assert offered.AWAY.sentence not in said(page.shelf)
    assert page.shelf.sections[offered.AWAY.folder].cards.views["a1"].main.isVisible()


def test_a_shelf_is_forgotten_after_a_question(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.shelf.shelf_forgotten, page.shelf.shelf_revealed)
    page.show_place("shelf")
    page.shelf.show_shelves((offered.SHELF,))
    for reply in ("Keep", "Forget it"):
        press(qtbot, page, "More for the shelf Samsung T7")
        pick(qtbot, page, "Forget this shelf…")
        assert "stays as it is" in answer(qtbot, page, reply)
    press(qtbot, page, "More for the shelf Samsung T7")
    pick(qtbot, page, "Show in the folder")
    assert told == [(0, offered.SHELF.folder), (1, offered.SHELF.folder)]
    page.shelf.sections[offered.SHELF.folder].more.setFocus()
    page.shelf.show_shelves(())
    assert page.shelf.sections == {}


def _dialog(page: ModelsPage) -> ShelveDialog:
    return next(each for each in page.findChildren(ShelveDialog) if each.isVisible())


def test_a_model_is_copied_to_a_known_shelf(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.shelve_requested)
    page.here.show_here(made.HERE)
    page.shelf.show_shelves((offered.AWAY, offered.SHELF))
    press(qtbot, page, "More for Quick helper")
    pick(qtbot, page, "Copy to the shelf…")
    dialog = _dialog(page)
    away, known = dialog.places.values()
    assert not away.isEnabled()
    assert known.isChecked()
    qtbot.waitUntil(known.hasFocus)
    assert not dialog.then_remove.isChecked()
    qtbot.keyClick(dialog.then_remove, Qt.Key.Key_Space)
    qtbot.keyClick(known, Qt.Key.Key_Return)
    assert told == [(0, "quick", offered.SHELF.folder, True)]
    qtbot.waitUntil(lambda: page.findChildren(ShelveDialog) == [])


def test_a_model_is_copied_to_a_new_folder(qtbot: QtBot, page: ModelsPage, tmp_path: Path) -> None:
    told = heard(page.shelve_requested)
    page.here.show_here(made.HERE)
    page.here.shelve_wanted.emit("studio")
    dialog = _dialog(page)
    assert not dialog.then_remove.isVisible()
    assert not dialog.copy_button.isEnabled()
    assert [radio.text() for radio in dialog.findChildren(QRadioButton)] == ["Another folder…"]
    press(qtbot, dialog, "Choose another folder…")
    choose(dialog, str(tmp_path))
    press(qtbot, dialog, "Copy")
    assert told == [(0, "studio", str(tmp_path), False)]


def test_not_now_copies_nothing(qtbot: QtBot, page: ModelsPage) -> None:
    told = heard(page.shelve_requested)
    page.here.show_here(made.HERE)
    page.shelf.show_shelves((offered.SHELF,))
    page.here.shelve_wanted.emit("quick")
    press(qtbot, _dialog(page), "Not now")
    assert told == []
