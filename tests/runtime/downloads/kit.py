"""What the download tests share: impatient limits, a job against the loopback hub, a check of the outcome."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.downloads.hub import Source
from runtime.downloads.job import DownloadJob
from runtime.downloads.messages import JobProgress
from runtime.downloads.patience import Patience
from runtime.downloads.stage import DiskUsage
from runtime.library.service import LibraryService
from runtime.paths import Paths
from tests.hub import LoopbackHub

NAME = "maker/model"
IMPATIENT = Patience(
    connect_s=3.0,
    stall_s=0.5,
    quiet_tries=3,
    first_delay_s=0.01,
    longest_delay_s=0.1,
    retry_after_limit_s=0.2,
    lock_s=0.3,
)
FETCHED = ("README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def paths_below(folder: Path) -> Paths:
    """A prepared home."""
    paths = Paths.below(folder / "home")
    paths.prepare()
    return paths


def job_for(
    hub: LoopbackHub,
    paths: Paths,
    *,
    token: str | None = None,
    cancel: CancelToken | None = None,
    patience: Patience = IMPATIENT,
    on_phase: Callable[[JobProgress], None] = lambda _: None,
    name: str = NAME,
    disk_usage: Callable[[Path], DiskUsage] = shutil.disk_usage,
) -> DownloadJob:
    """A job in this process."""
    source = Source(hub.endpoint, name, token)
    return DownloadJob(
        source,
        "main",
        "A model",
        paths.models,
        cancel=cancel or CancelToken(),
        patience=patience,
        on_phase=on_phase,
        disk_usage=disk_usage,
    )


def same_bytes(folder: Path, source: Path, names: tuple[str, ...] = FETCHED) -> bool:
    """True when exactly these files of ``source`` (and the manifest) are in ``folder``, to the byte."""
    found = {path.name for path in folder.iterdir()}
    if found != {*names, "hearth-manifest.json"}:
        return False
    return all(_digest(folder / name) == _digest(source / name) for name in names)


def nothing_wrong_installed(paths: Paths, source: Path) -> bool:
    """True when no model is installed, or the right one."""
    models = LibraryService(paths).models()
    return not models or same_bytes(Path(models[0].folder), source)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
