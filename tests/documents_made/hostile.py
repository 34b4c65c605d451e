"""Files that are broken, or made to harm whoever reads them: at least three hundred, each by its name.

A file is made when it is asked for: some are large, and some are no files at all.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from runtime.documents.reading import ReadingEnd
from tests.documents_made import hostile_office, hostile_pdfs, hostile_texts
from tests.documents_made.sound import sound_files

_CUTS = (0.02, 0.3, 0.5, 0.7, 0.9, 0.99)
_FLIPS = 5
_RUBBISH_ENDINGS = [
    "pdf",
    "docx",
    "pptx",
    "xlsx",
    "xls",
    "odt",
    "ods",
    "odp",
    "rtf",
    "epub",
    "html",
    "md",
    "csv",
    "eml",
    "msg",
    "mbox",
    "txt",
    "png",
    "jpg",
    "tiff",
    "zip",
    "py",
    "doc",
    "ppt",
    "bin",
]
Make = Callable[[Path], None]
ANY = frozenset(ReadingEnd)


@dataclass(frozen=True)
class Hostile:
    """``make`` puts the file at a path; ``ends`` are the ends that are right for it."""

    name: str
    make: Make
    ends: frozenset[ReadingEnd] = ANY


def hostile_files() -> Iterator[Hostile]:
    """All of them; the same names every time."""
    yield from _cut_short()
    yield from _flipped()
    yield from _misnamed()
    yield from _rubbish()
    for module in (hostile_pdfs, hostile_office, hostile_texts):
        for name, content, ends in module.files():
            yield Hostile(name, partial(_write, content), frozenset(ends) or ANY)
    yield from _no_files()
    yield from _huge()


def _write(content: Callable[[], bytes], path: Path) -> None:
    path.write_bytes(content())


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _cut_short() -> Iterator[Hostile]:
    for name, content in sound_files().items():
        for keep in _CUTS:
            part = content[: max(1, int(len(content) * keep))]
            yield Hostile(f"cut-{int(keep * 100):02d}-{name}", partial(_put, part))


def _flipped() -> Iterator[Hostile]:
    for name, content in sound_files().items():
        for seed in range(_FLIPS):
            yield Hostile(f"flip-{seed}-{name}", partial(_write, partial(_with_flips, content, f"{name} {seed}", seed)))


def _with_flips(content: bytes, seed: str, strength: int) -> bytes:
    random = Random(seed)
    changed = bytearray(content)
    for _ in range(1 + strength * max(1, len(content) // 2000)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _misnamed() -> Iterator[Hostile]:
    names = list(sound_files())
    for name, other in zip(names, names[7:] + names[:7], strict=True):
        ending = other.rpartition(".")[2]
        content = sound_files()[name]
        sound = frozenset({ReadingEnd.READ, ReadingEnd.PICTURES_ONLY})
        yield Hostile(f"misnamed-{name}.{ending}", partial(_put, content), sound)


def _rubbish() -> Iterator[Hostile]:
    bad = frozenset(ReadingEnd) - {ReadingEnd.READ, ReadingEnd.REPAIRED}
    for ending in _RUBBISH_ENDINGS:
        yield Hostile(f"rubbish.{ending}", partial(_write, partial(Random(ending).randbytes, 5000)), bad)
        yield Hostile(f"nothing.{ending}", partial(_write, lambda: b""), frozenset({ReadingEnd.EMPTY}))
        yield Hostile(f"zeros.{ending}", partial(_write, lambda: b"\0" * 10_000), bad)


def _no_files() -> Iterator[Hostile]:
    unreadable = frozenset({ReadingEnd.UNREADABLE})
    yield Hostile("folder.pdf", lambda path: path.mkdir(), unreadable)
    yield Hostile("pipe.txt", lambda path: os.mkfifo(path), unreadable)
    yield Hostile("socket.docx", _socket, unreadable)
    yield Hostile("loop.pdf", lambda path: path.symlink_to(path), unreadable)
    yield Hostile("dangling.pdf", lambda path: path.symlink_to("/nowhere/at/all.pdf"), unreadable)
    yield Hostile("gone.docx", lambda path: None, unreadable)
    yield Hostile("endless-zeros.txt", lambda path: path.symlink_to("/dev/zero"), unreadable)
    yield Hostile("endless-random.pdf", lambda path: path.symlink_to("/dev/urandom"), unreadable)
    yield Hostile("terminal.txt", lambda path: path.symlink_to("/dev/tty"), unreadable)
    yield Hostile("memory.txt", lambda path: path.symlink_to("/proc/self/mem"), ANY - {ReadingEnd.READ})
    yield Hostile("forbidden.txt", _forbidden, ANY if os.geteuid() == 0 else unreadable)
    yield Hostile("name\nwith\nlines.txt", partial(_write, lambda: b"some words"), frozenset({ReadingEnd.READ}))
    yield Hostile(
        os.fsdecode(b"name-\xff\xfe.txt"), partial(_write, lambda: b"some words"), frozenset({ReadingEnd.READ})
    )
    yield Hostile(
        os.fsdecode(b"name-\xff\xfe.pdf"),
        partial(_write, lambda: sound_files()["report.pdf"]),
        frozenset({ReadingEnd.READ}),
    )
    yield Hostile("-rf --no-preserve-root.txt", partial(_write, lambda: b"some words"), frozenset({ReadingEnd.READ}))
    yield Hostile("%s%n$(touch x)`touch y`.md", partial(_write, lambda: b"# words"), frozenset({ReadingEnd.READ}))
    yield Hostile("n" * 240 + ".txt", partial(_write, lambda: b"some words"), frozenset({ReadingEnd.READ}))


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        # The whole path may be too long for a socket's address.
        here = os.getcwd()
        os.chdir(path.parent)
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


def _forbidden(path: Path) -> None:
    path.write_bytes(b"not for everyone")
    path.chmod(0)


def _huge() -> Iterator[Hostile]:
    large = ANY - {ReadingEnd.READ, ReadingEnd.REPAIRED}
    yield Hostile("sparse-1g.txt", partial(_sparse, b"Words at first.\n" * 5000, 1 << 30), ANY)
    yield Hostile("sparse-1g.pdf", partial(_sparse, b"%PDF-1.7\n", 1 << 30), large)
    yield Hostile("sparse-1g.zip", partial(_sparse, b"PK\x03\x04", 1 << 30), large)
    yield Hostile("sparse-1g.csv", partial(_sparse, b"a,b,c\n1,2,3\n" * 9000, 1 << 30), ANY)
    yield Hostile("sparse-1g.html", partial(_sparse, b"<html><p>words", 1 << 30), large)
    yield Hostile("sparse-1g.rtf", partial(_sparse, b"{\\rtf1 words", 1 << 30), large)
    yield Hostile("sparse-1g.eml", partial(_sparse, sound_files()["letter.eml"], 1 << 30), large)
    yield Hostile("sparse-64g.txt", partial(_sparse, b"Words.\n" * 20_000, 64 << 30), frozenset({ReadingEnd.TOO_LARGE}))


def _sparse(start: bytes, size_bytes: int, path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(start)
        stream.truncate(size_bytes)
