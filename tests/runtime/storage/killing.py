"""Starts writer processes, lets them work for a moment and kills them with no warning."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from types import TracebackType

from runtime.storage.database import Database

LONGEST_S = 0.15
PIECES_A_SECOND = 50
IMPORT_FILE = "import-{}.json"


def start_writer(work: str, folder: Path | None = None) -> subprocess.Popen[bytes]:
    """The writer program; what it says is the caller's to read."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.runtime.storage.writer", work, *([str(folder)] if folder else [])],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[3],
    )


class Writers:
    """One program that forks a writer whenever one is to be killed. Use it as a context manager."""

    def __enter__(self) -> Writers:
        self._program = start_writer("serve")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.communicate()

    def killed_at_work(self, work: str, folder: Path, chance: Random, *more: str) -> list[list[str]]:
        """What a writer had acknowledged, as lines of words, when it was killed at a random moment of its life."""
        program = self._program
        assert program.stdout is not None
        assert program.stdin is not None
        program.stdin.write("\t".join([work, str(folder), str(chance.randrange(2**31)), *more]).encode() + b"\n")
        program.stdin.flush()
        pid = int(program.stdout.readline().split()[1])
        time.sleep(chance.uniform(0.0, LONGEST_S))
        # The program has not waited for it yet, so this is still its id.
        os.kill(pid, signal.SIGKILL)
        said: list[list[str]] = []
        while (line := program.stdout.readline().decode().split()) != ["ended"]:
            assert line, "the program that forks has died"
            said.append(line)
        return said


def state_of(database: Database) -> str:
    """One word for all that a database holds."""
    with database.read() as connection:
        held = [
            connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in ("conversations", "messages", "folders")
        ]
    return hashlib.sha256(repr(held).encode()).hexdigest()
