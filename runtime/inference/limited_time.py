"""Ends Python code that runs too long: templates are programs that came with a model."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class TooSlow(Exception):
    """It ran longer than its limit."""


@contextlib.contextmanager
def limited_time(timeout_s: float) -> Iterator[None]:
    """Interrupt the Python code within after ``timeout_s`` seconds. Only on a main thread; elsewhere the host's
    watchdog is the limit.

    Raises:
        TooSlow
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, timeout_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
