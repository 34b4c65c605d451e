"""Two ways to run the engine's loop: in a child process (the way) and on a thread (for debugging, and as proof)."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Protocol

from runtime.child import ChildProcess, python_child
from runtime.inference.choosing import ChoosingBackend
from runtime.inference.loop import CODEC, WorkLoop


class Transport(Protocol):
    """A running loop. Messages and its one exit are reported on a thread of the transport."""

    @property
    def killable(self) -> bool:
        """Whether :meth:`kill` can end it in the middle of anything."""

    @property
    def last_words(self) -> str:
        """What it said on stderr, for the report."""

    def send(self, message: object) -> bool:
        """Hand over a request; False when nobody is there."""

    def terminate(self) -> None:
        """Ask the system to end it."""

    def kill(self) -> None:
        """End it now."""

    def close(self) -> None:
        """End it in good order and wait until it is gone."""


StartTransport = Callable[[Callable[[object], None], Callable[[int], None]], Transport]


class ProcessTransport:
    """The loop in a child process."""

    killable = True

    def __init__(self, on_message: Callable[[object], None], on_exit: Callable[[int], None]) -> None:
        self._child = ChildProcess(
            python_child("runtime.inference.worker"), CODEC, on_message, on_exit, name="engine-worker"
        )

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def last_words(self) -> str:
        """The end of the child's stderr."""
        return self._child.last_words

    def send(self, message: object) -> bool:
        """Write one message."""
        return self._child.send(message)

    def terminate(self) -> None:
        """SIGTERM."""
        self._child.terminate()

    def kill(self) -> None:
        """SIGKILL."""
        self._child.kill()

    def close(self) -> None:
        """Close the pipe, then terminate, then kill."""
        self._child.close()


class ThreadTransport:
    """The same loop on a thread of this process. It can't be killed: a stuck answer stays until it ends."""

    killable = False
    last_words = ""

    def __init__(self, on_message: Callable[[object], None], on_exit: Callable[[int], None]) -> None:
        self._on_message = on_message
        self._on_exit = on_exit
        self._loop = WorkLoop(ChoosingBackend, self._send)
        self._thread = threading.Thread(target=self._run, name="engine-in-process", daemon=True)
        self._thread.start()

    def send(self, message: object) -> bool:
        """Hand over a request, through the same codec, so that nothing crosses that the wire would refuse."""
        self._loop.take(CODEC.decode(CODEC.encode(message)))
        return self._thread.is_alive()

    def terminate(self) -> None:
        """Not possible for a thread."""

    def kill(self) -> None:
        """Not possible for a thread."""

    def close(self) -> None:
        """End the loop and wait for it."""
        self._loop.end()
        self._thread.join()

    def _send(self, message: object) -> None:
        self._on_message(CODEC.decode(CODEC.encode(message)))

    def _run(self) -> None:
        code = 0
        try:
            self._loop.run()
        except BaseException:
            code = 1
        finally:
            _leave_mlx()
        self._on_exit(code)


def _leave_mlx() -> None:
    """MLX streams belong to this thread; they must be gone before it is. Nothing to do if it was never needed."""
    if "mlx.core" not in sys.modules:
        return
    import mlx.core as mx

    clear = getattr(mx, "clear_streams", None)
    if clear is not None:
        clear()
