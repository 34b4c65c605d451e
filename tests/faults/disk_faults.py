"""Kinds of fault of the disk: no room, no right to write, other things in the way, a clock that is set."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock

from runtime.errors import DiskFull, FileTooLargeForDisk, FolderNotWritable
from tests.faults.case import Case, FaultKind, unmount
from tests.faults.damage_faults import TARGET, flip
from tests.faults.running import Attempt
from tests.hub import Kind

SMALL = ("small",)
ROOT = {"needs_root": True}


class _Room:
    def __init__(self, free: int) -> None:
        self.free = free


# --- room -----------------------------------------------------------------------------------------------------------


def _full_at_the_start(case: Case) -> None:
    free = case.random.randint(0, case.model.total_bytes + 30_000_000)
    case.disk_usage = lambda _: _Room(free)
    case.acted += 1

    def room() -> None:
        case.disk_usage = shutil.disk_usage

    case.mend.append(room)


def _full_midway(case: Case) -> None:
    """The room was there when it was asked about."""
    case.mount(case.home, max(1, int(case.model.total_bytes * case.random.uniform(0.3, 0.9) / 1e6)))
    case.prepare()
    case.disk_usage = lambda _: _Room(10**12)
    case.acted += 1
    case.mend.append(lambda: _remount(case.home, "size=200m"))


def _filled_by_another(case: Case) -> None:
    case.mount(case.home, 120)
    case.prepare()
    filler = case.paths.models / "film.mkv"
    case.left_beside = (filler.name,)

    def fill() -> None:
        with filler.open("wb") as stream, suppress(OSError):
            while True:
                stream.write(b"\0" * 1_000_000)

    case.midway(fill)
    case.mend.append(lambda: filler.unlink(missing_ok=True))


def _remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def _no_large_files(case: Case) -> None:
    """A disk that takes no large file; a limit of this process stands for it."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (case.random.randint(100_000, 2_500_000), limits[1]))
    case.acted += 1

    def lift() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    case.mend.append(lift)
    case.undo.append(lift)


# --- rights ---------------------------------------------------------------------------------------------------------


def _read_only(case: Case) -> None:
    case.mount(case.home, 200)
    case.prepare()
    _remount(case.home, "ro")
    case.acted += 1
    case.mend.append(lambda: _remount(case.home, "rw"))


def _read_only_while_paused(case: Case) -> None:
    case.mount(case.home, 200)
    case.prepare()
    case.paused(lambda: _remount(case.home, "ro"))
    case.mend.append(lambda: _remount(case.home, "rw"))


def _file_in_the_way(case: Case) -> None:
    case.paths.models.rmdir()
    case.paths.models.write_text("a file where a folder should be")
    case.acted += 1
    case.mend.append(case.paths.models.unlink)


def _pulled_out(case: Case) -> None:
    """The disk is gone while the job writes to it; the folder under it is an ordinary empty one."""
    case.mount(case.paths.models, 200)

    case.midway(lambda: unmount(case.paths.models))
    case.mend.append(lambda: case.mount(case.paths.models, 200))


# --- what is installed already --------------------------------------------------------------------------------------


def _old_version(case: Case) -> Path:
    """An earlier version, installed by a download of its own."""
    folder = shutil.copytree(case.model.folder, case.folder / "source-old")
    (folder / "README.md").write_text("# An older one\n")
    true = case.hub.repositories.pop("maker/model")
    case.hub.add_repository("maker/model", folder)
    attempt = Attempt(case)
    case.allowed.append(folder)
    attempt.watch()
    assert attempt.error is None, attempt.error
    case.hub.repositories["maker/model"] = true
    return case.paths.models / TARGET


def _update(case: Case) -> None:
    _old_version(case)
    (case.paths.models / TARGET / "README.md").stat()
    case.strike(Kind.CUT, path="README.md", times=2)


def _update_over_damage(case: Case) -> None:
    """The installed weights are of the right size and of the wrong content: not to be taken over unseen."""
    target = _old_version(case)
    flip(case, target / "model.safetensors")
    (target / "hearth-manifest.json").unlink()
    case.left_beside = (f"{TARGET}.before-*",)
    case.acted += 1


def _foreign_folder(case: Case) -> None:
    target = case.paths.models / TARGET
    target.mkdir()
    (target / "novel.txt").write_text("not ours")
    case.left_beside = (f"{TARGET}.before-*",)
    case.acted += 1


def _linked_target(case: Case) -> None:
    (case.paths.models / TARGET).symlink_to(case.folder / "outside", target_is_directory=True)
    case.left_beside = (f"{TARGET}.before-*",)
    case.acted += 1


# --- time -----------------------------------------------------------------------------------------------------------


def _clock_jumps(case: Case) -> None:
    """The wall clock is set forwards or back by days while bytes come. Only a fake can show that here."""
    true, jump = time.time, [0.0]
    patch = mock.patch("time.time", side_effect=lambda: true() + jump[0])
    patch.start()
    case.undo.append(patch.stop)

    def set_clock() -> None:
        jump[0] = case.random.choice((-1, 1)) * case.random.uniform(3600, 400 * 86_400)

    case.strike(Kind.CUT, after_bytes=case.somewhere(0, 0.3))
    case.midway(set_clock)


def _disk(name: str, arrange: Callable[[Case], None], *models: str, **how: Any) -> FaultKind:
    return FaultKind(name, "disk", arrange, models or SMALL, **how)


def _staging_deleted_midway(case: Case) -> None:
    case.midway(lambda: shutil.rmtree(case.paths.models / ".incoming", ignore_errors=True))


KINDS = [
    _disk("staging folder deleted under us", _staging_deleted_midway, "pieces"),
    _disk("an update of an older version", _update, "small", "pieces"),
    _disk("damaged files of an older version", _update_over_damage),
    _disk("a folder of somebody else's in the way", _foreign_folder),
    _disk("a link of somebody else's in the way", _linked_target),
    _disk("the clock is set", _clock_jumps, "pieces"),
    _disk("disk full at the start", _full_at_the_start, ends_as=(DiskFull,)),
    _disk("disk full in mid-way", _full_midway, "small", "shards", ends_as=(DiskFull,), **ROOT),
    _disk("disk filled by another", _filled_by_another, "pieces", ends_as=(DiskFull,), may_complete=True, **ROOT),
    _disk("disk takes no large files", _no_large_files, ends_as=(FileTooLargeForDisk, FolderNotWritable)),
    _disk("read-only disk", _read_only, ends_as=(FolderNotWritable,), **ROOT),
    _disk("read-only while paused", _read_only_while_paused, "pieces", ends_as=(FolderNotWritable,), **ROOT),
    _disk("a file where the folder should be", _file_in_the_way, ends_as=(FolderNotWritable,)),
    _disk("disk pulled out", _pulled_out, "pieces", ends_as=(FolderNotWritable, DiskFull), may_complete=True, **ROOT),
]  # fmt: skip
