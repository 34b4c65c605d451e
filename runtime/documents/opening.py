"""What the service of documents stands on: its file, the lock of those who read, and the model for meaning."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from runtime.documents.embedder import Embedder
from runtime.documents.embedders import RestingEmbedder
from runtime.documents.embeddings.models import EmbeddingModel
from runtime.documents.standing import StandingIndex
from runtime.errors import ModelFolderMissing, StoreDamaged
from runtime.paths import Paths
from runtime.storage.instance_lock import InstanceLock

_log = logging.getLogger(__name__)


class DocumentsLock(InstanceLock):
    """Held by the one process that reads documents in this home."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        self._path = paths.home / "documents.lock"


def open_index(path: Path) -> StandingIndex:
    """The index, or an empty one in the place of a damaged file: all of it can be read from the originals again.

    Raises:
        StoreTooNew, StoreFull, HomeNotWritable.
    """
    try:
        return StandingIndex(path)
    except StoreDamaged:
        _log.warning("the documents' index is damaged; a new one is begun")
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + ending).unlink()
        return StandingIndex(path)


def make_embedder() -> RestingEmbedder | None:
    """The model that was installed with Hearth, in a process that starts when it is needed; None without one."""
    from runtime.documents.embeddings.models import built_in_model

    try:
        return make_process(built_in_model())
    except ModelFolderMissing:
        _log.warning("no model for meaning is installed: documents are found by words")
        return None


def make_process(model: EmbeddingModel) -> RestingEmbedder:
    """A model in a process that starts when it is needed."""
    from runtime.documents.embeddings.process import EmbedderProcess

    return EmbedderProcess(model)


def make_local_embedder(model: EmbeddingModel) -> Embedder:
    """A model in this process: there in 0.3 s (the built-in one), for one that only asks. Raises as LocalEmbedder."""
    from runtime.documents.embeddings.encoder import Computing
    from runtime.documents.embeddings.local import LocalEmbedder

    # The GPU is for passages; a question takes a few ms on the processor, in the same space.
    return LocalEmbedder(model, Computing.ONNX_INT8)
