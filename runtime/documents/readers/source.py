"""A file to read: on the disk, or bytes from within another file. Only regular files are opened."""

from __future__ import annotations

import errno
import io
import os
import stat
from typing import BinaryIO

from runtime.documents.readers.outcomes import TooLarge, Unreadable

HEAD_BYTES = 64 * 1024
_REASONS = {
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ENOENT: "gone",
    errno.ENOTDIR: "gone",
    errno.ELOOP: "link",
    errno.EISDIR: "folder",
}


class Source:
    """The bytes of one file. ``name`` is for telling its kind by its ending; ``path`` is None within another file."""

    def __init__(self, name: str, stream: BinaryIO, size_bytes: int, path: bytes | None = None) -> None:
        self.name = name
        self.size_bytes = size_bytes
        self.path = path
        self._stream = stream
        self.head = stream.read(HEAD_BYTES)

    @property
    def ending(self) -> str:
        """ "pdf" for "A.PDF", "" without one."""
        stem, dot, ending = self.name.rpartition(".")
        return ending.lower() if dot and stem else ""

    def open(self) -> BinaryIO:
        """The content from its first byte; one reader at a time, closed with the source."""
        self._stream.seek(0)
        return self._stream

    def content(self, limit_bytes: int) -> bytes:
        """Everything at once. Raises TooLarge."""
        if self.size_bytes > limit_bytes:
            raise TooLarge("file")
        data = self.open().read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise TooLarge("file")
        return data

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


def source_of_path(path: bytes, limit_bytes: int) -> Source:
    """A file on the disk. Raises Unreadable for what is gone, forbidden or no regular file, TooLarge beyond the
    limit."""
    try:
        # Opening a pipe must not wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise Unreadable(_REASONS.get(getattr(error, "errno", 0) or 0, "unreadable")) from error
    stream = os.fdopen(descriptor, "rb", closefd=True) if _regular(descriptor) else None
    if stream is None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        raise Unreadable("folder" if folder else "not_a_file")
    size_bytes = os.fstat(descriptor).st_size
    if size_bytes > limit_bytes:
        stream.close()
        raise TooLarge("file")
    try:
        return Source(os.fsdecode(os.path.basename(path)), stream, size_bytes, path)
    except OSError as error:
        stream.close()
        raise Unreadable("unreadable") from error


def source_of_bytes(name: str, data: bytes) -> Source:
    """A file from within another one."""
    return Source(name, io.BytesIO(data), len(data))


def _regular(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)
