"""Which bytes of a file on its way are on the disk: a small map beside the part, usable after a kill at any moment.

A header says for which file it is; then one slot of fixed size for each piece. A slot is written after the bytes that
it counts, so that it never promises what is not there (a power cut may break that order: what a map promises is
hashed before it is believed).
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from runtime.downloads.shared_file import SharedFile
from runtime.storage.manifest import PIECE_BYTES, ManifestFile

_MAGIC = b"HEARTHP1"
_HEADER = struct.Struct("<8sQI32sI")  # magic, size of the file, size of a piece, its digest, checksum of all that
_SLOT = struct.Struct("<II32sI")  # bytes that are there, flags, sha256 of a whole piece, checksum of all that
_HEADER_BYTES = 64
_SLOT_BYTES = 48
_WHOLE, _DOUBTFUL = 1, 2


def piece_count(size_bytes: int) -> int:
    """How many pieces a file of that size has; the last may be shorter."""
    return -(-size_bytes // PIECE_BYTES)


def piece_length(size_bytes: int, piece: int) -> int:
    """Bytes of one piece."""
    return min(PIECE_BYTES, size_bytes - piece * PIECE_BYTES)


class PieceMap:
    """Owns the map file. A piece belongs to one thread at a time, so the methods need no lock. Raises OSError.

    ``counts`` are the bytes of each piece that are on the disk, from its start on; ``digests`` the sha256 (hex) of
    whole pieces, "" for others; ``doubtful`` the pieces that came in more than one answer. ``unfit`` is true when
    what was there belonged to no such file and was thrown away.
    """

    def __init__(self, path: Path, file: ManifestFile) -> None:
        self._size_bytes = file.size_bytes
        count = piece_count(file.size_bytes)
        self.counts = [0] * count
        self.digests = [""] * count
        self.doubtful: set[int] = set()
        digest = bytes.fromhex(file.digest.partition(":")[2])
        self._header = _sealed(_HEADER, _MAGIC, file.size_bytes, PIECE_BYTES, digest)
        self._file = SharedFile(path)
        try:
            stored = self._file.read_at(0, _HEADER_BYTES + _SLOT_BYTES * count + 1)
            self.unfit = bool(stored) and stored[: _HEADER.size] != self._header
            if stored[: _HEADER.size] != self._header or len(stored) > _HEADER_BYTES + _SLOT_BYTES * count:
                self.clear()
            else:
                self._load(stored)
        except BaseException:
            self._file.close()
            raise

    def _load(self, stored: bytes) -> None:
        for piece in range(len(self.counts)):
            at = _HEADER_BYTES + piece * _SLOT_BYTES
            slot = stored[at : at + _SLOT.size]
            if len(slot) < _SLOT.size or _unsealed(slot) is None:
                continue  # never written, or torn: the piece is fetched again
            count, flags, digest, _ = _SLOT.unpack(slot)
            length = piece_length(self._size_bytes, piece)
            if count <= length:
                self.counts[piece] = count
                self.digests[piece] = digest.hex() if flags & _WHOLE and count == length else ""
                if flags & _DOUBTFUL:
                    self.doubtful.add(piece)

    def clear(self) -> None:
        """Nothing is there."""
        self._file.truncate(0)
        self._file.write_at(0, self._header)
        self.counts = [0] * len(self.counts)
        self.digests = [""] * len(self.counts)
        self.doubtful.clear()

    def record(self, piece: int, count_bytes: int, digest: str = "") -> None:
        """So much of a piece is on the disk now; ``digest`` once it is whole."""
        self.counts[piece] = count_bytes
        self.digests[piece] = digest
        flags = (_WHOLE if digest else 0) | (_DOUBTFUL if piece in self.doubtful else 0)
        slot = _sealed(_SLOT, count_bytes, flags, bytes.fromhex(digest))
        self._file.write_at(_HEADER_BYTES + piece * _SLOT_BYTES, slot)

    def close(self) -> None:
        """Keep what is there."""
        self._file.close()


def _sealed(layout: struct.Struct, *values: object) -> bytes:
    data = layout.pack(*values, 0)[:-4]
    return data + struct.pack("<I", zlib.crc32(data))


def _unsealed(slot: bytes) -> bytes | None:
    data, (checksum,) = slot[:-4], struct.unpack("<I", slot[-4:])
    return data if checksum == zlib.crc32(data) else None


def recorded_pieces(path: Path, file: ManifestFile) -> tuple[str, ...]:
    """The digests of all pieces as a map at ``path`` holds them; empty when there is none or it does not know all.

    They are to be believed only where the whole file's hash was found right.
    """
    if not path.is_file() or path.is_symlink():
        return ()
    try:
        pieces = PieceMap(path, file)
    except OSError:
        return ()
    pieces.close()
    return tuple(pieces.digests) if all(pieces.digests) else ()
