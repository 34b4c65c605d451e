"""Deleting with undo, over real folders."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import HomeNotWritable, ModelNotFound, ModelNotOurs, ModelsFolderRefused
from runtime.library.bin import NOTE_NAME
from runtime.library.service import BIN, LibraryService, Places
from runtime.paths import Paths
from tests.hub.models import make_model_folder
from tests.runtime.library.kit import cache, install, tree


def test_delete_removes_ours_and_nothing_else(paths: Paths, tmp_path: Path) -> None:
    library = LibraryService(paths)
    folder = install(paths, "maker/model")
    other = install(paths, "maker/other")
    own = make_model_folder(paths.models / "own", 1000)
    library.delete("MAKER/model")
    assert not folder.exists()
    assert other.exists()
    assert not (paths.models / BIN).exists()
    for name in ("maker/model", "own", "", ".", "..", "../..", "maker/../other", str(tmp_path), str(paths.models)):
        with pytest.raises(ModelNotFound):
            library.delete(name)
    assert own.exists()
    outside = install(Paths.below(tmp_path / "elsewhere"), "maker/linked")
    (paths.models / "maker--linked").symlink_to(outside)
    for name in ("maker/linked", str(paths.models / "maker--linked")):
        with pytest.raises(ModelNotOurs):
            library.delete(name)
    assert (outside / "model.safetensors").exists()


def test_what_was_removed_comes_back_as_it_was(paths: Paths) -> None:
    library = LibraryService(paths)
    folder = install(paths, "maker/model", title="My model")
    before = tree(folder)
    model = library.find("maker/model")
    removed = library.remove("maker/model")
    assert (removed.name, removed.repository, removed.size_bytes) == ("My model", "maker/model", model.size_bytes)
    assert library.models() == ()
    assert library.removed() == (removed,)
    assert LibraryService(paths).bring_back(removed.id) == model
    assert tree(folder) == before
    assert library.removed() == ()
    assert not (paths.models / BIN).exists()
    with pytest.raises(ModelNotFound):
        library.bring_back(removed.id)


def test_a_folder_put_there_by_hand_can_be_removed_too(paths: Paths) -> None:
    library = LibraryService(paths)
    own = make_model_folder(paths.models / "own", 1000)
    removed = library.remove(str(own))
    assert not own.exists()
    assert library.bring_back(removed.id).folder == str(own)


def test_what_is_not_ours_stays_to_the_byte(paths: Paths, tmp_path: Path) -> None:
    hub, studio, named = tmp_path / "hub", tmp_path / "lm", tmp_path / "named"
    cache(hub, "maker/cached")
    make_model_folder(studio / "maker" / "studio", 1000)
    make_model_folder(named, 1000)
    before = tree(tmp_path)
    library = LibraryService(paths, lambda: Places(None, (hub,), (studio,), (named,)))
    names = [model.repository or model.folder for model in library.models()]
    assert len(names) == 3
    for name in names:
        with pytest.raises(ModelNotOurs):
            library.remove(name)
        with pytest.raises(ModelNotOurs):
            library.delete(name)
    assert tree(tmp_path) == before


def test_two_of_one_name_are_both_kept(paths: Paths) -> None:
    library = LibraryService(paths)
    install(paths, "maker/model")
    first = library.remove("maker/model")
    folder = install(paths, "maker/model")
    with pytest.raises(ModelsFolderRefused) as refused:
        library.bring_back(first.id)
    assert (refused.value.folder, refused.value.detail) == (str(folder), "taken")
    assert library.verify("maker/model").wrong_files == ()
    second = library.remove("maker/model")
    assert {model.id for model in library.removed()} == {first.id, second.id}
    library.bring_back(first.id)
    assert [model.id for model in library.removed()] == [second.id]
    library.empty_bin()
    assert library.removed() == ()
    assert library.verify("maker/model").wrong_files == ()


def test_an_empty_folder_in_its_place_is_not_overwritten(paths: Paths) -> None:
    library = LibraryService(paths)
    folder = install(paths, "maker/model")
    removed = library.remove("maker/model")
    folder.mkdir()
    with pytest.raises(ModelsFolderRefused):
        library.bring_back(removed.id)
    folder.rmdir()
    library.bring_back(removed.id)


def test_the_note_may_be_lost_or_lie(paths: Paths) -> None:
    library = LibraryService(paths)
    folder = install(paths, "maker/model")
    entry = paths.models / BIN / library.remove("maker/model").id
    for text in (
        "",
        "{",
        "[]",
        '{"folder_name": "../../evil", "name": "x", "size_bytes": 1, "removed_at": "2026-11-21T04:00:00+00:00"}',
    ):
        (entry / NOTE_NAME).write_text(text)
        (removed,) = library.removed()
        assert removed.size_bytes > 0
    library.bring_back(removed.id)
    assert (folder / "model.safetensors").exists()


@pytest.mark.parametrize("name", ["", ".", "..", "../maker--other", "x", "0" * 12, "/etc", "0" * 12 + "-../x"])
def test_an_id_leads_nowhere_else(paths: Paths, name: str) -> None:
    library = LibraryService(paths)
    other = install(paths, "maker/other")
    install(paths, "maker/model")
    removed = library.remove("maker/model")
    with pytest.raises(ModelNotFound):
        library.bring_back(name)
    if name:
        with pytest.raises(ModelNotFound):
            library.empty_bin(name)
    assert other.exists()
    assert library.removed() == (removed,)


def test_a_name_as_long_as_a_disk_takes(paths: Paths) -> None:
    folder = make_model_folder(paths.models / ("ü" * 127), 1000)
    library = LibraryService(paths)
    removed = library.remove(str(folder))
    assert library.bring_back(removed.id).folder == str(folder)


def test_sweep_empties_what_is_old_and_what_was_interrupted(paths: Paths) -> None:
    library = LibraryService(paths)
    install(paths, "maker/old")
    install(paths, "maker/new")
    old, new = library.remove("maker/old"), library.remove("maker/new")
    note = paths.models / BIN / old.id / NOTE_NAME
    note.write_text(note.read_text().replace(old.removed_at, "2020-01-01T00:00:00+00:00"))
    (paths.models / BIN / ".going-half").mkdir()
    (paths.models / BIN / "maker--model-0a1b2c3d").mkdir()
    (paths.models / BIN / ".DS_Store").write_text("x")
    library.sweep()
    assert library.removed() == (new,)
    assert [path.name for path in (paths.models / BIN).iterdir()] == [new.id]
    library.sweep(older_than_s=-1)
    assert not (paths.models / BIN).exists()


def test_emptying_follows_no_link(paths: Paths, tmp_path: Path) -> None:
    library = LibraryService(paths)
    folder = install(paths, "maker/model")
    outside = make_model_folder(tmp_path / "outside", 1000)
    (folder / "link").symlink_to(outside)
    library.remove("maker/model")
    (paths.models / BIN / "stray").symlink_to(outside)
    library.sweep(older_than_s=-1)
    assert (outside / "model.safetensors").exists()
    shutil.rmtree(paths.models / BIN, ignore_errors=True)
    (paths.models / BIN).symlink_to(outside)
    library.sweep(older_than_s=-1)
    assert library.removed() == ()
    assert (outside / "model.safetensors").exists()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where the tests may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "hearth-test", str(place)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_does_not_keep_a_model_from_going(full_disk: Path) -> None:
    paths = Paths.below(full_disk / "home")
    paths.prepare()
    folder = install(paths, "maker/model", weight_bytes=1_000_000)
    with contextlib.suppress(OSError), (full_disk / "filler").open("wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 4096)
    library = LibraryService(paths)
    library.note_used(folder)
    removed = library.remove("maker/model")
    assert not folder.exists()
    assert library.bring_back(removed.id).problem is None
    library.delete("maker/model")
    assert not (paths.models / BIN).exists()


def test_a_folder_that_refuses(paths: Paths) -> None:
    library = LibraryService(paths)
    folder = install(paths, "maker/model")
    before = tree(folder)
    # A file where the bin should be stands for every refusal of the disk.
    (paths.models / BIN).write_text("x")
    with pytest.raises(HomeNotWritable):
        library.remove("maker/model")
    after = tree(folder)
    assert after == before
    assert library.find("maker/model").problem is None
