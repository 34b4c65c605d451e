"""What watches the event loop while something goes on: paints, stalls, and keys until they are seen."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget

BETWEEN_KEYS_MS = (45, 95)
LINE = 40


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def wait(self, until: Callable[[Callable[[], object]], None]) -> None:
        """Until it has been painted."""
        until(lambda: self.count)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


class Stalls:
    """The longest time for which the event loop did not come round."""

    def __init__(self) -> None:
        self.worst = 0.0
        self.worst_own = 0.0  # the same in processor time of this thread: without what others took
        self._last = self._last_own = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._probe)

    def __enter__(self) -> Stalls:
        self._last, self._last_own = time.perf_counter(), time.thread_time()
        self._timer.start(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._probe()
        self._timer.stop()

    def _probe(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        self.worst = max(self.worst, (now - self._last) * 1000)
        self.worst_own = max(self.worst_own, (own - self._last_own) * 1000)
        self._last, self._last_own = now, own


class Typist:
    """Presses keys at moments of its own choice; a key counts from its moment until the field is painted."""

    def __init__(self, field: QPlainTextEdit) -> None:
        self._field = field
        self._chance = random.Random(1)
        self._due = self._pressed = 0.0
        self.latencies: list[float] = []
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._press)
        paint = type(field).paintEvent

        def paint_event(event: QPaintEvent) -> None:
            paint(field, event)
            self._painted()

        field.paintEvent = paint_event  # type: ignore[method-assign]

    def start(self) -> None:
        """Begin typing."""
        self._field.setFocus()
        self._wait()

    def stop(self) -> None:
        """Rest."""
        self._timer.stop()

    def _wait(self) -> None:
        pause_ms = self._chance.randint(*BETWEEN_KEYS_MS)
        self._due = time.perf_counter() + pause_ms / 1000
        self._timer.start(pause_ms)

    def _press(self) -> None:
        if len(self._field.toPlainText()) >= LINE:
            self._field.clear()
        self._pressed = self._due
        QTest.keyClick(self._field, Qt.Key.Key_A)
        self._wait()

    def _painted(self) -> None:
        if self._pressed:
            self.latencies.append((time.perf_counter() - self._pressed) * 1000)
            self._pressed = 0.0
