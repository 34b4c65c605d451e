"""What is remembered of a file is given up when the file changes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from runtime.storage.unchanged import Unchanged, stamp

LONG_AGO_NS = 1_700_000_000_000_000_000


def read(cache: Unchanged[str], path: Path, count: list[int]) -> str:
    def now() -> str:
        count.append(1)
        return path.read_text()

    return cache.get(path, stamp([path]), now)


def test_a_settled_file_is_read_once(tmp_path: Path) -> None:
    path, cache, count = tmp_path / "x", Unchanged[str](), list[int]()
    path.write_text("one")
    os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    assert [read(cache, path, count) for _ in range(3)] == ["one"] * 3
    assert len(count) == 1
    path.write_text("two")
    assert read(cache, path, count) == "two"


def test_another_file_of_the_same_time_and_size_is_noticed(tmp_path: Path) -> None:
    path, cache, count = tmp_path / "x", Unchanged[str](), list[int]()
    for name, text in (("x", "one"), ("y", "two")):
        (tmp_path / name).write_text(text)
        os.utime(tmp_path / name, ns=(LONG_AGO_NS, LONG_AGO_NS))
    assert read(cache, path, count) == "one"
    os.replace(tmp_path / "y", path)
    assert read(cache, path, count) == "two"


def test_a_file_that_just_changed_is_not_relied_on(tmp_path: Path) -> None:
    """Within one tick of the disk's clock it can change again and look the same."""
    path, cache, count = tmp_path / "x", Unchanged[str](), list[int]()
    path.write_text("one")
    now = time.time_ns()
    os.utime(path, ns=(now, now))
    assert read(cache, path, count) == "one"
    path.write_text("two")
    os.utime(path, ns=(now, now))
    assert read(cache, path, count) == "two"


def test_a_missing_file_has_a_stamp(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert stamp([tmp_path / "gone", tmp_path / "link"]) == (None, None)
