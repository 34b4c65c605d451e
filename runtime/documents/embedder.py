"""What an embedding model is to those who index and search, in this process or in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into directions in space: rows of length 1, float32. Any thread may call; each call blocks until it
    has its answer. Texts longer than the model sees at once are embedded piece by piece and averaged, never truncated.

    ``model_id`` names the weights (vectors of two ids are never compared), ``languages`` the ISO 639-1 codes it was
    made for, None for a multilingual model.
    """

    @property
    def model_id(self) -> str:
        """Name and version of the weights."""
        ...

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """Languages whose texts it places well; None means all."""
        ...

    def speaks(self, text: str) -> bool:
        """Whether a text is in one of its languages, as it sees it itself; if not, its vector would only mislead."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[float32]:
        """One row per passage, in order."""
        ...

    def embed_query(self, text: str) -> NDArray[float32]:
        """One row for a question; it goes before passages that are under way."""
        ...
