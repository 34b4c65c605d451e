"""Asking the system: commands and files, as text. Nothing here interprets, and nothing here raises."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath

from runtime.hardware.reading import read_cgroup_limit, read_cgroup_paths, read_pairs

_log = logging.getLogger(__name__)

SYSCTL_NAMES = (
    "hw.model",
    "machdep.cpu.brand_string",
    "hw.physicalcpu",
    "hw.ncpu",
    "hw.perflevel0.physicalcpu",
    "hw.memsize",
    "hw.optional.arm64",
    "kern.hv_vmm_present",
    "iogpu.wired_limit_mb",
)
_COMMAND_TIMEOUT_S = 2.0
_MAX_FILE_BYTES = 4 * 1024 * 1024


def ask_command(*command: str) -> str:
    """What a command prints, whatever its exit status; "" when it is missing, hangs or prints nothing."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_COMMAND_TIMEOUT_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError) as error:
        _log.info("%s did not answer: %s", command[0], error)
        return ""
    return done.stdout.decode(errors="replace")


def ask_sysctl() -> str:
    """The answers to :data:`SYSCTL_NAMES`; names left out after an unknown one are asked again one by one."""
    text = ask_command("sysctl", *SYSCTL_NAMES)
    answered = read_pairs(text)
    rest = [ask_command("sysctl", name) for name in SYSCTL_NAMES if name not in answered]
    return "\n".join([text, *rest])


def ask_file(path: Path) -> str:
    """A small file's text; "" when it can't be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(_MAX_FILE_BYTES).decode(errors="replace")
    except OSError:
        return ""


def ask_usable_cores() -> int | None:
    """Cores that this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return os.cpu_count()


def ask_disk_free(folder: Path) -> int | None:
    """Bytes free for this person on the disk that holds ``folder`` or will: the nearest parent that exists counts."""
    for existing in (folder, *folder.parents):
        try:
            return shutil.disk_usage(existing).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None


def ask_cgroup_limits(
    root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> list[tuple[int, int]]:
    """(limit, left) in bytes of every group that this process is in, from its own up to the root."""
    paths = read_cgroup_paths(ask_file(own))
    limits = []
    for folder in _group_folders(root, paths.get("")):
        limits.append(_limit_in(folder, "memory.max", "memory.current"))
    for folder in _group_folders(root / "memory", paths.get("memory")):
        limits.append(_limit_in(folder, "memory.limit_in_bytes", "memory.usage_in_bytes"))
    return [limit for limit in limits if limit is not None]


def _group_folders(root: Path, path: str | None) -> list[Path]:
    if path is None:
        return [root]
    # Inside a container the path is the host's and only the root may exist: missing files read as no limit.
    inside = PurePosixPath(path).relative_to("/")
    if ".." in inside.parts:
        return [root]
    return [root / part for part in (inside, *inside.parents)]


def _limit_in(folder: Path, limit: str, usage: str) -> tuple[int, int] | None:
    return read_cgroup_limit(ask_file(folder / limit), ask_file(folder / usage), ask_file(folder / "memory.stat"))
