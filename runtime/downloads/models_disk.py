"""Whether the models folder can be reached at all: it may be on a disk that somebody has taken away."""

from __future__ import annotations

import contextlib

from runtime.errors import ModelsDiskMissing
from runtime.paths import Paths


def models_disk_missing(paths: Paths) -> bool:
    """True when making the models folder would make it in the wrong place. Asks the disk.

    The one in our home may be made anew as long as the home is there. One that the person chose was there when they
    chose it: without it we would fill the mount point of a disk that is not connected.
    """
    if paths.models.is_dir():
        return False
    return paths.models != paths.home / "models" or not paths.home.is_dir()


def check_models_disk(paths: Paths) -> None:
    """Make our own models folder if it is away; any other must be there. Touches the disk.

    Raises:
        ModelsDiskMissing: nothing may be written to the models folder now.
    """
    if models_disk_missing(paths):
        raise ModelsDiskMissing(str(paths.models))
    with contextlib.suppress(OSError):  # the job that can't write there says so itself
        paths.models.mkdir(mode=0o700, exist_ok=True)
