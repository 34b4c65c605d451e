"""What is remembered of models, in a real file."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.library.service import LibraryService, Places
from runtime.paths import Paths
from tests.hub.models import make_model_folder
from tests.runtime.library.kit import install


def test_use_is_remembered(paths: Paths) -> None:
    library = LibraryService(paths)
    folder = install(paths, "maker/model")
    assert library.find("maker/model").last_used_at == ""
    library.note_used(folder)
    used = datetime.fromisoformat(LibraryService(paths).find("maker/model").last_used_at)
    assert abs(datetime.now(UTC) - used) < timedelta(minutes=5)


def test_speed_is_the_middle_of_the_last_real_answers(paths: Paths) -> None:
    library = LibraryService(paths)
    folder = str(install(paths, "maker/model"))
    library.note_speed(folder, 500.0, answer_tokens=19)
    for nonsense in (0.0, -3.0, float("nan"), float("inf")):
        library.note_speed(folder, nonsense)
    assert library.find("maker/model").tokens_per_s is None
    library.note_speed(folder, 40.0, answer_tokens=20)
    assert library.find("maker/model").tokens_per_s == 40.0
    # One answer while the computer was busy changes little.
    for rate in (42.0, 3.0, 41.0):
        library.note_speed(folder, rate)
    assert library.find("maker/model").tokens_per_s == 40.5
    for rate in (10.0, 11.0, 12.0, 13.0, 14.0):
        library.note_speed(folder, rate)
    assert library.find("maker/model").tokens_per_s == 12.0


def test_ours_keep_their_notes_when_they_move(paths: Paths, tmp_path: Path) -> None:
    folder = install(paths, "maker/model")
    LibraryService(paths).note_speed(folder, 40.0)
    moved = tmp_path / "disk" / "models"
    moved.parent.mkdir()
    os.rename(paths.models, moved)
    library = LibraryService(paths, lambda: Places(models=moved))
    assert library.find("maker/model").tokens_per_s == 40.0


def test_others_are_known_by_their_real_folder(paths: Paths, tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "mine", 1000)
    (tmp_path / "link").symlink_to(folder)
    library = LibraryService(paths, lambda: Places(named=(folder,)))
    library.note_used(tmp_path / "link")
    (model,) = library.models()
    assert model.last_used_at


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b""])
def test_a_damaged_file_is_kept_aside(paths: Paths, content: bytes) -> None:
    folder = install(paths, "maker/model")
    (paths.home / "models.json").write_bytes(content)
    library = LibraryService(paths)
    assert library.find("maker/model").last_used_at == ""
    library.note_used(folder)
    assert library.find("maker/model").last_used_at
    (kept,) = paths.home.glob("models.json.damaged-*")
    assert kept.read_bytes() == content


def test_what_a_later_hearth_wrote_is_kept(paths: Paths) -> None:
    folder = install(paths, "maker/model")
    written = {
        "version": 7,
        "colour": "green",
        "models": {
            "maker/model": {"last_used_at": "2026-01-01T00:00:00+00:00", "speeds": [5.0], "rating": 4},
            "maker/other": {"speeds": "fast"},
        },
    }
    (paths.home / "models.json").write_text(json.dumps(written))
    library = LibraryService(paths)
    assert library.find("maker/model").tokens_per_s == 5.0
    library.note_speed(folder, 7.0)
    content = json.loads((paths.home / "models.json").read_text())
    assert (content["version"], content["colour"]) == (7, "green")
    assert content["models"]["maker/other"] == {"speeds": "fast"}
    assert content["models"]["maker/model"]["rating"] == 4
    assert content["models"]["maker/model"]["speeds"] == [5.0, 7.0]


@pytest.mark.parametrize("entry", [None, 3, [], {"speeds": ["x"]}, {"wrong_files": 3}, {"last_used_at": None}])
def test_an_entry_that_makes_no_sense_is_passed_over(paths: Paths, entry: object) -> None:
    folder = install(paths, "maker/model")
    (paths.home / "models.json").write_text(json.dumps({"models": {"maker/model": entry}}))
    library = LibraryService(paths)
    assert library.find("maker/model").problem is None
    library.note_verified(folder, ("model.safetensors",))
    found = library.find("maker/model")
    assert found.problem is not None


def test_nothing_is_raised_when_nothing_can_be_written(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path / "never made")
    library = LibraryService(paths)
    library.note_used("/nowhere")
    library.note_speed("/nowhere", 40.0)
    library.note_verified("/nowhere", ("x",))
    assert not paths.home.exists()


def test_many_threads_lose_nothing(paths: Paths) -> None:
    folders = [install(paths, f"maker/model-{number}", weight_bytes=1000) for number in range(8)]

    def work(folder: Path) -> None:
        library = LibraryService(paths)
        for _ in range(5):
            library.note_used(folder)
            library.note_speed(folder, 40.0)

    threads = [threading.Thread(target=work, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    models = LibraryService(paths).models()
    assert [model.tokens_per_s for model in models] == [40.0] * 8
    assert all(model.last_used_at for model in models)


def test_the_file_stays_small(paths: Paths) -> None:
    library = LibraryService(paths)
    entries = {f"/gone/{number}": {"last_used_at": "2026-01-01T00:00:00+00:00"} for number in range(600)}
    (paths.home / "models.json").write_text(json.dumps({"models": entries}))
    folder = install(paths, "maker/model")
    library.note_used(folder)
    content = json.loads((paths.home / "models.json").read_text())
    assert len(content["models"]) == 500
    assert "maker/model" in content["models"]
