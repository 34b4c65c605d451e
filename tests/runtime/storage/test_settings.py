from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.errors import HomeNotWritable, StoreTooNew
from runtime.paths import Paths
from runtime.storage.settings import SETTINGS_VERSION, Settings, SettingsStore, Theme


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.below(tmp_path)


def test_without_a_file_there_are_defaults_and_no_problem(paths: Paths) -> None:
    store = SettingsStore(paths)
    assert store.settings == Settings()
    assert store.problem is None
    assert not paths.settings.exists()


def test_choices_are_there_the_next_time(paths: Paths) -> None:
    chosen = Settings(theme=Theme.DARK, text_scale=1.5, model="maker/model", window_geometry="1,2", first_run_done=True)
    SettingsStore(paths).save(chosen)
    assert SettingsStore(paths).settings == chosen
    changed = SettingsStore(paths).change(text_scale=2.0)
    assert SettingsStore(paths).settings == changed
    assert changed.model == "maker/model"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": ' * 5000, b"\x00" * 100])
def test_a_bad_file_is_kept_and_reported(paths: Paths, content: bytes) -> None:
    paths.settings.write_bytes(content)
    store = SettingsStore(paths)
    assert store.settings == Settings()
    assert store.problem is not None
    assert store.problem.code == "storage.settings_damaged"
    assert Path(str(store.problem.parameters["kept_as"])).read_bytes() == content
    store.change(first_run_done=True)
    again = SettingsStore(paths)
    assert again.settings.first_run_done
    assert again.problem is None


def test_one_bad_field_costs_only_itself(paths: Paths) -> None:
    paths.settings.write_text(json.dumps({"theme": "plaid", "model": "maker/model", "text_scale": 1}))
    store = SettingsStore(paths)
    assert store.settings == Settings(model="maker/model", text_scale=1.0)
    assert store.problem is not None


def test_a_newer_file_is_refused_and_untouched(paths: Paths) -> None:
    content = json.dumps({"version": SETTINGS_VERSION + 1, "theme": "plaid"})
    paths.settings.write_text(content)
    with pytest.raises(StoreTooNew):
        SettingsStore(paths)
    assert paths.settings.read_text() == content


def test_fields_we_do_not_know_are_kept(paths: Paths) -> None:
    paths.settings.write_text(json.dumps({"version": 1, "theme": "light", "of_a_later_release": {"a": [1]}}))
    SettingsStore(paths).change(first_run_done=True)
    written = json.loads(paths.settings.read_text())
    assert written["of_a_later_release"] == {"a": [1]}
    assert written["theme"] == "light"
    assert written["first_run_done"] is True


def test_what_cannot_be_written_is_not_in_force_either(paths: Paths) -> None:
    store = SettingsStore(paths)
    paths.settings.mkdir()
    with pytest.raises(HomeNotWritable):
        store.change(model="maker/model")
    assert store.settings == Settings()
