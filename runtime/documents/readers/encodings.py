"""Text in any encoding: marks first, then UTF-8, then UTF-16 without a mark, then a guess by the letters' frequency."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What people's files are in. The guess is far better among these than among all that ever was: the old code pages of
# DOS would win over Western European.
_IN_USE = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874",
    "iso8859_2", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949",
]  # fmt: skip
# The letters and signs of Western Europe beyond ASCII: a text whose others are all of these, and few, is in cp1252.
_WESTERN = frozenset("äöüÄÖÜßéèêëÉÈÊàâÀÂçÇîïôûùñÑáíóúÁÍÓÚãõåÅæ€£§°«»„“”‚‘’–—…·¡¿ªº©®™\xa0")
_WESTERN_SHARE = 0.25
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROLS_AT_MOST = 0.02
_GUESS_BYTES = 32 * 1024
_CHUNK_BYTES = 256 * 1024
_LONGEST_LINE = 20_000


def encoding_of(sample: bytes, *, whole: bool = False) -> str | None:
    """The encoding of a text that begins like this, or None if it is none. ``whole``: nothing comes after it."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if _decodes(sample, "utf-8", whole):
        return "utf-8"
    return _wide(sample) or _guessed(sample)


def sample_text(sample: bytes) -> str | None:
    """The text at the beginning of a file, or None if it is no text."""
    encoding = encoding_of(sample)
    if encoding is None:
        return None
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    return text if _readable(text) else None


def looks_like_text(sample: bytes) -> bool:
    """Whether these bytes read as text in some encoding."""
    return sample_text(sample) is not None


def decoded(data: bytes) -> str:
    """All of it as text; what is no character is marked as lost."""
    return data.decode(encoding_of(data[:_CHUNK_BYTES], whole=len(data) <= _CHUNK_BYTES) or "latin-1", "replace")


def lines_of(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The text line by line without its line ends, a piece of the file at a time; a line without end comes in parts."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    waiting = ""
    while chunk := stream.read(_CHUNK_BYTES):
        if not chunk.strip(b"\0"):
            continue  # a hole: what a crash or a disk left instead of text
        waiting += decoder.decode(chunk)
        *whole, waiting = waiting.splitlines(keepends=True) or [""]
        for line in whole:
            yield from _parts(line.rstrip("\r\n"))
        if len(waiting) > _LONGEST_LINE:
            *parts, waiting = list(_parts(waiting))
            yield from parts
    rest = waiting + decoder.decode(b"", True)
    for line in rest.splitlines():
        yield from _parts(line)


def _parts(line: str) -> Iterator[str]:
    while len(line) > _LONGEST_LINE:
        cut = line.rfind(" ", _LONGEST_LINE // 2, _LONGEST_LINE)
        cut = cut if cut > 0 else _LONGEST_LINE
        yield line[:cut]
        line = line[cut:]
    yield line


def _decodes(sample: bytes, encoding: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(sample, whole)
    except UnicodeDecodeError:
        return False
    return b"\0" not in sample


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    even, odd = sample[0:4096:2], sample[1:4096:2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros and zeros.count(0) > 0.6 * len(zeros) and others.count(0) < 0.05 * len(others) + 1:
            return name
    return None


def _guessed(sample: bytes) -> str | None:
    if sample.count(0) or len(_CONTROLS.findall(sample[:4096].decode("latin-1"))) > _CONTROLS_AT_MOST * 4096:
        return None
    if _is_western(sample[:_GUESS_BYTES]):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:_GUESS_BYTES], cp_isolation=_IN_USE, enable_fallback=False).best()
    if best is not None:
        return str(best.encoding)
    return "cp1252" if _decodes(sample, "cp1252", False) else None


def _is_western(sample: bytes) -> bool:
    others = [character for character in sample.decode("cp1252", "replace") if not character.isascii()]
    return len(others) <= _WESTERN_SHARE * len(sample) and _WESTERN.issuperset(others)


def _readable(text: str) -> bool:
    return len(_CONTROLS.findall(text)) <= _CONTROLS_AT_MOST * max(1, len(text))
