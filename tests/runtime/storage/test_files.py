from __future__ import annotations

import os
import random
import stat
import time
from pathlib import Path

import pytest

from runtime.errors import HomeNotWritable, StoreFull
from runtime.storage.files import (
    STALE_AFTER_S,
    TEMPORARY_PREFIX,
    copy_file,
    keep_aside,
    replace_file,
    storage_errors,
    sweep_temporary_files,
)


def test_a_file_is_replaced_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real.json"
    target.write_bytes(b"one")
    link = tmp_path / "link.json"
    link.symlink_to(target)
    replace_file(link, b"two")
    assert link.is_symlink()
    assert target.read_bytes() == b"two"


def test_a_failed_replacement_leaves_the_old_file_and_no_leftovers(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "inside").touch()
    with pytest.raises(OSError, match="directory"):
        replace_file(path, b"a file cannot replace a folder")
    assert os.listdir(tmp_path) == ["folder"]


def test_a_large_file_is_copied_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    content = random.Random(1).randbytes(3_000_001)
    source.write_bytes(content)
    target.write_bytes(b"old")
    copy_file(source, target)
    assert target.read_bytes() == content


def test_damaged_files_are_kept_under_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    kept = []
    for content in (b"first", b"second", b"third"):
        path.write_bytes(content)
        kept.append(keep_aside(path))
    assert not path.exists()
    assert [k.read_bytes() for k in kept] == [b"first", b"second", b"third"]


def test_old_leftovers_are_swept_and_young_ones_stay(tmp_path: Path) -> None:
    old, young, other = tmp_path / f"{TEMPORARY_PREFIX}old", tmp_path / f"{TEMPORARY_PREFIX}young", tmp_path / "other"
    for path in (old, young, other):
        path.touch()
    past = time.time() - STALE_AFTER_S - 60
    os.utime(old, (past, past))
    os.utime(other, (past, past))
    sweep_temporary_files(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([young.name, "other"])


@pytest.mark.parametrize(
    ("number", "expected"), [("ENOSPC", StoreFull), ("EDQUOT", StoreFull), ("EROFS", HomeNotWritable)]
)
def test_the_system_s_refusals_become_ours(tmp_path: Path, number: str, expected: type[Exception]) -> None:
    import errno

    with pytest.raises(expected), storage_errors(tmp_path / "x"):
        raise OSError(getattr(errno, number), "refused")
