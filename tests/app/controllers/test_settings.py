"""What is chosen is kept and told: to the page at once, to the downloads when it concerns them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.bridge.tasks import TaskRunner
from app.controllers.settings import SettingsController
from app.presenters.settings import SettingsPresenter
from app.theme.theme import Theme
from runtime.api import HUB_TOKEN, DownloadChanged, DownloadPhase, DownloadRequest, Event, Network, Paths, Runtime
from tests.app.views.ticking import tick


@pytest.fixture
def runtime(private_home: Path) -> Iterator[Runtime]:
    with Runtime(Paths.below(private_home)) as made:
        yield made


@pytest.fixture
def settings(qtbot: QtBot, runtime: Runtime) -> Iterator[SettingsController]:
    store = TaskRunner("store")
    yield SettingsController(runtime, store)
    store.close()


def test_what_is_chosen_is_in_force_for_the_downloads_at_once(qtbot: QtBot, private_home: Path) -> None:
    """A job that waits because the connection costs by the amount goes on when that is allowed."""
    phases: list[DownloadPhase] = []

    def on_event(event: Event) -> None:
        if isinstance(event, DownloadChanged):
            phases.append(event.phase)

    store = TaskRunner("store")
    with Runtime(Paths.below(private_home), on_event, endpoint="http://127.0.0.1:9") as runtime:
        settings = SettingsController(runtime, store)
        runtime.downloads.set_network(Network(online=True, metered=True))
        runtime.downloads.start(DownloadRequest("hearth-tests/tiny"))
        qtbot.waitUntil(lambda: DownloadPhase.HELD in phases)
        assert DownloadPhase.LISTING not in phases
        with qtbot.waitSignal(settings.changed):
            settings.change(download_on_metered=True)
        qtbot.waitUntil(lambda: DownloadPhase.LISTING in phases)
    store.close()


def test_what_the_engine_chose_by_itself_is_read_anew(
    qtbot: QtBot, runtime: Runtime, settings: SettingsController, tmp_path: Path
) -> None:
    runtime.settings.change(models_folder=str(tmp_path))
    with qtbot.waitSignal(settings.changed):
        settings.refresh()
    assert settings.settings.models_folder == str(tmp_path)


def test_the_page_writes_what_is_chosen_on_it(
    qtbot: QtBot, runtime: Runtime, settings: SettingsController, theme: Theme
) -> None:
    presenter = SettingsPresenter(settings, theme, runtime.paths)
    page = presenter.page
    qtbot.addWidget(page)
    page.resize(700, 900)
    page.show()
    card = page.downloads
    for box, field, value in (
        (card.only_at_night, "download_only_at_night", True),
        (card.on_battery, "download_on_battery", False),
        (card.on_metered, "download_on_metered", True),
    ):
        with qtbot.waitSignal(settings.changed):
            tick(qtbot, box)
        assert getattr(runtime.settings.settings, field) is value
    with qtbot.waitSignal(settings.changed):
        card.limit.activated.emit(3)
    assert runtime.settings.settings.download_limit_bytes_per_s == 5_000_000
    assert card.limit.currentText() == "5 MB a second"


def test_a_choice_that_can_not_be_kept_is_taken_back(
    qtbot: QtBot, runtime: Runtime, settings: SettingsController, theme: Theme
) -> None:
    presenter = SettingsPresenter(settings, theme, runtime.paths)
    card = presenter.page.downloads
    qtbot.addWidget(presenter.page)
    runtime.paths.settings.mkdir()  # nothing can be written in its place
    with qtbot.waitSignal(settings.failed):
        card.only_at_night.box.click()
    assert not card.only_at_night.box.isChecked()


def test_the_folder_of_the_models_is_shown_and_a_move_takes_its_button(
    qtbot: QtBot, runtime: Runtime, settings: SettingsController, theme: Theme, tmp_path: Path
) -> None:
    presenter = SettingsPresenter(settings, theme, runtime.paths)
    place = presenter.page.models_place
    qtbot.addWidget(presenter.page)
    assert presenter.models_folder == str(runtime.paths.models)
    with qtbot.waitSignal(presenter.move_wanted):
        place.change_button.click()
    presenter.show_moving("Moving your models: 1.2 of 4.4 GB")
    assert not place.change_button.isEnabled()
    presenter.show_moving("")
    assert place.change_button.isEnabled()
    with qtbot.waitSignal(settings.changed):
        settings.change(models_folder=str(tmp_path / "elsewhere"))
    assert presenter.models_folder == str(tmp_path / "elsewhere")


def test_without_a_keychain_it_is_known_and_said(
    qtbot: QtBot, runtime: Runtime, settings: SettingsController, theme: Theme
) -> None:
    presenter = SettingsPresenter(settings, theme, runtime.paths)
    qtbot.addWidget(presenter.page)
    before = settings.keychain
    assert before is None
    runtime.secrets.set(HUB_TOKEN, "hf_x")
    with qtbot.waitSignal(settings.token_known) as told:
        presenter.opened()
    assert told.args == [True]
    assert settings.keychain is False
    assert "until you close Hearth" in presenter.page.token_words()
    with qtbot.waitSignal(settings.token_known):
        settings.forget_token()
    assert presenter.page.token_words().startswith("None.")
