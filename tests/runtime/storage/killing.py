"""Starts the writer process, lets it work for a moment and kills it with no warning."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path


def start_writer(work: str, folder: Path) -> subprocess.Popen[bytes]:
    """The writer, once it has acknowledged its first commit (that line is consumed by the caller)."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.runtime.storage.writer", work, str(folder)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[3],
    )


def killed_while_writing(work: str, folder: Path, chance: random.Random) -> list[str]:
    """What the writer had acknowledged when it was killed, at a random moment after its first commit."""
    process = start_writer(work, folder)
    assert process.stdout is not None
    assert process.stdin is not None
    with process.stdout as said, process.stdin:
        first = said.readline()
        time.sleep(chance.uniform(0.0, 0.08))
        process.kill()
        rest = said.read()
        process.wait()
    lines = (first + rest).decode().split("\n")
    return [line for line in lines[:-1] if line]
