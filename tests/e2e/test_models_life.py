"""The models of a person over time: checked, mended, removed and brought back, put on a shelf, moved, found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.main import Hearth
from app.models.shown import CopyState, FindState, HereState, OfferState, WayRow, WayState
from app.theme.theme import Theme
from tests.e2e.fixtures import REPOSITORY, answers, ask, fetch_first_model, open_hearth, wait_for
from tests.hub.search import entry, search_entries
from tests.hub.server import LoopbackHub
from tests.tiny.corpus import KNOWN_ANSWERS

FRANCE = "What is the capital of France?"


@pytest.fixture
def hearth(qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path) -> Iterator[Hearth]:
    with open_hearth(private_home, theme) as opened:
        fetch_first_model(qtbot, opened)
        opened.ways.show_models()
        wait_for(qtbot, lambda: bool(cards(opened)))
        yield opened


def cards(hearth: Hearth) -> tuple[str, ...]:
    """The models on the page, as ids."""
    return tuple(hearth.models_view.page.here.cards.views)


def only(hearth: Hearth) -> str:
    (folder,) = cards(hearth)
    return folder


def state(hearth: Hearth) -> HereState:
    model = hearth.models_view.page.here.model(only(hearth))
    assert model is not None
    return model.state


def still(hearth: Hearth) -> bool:
    """Nothing is on its way."""
    return not hearth.works.works and not hearth.downloads.jobs


def toast(hearth: Hearth) -> str:
    return hearth.window._toast._label.text()


def spoil(folder: str) -> bytes:
    """Turn one bit of the weights; what was there."""
    weights = Path(folder) / "model.safetensors"
    data = weights.read_bytes()
    place = len(data) - 1000
    weights.unlink()  # it may be linked to elsewhere
    weights.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    return data


def test_a_bad_byte_is_found_told_and_mended(qtbot: QtBot, hearth: Hearth, hub: LoopbackHub) -> None:
    folder = only(hearth)
    good = spoil(folder)
    hub.requests.clear()
    hearth.models_view.page.here.check_requested.emit(folder)
    wait_for(qtbot, lambda: state(hearth) is HereState.BROKEN and still(hearth))
    hearth.models_view.page.here.cards.views[folder].main.click()
    wait_for(qtbot, lambda: bool(hearth.downloads.jobs))
    wait_for(qtbot, lambda: still(hearth) and state(hearth) is not HereState.BROKEN)
    assert (Path(folder) / "model.safetensors").read_bytes() == good
    hearth.models_view.page.here.check_requested.emit(folder)
    wait_for(qtbot, lambda: "Every byte is right" in toast(hearth))


def test_a_removed_model_comes_back(qtbot: QtBot, hearth: Hearth) -> None:
    folder = only(hearth)
    hearth.models_view.page.here.remove_requested.emit(folder)
    wait_for(qtbot, lambda: not cards(hearth))
    assert not Path(folder).exists()
    qtbot.mouseClick(hearth.window._toast._button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: bool(cards(hearth)))
    hearth.models_view.page.here.chat_requested.emit(only(hearth))
    wait_for(qtbot, lambda: hearth.models.ready)
    ask(qtbot, hearth, FRANCE)
    wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])


def test_a_model_goes_to_the_shelf_and_comes_back_without_any_network(
    qtbot: QtBot, hearth: Hearth, hub: LoopbackHub, tmp_path: Path
) -> None:
    disk = tmp_path / "my disk"
    disk.mkdir()
    page, folder = hearth.models_view.page, only(hearth)
    page.shelve_requested.emit(folder, str(disk), True)
    wait_for(qtbot, lambda: not cards(hearth) and still(hearth))
    assert not Path(folder).exists()
    wait_for(qtbot, lambda: hearth.models.current is None)
    page.show_place("shelf")
    wait_for(qtbot, lambda: bool(page.shelf.shelves and page.shelf.shelves[0].copies))
    (copy,) = page.shelf.shelves[0].copies
    assert copy.state is CopyState.READY
    hub.requests.clear()
    page.shelf.check_requested.emit(copy.id)
    wait_for(qtbot, lambda: "every byte checked" in page.shelf.shelves[0].copies[0].checked)
    page.shelf.bring_back_requested.emit(copy.id)
    wait_for(qtbot, lambda: bool(cards(hearth)) and still(hearth))
    assert not hub.requests
    hearth.models_view.page.here.chat_requested.emit(only(hearth))
    wait_for(qtbot, lambda: hearth.models.ready)
    ask(qtbot, hearth, FRANCE)
    wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
    wait_for(qtbot, lambda: page.shelf.shelves[0].copies[0].state is CopyState.HERE)


def test_the_library_moves_to_another_disk_and_goes_on_there(
    qtbot: QtBot, hearth: Hearth, theme: Theme, private_home: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "big disk"
    disk.mkdir()
    before = only(hearth)
    hearth.models_view.page.here.kept.move_requested.emit(str(disk))
    wait_for(qtbot, lambda: bool(cards(hearth)) and only(hearth) != before and still(hearth))
    assert Path(only(hearth)).is_relative_to(disk)
    assert not Path(before).exists()
    wait_for(qtbot, lambda: hearth.models.ready)
    ask(qtbot, hearth, FRANCE)
    wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
    hearth.window.close()
    hearth.close()
    away = disk.with_name("unplugged")
    disk.rename(away)
    with open_hearth(private_home, theme) as again:
        wait_for(qtbot, lambda: again.models.looked)
        again.ways.show_models()
        wait_for(qtbot, lambda: bool(again.models.problem))
        assert not cards(again)
        assert not disk.exists()
        away.rename(disk)
        again.models_view.page.here.look_again_requested.emit()
        wait_for(qtbot, lambda: bool(cards(again)))


def test_a_folder_of_the_persons_is_used_where_it_is(
    qtbot: QtBot, hearth: Hearth, tiny_model: Path, tmp_path: Path
) -> None:
    place = tmp_path / "from elsewhere"
    shutil.copytree(tiny_model, place / "another")
    hearth.models_view.page.here.kept.folder_added.emit(str(place))
    wait_for(qtbot, lambda: len(cards(hearth)) == 2)
    theirs = next(folder for folder in cards(hearth) if folder.startswith(str(place)))
    model = hearth.models_view.page.here.model(theirs)
    assert model is not None
    assert model.kept_because
    hearth.models_view.page.here.kept.folder_forgotten.emit(str(place))
    wait_for(qtbot, lambda: len(cards(hearth)) == 1)
    assert (place / "another" / "config.json").exists()
    empty = tmp_path / "nothing here"
    empty.mkdir()
    hearth.models_view.page.here.kept.folder_added.emit(str(empty))
    wait_for(qtbot, lambda: "No model" in toast(hearth))
    strange = tmp_path / "strange"
    shutil.copytree(tiny_model, strange)
    (strange / "config.json").write_text('{"model_type": "never_heard_of"}')
    hearth.models_view.page.here.kept.folder_added.emit(str(strange))
    wait_for(qtbot, lambda: len(cards(hearth)) == 2)
    model = hearth.models_view.page.here.model(str(strange))
    assert model is not None
    assert "never_heard_of" in model.trouble


def test_what_is_found_at_the_hub_is_judged_and_fetched(
    qtbot: QtBot, hearth: Hearth, hub: LoopbackHub, tiny_model: Path
) -> None:
    hub.add_repository("someone/tiny-two-4bit", tiny_model)
    search_entries(hub).append(entry("someone/tiny-two-4bit"))
    page = hearth.models_view.page
    page.show_place("find")
    page.finder.search_requested.emit("tiny")
    wait_for(qtbot, lambda: bool(hearth.hub_search.found))
    offer = page.finder.offer("someone/tiny-two-4bit")
    assert offer is not None
    assert offer.state is OfferState.FREE
    assert offer.fits
    page.finder.download_requested.emit(offer.id)
    wait_for(qtbot, lambda: len(cards(hearth)) == 2)
    assert page.finder.offer("someone/tiny-two-4bit").state is OfferState.HERE  # type: ignore[union-attr]


def test_a_search_without_network_says_so(qtbot: QtBot, hearth: Hearth, hub: LoopbackHub) -> None:
    from tests.hub.faults import Fault, Kind, Place

    hub.faults.add(Fault(Kind.REFUSE, Place.API, times=None))
    page = hearth.models_view.page
    page.show_place("find")
    page.finder.search_requested.emit("anything")
    wait_for(qtbot, lambda: hearth.hub_search.problem is not None)
    assert page.finder.findings.findings.state in (FindState.OFFLINE, FindState.TROUBLE)


def test_a_paused_and_a_failed_download_stand_in_the_strip_and_go_on(
    qtbot: QtBot, hearth: Hearth, hub: LoopbackHub, tiny_model: Path
) -> None:
    hub.add_repository("someone/gated", tiny_model, gated=True)
    hub.add_repository("someone/slow", tiny_model)
    hub.rate_bytes_per_s = 200_000
    way = hearth.models_view.page.way
    hearth.downloads.start("someone/slow")
    hearth.downloads.start("someone/gated")
    wait_for(qtbot, lambda: "someone/slow" in hearth.downloads.jobs)
    way.pause_requested.emit("someone/slow")
    wait_for(qtbot, lambda: row(hearth, "someone/slow").state is WayState.PAUSED)
    wait_for(qtbot, lambda: row(hearth, "someone/gated").state is WayState.FAILED)
    assert row(hearth, "someone/gated").ways[0].id == "enter_token"
    hub.rate_bytes_per_s = None
    hearth.downloads.enter_token("someone/gated", "hf_granted")
    way.resume_requested.emit("someone/slow")
    wait_for(qtbot, lambda: len(cards(hearth)) == 3 and still(hearth))


def row(hearth: Hearth, row_id: str) -> WayRow:
    """One line of the strip."""
    return next(row for row in hearth.models_view.page.way._rows if row.id == row_id)


def test_the_repository_is_the_one_of_the_catalogue(hearth: Hearth) -> None:
    assert hearth.models.installed[0].repository == REPOSITORY
