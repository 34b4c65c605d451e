"""ZIP archives locked with a password: the old way that every program opens, and the newer one as far as its marks."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from random import Random

_AES = 99
_ENCRYPTED = 1


def locked(members: Mapping[str, bytes], password: str, unlocked: Mapping[str, bytes] | None = None) -> bytes:
    """An archive that is really encrypted (PKWARE's stream cipher), written byte by byte; members ``unlocked`` come
    after the others, as they are."""
    body, listed = b"", b""
    every = {**members, **(unlocked or {})}
    for name, content in every.items():
        packed = zlib.compress(content, 6)[2:-4]
        crc = zlib.crc32(content)
        flags = _ENCRYPTED if name in members else 0
        head = Random(name).randbytes(11) + bytes([crc >> 24])
        data = _enciphered(head + packed, password.encode()) if flags else packed
        fields = struct.pack("<HHHHHIIIH", 20, flags, 8, 0, 0x21, crc, len(data), len(content), len(name.encode()))
        listed += b"PK\x01\x02" + struct.pack("<H", 20) + fields
        listed += struct.pack("<HHHHII", 0, 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + fields + struct.pack("<H", 0) + name.encode() + data
    end = struct.pack("<HHHHIIH", 0, 0, len(every), len(every), len(listed), len(body), 0)
    return body + listed + b"PK\x05\x06" + end


def locked_with_aes() -> bytes:
    """An archive that says of its member that AES locks it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", b"secret words")
    content = bytearray(out.getvalue())
    for mark, flags, way in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        at = content.index(mark)
        content[at + flags] |= _ENCRYPTED
        content[at + way] = _AES
    return bytes(content)


def _enciphered(data: bytes, password: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc32(byte: int, crc: int) -> int:
        return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc32(byte, keys[0])
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc32(keys[1] >> 24, keys[2])

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in data:
        mask = keys[2] | 2
        out.append(byte ^ ((mask * (mask ^ 1)) >> 8 & 0xFF))
        update(byte)
    return bytes(out)
