"""ZIP archives: every file in it, read in memory, so that its name can lead nowhere."""

from __future__ import annotations

from runtime.documents.readers.formats import LIMITS_OF_THE_WHOLE, read_part
from runtime.documents.readers.outcomes import Damaged, NeedsPassword, TooLarge
from runtime.documents.readers.packed import Packed
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.reading import DocumentFacts

_NOT_A_PERSONS = ("__MACOSX/", "._")
_SKIPPED_NAMES = (".DS_Store", "Thumbs.db", "desktop.ini")


def read_archive(source: Source, out: Sink, password: str = "") -> None:
    """All files in the archive; those that can't be read are counted. Raises TooLarge once a limit of the whole is
    met."""
    out.tell(DocumentFacts("zip"))
    locked: list[str] = []
    pages_before, failed_before, large_before = out.pages, len(out.failed_parts), out.too_large_parts
    with Packed(source, out, password) as packed:
        names = [name for name in packed.entries if _of_a_person(name)]
        for name in names:
            try:
                data = packed.read(name)
            except NeedsPassword as error:
                locked.append(error.reason)
                out.failed(name)
                continue
            except TooLarge as error:
                if error.reason in LIMITS_OF_THE_WHOLE:
                    raise
                out.failed(name, too_large=True)
                continue
            except Damaged:
                out.failed(name)
                continue
            read_part(name, data, out)
    if names and len(locked) == len(names):
        raise NeedsPassword(locked[0])
    failed = len(out.failed_parts) - failed_before
    if failed and out.pages == pages_before:
        raise TooLarge("member") if out.too_large_parts - large_before == failed else Damaged("parts")


def _of_a_person(name: str) -> bool:
    base = name.rpartition("/")[2]
    return (
        bool(base) and not name.startswith(_NOT_A_PERSONS) and not base.startswith("._") and base not in _SKIPPED_NAMES
    )
