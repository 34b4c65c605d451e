"""What goes into an embedder, and how much of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    Vectors = NDArray[float32]

# What one request carries and one commit should hold: little is lost to a crash or a stop, and nothing waits long.
BATCH_TEXTS = 64


def as_utf8(text: str) -> str:
    """The text with halves of surrogate pairs (broken files have them) replaced: no library takes those."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
