"""The bytes of a file as an answer's body: as fast as the computer can, slowly, or wrongly."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from tests.hub.faults import Fault, Kind
from tests.hub.repositories import HubFile

CHUNK_BYTES = 256 * 1024
# At a given rate: fine enough that what is counted as sent has arrived a moment later.
CHUNKS_PER_S = 400
SENDFILE_BYTES = 4 * 1024 * 1024
TRICKLE_EVERY_S = 0.05


class Pace:
    """Spreads bytes over time, for one answer or for all together. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at = 0.0

    def keep(self, count_bytes: int, rate_bytes_per_s: float, closing: threading.Event) -> None:
        """Wait until these bytes may have been sent."""
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + count_bytes / rate_bytes_per_s
            until = self._free_at
        closing.wait(max(0.0, until - time.monotonic()))


def hung_up(connection: socket.socket) -> bool:
    """True once the other side is gone: what would be sent now reaches nobody, and should not be counted."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@dataclass
class Body:
    """The part of a file that one answer sends. ``on_sent`` is told the bytes that have left so far."""

    file: HubFile
    start: int
    length: int
    fault: Fault | None
    on_sent: Callable[[int], None]

    def send_fast(self, connection: socket.socket, closing: threading.Event) -> None:
        """Without a fault and without a limit the system copies the file itself."""
        sent = 0
        with self.file.source.open("rb") as stream:
            while sent < self.length and not closing.is_set():
                count = min(SENDFILE_BYTES, self.length - sent)
                sent += os.sendfile(connection.fileno(), stream.fileno(), self.start + sent, count)
                self.on_sent(sent)

    def send(
        self,
        connection: socket.socket,
        closing: threading.Event,
        rates: Callable[[], tuple[float | None, float | None]],
        shared: Pace,
    ) -> None:
        """Chunk by chunk, each with what the fault does to it, at the rates in force (own, of all together)."""
        limit, sent, own = self.limit_bytes, 0, Pace()
        with self.file.source.open("rb") as stream:
            stream.seek(self.start)
            while sent < limit and not closing.is_set() and not hung_up(connection):
                rate, shared_rate = rates()
                slowest = min(rate or 1e12, shared_rate or 1e12)
                data = self._read(stream, sent, min(int(max(1024, slowest / CHUNKS_PER_S)), CHUNK_BYTES, limit - sent))
                connection.sendall(data)
                sent += len(data)
                self.on_sent(sent)
                if rate:
                    own.keep(len(data), rate, closing)
                if shared_rate:
                    shared.keep(len(data), shared_rate, closing)

    @property
    def limit_bytes(self) -> int:
        """Where the fault breaks off."""
        fault = self.fault
        if fault is None:
            return self.length
        breaks = fault.kind in (Kind.CUT, Kind.RESET, Kind.STALL, Kind.CHUNKED_CUT, Kind.TRICKLE)
        if breaks or (fault.kind is Kind.NO_LENGTH and fault.after_bytes):
            return min(self.length, fault.after_bytes)
        return self.length

    def rest(self) -> Body:
        """What is still to be sent after :meth:`send` broke off."""
        limit = self.limit_bytes
        return Body(self.file, self.start + limit, self.length - limit, None, lambda n: self.on_sent(limit + n))

    def _read(self, stream: BinaryIO, sent: int, count: int) -> bytes | bytearray:
        data = stream.read(count) or b"\0" * count  # past the end of the file
        if self.fault is None:
            return data
        if self.fault.kind is Kind.ZEROS:
            return bytes(len(data))
        if self.fault.kind is Kind.OTHER_FILE:
            return (b"another file " * (len(data) // 13 + 1))[: len(data)]
        if self.fault.kind is Kind.CORRUPT:
            return self._corrupted(data, self.start + sent)
        return data

    def _corrupted(self, data: bytes, position: int) -> bytes:
        assert self.fault is not None
        first = max(0, self.fault.after_bytes - position)
        last = min(len(data), self.fault.after_bytes + self.fault.count_bytes - position)
        if first >= last:
            return data
        wrong = bytes(byte ^ 1 for byte in data[first:last])
        return data[:first] + wrong + data[last:]


def trickle(body: Body, connection: socket.socket, closing: threading.Event, seconds: float) -> Body:
    """Send a byte now and then for a while; what is left after it."""
    until = time.monotonic() + seconds
    while body.length and time.monotonic() < until and not closing.wait(TRICKLE_EVERY_S):
        with body.file.source.open("rb") as stream:
            stream.seek(body.start)
            connection.sendall(stream.read(1))
        body.on_sent(1)
        body = Body(body.file, body.start + 1, body.length - 1, None, lambda n, told=body.on_sent: told(n + 1))  # type: ignore[misc]
    return body
