"""Names of folders that every disk takes, also those of other systems: FAT, exFAT, NTFS, shares."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

_FORBIDDEN = frozenset('\\/:*?"<>|')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
_LONGEST = 80
# What systems leave in folders of their own accord.
_LITTER = frozenset(
    {
        ".ds_store",
        ".fseventsd",
        ".spotlight-v100",
        ".temporaryitems",
        ".trashes",
        "$recycle.bin",
        "desktop.ini",
        "lost+found",
        "system volume information",
        "thumbs.db",
    }
)


def safe_name(text: str) -> str:
    """``text`` as the name of a folder that any disk takes and that is not hidden; "Model" when nothing is left."""
    text = unicodedata.normalize("NFC", text)
    kept = "".join(c if c.isprintable() and c not in _FORBIDDEN else " " for c in text)
    name = " ".join(kept.split())[:_LONGEST].strip(" .")
    while len(name.encode()) > 2 * _LONGEST:
        name = name[:-1].strip(" .")
    if name.partition(".")[0].casefold() in _RESERVED:
        name = f"{name} model"
    return name or "Model"


def names_from(first: str, second: str) -> Iterator[str]:
    """``first``, then ``first (second)``, then ``first (2)``, and so on for ever."""
    yield first
    if second and second != first:
        yield safe_name(f"{first} ({second})")
    yield from (f"{first} ({number})" for number in itertools.count(2))


def is_litter(name: str) -> bool:
    """True for what a system puts beside people's files without being asked."""
    return name.casefold() in _LITTER or name.startswith("._")
