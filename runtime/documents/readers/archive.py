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
    """All files in the archive, the locked ones last; those that can't be read are counted. Raises TooLarge once a
    limit of the whole is met, NeedsPassword when all of them are locked."""
    out.tell(DocumentFacts("zip"))
    pages_before, failed_before, large_before = out.pages, len(out.failed_parts), out.too_large_parts
    with Packed(source, out, password) as packed:
        names = sorted(filter(_of_a_person, packed.entries), key=packed.is_locked)
        locked = {name: reason for name in names if (reason := _give(packed, name, out)) is not None}
    if locked and out.pages == pages_before and not out.has_put_off:
        # If a password may open one of them, it asks for it, whatever else is in the way.
        raise NeedsPassword(min(locked.values(), key=lambda reason: reason == "unopenable"))
    for name, reason in locked.items():
        # Within another file nobody is asked for the password of a few.
        may_open = reason != "unopenable" and (out.depth == 0 or bool(password))
        (out.locked if may_open else out.failed)(name)
    failed = len(out.failed_parts) - failed_before
    if failed and out.pages == pages_before and not out.has_put_off:
        raise TooLarge("member") if out.too_large_parts - large_before == failed else Damaged("parts")


def _give(packed: Packed, name: str, out: Sink) -> str | None:
    """Read one file of the archive; why it is locked, if it is."""
    try:
        data = packed.read(name)
    except NeedsPassword as error:
        return error.reason
    except TooLarge as error:
        if error.reason in LIMITS_OF_THE_WHOLE:
            raise
        out.failed(name, too_large=True)
    except Damaged:
        out.failed(name)
    else:
        read_part(name, data, out)
    return None


def _of_a_person(name: str) -> bool:
    base = name.rpartition("/")[2]
    return (
        bool(base) and not name.startswith(_NOT_A_PERSONS) and not base.startswith("._") and base not in _SKIPPED_NAMES
    )
