"""PDF files that an eye can read and a program can't: their font tells nothing of what its shapes mean, or lies."""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from tests.documents_made.pdf_writer import HEIGHT, WIDTH, assemble, stream
from tests.documents_made.words import lines

FONT = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "JetBrainsMono-Regular.ttf"
SIZE, LINE = 11, 15
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Meaning = Callable[[str], str]


def exchanged(seed: int = 1) -> Meaning:
    """Each letter means another one, as where a copy is to be made useless."""
    order = list(_LETTERS)
    Random(seed).shuffle(order)
    table = str.maketrans(_LETTERS + _LETTERS.upper(), "".join(order) + "".join(order).upper())
    return lambda letter: letter.translate(table)


def private(letter: str) -> str:
    """Each letter means one of private use."""
    return chr(0xE000 + ord(letter))


def right(letter: str) -> str:
    """Each letter means itself."""
    return letter


def drawn(texts: Sequence[str], meaning: Meaning | None, heading: str = "") -> bytes:
    """A page for each text, drawn by the numbers of the font's shapes. ``meaning`` is what the file says of a letter;
    None: it says nothing. ``heading`` is set in an ordinary font."""
    shapes = _shapes()
    table = f"/ToUnicode {8} 0 R" if meaning else ""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{' '.join(f'{20 + 2 * i} 0 R' for i in range(len(texts)))}]"
        f" /Count {len(texts)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: b"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Mono /Encoding /Identity-H /DescendantFonts [5 0 R] "
        + table.encode()
        + b" >>",
        5: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+Mono /DW 600 /CIDToGIDMap /Identity"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 6 0 R >>",
        6: b"<< /Type /FontDescriptor /FontName /ABCDEF+Mono /Flags 4 /FontBBox [0 -300 600 1020] /ItalicAngle 0"
        b" /Ascent 1020 /Descent -300 /CapHeight 730 /StemV 80 /FontFile2 7 0 R >>",
        7: stream(zlib.compress(FONT.read_bytes()), f"/Filter /FlateDecode /Length1 {FONT.stat().st_size}"),
    }
    if meaning:
        meanings = {shapes[letter]: meaning(letter) for letter in map(chr, range(33, 127))}
        objects[8] = stream(_table_of_letters({shapes[" "]: " ", **meanings}))
    for i, text in enumerate(texts):
        number = 20 + 2 * i
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {number + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        ).encode()
        objects[number + 1] = stream("\n".join(_operators(text, heading, shapes)).encode("latin-1"))
    return assemble(objects)


def _operators(text: str, heading: str, shapes: dict[str, int]) -> list[str]:
    found = [f"BT /F1 16 Tf 72 740 Td ({heading}) Tj ET"] if heading else []
    for i, line in enumerate(lines(text, 64)):
        numbers = "".join(f"{shapes[letter]:04X}" for letter in line)
        found.append(f"BT /F2 {SIZE} Tf 72 {710 - LINE * i} Td <{numbers}> Tj ET")
    return found


def _table_of_letters(meanings: dict[int, str]) -> bytes:
    rows = [f"<{shape:04X}> <{ord(letter):04X}>" for shape, letter in sorted(meanings.items())]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Made def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
            f"{len(rows)} beginbfchar",
            *rows,
            "endbfchar endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode()


@functools.cache
def _shapes() -> dict[str, int]:
    """Letter to number of its shape, from the font's own table (format 4)."""
    font = FONT.read_bytes()
    count = struct.unpack(">H", font[4:6])[0]
    records = (font[12 + 16 * i : 28 + 16 * i] for i in range(count))
    cmap = next(struct.unpack(">I", record[8:12])[0] for record in records if record[:4] == b"cmap")
    tables = struct.unpack(">H", font[cmap + 2 : cmap + 4])[0]
    places = [struct.unpack(">HHI", font[cmap + 4 + 8 * i : cmap + 12 + 8 * i])[2] + cmap for i in range(tables)]
    at = next(place for place in places if font[place : place + 2] == b"\0\4")
    segments = struct.unpack(">H", font[at + 6 : at + 8])[0] // 2
    columns = [at + 14, at + 16 + 2 * segments, at + 16 + 4 * segments, at + 16 + 6 * segments]
    ends, starts, steps, offsets = (struct.unpack(f">{segments}H", font[c : c + 2 * segments]) for c in columns)
    found = {}
    for letter in range(32, 127):
        i = next(i for i, end in enumerate(ends) if letter <= end)
        shape = letter
        if offsets[i]:
            place = columns[3] + 2 * i + offsets[i] + 2 * (letter - starts[i])
            shape = struct.unpack(">H", font[place : place + 2])[0]
        found[chr(letter)] = (shape + steps[i]) & 0xFFFF
    return found
