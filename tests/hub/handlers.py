"""One connection to the loopback hub: what both origins have in common, bytes of files above all."""

from __future__ import annotations

import json
import socket
import struct
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tests.hub.bodies import Body, hung_up, trickle
from tests.hub.faults import Fault, Kind
from tests.hub.repositories import HubFile

if TYPE_CHECKING:
    from tests.hub.server import LoopbackHub, OriginServer

LONGEST_STALL_S = 120.0
OFFSET_BYTES = 1000
MORE_BYTES = 5000


@dataclass
class Asked:
    """One request as it arrived, and the bytes of body that went out for it."""

    origin: str
    method: str
    path: str
    headers: dict[str, str]
    sent_bytes: int = 0


@dataclass(frozen=True)
class Span:
    """What an answer says that it sends and what it sends: ``start`` may differ from ``shown``."""

    status: int
    start: int
    shown: int
    last: int

    @property
    def length(self) -> int:
        """Bytes that an honest answer has."""
        return self.last + 1 - self.shown


class Handler(BaseHTTPRequestHandler):
    """Reads requests, keeps their log, and sends files with what the faults do to them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: OriginServer

    @property
    def hub(self) -> LoopbackHub:
        """The hub that this connection belongs to."""
        return self.server.hub

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: ``hub.requests`` is the log."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.server.origin, self.command, self.path, headers)
        self.hub.requests.append(self.asked)
        self.route(unquote(urlsplit(self.path).path).strip("/"))

    def route(self, path: str) -> None:
        """Answer; each origin in its way."""
        raise NotImplementedError

    # --- answers ------------------------------------------------------------------------------------------------

    def answer(self, body: bytes, content_type: str, status: int = 200, extra: dict[str, str] | None = None) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str = "", message: str = "", extra: dict[str, str] | None = None) -> None:
        """An answer that says no, with the hub's own headers."""
        headers = {"X-Error-Code": code, "X-Error-Message": message, **(extra or {})}
        body = json.dumps({"error": message or code}).encode()
        self.answer(body, "application/json", status, {name: value for name, value in headers.items() if value})

    def hang_up(self, *, reset: bool) -> None:
        """End the connection now."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def stall(self) -> None:
        """Silence until the client hangs up or the hub closes."""
        self.close_connection = True
        until = time.monotonic() + LONGEST_STALL_S
        while time.monotonic() < until and not self.hub.closing.wait(0.02):
            if hung_up(self.connection):
                return

    # --- bytes --------------------------------------------------------------------------------------------------

    def asked_span(self, file: HubFile) -> range:
        """The bytes of ``file`` that this request asks for."""
        first, last = asked_range(self.asked.headers.get("range", ""), file.size_bytes)
        return range(first or 0, last + 1)

    def send_file(self, file: HubFile, headers: dict[str, str], fault: Fault | None) -> None:
        """The file or the part of it that was asked for."""
        kind = fault.kind if fault else None
        span = self._span(file, headers, kind)
        if span is None:
            self.answer(b"", "text/plain", 416, {"Content-Range": f"bytes */{file.size_bytes}"})
            return
        length = span.length + {Kind.SHORT: -1, Kind.LONG: 7}.get(kind, 0) if kind else span.length
        self.send_response(span.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if span.status == 206:
            total = file.size_bytes + (1 if kind is Kind.OTHER_TOTAL else 0)
            self.send_header("Content-Range", f"bytes {span.shown}-{span.last}/{total}")
        self._say_length(length, kind)
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(Body(file, span.start, length, fault, self._sent))

    def _say_length(self, length: int, kind: Kind | None) -> None:
        if kind is Kind.NO_LENGTH:
            self.close_connection = True
            self.send_header("Connection", "close")
        elif kind is Kind.CHUNKED_CUT:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))

    def _span(self, file: HubFile, headers: dict[str, str], kind: Kind | None) -> Span | None:
        """None for a range that is not there."""
        first, last = asked_range(self.asked.headers.get("range", ""), file.size_bytes)
        if first is not None and first >= file.size_bytes:
            return None
        condition = self.asked.headers.get("if-range")
        if kind is Kind.IGNORE_RANGE or (condition and condition != headers.get("ETag")):
            first, last = None, file.size_bytes - 1
        start = first or 0
        shifted = start - OFFSET_BYTES if start >= OFFSET_BYTES else min(start + OFFSET_BYTES, last)
        if kind is Kind.WRONG_OFFSET:
            return Span(206, shifted, shifted, last)
        if kind is Kind.LYING_OFFSET:
            return Span(200 if first is None else 206, shifted, start, last)
        if kind is Kind.UNASKED_RANGE:
            return Span(206, 0, 0, min(9, last))
        return Span(200 if first is None else 206, start, start, last)

    def _sent(self, sent_bytes: int) -> None:
        self.asked.sent_bytes = sent_bytes

    def _send_body(self, body: Body) -> None:
        hub, fault = self.hub, body.fault
        if fault is None and not hub.rate_bytes_per_s and not hub.total_rate_bytes_per_s:
            body.send_fast(self.connection, hub.closing)
            return
        if fault is not None and fault.kind is Kind.CHUNKED_CUT:
            self.connection.sendall(b"%x\r\n" % body.length)
        body.send(self.connection, hub.closing, hub.rates, hub.pace)
        if fault is not None:
            self._end_body(body, fault)

    def _end_body(self, body: Body, fault: Fault) -> None:
        if fault.kind is Kind.STALL:
            self.stall()
        elif fault.kind in (Kind.CUT, Kind.RESET, Kind.CHUNKED_CUT):
            self.hang_up(reset=fault.kind is Kind.RESET)
        elif fault.kind is Kind.MORE:
            self.connection.sendall(b"x" * MORE_BYTES)
        elif fault.kind is Kind.TRICKLE:
            rest = trickle(body.rest(), self.connection, self.hub.closing, fault.seconds)
            rest.send(self.connection, self.hub.closing, self.hub.rates, self.hub.pace)


def asked_range(header: str, size_bytes: int) -> tuple[int | None, int]:
    """The first byte asked for (None: no range) and the last."""
    unit, _, span = header.partition("=")
    first, _, last = span.partition("-")
    if unit != "bytes" or not first.isdigit():
        return None, size_bytes - 1
    return int(first), min(int(last), size_bytes - 1) if last.isdigit() else size_bytes - 1
