"""What can be made to go wrong at the loopback hub."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class Kind(StrEnum):
    """The ways in which an answer goes wrong."""

    # The connection.
    CUT = "cut"  # it ends after ``after_bytes`` of the body
    RESET = "reset"  # the same with a TCP reset
    STALL = "stall"  # silence after ``after_bytes``, until the client gives up
    TRICKLE = "trickle"  # after ``after_bytes``, a byte now and then for ``seconds``; then it goes on
    REFUSE = "refuse"  # it is closed without an answer
    HEADERS_RESET = "headers-reset"  # reset in the middle of the headers
    HEADERS_STALL = "headers-stall"  # half the headers, then silence
    # The headers.
    HEADERS_HUGE = "headers-huge"  # one header of ``count_bytes``
    HEADERS_ENDLESS = "headers-endless"  # headers until the client has had enough
    TWO_LENGTHS = "two-lengths"  # two Content-Length that differ
    NEGATIVE_LENGTH = "negative-length"
    NO_LENGTH = "no-length"  # no Content-Length, ends after ``after_bytes`` if set
    OTHER_ETAG = "other-etag"  # the hub names another hash than it listed, the store another tag
    # The length and the range.
    SHORT = "short"  # claims and sends fewer bytes
    LONG = "long"  # claims and sends more bytes
    MORE = "more"  # sends more bytes than it claims
    EMPTY = "empty"  # a good status and no body
    WRONG_OFFSET = "wrong-offset"  # begins somewhere else, and says so
    LYING_OFFSET = "lying-offset"  # begins somewhere else, and does not say so
    OTHER_TOTAL = "other-total"  # a range of a file of another size
    UNASKED_RANGE = "unasked-range"  # 206 for bytes that nobody asked for, and says so
    MULTIPART = "multipart"  # 206 multipart/byteranges
    RANGE_REFUSED = "range-refused"  # 416 for a range that is there
    IGNORE_RANGE = "ignore-range"  # 200 and everything, whatever was asked
    # The body.
    CORRUPT = "corrupt"  # ``count_bytes`` from ``after_bytes`` of the file on are others; strikes who asks for them
    ZEROS = "zeros"  # a body of the right length without content
    OTHER_FILE = "other-file"  # a body of the right length with the bytes of another file
    HTML = "html"  # 200 and a log-in page
    GARBAGE = "garbage"  # 200 and half a JSON text
    GZIP_BOMB = "gzip-bomb"  # a short body that unpacks to ``count_bytes``
    CHUNKED_GARBAGE = "chunked-garbage"  # chunks with senseless lengths
    CHUNKED_ENDLESS = "chunked-endless"  # chunks without end
    CHUNKED_CUT = "chunked-cut"  # chunks, the last one missing
    # The whole answer.
    STATUS = "status"  # ``status`` instead of an answer, with ``retry_after`` if set
    GONE = "gone"  # 404
    REDIRECT = "redirect"  # to ``location``; {hub}, {store}, {path} and {number} are filled in
    # The API.
    JSON = "json"  # what ``change`` makes of the true answer
    LONG_JSON = "long-json"  # a good answer of ``count_bytes``
    LINK_CYCLE = "link-cycle"  # the next page of the list is this one


class Place(StrEnum):
    """Where it goes wrong."""

    API = "api"
    RESOLVE = "resolve"
    STORE = "store"
    BYTES = "bytes"  # wherever a file's bytes are sent: resolve for small files, store for large ones


@dataclass
class Fault:
    """One thing that goes wrong ``times`` times (None: always) for paths that match ``path``.

    With ``spare_every`` n each n-th matching request is answered well.
    """

    kind: Kind
    place: Place = Place.BYTES
    path: str = "*"
    times: int | None = 1
    after_bytes: int = 0
    count_bytes: int = 1
    seconds: float = 0.0
    status: int = 503
    retry_after: str = ""
    location: str = ""
    change: Callable[[Any], Any] | None = None
    spare_every: int = 0
    matched: int = field(default=0, init=False)

    def meets(self, places: tuple[Place, ...], path: str, span: range | None) -> bool:
        """True when this fault strikes a request for ``path``; ``span`` are the bytes that it asks for."""
        if self.place not in places or not fnmatchcase(path, self.path) or self.times == 0:
            return False
        if self.kind is Kind.CORRUPT and span is not None:
            return span.start < self.after_bytes + self.count_bytes and self.after_bytes < span.stop
        return True


class Faults:
    """The faults in force. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self.struck = 0

    def add(self, *faults: Fault) -> None:
        """Put faults in force; the earliest that matches a request strikes."""
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._faults.clear()

    def take(self, places: tuple[Place, ...], path: str, span: range | None = None) -> Fault | None:
        """The fault that this request meets, counted as used."""
        with self._lock:
            for fault in self._faults:
                if not fault.meets(places, path, span):
                    continue
                fault.matched += 1
                if fault.spare_every and fault.matched % fault.spare_every == 0:
                    return None
                if fault.times is not None:
                    fault.times -= 1
                self.struck += 1
                return fault
        return None
