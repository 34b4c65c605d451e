"""``python -m tests.runtime.library.killed``: forks a child for each line ``WORK SOURCE TARGET N`` (parted by tabs),
which kills itself with no warning right before its Nth step on the disk, and says how many steps were done and how the
child ended. Every step counts that the system tells of: opening, renaming, deleting, making folders, and each block.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from runtime.cancel import CancelToken
from runtime.library.copies import bring_back, shelve
from runtime.library.moving import move_library
from tests.runtime.library.shelf_kit import CARD, Apart

STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "block"})

Report = Callable[[int, int], None]
WORKS: dict[str, Callable[[Path, Path, Report], object]] = {
    "shelve": lambda source, target, report: shelve(source, target, CARD, CancelToken(), report),
    "bring_back": lambda source, target, report: bring_back(source, target, CancelToken(), report),
    "move": lambda source, target, report: move_library(source, target, CancelToken(), report),
    "move_apart": lambda source, target, report: move_library(source, target, CancelToken(), report, Apart),
}


class Killers:
    """The program above, from the side of a test. Use it as a context manager."""

    def __enter__(self) -> Killers:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.library.killed"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[3],
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.communicate()

    def run(self, work: str, source: Path, target: Path, kill_before: int) -> tuple[int, bool]:
        """Steps that were done, and whether it was killed before it had finished."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(f"{work}\t{source}\t{target}\t{kill_before}\n".encode())
        self._program.stdin.flush()
        steps, status = self._program.stdout.readline().split()
        assert int(status) in (0, -signal.SIGKILL), f"{work} failed with {status.decode()}"
        return int(steps), int(status) != 0


def child(work: str, source: Path, target: Path, kill_before: int, steps: int) -> None:
    """Do the work in this process, up to the step that it does not live to see."""
    count = 0

    def watch(event: str, _arguments: object) -> None:
        nonlocal count
        if event in STEPS:
            count += 1
            os.pwrite(steps, f"{count:9}".encode(), 0)
            if count == kill_before:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    WORKS[work](source, target, lambda _done, _total: watch("block", ()))


def serve() -> None:
    """Fork a child for each line, and say how it ended."""
    counted = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the program
    steps = counted.fileno()
    for line in iter(sys.stdin.readline, ""):
        work, source, target, kill_before = line.rstrip("\n").split("\t")
        os.pwrite(steps, b"        0", 0)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(work, Path(source), Path(target), int(kill_before), steps)
                code = 0
            finally:
                os._exit(code)
        _pid, status = os.waitpid(pid, 0)
        done = os.pread(steps, 9, 0).decode().strip() or "0"
        print(done, os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
