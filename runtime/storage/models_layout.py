"""What the models folder holds beside models: where unfinished ones gather, and the bin of removed ones.

Downloads and the library both work there; neither knows the other.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from pathlib import Path

INCOMING = ".incoming"
BIN = ".deleted"
GOING = ".going-"


def discard_removed(entry: Path) -> None:
    """Delete an entry of the bin for good; what the disk refuses stays. Slow for large ones; any thread.

    Renamed first: half a model can't be brought back.
    """
    going = entry
    if not entry.name.startswith(GOING):
        going = entry.with_name(f"{GOING}{uuid.uuid4().hex}")
        with contextlib.suppress(OSError):
            os.rename(entry, going)
    with contextlib.suppress(OSError):
        if going.is_symlink() or not going.is_dir():
            going.unlink()
            return
    shutil.rmtree(going, ignore_errors=True)
