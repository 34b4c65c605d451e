"""A child process that talks over :mod:`runtime.wire`: started, listened to, asked to stop, killed if it must be."""

from __future__ import annotations

import collections
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

from runtime.wire import Codec, WireError, read_lines

STDERR_LINES_KEPT = 40


class ChildProcess:
    """Owns one child, its pipes and two reader threads.

    ``on_message`` and ``on_exit`` are called on the reader thread; ``on_exit`` exactly once, after the last
    message, with the exit code (negative: the signal that ended it). ``send`` may be called from any thread.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        codec: Codec,
        on_message: Callable[[object], None],
        on_exit: Callable[[int], None],
        *,
        name: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._codec = codec
        self._on_message = on_message
        self._on_exit = on_exit
        self._write_lock = threading.Lock()
        self._stderr: collections.deque[str] = collections.deque(maxlen=STDERR_LINES_KEPT)
        self._process = subprocess.Popen(
            list(arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        self._stderr_reader = threading.Thread(target=self._read_stderr, name=f"{name}-stderr", daemon=True)
        self._reader = threading.Thread(target=self._read, name=f"{name}-reader", daemon=True)
        self._stderr_reader.start()
        self._reader.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    @property
    def last_words(self) -> str:
        """The end of what the child wrote to stderr, for reports."""
        return "\n".join(self._stderr)

    def send(self, message: object) -> bool:
        """Write one message; False when the child is gone (its ``on_exit`` tells the rest)."""
        data = self._codec.encode(message)
        try:
            with self._write_lock:
                assert self._process.stdin is not None
                self._process.stdin.write(data)
                self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def terminate(self) -> None:
        """Ask the child to end (SIGTERM). Safe at any time and from any thread."""
        if self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """End the child now. Safe at any time and from any thread."""
        if self._process.poll() is None:
            self._process.kill()

    def close(self, grace_s: float = 2.0) -> None:
        """Close the pipe (the child's sign to exit), then terminate, then kill; join the readers.

        Must not be called from ``on_message`` or ``on_exit``.
        """
        try:
            with self._write_lock:
                if self._process.stdin is not None:
                    self._process.stdin.close()
        except OSError:
            pass
        for end in (None, self._process.terminate, self._process.kill):
            if end is not None:
                end()
            try:
                self._process.wait(grace_s)
                break
            except subprocess.TimeoutExpired:
                continue
        self._reader.join()
        self._stderr_reader.join()

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._stderr.append(line.decode("utf-8", "replace").rstrip()[:500])

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            try:
                for line in read_lines(stream):
                    self._on_message(self._codec.decode(line))
            except (WireError, OSError):
                self.kill()
        code = self._process.wait()
        self._stderr_reader.join()
        self._on_exit(code)


def python_child(module: str, *arguments: str) -> list[str]:
    """The command that runs ``module`` in a fresh interpreter of ours, also from a frozen bundle."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--child", module, *arguments]
    return [sys.executable, "-m", module, *arguments]


def signal_name(exit_code: int) -> str:
    """ "SIGKILL" for -9, "" for an ordinary exit."""
    if exit_code >= 0:
        return ""
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"
