"""``python -m tests.tiny FOLDER``: build the tiny model."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.tiny.recipe import build_tiny_model

if __name__ == "__main__":
    started = time.monotonic()
    build_tiny_model(Path(sys.argv[1]))
    print(f"built in {time.monotonic() - started:.0f} s")
