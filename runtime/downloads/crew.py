"""Several connections fill one file's pieces: hired as they help, held back together, cut when they stand still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from runtime.cancel import Cancelled, CancelToken
from runtime.downloads.part import Sink
from runtime.downloads.patience import Transient
from runtime.downloads.transfer import Connection, Superfluous, Transfer
from runtime.downloads.tuning import Tuning
from runtime.errors import HubNotUnderstood, HubRefused, HubUnreachable

LOOK_EVERY_S = 0.02
# A connection may be silent for stall_s by itself; this is for one that drips and gets nowhere.
DRIP_GRACE_S = 2.0
DISMISSAL_S = 0.05
PATIENT_DISMISSAL_S = 1.0
SENSELESS_ANSWERS = 6
_OVERWHELMED = (429, 503)


class ListDoubtful(Exception):
    """What the hub sends fits again and again to nothing that it listed: its list should be asked for once more."""


class Work(Protocol):
    """What a crew fills: stretches that are claimed, filled and given back. Any thread."""

    @property
    def complete(self) -> bool:
        """True once nothing is left to do."""

    @property
    def open_count(self) -> int:
        """Stretches that are not full yet."""

    def claim(self, from_position: int = 0) -> Sink | None:
        """The next open stretch at or after a place, for the caller alone; None when there is none now."""

    def release(self, sink: Sink) -> None:
        """Give a stretch back."""


class _Lane:
    """One connection at work. Its fields belong to the crew's lock."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.sink: Sink | None = None
        self.thread: threading.Thread | None = None


class Crew:
    """Fills one :class:`Work`. :meth:`run` blocks on the job's thread; the connections have threads of their own.

    ``on_bytes`` is told counts of new bytes on those threads. ``on_wait`` is called on the job's thread when the
    person should be told of a wait. ``fresh``: over connections that were never used.
    """

    def __init__(
        self,
        work: Work,
        transfer: Transfer,
        tuning: Tuning,
        cancel: CancelToken,
        on_bytes: Callable[[int], None],
        on_wait: Callable[[], None],
        *,
        fresh: bool = False,
    ) -> None:
        self._work = work
        self._transfer = transfer
        self._setbacks = transfer.setbacks
        self._tuning = tuning
        self._cancel = cancel
        self._on_bytes = on_bytes
        self._on_wait = on_wait
        self._fresh = fresh
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._lanes: list[_Lane] = []
        self._failure: BaseException | None = None
        self._tell = False
        self._overwhelmed = self._refused = False
        self._senseless = 0
        self._whole_by: _Lane | None = None
        self._arrived_bytes = 0

    def run(self) -> None:
        """Work until all is filled.

        Raises:
            DownloadError: the first failure that no waiting can mend.
            Cancelled; OSError when the disk refuses.
        """
        try:
            while not self._work.complete:
                self._cancel.check()
                with self._changed:
                    if self._failure is not None:
                        raise self._failure
                    self._hire()
                    self._changed.wait(LOOK_EVERY_S)
                self._look()
            if self._failure is not None:
                raise self._failure
        finally:
            self._dismiss()

    # --- the job's thread -----------------------------------------------------------------------------------------

    def _hire(self) -> None:
        wanted = 1 if self._whole_by else self._tuning.wanted(self._transfer.limiter.bytes_per_s)
        while len(self._lanes) < min(wanted, self._work.open_count):
            lane = _Lane(self._transfer.borrow(fresh=self._fresh))
            lane.thread = threading.Thread(target=self._serve, args=(lane,), name="transfer", daemon=True)
            self._lanes.append(lane)
            lane.thread.start()

    def _look(self) -> None:
        now = self._setbacks.now()
        woke = self._setbacks.woke()
        oldest = now - self._transfer.patience.stall_s - DRIP_GRACE_S
        with self._changed:
            busy = [lane for lane in self._lanes if lane.sink is not None]
            tell, self._tell = self._tell, False
            overwhelmed, self._overwhelmed = self._overwhelmed, False
            refused, self._refused = self._refused, False
            arrived_bytes = self._arrived_bytes
        for lane in busy:
            if woke or lane.connection.moved_at < oldest:
                lane.connection.abort()
        if overwhelmed:
            self._tuning.overwhelmed(now)
        elif refused and len(busy) > 1:
            self._tuning.refused(now)
        self._tuning.observe(now, arrived_bytes, len(busy))
        if tell:
            self._on_wait()

    def _dismiss(self) -> None:
        self._stop.set()
        with self._changed:
            lanes = list(self._lanes)
            self._changed.notify_all()
        for lane in lanes:
            lane.connection.abort()
        deadline = time.monotonic() + (DISMISSAL_S if self._cancel.cancelled else PATIENT_DISMISSAL_S)
        for lane in lanes:
            assert lane.thread is not None
            # One that hangs in the system's name service can't be woken; it ends without touching the part again.
            lane.thread.join(max(0.0, deadline - time.monotonic()))

    # --- a connection's thread ------------------------------------------------------------------------------------

    def _serve(self, lane: _Lane) -> None:
        usable = True
        try:
            while self._take(lane):
                self._attempt(lane)
        except (Cancelled, Superfluous):
            usable = False
        except BaseException as error:  # the edge of the thread: the job's thread raises it
            usable = False
            with self._changed:
                self._failure = self._failure or error
        finally:
            if usable and not self._fresh:
                self._transfer.give_back(lane.connection)
            else:
                lane.connection.close()
            with self._changed:
                self._lanes.remove(lane)
                self._changed.notify_all()

    def _take(self, lane: _Lane) -> bool:
        """Wait until the next try is due and claim a stretch; False when this connection is not needed."""
        with self._changed:
            while not self._stop.is_set():
                wanted = self._tuning.wanted(self._transfer.limiter.bytes_per_s)
                if self._lanes.index(lane) >= wanted or (self._whole_by not in (None, lane)):
                    return False
                hold_s = self._setbacks.hold_s()
                if hold_s <= 0:
                    lane.connection.moved_at = self._setbacks.now()
                    lane.sink = self._work.claim()
                    return lane.sink is not None
                self._changed.wait(min(hold_s, LOOK_EVERY_S))
        return False

    def _attempt(self, lane: _Lane) -> None:
        begun_at, arrived_bytes = self._setbacks.now(), self._arrived_bytes
        assert lane.sink is not None
        begun_with = lane.sink.position
        try:
            lane.connection.fetch(lane.sink, self._arrived, _WholeAnswer(self, lane), self._stop)
        except Transient as failure:
            in_vain = lane.sink is not None and lane.sink.position == begun_with
            self._failed(failure, begun_at, in_vain, self._arrived_bytes == arrived_bytes)
            self._renew(lane)
        finally:
            with self._changed:
                sink, lane.sink = lane.sink, None
                if self._whole_by is lane:
                    self._whole_by = None
                self._changed.notify_all()
            if sink is not None:
                self._work.release(sink)

    def _arrived(self, count_bytes: int) -> None:
        self._setbacks.progressed(count_bytes)
        self._on_bytes(count_bytes)
        with self._changed:
            self._arrived_bytes += count_bytes

    def whole_begins(self, lane: _Lane) -> None:
        """The hub sends the whole file to this connection: it alone goes on, over all pieces that are open."""
        with self._changed:
            if self._whole_by not in (None, lane):
                raise Superfluous
            self._whole_by = lane

    def next_for(self, lane: _Lane, position: int) -> Sink | None:
        """The next open stretch for a connection that brings the whole file."""
        with self._changed:
            filled, lane.sink = lane.sink, None
        if filled is not None:
            self._work.release(filled)
        sink = self._work.claim(position)
        with self._changed:
            lane.sink = sink
        return sink

    def _failed(self, failure: Transient, begun_at: float, in_vain: bool, nothing_moved: bool) -> None:
        """``in_vain``: this try brought nothing; ``nothing_moved``: nor did any other connection meanwhile."""
        if self._stop.is_set():
            raise Cancelled
        error = failure.error
        tell = self._setbacks.failed(failure, begun_at)
        with self._changed:
            self._tell = self._tell or tell
            self._overwhelmed = self._overwhelmed or (isinstance(error, HubRefused) and error.status in _OVERWHELMED)
            self._refused = self._refused or (in_vain and isinstance(error, HubUnreachable))
            self._senseless = self._senseless + 1 if isinstance(error, HubNotUnderstood) and nothing_moved else 0
            if self._senseless >= SENSELESS_ANSWERS:
                raise ListDoubtful

    def _renew(self, lane: _Lane) -> None:
        """Another connection for the next try. Some hosts count them, so those that nobody uses go as well."""
        self._transfer.close()
        lane.connection.close()
        with self._changed:
            lane.connection = self._transfer.borrow(fresh=True)


class _WholeAnswer:
    """What a connection is told when it gets a whole file instead of a piece; see :class:`Onward`."""

    def __init__(self, crew: Crew, lane: _Lane) -> None:
        self._crew = crew
        self._lane = lane

    def begins(self) -> None:
        """Raises Superfluous when another connection gets it already."""
        self._crew.whole_begins(self._lane)

    def after(self, position: int) -> Sink | None:
        """Where the bytes from ``position`` on go."""
        return self._crew.next_for(self._lane, position)
