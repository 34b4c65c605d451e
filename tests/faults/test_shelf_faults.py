"""Copies and moves while things go wrong: killed at any step; disks that are full, pulled out, or lie."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import (
    CopyDamaged,
    CopyNotFound,
    DiskFull,
    DiskUnreliable,
    FileTooLargeForDisk,
    FolderNotWritable,
    HearthError,
    ModelDamaged,
    ModelsDiskMissing,
    ModelsFolderRefused,
)
from runtime.library.careful_copy import copy_carefully
from runtime.library.copies import bring_back, check_copy, copies_on, shelve
from runtime.library.disks import ROOM_TO_LEAVE_BYTES, Disk
from runtime.library.moving import move_library
from runtime.library.steps import Steps
from runtime.storage.manifest import read_manifest
from tests.runtime.library.killed import Killers
from tests.runtime.library.shelf_kit import (
    CARD,
    COMMIT,
    Apart,
    by_hand,
    contents,
    flip_bit,
    ignore,
    install,
    is_whole,
    model_contents,
    no_steps,
    put_on,
)

KILLS = 14
MIB = 1024 * 1024

needs_mount = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux may mount a small disk"
)


@pytest.fixture(scope="module")
def killers() -> Iterator[Killers]:
    with Killers() as killers:
        yield killers


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return install(tmp_path / "models", shards=2)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this system lets nobody mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def points(killers: Killers, work: str, source: Path, target: Path, seed: int) -> list[int]:
    """Steps to be killed before: the last ones, where things get their names, and others by chance."""
    steps, killed = killers.run(work, source, target, 0)
    assert not killed
    assert steps > 20
    return sorted({*Random(seed).sample(range(1, steps + 1), KILLS - 4), *range(steps - 3, steps + 1)})


# --- killed at any step ---------------------------------------------------------------------------------------------


def test_a_kill_never_leaves_half_a_copy_and_the_next_one_finishes(
    killers: Killers, model: Path, tmp_path: Path
) -> None:
    before = contents(model)
    (tmp_path / "measured").mkdir()
    for point in points(killers, "shelve", model, tmp_path / "measured", 1):
        shelf = tmp_path / f"shelf-{point}"
        shelf.mkdir()
        _steps, killed = killers.run("shelve", model, shelf, point)
        assert killed
        for found in copies_on(shelf):
            assert found.problem is None
            assert check_copy(Path(found.folder), CancelToken(), ignore) == ()
        copy = put_on(shelf, model)
        assert os.listdir(shelf) == ["Pocket Model 4B"], point
        assert check_copy(copy, CancelToken(), ignore) == ()
        assert model_contents(copy) == model_contents(model)
        assert contents(model) == before


@pytest.mark.parametrize("older", [False, True], ids=["new here", "an older version here"])
def test_a_kill_never_leaves_half_a_model_that_comes_back(
    killers: Killers, model: Path, shelf: Path, tmp_path: Path, older: bool
) -> None:
    copy = put_on(shelf, model)
    before = contents(copy)

    def prepared(name: str) -> Path:
        models = tmp_path / name
        models.mkdir()
        if older:
            install(models, commit="b" * 40)
        return models

    for point in points(killers, "bring_back", copy, prepared("measured"), 2):
        models = prepared(f"back-{point}")
        _steps, killed = killers.run("bring_back", copy, models, point)
        assert killed
        here = models / "maker--model"
        if here.exists():
            assert is_whole(here), point
        elif older:
            # Between two renames it is aside, whole.
            assert is_whole(models / ".incoming" / "maker--model" / "replaced"), point
        folder = bring_back(copy, models, CancelToken(), ignore)
        assert is_whole(folder)
        manifest = read_manifest(folder)
        assert manifest is not None
        assert manifest.commit == COMMIT
        assert model_contents(folder) == model_contents(model)
        assert os.listdir(models / ".incoming") == ["maker--model.lock"], point
        assert sorted(os.listdir(models)) == [".incoming", "maker--model"]
        assert contents(copy) == before


@pytest.mark.parametrize("work", ["move", "move_apart"])
def test_a_kill_loses_no_model_on_its_way(killers: Killers, tmp_path: Path, work: str) -> None:
    def prepared(name: str) -> tuple[Path, Path]:
        source, target = tmp_path / name / "models", tmp_path / name / "disk"
        shutil.copytree(tmp_path / "pattern", source)
        target.mkdir()
        (target / "letter.txt").write_text("dear")
        return source, target

    pattern = tmp_path / "pattern"
    install(pattern, "maker/model", shards=2)
    install(pattern, "maker/other")
    by_hand(pattern / "my own")
    (pattern / ".incoming" / "maker--third" / "parts").mkdir(parents=True)
    (pattern / ".incoming" / "maker--third" / "parts" / "a.part").write_bytes(os.urandom(50_000))
    before = contents(pattern)
    wholes = {name: contents(pattern / name) for name in ("maker--model", "maker--other", "my own")}
    make_disk = Apart if work == "move_apart" else Disk
    for point in points(killers, work, *prepared("measured"), 3):
        source, target = prepared(str(point))
        final = target / "Hearth models"
        _steps, killed = killers.run(work, source, target, point)
        assert killed
        for name, whole in wholes.items():
            places = [place / name for place in (source, final) if (place / name).exists()]
            assert places, (name, point)
            assert all(contents(place) == whole for place in places), (name, point)
        assert move_library(source, target, CancelToken(), ignore, make_disk) == final
        assert contents(final) == before, point
        assert [name for name in os.listdir(source) if name != ".incoming"] == [], point
        assert contents(source) == {}, point
        assert (target / "letter.txt").read_text() == "dear"


# --- full disks -----------------------------------------------------------------------------------------------------


@needs_mount
def test_a_disk_too_small_is_told_before_the_first_byte(small_disk: Path, shelf: Path, tmp_path: Path) -> None:
    model = install(tmp_path / "models", weight_bytes=20 * MIB)
    copy = put_on(shelf, model)
    works: list[Callable[[], object]] = [
        lambda: put_on(small_disk, model),
        lambda: bring_back(copy, small_disk, CancelToken(), ignore),
        lambda: move_library(tmp_path / "models", small_disk, CancelToken(), ignore),
    ]
    before = contents(tmp_path / "models")
    for work in works:
        with pytest.raises(DiskFull) as raised:
            work()
        assert raised.value.needed_bytes >= 20 * MIB + ROOM_TO_LEAVE_BYTES
        assert raised.value.free_bytes <= 24 * MIB
        assert contents(small_disk) == {name: hashed for name, hashed in contents(small_disk).items() if "lock" in name}
    assert contents(tmp_path / "models") == before


@needs_mount
def test_a_disk_that_fills_up_on_the_way_is_told_and_used_again_when_there_is_room(
    small_disk: Path, shelf: Path, tmp_path: Path
) -> None:
    model = install(tmp_path / "models", weight_bytes=8 * MIB, shards=2)
    copy = put_on(shelf, model)
    ballast = small_disk / ".Trashes"

    def fill(done: int, total: int) -> None:
        if done > total * 0.6 and not ballast.exists():
            with pytest.raises(OSError, match="space"):
                ballast.write_bytes(bytes(24 * MIB))

    works: list[Callable[[Callable[[int, int], None]], Path]] = [
        lambda report: move_library(tmp_path / "models", small_disk, CancelToken(), report),
        lambda report: bring_back(copy, small_disk, CancelToken(), report),
        lambda report: shelve(model, small_disk, CARD, CancelToken(), report),
    ]
    for work in reversed(works):
        with pytest.raises(DiskFull):
            work(fill)
        assert copies_on(small_disk) == ()
        assert not (small_disk / "maker--model").exists()
        kept = {path.stat().st_ino for path in small_disk.rglob("*.safetensors")}
        assert len(kept) == 1
        ballast.unlink()
        folder = work(ignore)
        folder = folder if (folder / "config.json").exists() else folder / "maker--model"
        assert model_contents(folder) == model_contents(copy)
        assert kept < {path.stat().st_ino for path in folder.iterdir()}
        for path in small_disk.iterdir():
            shutil.rmtree(path)


# --- disks that go away, refuse, or lie -----------------------------------------------------------------------------


@needs_mount
@pytest.mark.parametrize("share", [0.0, 0.2, 0.7, 0.9])
def test_a_disk_pulled_out_is_told_and_nothing_lands_beneath_it(
    small_disk: Path, shelf: Path, tmp_path: Path, share: float
) -> None:
    model = install(tmp_path / "models", weight_bytes=4 * MIB, shards=4)
    copy = put_on(shelf, model)

    def pull(done: int, total: int) -> None:
        if done >= share * total and os.path.ismount(small_disk):
            subprocess.run(["umount", "-l", str(small_disk)], check=True)

    works: list[Callable[[], object]] = [
        lambda: shelve(model, small_disk, CARD, CancelToken(), pull),
        lambda: bring_back(copy, small_disk, CancelToken(), pull),
        lambda: move_library(tmp_path / "models", small_disk, CancelToken(), pull),
    ]
    before = contents(tmp_path / "models")
    for work in works:
        with pytest.raises(ModelsDiskMissing):
            work()
        assert os.listdir(small_disk) == []
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(small_disk)], check=True)
        assert {k: v for k, v in contents(tmp_path / "models").items() if not k.startswith(".")} == before


@needs_mount
def test_a_shelf_pulled_out_while_a_model_comes_back(small_disk: Path, tmp_path: Path) -> None:
    copy = put_on(small_disk, install(tmp_path / "models", weight_bytes=4 * MIB, shards=4))

    def pull(done: int, total: int) -> None:
        if done > total / 2 and os.path.ismount(small_disk):
            subprocess.run(["umount", "-l", str(small_disk)], check=True)

    with pytest.raises(CopyNotFound):
        bring_back(copy, tmp_path / "back", CancelToken(), pull)
    assert not (tmp_path / "back" / "maker--model").exists()
    with pytest.raises(CopyNotFound):
        check_copy(copy, CancelToken(), ignore)
    assert copies_on(small_disk) == ()


@needs_mount
def test_a_disk_that_may_only_be_read(small_disk: Path, model: Path, tmp_path: Path) -> None:
    copy = put_on(small_disk, model)
    moving = install(small_disk / "models", "maker/other").parent
    (moving / ".incoming").mkdir()
    (moving / ".incoming" / "maker--other.lock").touch()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert put_on(small_disk, model) == copy
    (model / "README.md").write_text("another")
    shutil.copytree(model, tmp_path / "theirs")
    (tmp_path / "theirs" / "hearth-manifest.json").unlink()
    with pytest.raises(FolderNotWritable):
        put_on(small_disk, tmp_path / "theirs")
    with pytest.raises(FolderNotWritable):
        bring_back(copy, small_disk / "models", CancelToken(), ignore)
    with pytest.raises(ModelsFolderRefused, match="write"):
        move_library(tmp_path / "models", small_disk / "models", CancelToken(), ignore)
    assert is_whole(bring_back(copy, tmp_path / "back", CancelToken(), ignore))
    assert check_copy(copy, CancelToken(), ignore) == ()
    # From such a disk everything arrives, though it can't be emptied.
    assert is_whole(move_library(moving, tmp_path / "moved", CancelToken(), ignore) / "maker--other")


def test_what_reads_back_differently_is_thrown_away(model: Path, shelf: Path, tmp_path: Path) -> None:
    copy = put_on(shelf, model)
    other = tmp_path / "other disk"
    other.mkdir()
    before = contents(model)

    def rot(folder: Path) -> Callable[[int, int], None]:
        def change(_done: int, _total: int) -> None:
            for part in folder.rglob(".hearth-part"):
                if part.stat().st_size > 100_000:
                    flip_bit(part, 500_000)

        return change

    works: list[Callable[[], object]] = [
        lambda: shelve(model, other, CARD, CancelToken(), rot(other)),
        lambda: bring_back(copy, other, CancelToken(), rot(other)),
        lambda: move_library(tmp_path / "models", other, CancelToken(), rot(other), Apart),
    ]
    for work in works:
        with pytest.raises(DiskUnreliable) as raised:
            work()
        assert raised.value.file.endswith(".safetensors")
        assert not list(other.rglob("*.json")), "nothing of the copy is left"
        assert contents(model) == before


@pytest.fixture
def largest_file() -> Iterator[None]:
    """No file may grow beyond 200 KB, as if the disk could not hold a larger one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_file_too_large_is_told_where_the_disk_says_so_late(
    shelf: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    model = install(tmp_path / "models", weight_bytes=300_000)
    request.getfixturevalue("largest_file")
    with pytest.raises(FileTooLargeForDisk) as raised:
        put_on(shelf, model)
    assert (raised.value.file, raised.value.folder) == ("model.safetensors", str(shelf))
    assert raised.value.size_bytes > 300_000
    assert copies_on(shelf) == ()


@pytest.mark.parametrize(("kind", "fits"), [("vfat", False), ("msdos", False), ("exfat", True), ("", True)])
def test_a_file_too_large_is_told_before_the_first_byte_where_the_disk_is_known(
    shelf: Path, tmp_path: Path, kind: str, fits: bool
) -> None:
    source = tmp_path / "large"
    with source.open("wb") as stream:
        stream.truncate(4 * 1024**3)
    disk = Disk(shelf, kind=lambda _folder: kind, usage=lambda _folder: shutil._ntuple_diskusage(2**40, 0, 2**40))
    sizes = {"large": source.stat().st_size}
    if fits:
        disk.check_room(sum(sizes.values()), sizes)
        return
    with pytest.raises(FileTooLargeForDisk):
        disk.check_room(sum(sizes.values()), sizes)
    sizes["large"] -= 1
    disk.check_room(sum(sizes.values()), sizes)


@needs_mount
@pytest.mark.skipif(shutil.which("mkfs.vfat") is None, reason="no mkfs.vfat on this computer")
def test_a_real_fat_disk(tmp_path: Path, model: Path) -> None:
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as stream:
        stream.truncate(64 * MIB)
    subprocess.run(["mkfs.vfat", str(image)], check=True, capture_output=True)
    if subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True).returncode:
        pytest.skip("this system has no FAT")
    try:
        copy = put_on(folder, model)
        assert check_copy(copy, CancelToken(), ignore) == ()
        assert is_whole(bring_back(copy, tmp_path / "back", CancelToken(), ignore))
        final = move_library(tmp_path / "back", folder / "moved", CancelToken(), ignore)
        assert is_whole(final / "maker--model")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_model_that_changes_while_it_is_copied(model: Path, shelf: Path, tmp_path: Path) -> None:
    theirs = by_hand(tmp_path / "theirs", weight_bytes=3 * MIB)

    def grow(done: int, total: int) -> None:
        if total / 3 < done < total / 2:
            with (theirs / "model.safetensors").open("ab") as stream:
                stream.write(b"more")

    with pytest.raises(ModelDamaged) as raised:
        shelve(theirs, shelf, CARD, CancelToken(), grow)
    assert raised.value.file == "model.safetensors"

    def vanish(done: int, _total: int) -> None:
        if done:
            shutil.rmtree(model, ignore_errors=True)

    with pytest.raises(HearthError) as gone:
        shelve(model, shelf, CARD, CancelToken(), vanish)
    assert isinstance(gone.value, ModelDamaged)
    assert copies_on(shelf) == ()


def test_a_copy_that_rots_while_it_comes_back(model: Path, shelf: Path, tmp_path: Path) -> None:
    copy = put_on(shelf, model)

    def rot(done: int, _total: int) -> None:
        if done == 0:
            flip_bit(copy / "model-00002-of-00002.safetensors", 77)

    with pytest.raises(CopyDamaged) as raised:
        bring_back(copy, tmp_path / "back", CancelToken(), rot)
    assert raised.value.file == "model-00002-of-00002.safetensors"
    assert not (tmp_path / "back" / "maker--model").exists()


# --- stopping and two at once ---------------------------------------------------------------------------------------


def test_a_copy_ends_at_the_block_after_it_was_stopped(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(64 * MIB))
    cancel = CancelToken()
    seen: list[int] = []

    def stop(done: int, _total: int) -> None:
        seen.append(done)
        if done >= 10 * MIB:
            cancel.cancel()

    with pytest.raises(Cancelled):
        copy_carefully(source, target, tmp_path / "part", Disk(tmp_path), Steps(cancel, stop, 128 * MIB))
    assert seen[-1] == 10 * MIB
    assert sorted(os.listdir(tmp_path)) == ["source"]
    copy_carefully(source, target, tmp_path / "part", Disk(tmp_path), no_steps())
    assert target.read_bytes() == source.read_bytes()


def test_two_at_once_on_one_shelf_make_one_copy(model: Path, shelf: Path) -> None:
    made: list[Path] = []
    threads = [threading.Thread(target=lambda: made.append(put_on(shelf, model))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    for copy in set(made):
        assert check_copy(copy, CancelToken(), ignore) == ()
    assert not [name for name in os.listdir(shelf) if name.endswith(".incomplete")]


def test_two_at_once_bring_back_one_model(model: Path, shelf: Path, tmp_path: Path) -> None:
    copy = put_on(shelf, model)
    models = tmp_path / "back"
    models.mkdir()
    made: list[Path] = []
    threads = [
        threading.Thread(target=lambda: made.append(bring_back(copy, models, CancelToken(), ignore))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [models / "maker--model"] * 4
    assert is_whole(made[0])
    assert sorted(os.listdir(models)) == [".incoming", "maker--model"]


def test_a_slow_disk_is_waited_for_in_small_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(24 * MIB))
    between: list[int] = []
    written = 0
    write, fsync = os.write, os.fsync

    def counting(descriptor: int, data: bytes | memoryview) -> int:
        nonlocal written
        count = write(descriptor, data)
        written += count
        return count

    def slow(descriptor: int) -> None:
        nonlocal written
        between.append(written)
        # A stick that takes 20 MB a second.
        time.sleep(written / (20 * MIB))
        written = 0
        fsync(descriptor)

    monkeypatch.setattr("runtime.library.careful_copy.os.write", counting)
    monkeypatch.setattr("runtime.library.careful_copy.os.fsync", slow)
    copy_carefully(source, tmp_path / "target", tmp_path / "part", Disk(tmp_path), no_steps())
    assert max(between[3:]) <= MIB
