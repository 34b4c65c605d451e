"""One download with one thing that goes wrong: what is arranged, what happens, and what must hold whatever happens.

A case owns a hub, a home below a folder of its own, and things beside the home that nobody may touch.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from runtime.downloads.messages import JobProgress
from runtime.downloads.stage import DiskUsage
from runtime.paths import Paths
from tests.faults.checks import same_model, snapshot
from tests.faults.models import Model
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.runtime.downloads.kit import NAME

WEIGHTS = "model*.safetensors"
RATE_FOR_ACTING_BYTES_PER_S = 80_000_000.0

Act = Callable[[], None]


@dataclass(frozen=True)
class FaultKind:
    """One way in which a download goes wrong; ``arrange`` chooses from the case's random numbers where and how often.

    Without ``ends_as`` and ``waits_as`` it completes by itself. ``ends_as``: it ends as one of these errors, and
    completes once the fault is gone (``may_complete``: or does without). ``waits_as``: it says that it waits for one
    of these problems, and completes by itself once the fault is gone (``waits_for_person``: in a new run).
    """

    name: str
    group: str
    arrange: Callable[[Case], None]
    models: tuple[str, ...] = ("pieces",)
    ends_as: tuple[type[BaseException], ...] = ()
    waits_as: tuple[str, ...] = ()
    may_complete: bool = False
    waits_for_person: bool = False
    needs_root: bool = False

    @property
    def outcome(self) -> str:
        """In a word or two, for the table."""
        if self.ends_as:
            return " or ".join(error.__name__ for error in self.ends_as) + (" or completes" * self.may_complete)
        return f"waits: {' or '.join(self.waits_as)}" if self.waits_as else "completes"


class Broken(AssertionError):
    """Something that must always hold did not."""


@dataclass(eq=False)
class Case:
    """Everything of one run. ``mend`` is what makes the fault go away, apart from the hub's own faults."""

    folder: Path
    random: Random
    model: Model
    hub: LoopbackHub
    home: Path = field(init=False)
    mend: list[Act] = field(default_factory=list)
    while_paused: list[Act] = field(default_factory=list)
    undo: list[Act] = field(default_factory=list)
    allowed: list[Path] = field(default_factory=list)
    left_beside: tuple[str, ...] = ()
    disk_usage: Callable[[Path], DiskUsage] = shutil.disk_usage
    endpoint: str = ""
    acted: int = 0

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        outside = self.folder / "outside"
        outside.mkdir(parents=True)
        (outside / "diary.txt").write_text("nobody touches this")
        self.home.mkdir()
        self.hub.repositories[NAME] = self.model.repository()
        self.allowed.append(self.model.folder)
        self._when: tuple[Callable[[JobProgress], bool], Act] | None = None
        self._looked_at: tuple[int, int] | None = None
        self.prepare()

    def prepare(self) -> None:
        """Make the home's folders."""
        self.paths = Paths.below(self.home)
        self.paths.prepare()

    # --- what kinds of fault use ----------------------------------------------------------------------------------

    def strike(self, kind: Kind, place: Place = Place.BYTES, path: str = WEIGHTS, **how: Any) -> None:
        """Put a fault of the hub in force; unless told otherwise at the weights, once."""
        self.hub.faults.add(Fault(kind, place, path, **how))

    def strike_api(self, kind: Kind, path: str = "*", **how: Any) -> None:
        """The same at the API."""
        self.strike(kind, Place.API, path, **how)

    def somewhere(self, first_fraction: float = 0.0, last_fraction: float = 1.0) -> int:
        """A byte of the weights."""
        size = self.model.weight_bytes
        return min(size - 1, int(size * self.random.uniform(first_fraction, last_fraction)))

    def few(self, most: int = 3) -> int:
        """How often."""
        return self.random.randint(1, most)

    def midway(self, act: Act) -> None:
        """Do something to the world once a random share of the bytes is there."""
        share = self.random.uniform(0.1, 0.8)
        self.hub.total_rate_bytes_per_s = RATE_FOR_ACTING_BYTES_PER_S
        self._when = (lambda progress: progress.done_bytes > share * max(progress.total_bytes, 1), act)

    def paused(self, act: Act) -> None:
        """Do something to the disk while a job rests in mid-way."""
        self.while_paused.append(act)

    def mount(self, folder: Path, size_mb: int) -> None:
        """A small real disk at ``folder``; root only."""
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=700", "tmpfs", str(folder)], check=True)
        self.undo.append(lambda: unmount(folder))

    def staged(self, *, parts: bool) -> list[Path]:
        """Files on their way: those that gather bytes, or what lies beside them."""
        found = [path for path in (self.paths.models / ".incoming").rglob("*") if path.is_file()]
        beside = [path for path in found if path.suffix not in (".part", ".lock") and path.parent.name != "files"]
        return [path for path in found if path.suffix == ".part"] if parts else beside

    def finished(self) -> list[Path]:
        """Files that wait for the others under their own name."""
        names = set(self.model.names)
        return [p for p in (self.paths.models / ".incoming").rglob("*") if p.name in names and p.is_file()]

    # --- what must hold -----------------------------------------------------------------------------------------

    def look(self, progress: JobProgress | None = None) -> None:
        """What must hold at every moment; and what was to happen at this one."""
        if progress is not None and self._when is not None and self._when[0](progress):
            act, self._when = self._when[1], None
            act()
            self.acted += 1
            self.hub.total_rate_bytes_per_s = None
        if progress is not None and progress.done_bytes > progress.total_bytes > 0:
            raise Broken(f"{progress.done_bytes} of {progress.total_bytes} bytes")
        self.look_at_installed()

    def look_at_installed(self, *, again: bool = False) -> None:
        """Whatever has the model's name and a manifest is a whole model that the hub once listed."""
        target = self.paths.models / "maker--model"
        try:
            state = (target.stat().st_ino, (target / "hearth-manifest.json").stat().st_mtime_ns)
        except OSError:
            return
        if state == self._looked_at and not again:
            return
        if not any(same_model(target, folder) for folder in self.allowed):
            raise Broken(f"wrong bytes under the final name: {sorted(p.name for p in target.iterdir())}")
        self._looked_at = state

    def look_at_end(self, before: dict[str, str]) -> None:
        """What must hold after success."""
        self.look_at_installed(again=True)
        if not same_model(self.paths.models / "maker--model", self.model.folder):
            raise Broken("the model is not there")
        known = {"maker--model", ".incoming", *self.left_beside}
        if left := [p for p in self.paths.models.iterdir() if not any(p.match(name) for name in known)]:
            raise Broken(f"left beside the model: {left}")
        incoming = self.paths.models / ".incoming"
        if left := [p for p in incoming.rglob("*") if p.is_dir() or p.suffix != ".lock"]:
            raise Broken(f"left behind: {[str(p.relative_to(incoming)) for p in left]}")
        if (now := self.outside()) != before:
            changed = {name for name in now.keys() | before.keys() if now.get(name) != before.get(name)}
            raise Broken(f"changed outside the models folder: {sorted(changed)}")

    def outside(self) -> dict[str, str]:
        """Everything below the case's folder but the models."""
        return snapshot(self.folder, self.paths.models)


def unmount(folder: Path) -> None:
    """Take a disk away, also one that is in use; nothing happens when there is none."""
    subprocess.run(["umount", "-l", str(folder)], check=False, stderr=subprocess.DEVNULL)
