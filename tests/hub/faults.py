"""What can be made to go wrong at the loopback hub."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Kind(StrEnum):
    """The ways in which an answer goes wrong."""

    CUT = "cut"  # the connection ends after ``after_bytes`` of the body
    RESET = "reset"  # the same with a TCP reset
    STALL = "stall"  # silence after ``after_bytes``, until the client gives up
    CORRUPT = "corrupt"  # the byte at ``after_bytes`` of the file is another one
    ZEROS = "zeros"  # a body of the right length without content
    WRONG_OFFSET = "wrong-offset"  # a range answer that begins somewhere else, and says so
    LYING_OFFSET = "lying-offset"  # a range answer that begins somewhere else, and does not say so
    IGNORE_RANGE = "ignore-range"  # 200 and everything, whatever was asked
    SHORT = "short"  # claims and sends fewer bytes
    LONG = "long"  # claims and sends more bytes
    NO_LENGTH = "no-length"  # no Content-Length, ends after ``after_bytes``
    STATUS = "status"  # ``status`` instead of an answer, with ``retry_after`` if set
    HTML = "html"  # 200 and a log-in page
    GARBAGE = "garbage"  # 200 and half a JSON text
    OTHER_ETAG = "other-etag"  # the hub names another hash than it listed
    REFUSE = "refuse"  # the connection is closed without an answer
    GONE = "gone"  # 404


class Place(StrEnum):
    """Where it goes wrong."""

    API = "api"
    RESOLVE = "resolve"
    STORE = "store"
    BYTES = "bytes"  # wherever a file's bytes are sent: resolve for small files, store for large ones


@dataclass
class Fault:
    """One thing that goes wrong ``times`` times (None: always) for paths that match ``path``."""

    kind: Kind
    place: Place = Place.BYTES
    path: str = "*"
    times: int | None = 1
    after_bytes: int = 0
    status: int = 503
    retry_after: str = ""
    only_resumed: bool = False


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

    def take(self, places: tuple[Place, ...], path: str, *, resumed: bool) -> Fault | None:
        """The fault that this request meets, counted as used."""
        with self._lock:
            for fault in self._faults:
                fits = fault.place in places and fnmatchcase(path, fault.path)
                if not fits or fault.times == 0 or (fault.only_resumed and not resumed):
                    continue
                if fault.times is not None:
                    fault.times -= 1
                self.struck += 1
                return fault
        return None
