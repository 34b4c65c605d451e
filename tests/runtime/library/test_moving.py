"""The models folder moved to another place: everything arrives, nothing is lost, nothing of others is touched."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import AlreadyDownloading, DiskFull, ModelFolderMissing, ModelsDiskMissing, ModelsFolderRefused
from runtime.library import holding
from runtime.library.disks import Disk
from runtime.library.moving import move_library, staying_behind, unfinished_move
from tests.runtime.library.shelf_kit import Apart, by_hand, contents, flip_bit, ignore, install, is_whole

MODELS = ("maker--model", "maker--other", "my own model")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two models of ours, one put there by hand, and an unfinished download."""
    models = tmp_path / "home" / "models"
    install(models, "maker/model", shards=2)
    install(models, "maker/other")
    by_hand(models / "my own model")
    parts = models / ".incoming" / "maker--third" / "parts"
    parts.mkdir(parents=True)
    (parts / "sha256-abc.part").write_bytes(os.urandom(70_000))
    (models / ".incoming" / "maker--third.lock").touch()
    return models


@pytest.fixture(params=[Disk, Apart], ids=["one disk", "two disks"])
def make_disk(request: pytest.FixtureRequest) -> type[Disk]:
    kind: type[Disk] = request.param
    return kind


def move(source: Path, target: Path, make_disk: type[Disk] = Disk) -> Path:
    return move_library(source, target, CancelToken(), ignore, make_disk)


def all_of(models: Path) -> dict[str, str]:
    return {path: hashed for path, hashed in contents(models).items() if not path.endswith(".lock")}


def test_everything_arrives_and_the_source_is_empty(source: Path, tmp_path: Path, make_disk: type[Disk]) -> None:
    before = all_of(source)
    seen: list[tuple[int, int]] = []
    final = move_library(source, tmp_path / "new", CancelToken(), lambda *now: seen.append(now), make_disk)
    assert final == tmp_path / "new"
    assert all_of(final) == before
    assert sorted(os.listdir(final)) == [".incoming", *MODELS]
    assert os.listdir(source) == []
    assert unfinished_move(source) is None
    assert seen == sorted(seen)
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1]
    assert len({total for _done, total in seen}) == 1
    assert move(source, tmp_path / "new", make_disk) == final, "doing it once more is fine"
    assert all_of(final) == before


def test_the_bin_comes_along_where_that_costs_nothing(source: Path, tmp_path: Path, make_disk: type[Disk]) -> None:
    by_hand(source / ".deleted" / "0123456789ab-gone")
    final = move(source, tmp_path / "new", make_disk)
    assert (final / ".deleted").exists() == (make_disk is Disk)
    assert (source / ".deleted").exists() == (make_disk is Apart)


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="no second disk on this computer")
def test_to_a_disk_that_really_is_another_one_and_back(source: Path) -> None:
    before = all_of(source)
    with TemporaryDirectory(dir="/dev/shm") as other:
        if os.stat(other).st_dev == source.stat().st_dev:
            pytest.skip("the second disk is the first one")
        final = move(source, Path(other))
        assert all_of(final) == before
        assert os.listdir(source) == []
        assert move(final, source) == source
        assert all_of(source) == before
        assert os.listdir(other) == []


def test_beside_other_things_the_models_get_a_folder_of_their_own(
    source: Path, tmp_path: Path, make_disk: type[Disk]
) -> None:
    target = tmp_path / "documents"
    target.mkdir()
    (target / "letter.txt").write_text("dear")
    before = all_of(source)
    final = move(source, target, make_disk)
    assert final == target / "Hearth models"
    assert all_of(final) == before
    assert (target / "letter.txt").read_text() == "dear"


def test_what_a_system_puts_on_a_fresh_disk_is_no_other_thing(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "disk"
    (target / "lost+found").mkdir(parents=True)
    (target / ".Trashes").mkdir()
    assert move(source, target) == target


def test_to_where_models_are_already(source: Path, tmp_path: Path, make_disk: type[Disk]) -> None:
    target = tmp_path / "new"
    install(target, "maker/fourth")
    (target / "maker--other").mkdir()
    for file in (source / "maker--other").iterdir():
        (target / "maker--other" / file.name).write_bytes(file.read_bytes())
    kept = (target / "maker--other" / "config.json").stat().st_ino
    before = all_of(source)
    assert move(source, target, make_disk) == target
    assert {path: hashed for path, hashed in all_of(target).items() if "fourth" not in path} == before
    assert (target / "maker--other" / "config.json").stat().st_ino == kept
    assert os.listdir(source) == []


def test_a_damaged_one_there_is_kept_beside(source: Path, tmp_path: Path, make_disk: type[Disk]) -> None:
    target = tmp_path / "new"
    (target / "maker--other").mkdir(parents=True)
    for file in (source / "maker--other").iterdir():
        (target / "maker--other" / file.name).write_bytes(file.read_bytes())
    flip_bit(target / "maker--other" / "model.safetensors", 12345)
    damaged = contents(target / "maker--other")
    move(source, target, make_disk)
    assert is_whole(target / "maker--other")
    (beside,) = target.glob("maker--other.before-*")
    assert contents(beside) == damaged


def test_another_version_there_stops_it_before_the_first_byte(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "new"
    install(target, "maker/other", weight_bytes=200_000, commit="d" * 40)
    before = contents(tmp_path)
    with pytest.raises(ModelsFolderRefused, match="maker--other"):
        move(source, target)
    assert contents(tmp_path) == before


def test_links_stay_where_they_are_and_are_told(source: Path, tmp_path: Path, make_disk: type[Disk]) -> None:
    elsewhere = by_hand(tmp_path / "elsewhere" / "linked")
    outside = contents(elsewhere)
    (source / "linked").symlink_to(elsewhere)
    (by_hand(source / "half linked") / "vocab.txt").symlink_to("/etc/hostname")
    (source / "notes.txt").write_text("mine")
    (source / "pictures").mkdir()
    staying = {path: hashed for path, hashed in contents(source).items() if path.split("/")[0] not in MODELS}
    staying = {path: hashed for path, hashed in staying.items() if not path.startswith(".incoming")}
    assert staying_behind(source) == ("half linked", "linked", "notes.txt", "pictures")
    final = move(source, tmp_path / "new", make_disk)
    assert sorted(os.listdir(final)) == [".incoming", *MODELS]
    assert contents(source) == staying
    assert contents(elsewhere) == outside
    assert staying_behind(source) == ("half linked", "linked", "notes.txt", "pictures")


def test_places_that_can_not_be_are_refused_with_a_reason(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    (tmp_path / "link").symlink_to(source)
    (tmp_path / "taken" / "Hearth models").mkdir(parents=True)
    (tmp_path / "taken" / "Hearth models" / "poem.txt").write_text("roses")
    before = contents(tmp_path)
    reasons = {
        source / "maker--model": "inside the folder",
        source.parent: "in a folder inside it",
        source: "there already",
        tmp_path / "link": "there already",
        tmp_path / "file": "a file",
        tmp_path / "taken": "other things",
    }
    (tmp_path / "taken" / "letter.txt").write_text("dear")
    before = contents(tmp_path)
    for target, reason in reasons.items():
        with pytest.raises(ModelsFolderRefused, match=reason):
            move(source, target)
    with pytest.raises(ModelsDiskMissing):
        move(source, tmp_path / "no" / "such")
    with pytest.raises(ModelsDiskMissing):
        move(source, Path("/media/nobody/disk"))
    with pytest.raises(ModelFolderMissing):
        move(tmp_path / "nothing", tmp_path / "new")
    assert contents(tmp_path) == before


def test_a_full_disk_is_told_before_the_first_byte(source: Path, tmp_path: Path) -> None:
    class Small(Apart):
        def __init__(self, folder: Path) -> None:
            super().__init__(folder, usage=lambda _folder: type("Usage", (), {"free": 500_000})())

    before = contents(source)
    with pytest.raises(DiskFull) as raised:
        move(source, tmp_path / "new", Small)
    assert raised.value.free_bytes == 500_000
    assert raised.value.needed_bytes > 800_000
    assert contents(source) == before
    assert os.listdir(tmp_path / "new") == []


def test_a_running_download_stops_it(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(source)
    lock = source / ".incoming" / "maker--third.lock"
    monkeypatch.setattr("runtime.library.moving.held", partial(holding.held, wait_s=0.1))
    with holding.held(lock, "", CancelToken()), pytest.raises(AlreadyDownloading) as raised:
        move(source, tmp_path / "new")
    assert raised.value.repository == "maker/third"
    assert contents(source) == before


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8])
def test_stopping_loses_nothing_and_the_next_one_goes_on(source: Path, tmp_path: Path, share: float) -> None:
    before, cancel = all_of(source), CancelToken()

    def stop(done: int, total: int) -> None:
        if done >= share * total:
            cancel.cancel()

    target = tmp_path / "documents"
    target.mkdir()
    (target / "letter.txt").write_text("dear")
    with pytest.raises(Cancelled):
        move_library(source, target, cancel, stop, Apart)
    assert {path: hashed for path, hashed in all_of(source).items() if path != ".hearth-moving"} == before
    assert unfinished_move(source) == target / "Hearth models"
    (target / "letter.txt").unlink()
    arrived = {path: path.stat().st_ino for path in target.rglob("*.safetensors")}
    assert bool(arrived) == (share > 0)
    assert move(source, target, Apart) == target / "Hearth models"
    assert all_of(target / "Hearth models") == before
    found = {path.stat().st_ino for path in target.rglob("*.safetensors")}
    assert set(arrived.values()) <= found


def test_a_half_moved_library_is_not_sent_to_a_third_place(source: Path, tmp_path: Path) -> None:
    cancel = CancelToken()

    def stop(done: int, total: int) -> None:
        if 0 < done < total:
            cancel.cancel()

    with pytest.raises(Cancelled):
        move_library(source, tmp_path / "second", cancel, stop)
    with pytest.raises(ModelsFolderRefused, match="finish"):
        move(source, tmp_path / "third")
    assert move(source, tmp_path / "second") == tmp_path / "second"
    assert {name for name in os.listdir(tmp_path / "second") if not name.startswith(".")} == set(MODELS)


def test_what_a_manifest_gets_wrong_moves_as_it_is(source: Path, tmp_path: Path, make_disk: type[Disk]) -> None:
    flip_bit(source / "maker--model" / "config.json", 9)
    (source / "maker--other" / "hearth-manifest.json").write_text(json.dumps({"no": "manifest"}))
    before = all_of(source)
    assert all_of(move(source, tmp_path / "new", make_disk)) == before
