"""What an embedder is to those who use one, in this process or in another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from runtime.cancel import CancelToken

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    Vectors = NDArray[float32]

# What one request carries and one commit should hold: little is lost to a crash or a stop, and nothing waits long.
BATCH_TEXTS = 64


class Embedder(Protocol):
    """Texts to rows of unit length. Any thread may call; each call blocks until it has its answer.

    ``languages`` are those it was made for, None for no particular ones. ``max_tokens`` is what it sees of a text at
    once, marks included: longer ones are cut at words, embedded piece by piece and averaged, never truncated.
    """

    @property
    def model_id(self) -> str:
        """Model and revision: vectors are comparable only within one id."""

    @property
    def dimensions(self) -> int:
        """Numbers a row."""

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes, or None."""

    @property
    def max_tokens(self) -> int:
        """The longest text that is embedded whole."""

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> Vectors:
        """One float32 row of unit length for each passage. Raises Cancelled once ``cancel`` is set."""

    def embed_query(self, text: str) -> Vectors:
        """One row for a question; it goes before passages that are under way."""

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text is to this model, marks included."""

    def speaks(self, text: str) -> bool:
        """Whether this text is in a language that the model knows; if not, its vector would only mislead."""


def in_batches(
    embedder: Embedder, texts: Sequence[str], cancel: CancelToken | None = None, size: int = BATCH_TEXTS
) -> Iterator[tuple[list[int], Vectors]]:
    """Positions in ``texts`` and their rows, a batch of like lengths at a time, so that each can be stored at once.

    Raises Cancelled between batches as well as inside one.
    """
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        yield batch, embedder.embed([texts[at] for at in batch], cancel)


def as_utf8(text: str) -> str:
    """The text with halves of surrogate pairs (broken files have them) replaced: no library takes those."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
