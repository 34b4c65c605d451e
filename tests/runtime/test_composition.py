"""What the Runtime joins: settings put in force, models judged, what answers tell of a model."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runtime.api import Manners, Paths, Runtime
from runtime.catalogue.entries import load_catalogue
from runtime.housekeeping import shelf_card
from runtime.library.service import InstalledModel


def runtime_below(folder: Path) -> Runtime:
    paths = Paths.below(folder)
    paths.prepare()
    return Runtime(paths)


def test_settings_become_the_manners_of_downloads(tmp_path: Path) -> None:
    with runtime_below(tmp_path) as runtime:
        assert runtime.manners == Manners()
        runtime.change_settings(download_limit_bytes_per_s=5, download_only_at_night=True, download_on_battery=False)
        assert runtime.manners == Manners(5, only_at_night=True, on_battery=False, on_metered=False)


def test_documents_are_made_once_whoever_asks(tmp_path: Path) -> None:
    with runtime_below(tmp_path) as runtime, ThreadPoolExecutor(4) as pool:
        found = [asked.result() for asked in [pool.submit(lambda: runtime.documents) for _ in range(4)]]
        assert len({id(service) for service in found}) == 1
        runtime.change_settings(documents_on_battery=True)
        assert found[0]._power.allowed


def test_a_chosen_folder_is_where_models_are_and_home_stays(tmp_path: Path) -> None:
    with runtime_below(tmp_path / "home") as runtime:
        runtime.change_settings(models_folder=str(tmp_path / "disk"))
        assert runtime.models_paths.models == tmp_path / "disk"
        assert runtime.models_paths.home == tmp_path / "home"
        assert runtime.library.folder == tmp_path / "disk"
        assert not (tmp_path / "disk").exists()


def test_a_copy_tells_what_the_catalogue_knows_and_else_the_name() -> None:
    catalogue = load_catalogue()
    entry = catalogue.models[0]
    known = InstalledModel("x", entry.editions[0].repository, "/m", 7)
    card = shelf_card(catalogue, known)
    assert (card.role, card.maker, card.licence, card.size_bytes) == (entry.role, entry.maker, entry.licence, 7)
    strange = shelf_card(catalogue, InstalledModel("Mine", "", "/m", 7, licence="mit"))
    assert (strange.name, strange.role, strange.licence) == ("Mine", "", "mit")
