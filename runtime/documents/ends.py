"""How the reading of a file ended, as the one text that the index keeps beside a document."""

from __future__ import annotations

import json
from collections.abc import Mapping

from runtime.documents.reader_messages import Scalar
from runtime.documents.reading import ReadingEnd


def reason_text(end: str, parameters: Mapping[str, Scalar] | None = None) -> str:
    """The end's name, and what is to be told with it."""
    return f"{end} {json.dumps(dict(parameters), ensure_ascii=True)}" if parameters else str(end)


def end_and_parameters(reason: str) -> tuple[str, dict[str, Scalar]]:
    """What :func:`reason_text` was made from; a name of another kind is itself, without parameters."""
    end, _, rest = reason.partition(" ")
    try:
        found = json.loads(rest) if rest else {}
    except ValueError:
        found = {}
    return end, found if isinstance(found, dict) else {}


# Files that were read as far as they can be: everything else waits for a person, or for another file in its place.
GOOD_ENDS = frozenset({ReadingEnd.READ.value, ReadingEnd.REPAIRED.value})
