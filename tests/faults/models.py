"""The made-up models that the fault cases download: one file within a piece, one of several pieces, several files."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path

from tests.hub.models import make_model_folder
from tests.hub.repositories import Repository, read_repository
from tests.runtime.downloads.kit import NAME

SIZES = {"small": (3_000_000, 1), "pieces": (40_000_000, 1), "shards": (6_000_000, 3)}


@dataclass(frozen=True)
class Model:
    """A folder to be served."""

    folder: Path

    @functools.cached_property
    def _read(self) -> Repository:
        return read_repository(NAME, self.folder, gated=False)

    def repository(self) -> Repository:
        """What the hub lists, hashed once."""
        return replace(self._read, files=dict(self._read.files), extra_entries=[])

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The files that may be fetched."""
        return tuple(name for name in self._read.files if not name.endswith((".py", ".bin")))

    @functools.cached_property
    def total_bytes(self) -> int:
        """What a download without trouble takes."""
        return sum(self._read.files[name].size_bytes for name in self.names)

    @functools.cached_property
    def weight_bytes(self) -> int:
        """The size of the first file of weights."""
        return min(file.size_bytes for name, file in self._read.files.items() if name.endswith(".safetensors"))


def make_models(folder: Path) -> dict[str, Model]:
    """All of them, below ``folder``; what is there already is taken as it is."""
    made = {}
    for name, (weight_bytes, shards) in SIZES.items():
        target = folder / f"source-{name}"
        made[name] = Model(target if target.exists() else make_model_folder(target, weight_bytes, shards))
    return made
