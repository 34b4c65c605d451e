"""Engine events, from any thread, to signals on the UI thread. Streams of text are merged to one piece per tick."""

from __future__ import annotations

import threading
from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from runtime.api import AnswerDelta, Event

TEXT_TICK_MS = 40


class EventBridge(QObject):
    """Owns the queue between the engine and the window. Lives on the UI thread; :meth:`deliver` is for any thread.

    Signals:
        event_arrived: every event, in order. Text of one answer that came within a tick arrives as one AnswerDelta.
    """

    event_arrived = Signal(object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._queue: deque[Event] = deque()
        self._wake_pending = False
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TEXT_TICK_MS)
        self._timer.timeout.connect(self._drain)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def deliver(self, event: Event) -> None:
        """Queue one event; at most one wake-up is under way, however fast they come."""
        with self._lock:
            if self._closed:
                return
            self._queue.append(event)
            if self._wake_pending:
                return
            self._wake_pending = True
        self._woken.emit()

    def close(self) -> None:
        """Drop what is queued and deliver nothing more."""
        with self._lock:
            self._closed = True
            self._queue.clear()
        self._timer.stop()

    def _on_woken(self) -> None:
        with self._lock:
            self._wake_pending = False
            only_text = all(isinstance(event, AnswerDelta) for event in self._queue)
        if not only_text:
            self._drain()
        elif not self._timer.isActive():
            self._timer.start()

    def _drain(self) -> None:
        self._timer.stop()
        with self._lock:
            events = list(self._queue)
            self._queue.clear()
        for event in _merged(events):
            self.event_arrived.emit(event)


def _merged(events: list[Event]) -> list[Event]:
    """Neighbouring pieces of the same answer and channel become one."""
    merged: list[Event] = []
    pieces: list[str] = []
    for event in events:
        last = merged[-1] if merged else None
        if (
            isinstance(event, AnswerDelta)
            and isinstance(last, AnswerDelta)
            and (last.request_id, last.channel) == (event.request_id, event.channel)
        ):
            pieces.append(event.text)
            continue
        _close_piece(merged, pieces)
        merged.append(event)
        pieces = [event.text] if isinstance(event, AnswerDelta) else []
    _close_piece(merged, pieces)
    return merged


def _close_piece(merged: list[Event], pieces: list[str]) -> None:
    if len(pieces) > 1 and isinstance(last := merged[-1], AnswerDelta):
        merged[-1] = AnswerDelta(last.request_id, "".join(pieces), last.channel)
