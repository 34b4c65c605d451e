"""A place in the head of a GGUF file that moves on from part to part and never past what the file can hold."""

from __future__ import annotations

import struct
from typing import BinaryIO

from runtime.errors import ModelDamaged, ModelUnsafe

# The largest head known (a vocabulary of 262,144 tokens with its merges) has 18 MB.
HEADER_LIMIT_BYTES = 128 * 1024 * 1024
_READ_BYTES = 1024 * 1024


class Cursor:
    """Reads ``stream``, a file of ``file_bytes`` bytes, from its start; a megabyte or one text in memory at a time.
    Belongs to the thread that made it.

    Every method raises ModelDamaged where the file ends too soon, and ModelUnsafe beyond the limits, before it takes
    memory for what was claimed.
    """

    def __init__(self, name: str, stream: BinaryIO, file_bytes: int) -> None:
        self.name = name
        self.file_bytes = file_bytes
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._read_bytes = 0

    @property
    def position(self) -> int:
        """Bytes from the start of the file."""
        return self._read_bytes - len(self._buffer) + self._at

    def take(self, size_bytes: int) -> bytes:
        """The next bytes."""
        self._need(size_bytes)
        taken = self._buffer[self._at : self._at + size_bytes]
        self._at += size_bytes
        return taken

    def skip(self, size_bytes: int) -> None:
        """Pass over bytes without keeping them."""
        self._check(size_bytes)
        while size_bytes > 0:
            step = min(size_bytes, _READ_BYTES)
            self._need(step)
            self._at += step
            size_bytes -= step

    def integer(self, layout: str) -> int:
        """One whole number."""
        value: int = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return value

    def text(self, limit_bytes: int) -> str:
        """Text with its length before it; what is not UTF-8 is replaced: makers' names and templates may hold it."""
        size_bytes = self.integer("<Q")
        if size_bytes > limit_bytes and size_bytes <= self.file_bytes - self.position:
            raise ModelUnsafe(f"{self.name}: text of {size_bytes} bytes")
        return self.take(size_bytes).decode("utf-8", "replace")

    def skip_texts(self, count: int) -> None:
        """Pass over many texts; the buffer is walked directly, for a vocabulary has hundreds of thousands."""
        unpack = struct.Struct("<Q").unpack_from
        while count > 0:
            self._need(8)
            buffer, at, done = self._buffer, self._at, 0
            try:
                for done in range(count):  # noqa: B007
                    at += 8 + unpack(buffer, at)[0]
                done = count
            except (struct.error, OverflowError, IndexError):
                pass  # the next one begins beyond the buffer
            count -= done
            self._at = min(at, len(buffer))
            self.skip(at - self._at)

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self.file_bytes - self.position:
            raise ModelDamaged(self.name, "cut short")
        if self.position + size_bytes > HEADER_LIMIT_BYTES:
            raise ModelUnsafe(f"{self.name}: its head has more than {HEADER_LIMIT_BYTES} bytes")

    def _need(self, size_bytes: int) -> None:
        self._check(size_bytes)
        missing = size_bytes - (len(self._buffer) - self._at)
        if missing <= 0:
            return
        more = self._stream.read(max(missing, _READ_BYTES))
        self._read_bytes += len(more)
        self._buffer = self._buffer[self._at :] + more
        self._at = 0
        if len(more) < missing:
            raise ModelDamaged(self.name, "cut short")
