"""What searching by meaning asks of an embedding model; the model itself is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into directions in space: rows of length 1, float32. Called from the thread that searches or indexes.

    ``model_id`` names the weights (vectors of two ids are never compared), ``languages`` the ISO 639-1 codes it was
    trained for, None for a multilingual model.
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
        """Whether a text is in one of its languages, as it sees it itself."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[float32]:
        """One row per text, in order."""
        ...

    def embed_query(self, text: str) -> NDArray[float32]:
        """One row for a question."""
        ...
