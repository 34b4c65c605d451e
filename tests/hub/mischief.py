"""Faults that replace a whole answer, whatever was asked: broken headers, bombs, redirects to nowhere."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.hub.faults import Fault, Kind, Place

if TYPE_CHECKING:
    from tests.hub.handlers import Handler

PAGE = b"<!doctype html><html><body>Welcome to the hotel network. Please log in.</body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
BLOCK_BYTES = 1024 * 1024
# An end for what has none, should a client swallow it all.
ENDLESS_BYTES = 2_000_000_000

Answer = Callable[["Handler", Fault], None]


def whole_answer(handler: Handler, fault: Fault | None) -> bool:
    """Answer with the fault if it replaces the whole answer; False when it does not."""
    if fault is None:
        return False
    if fault.kind is Kind.STALL and fault.place in (Place.API, Place.RESOLVE):
        handler.stall()
        return True
    answer = _ANSWERS.get(fault.kind)
    if answer is None:
        return False
    answer(handler, fault)
    return True


def _status(handler: Handler, fault: Fault) -> None:
    handler.refuse(fault.status, extra={"Retry-After": fault.retry_after} if fault.retry_after else {})


def _redirect(handler: Handler, fault: Fault) -> None:
    location = fault.location.format(
        hub=handler.hub.endpoint, store=handler.hub.store_endpoint, path=handler.path, number=fault.matched
    )
    handler.answer(b"", "text/plain", 302, {"Location": location} if location else {})


def _headers_reset(handler: Handler, fault: Fault) -> None:
    handler.connection.sendall(HEAD + b"Content-Len")
    handler.hang_up(reset=True)


def _headers_stall(handler: Handler, fault: Fault) -> None:
    handler.connection.sendall(HEAD + b"Content-Len")
    handler.stall()


def _headers_huge(handler: Handler, fault: Fault) -> None:
    handler.close_connection = True
    handler.connection.sendall(HEAD + b"X-Long: " + b"a" * fault.count_bytes + b"\r\n\r\n")


def _headers_endless(handler: Handler, fault: Fault) -> None:
    handler.close_connection = True
    handler.connection.sendall(HEAD)
    _pour(handler, b"".join(b"X-%d: %s\r\n" % (number, b"a" * 100) for number in range(500)))


def _pour(handler: Handler, block: bytes) -> None:
    """The same block until the client hangs up."""
    sent = 0
    while sent < ENDLESS_BYTES and not handler.hub.closing.is_set():
        handler.connection.sendall(block)
        sent += len(block)


def _bare(handler: Handler, headers: bytes, body: bytes) -> None:
    handler.close_connection = True
    handler.connection.sendall(HEAD + headers + b"\r\n" + body)


def _gzip_bomb(handler: Handler, fault: Fault) -> None:
    # After a full flush nothing refers back, so the same packed block may be sent again and again.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b" " * BLOCK_BYTES) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * BLOCK_BYTES) + packer.flush(zlib.Z_FULL_FLUSH)
    body = head + block * (fault.count_bytes // BLOCK_BYTES) + packer.flush()
    handler.answer(body, "application/json", extra={"Content-Encoding": "gzip"})


def _chunked_garbage(handler: Handler, fault: Fault) -> None:
    _bare(handler, b"Transfer-Encoding: chunked\r\n", b"10\r\n" + b"a" * 16 + b"\r\nfffffffffffffffff\r\nxyz\r\n-5\r\n")


def _chunked_endless(handler: Handler, fault: Fault) -> None:
    _bare(handler, b"Transfer-Encoding: chunked\r\n", b"")
    _pour(handler, b"10000\r\n" + b"[" * 0x10000 + b"\r\n")


def _multipart(handler: Handler, fault: Fault) -> None:
    part = b"--part\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-9/10\r\n\r\n0123456789\r\n--part--\r\n"
    handler.answer(part, "multipart/byteranges; boundary=part", 206)


def _long_json(handler: Handler, fault: Fault) -> None:
    """A list of files that we never fetch, or the model's own page with much beside it."""
    entry = json.dumps({"type": "file", "oid": "a" * 40, "size": 3, "path": "notes/" + "n" * 60 + ".md"}).encode()
    repository = next(iter(handler.hub.repositories.values()))
    true = json.dumps(repository.entries("", recursive=False)).encode()
    first, block, last = true[:-1], b"," + entry, b"]"
    if "/tree/" not in handler.path:
        start = {"id": repository.name, "sha": repository.commit, "description": ""}
        first, block, last = json.dumps(start)[:-2].encode(), b"a" * 1000, b'"}'
    count = fault.count_bytes // len(block)
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(first) + count * len(block) + len(last)))
    handler.end_headers()
    handler.connection.sendall(first)
    many = block * 1000
    for _ in range(count // 1000):
        handler.connection.sendall(many)
    handler.connection.sendall(block * (count % 1000) + last)


_ANSWERS: dict[Kind, Answer] = {
    Kind.STATUS: _status,
    Kind.GONE: lambda handler, _: handler.refuse(404, "EntryNotFound"),
    Kind.HTML: lambda handler, _: handler.answer(PAGE, "text/html"),
    Kind.GARBAGE: lambda handler, _: handler.answer(b'{"sha": "', "application/json"),
    Kind.EMPTY: lambda handler, _: handler.answer(b"", "application/octet-stream"),
    Kind.REFUSE: lambda handler, _: handler.hang_up(reset=True),
    Kind.RANGE_REFUSED: lambda handler, _: handler.refuse(416, extra={"Content-Range": "bytes */1"}),
    Kind.REDIRECT: _redirect,
    Kind.HEADERS_RESET: _headers_reset,
    Kind.HEADERS_STALL: _headers_stall,
    Kind.HEADERS_HUGE: _headers_huge,
    Kind.HEADERS_ENDLESS: _headers_endless,
    Kind.NEGATIVE_LENGTH: lambda handler, _: _bare(handler, b"Content-Length: -5\r\n", b"12345"),
    Kind.TWO_LENGTHS: lambda handler, _: _bare(handler, b"Content-Length: 5\r\nContent-Length: 9\r\n", b"123456789"),
    Kind.GZIP_BOMB: _gzip_bomb,
    Kind.CHUNKED_GARBAGE: _chunked_garbage,
    Kind.CHUNKED_ENDLESS: _chunked_endless,
    Kind.MULTIPART: _multipart,
    Kind.LONG_JSON: _long_json,
}
