"""The wire between Hearth and its child processes: one JSON object a line, ``{"type": name, "body": {...}}``.

Both sides exchange the frozen dataclasses of ``requests`` and ``events``; anything else on the pipe is refused.
In the child the two pipes are moved to private descriptors first, so that libraries that print or read cannot
touch the protocol (measured: mlx_lm prints to stdout; transformers may ask a question on stdin).
"""

from __future__ import annotations

import dataclasses
import os
import sys
import threading
from collections.abc import Iterator
from typing import IO, BinaryIO

import msgspec

PROTOCOL_VERSION = 1
MAX_LINE_BYTES = 64 * 1024 * 1024
HEARTBEAT_S = 1.0


class WireError(Exception):
    """A line that is no message of ours."""


@dataclasses.dataclass(frozen=True)
class Hello:
    """The child's first message. ``device`` is what it computes on ("cpu", "gpu", "" for none)."""

    protocol: int
    process: str
    device: str = ""
    details: dict[str, str | int | float | bool] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Heartbeat:
    """Sent each second by a child that is alive though silent."""


class _Envelope(msgspec.Struct):
    type: str
    body: msgspec.Raw


class Codec:
    """Encodes and decodes a closed set of dataclass types. Stateless, usable from any thread."""

    def __init__(self, *types: type) -> None:
        self._types = {t.__name__: t for t in types}
        self._decoder = msgspec.json.Decoder(_Envelope)

    def encode(self, message: object) -> bytes:
        """One line, newline included."""
        name = type(message).__name__
        if name not in self._types:
            raise WireError(f"{name} may not cross this wire")
        return msgspec.json.encode({"type": name, "body": message}) + b"\n"

    def decode(self, line: bytes) -> object:
        """The message of one line. Raises WireError for anything unknown or misshapen."""
        try:
            envelope = self._decoder.decode(line)
            return msgspec.json.decode(envelope.body, type=self._types[envelope.type])
        except (msgspec.MsgspecError, KeyError, UnicodeDecodeError) as error:
            raise WireError(str(error)) from error


def read_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines until the end of the stream; a line over the cap ends it with WireError."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise WireError("line too long")
        if line.strip():
            yield line


class ChildEnd:
    """The child's end of the wire. Create it before importing any library; one writer lock, any thread may send."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        incoming, outgoing = os.dup(0), os.dup(1)
        with open(os.devnull, "rb") as null:
            os.dup2(null.fileno(), 0)
        os.dup2(2, 1)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - lives as long as the process
        sys.stdout = sys.stderr
        self._incoming: BinaryIO = os.fdopen(incoming, "rb")
        self._outgoing: BinaryIO = os.fdopen(outgoing, "wb", buffering=0)
        self._lock = threading.Lock()

    def send(self, message: object) -> None:
        """Write one message whole. A vanished parent ends this process: nobody is left to work for."""
        data = self._codec.encode(message)
        try:
            with self._lock:
                view = memoryview(data)
                while view:
                    view = view[self._outgoing.write(view) :]
        except (BrokenPipeError, ValueError):
            os._exit(0)

    def receive(self) -> Iterator[object]:
        """Messages until the parent closes the pipe, which means: exit."""
        for line in read_lines(self._incoming):
            yield self._codec.decode(line)

    def beat(self) -> None:
        """Say each second that this process lives, on a thread of its own, until the process ends."""
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(HEARTBEAT_S):
            self.send(Heartbeat())


def be_the_first_to_go() -> None:
    """When memory runs out, the system should take this process and not the person's other programs."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("1000")
    except OSError:
        pass
