"""Long work on the UI thread, done a little at a time, so that the window draws and answers in between."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

SLICE_S = 0.007


class Slices(QObject):
    """Goes through an iterator whose steps are short, whenever the window has nothing else to do.

    Signals:
        worked: a little more was done, or the last of it.
    """

    worked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Iterator[None] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.go_on)

    @property
    def going_on(self) -> bool:
        """Whether something is left."""
        return self._timer.isActive()

    def begin(self, work: Iterator[None]) -> None:
        """This work from now on; what was left of another is dropped."""
        self._work = work
        self._timer.start()

    def stop(self) -> None:
        """Leave off."""
        self._timer.stop()

    def go_on(self) -> None:
        """One slice now."""
        until = time.perf_counter() + SLICE_S
        while self.going_on and time.perf_counter() < until:
            try:
                next(self._work)
            except StopIteration:
                self._timer.stop()
        self.worked.emit()
