"""An encoder's weights, read from its safetensors file by mapping it: only what is touched takes memory."""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.documents.embeddings.shape import EncoderShape
from runtime.errors import ModelDamaged
from runtime.storage.safetensors_header import check_weights

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    Array = NDArray[float32]

FILE_NAME = "model.safetensors"
_WORDS = "embeddings.word_embeddings.weight"
_TYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


class Weights:
    """The tensors of one folder by the names that BERT gives them. Read-only, for any thread.

    Raises:
        ModelDamaged: on making or asking, when a tensor is missing, has another shape, or the file is not whole.
    """

    def __init__(self, folder: Path, shape: EncoderShape) -> None:
        import numpy

        path = folder / FILE_NAME
        names = check_weights(path)
        # Some conversions keep the name of the model around the encoder.
        prefixes = [name.removesuffix(_WORDS) for name in names if name.endswith(_WORDS)]
        if len(prefixes) != 1:
            raise ModelDamaged(FILE_NAME, _WORDS)
        self._prefix = prefixes[0]
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            self._entries: dict[str, dict[str, Any]] = json.loads(stream.read(length))
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._bytes = numpy.frombuffer(self._map, numpy.uint8, offset=8 + length)
        self._shape = shape
        self._words = self._view(_WORDS)
        if self._words.ndim != 2 or self._words.shape[1] != shape.hidden:
            raise ModelDamaged(FILE_NAME, _WORDS)
        self._places = self._make_places()

    @property
    def words(self) -> int:
        """How many words the table of words has."""
        return int(self._words.shape[0])

    def tensor(self, name: str, *sides: int) -> Array:
        """One tensor in float32, of just these sides."""
        import numpy

        found = self._view(name)
        if found.shape != sides:
            raise ModelDamaged(FILE_NAME, f"tensor {name}: {found.shape}, not {sides}")
        return numpy.ascontiguousarray(self._floats(name, found))

    def size_of(self, name: str) -> int:
        """How long a tensor of one side is."""
        found = self._view(name)
        if found.ndim != 1:
            raise ModelDamaged(FILE_NAME, f"tensor {name}: {found.shape}")
        return int(found.shape[0])

    def embed(self, ids: NDArray[Any]) -> Array:
        """What goes into the first layer for these token numbers: word, place and kind, added up."""
        rows: Array = self._floats(_WORDS, self._words[ids]) + self._places[: ids.shape[-1]]
        return rows

    def release(self) -> None:
        """Give back the memory of all that was read so far; what is needed again comes from the file."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def _make_places(self) -> Array:
        import numpy

        table = self._view("embeddings.position_embeddings.weight")
        kinds = self._view("embeddings.token_type_embeddings.weight")
        first, hidden = self._shape.first_position, self._shape.hidden
        if table.shape != (first + self._shape.max_tokens, hidden) or kinds.ndim != 2 or kinds.shape[1] != hidden:
            raise ModelDamaged(FILE_NAME, "position or type table")
        places = self._floats("embeddings.position_embeddings.weight", table[first:])
        kind = self._floats("embeddings.token_type_embeddings.weight", kinds[0])
        return numpy.ascontiguousarray(places + kind)

    def _view(self, name: str) -> Any:
        entry = self._entries.get(self._prefix + name)
        if entry is None or entry["dtype"] not in _TYPES:
            raise ModelDamaged(FILE_NAME, f"tensor {name}")
        first, last = entry["data_offsets"]
        return self._bytes[first:last].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])

    def _floats(self, name: str, values: Any) -> Any:
        import numpy

        if self._entries[self._prefix + name]["dtype"] == "BF16":
            # The upper half of a float32, bit for bit.
            return (values.astype(numpy.uint32) << 16).view(numpy.float32)
        return values.astype(numpy.float32, copy=False)
