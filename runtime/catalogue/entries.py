"""The catalogue file, read and checked into frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import msgspec

from runtime.errors import UnexpectedError
from runtime.paths import assets_folder
from runtime.requests import Sampling
from runtime.storage.engines import EngineKind
from runtime.storage.model_anatomy import Anatomy

VERSION = 1
# Less at work than this share means experts; models that look up embeddings for each layer use more of themselves.
_EXPERTS_BELOW_SHARE = 0.35
TAGS = frozenset({"everyday", "documents", "writing", "code", "pictures", "languages"})

Positive = Annotated[int, msgspec.Meta(gt=0)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Fraction = Annotated[float, msgspec.Meta(gt=0, le=1)]
Named = Annotated[str, msgspec.Meta(min_length=1)]
Repository = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")]
Commit = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{40}$")]
GgufName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][\w.-]*\.gguf$")]


@dataclass(frozen=True)
class GgufDownload:
    """The same edition as GGUF files, for computers where llama.cpp computes: ``files`` of a repository that may have
    many others, ``size_bytes`` in all. ``bits`` is the nominal width of a weight, ``bits_per_weight`` what one really
    takes. ``reckoned`` tells that the size was worked out and not read anywhere; ``source`` says how or where. The
    hub's own list corrects it when a download starts."""

    repository: Repository
    files: Annotated[tuple[GgufName, ...], msgspec.Meta(min_length=1)]
    size_bytes: Positive
    bits: Positive
    bits_per_weight: Annotated[float, msgspec.Meta(gt=0, le=32)]
    source: Named
    commit: Commit | None = None
    reckoned: bool = False


@dataclass(frozen=True)
class Edition:
    """One download of a model: its size, the numbers that its memory need follows from, its sampling defaults.

    ``commit`` None is resolved and pinned when the download starts. ``kv_layers`` keep every token of a
    conversation, ``sliding_layers`` at most ``sliding_window`` of them, all others a state of fixed size.
    ``active_fraction`` is the share of the weights read for one token. None means unknown or not applicable, and
    forecasts then assume the worst. ``anatomy``, where it is known, has every layer's own numbers;
    ``left_out_bytes`` of the weights are never loaded (eyes and ears, which the engine has no use for).

    ``gguf`` is where the same model lies for llama.cpp. ``engine`` is what computes this one; ``files`` names those to
    fetch (empty: all that the engine reads), ``bits_per_weight`` is what a weight really takes where that is known.
    """

    repository: Repository
    download_bytes: Positive
    weight_bytes: Positive
    bits: Positive
    layers: Positive
    hidden_size: Positive
    context_tokens: Positive
    commit: Commit | None = None
    attention_heads: Positive | None = None
    kv_heads: Positive | None = None
    head_dim: Positive | None = None
    kv_layers: NotNegative | None = None
    sliding_layers: NotNegative = 0
    sliding_kv_heads: Positive | None = None
    sliding_head_dim: Positive | None = None
    sliding_window: Positive | None = None
    active_fraction: Fraction | None = None
    sampling: Sampling = field(default_factory=Sampling)
    anatomy: Anatomy | None = None
    left_out_bytes: NotNegative = 0
    gguf: GgufDownload | None = None
    engine: EngineKind = EngineKind.MLX
    files: tuple[str, ...] = ()
    bits_per_weight: float | None = None

    @property
    def kept_layers(self) -> int:
        """Layers that keep every token: as told, or all but the sliding ones."""
        return self.layers - self.sliding_layers if self.kv_layers is None else self.kv_layers

    @property
    def sparse(self) -> bool:
        """Whether it has experts, most of which rest."""
        return self.active_fraction is not None and self.active_fraction < _EXPERTS_BELOW_SHARE

    def for_llama_cpp(self) -> Edition | None:
        """The same model as llama.cpp would fetch and run it; None where nobody published it so.

        Eyes and ears come apart from GGUF files, so nothing is left out and the active part weighs more in the rest.
        """
        if self.gguf is None:
            return None
        text_bytes = self.weight_bytes - self.left_out_bytes
        active = self.active_fraction and min(1.0, self.active_fraction * self.weight_bytes / text_bytes)
        return replace(
            self,
            repository=self.gguf.repository,
            commit=self.gguf.commit,
            download_bytes=self.gguf.size_bytes,
            weight_bytes=self.gguf.size_bytes,
            bits=self.gguf.bits,
            active_fraction=active,
            left_out_bytes=0,
            gguf=None,
            engine=EngineKind.LLAMA_CPP,
            files=self.gguf.files,
            bits_per_weight=self.gguf.bits_per_weight,
        )


@dataclass(frozen=True)
class CatalogueModel:
    """A model as a person chooses it. ``role`` is its lay name; ``quality`` an editorial rank, higher is better.

    ``thinking``: it thinks before it answers, so that a first word takes longer; ``thinking_optional``: it can be
    told to, or not to. ``editions`` go from the smallest to the most exact. ``strengths`` has the rank for single
    tags, where it is not the quality.
    """

    id: Named
    name: Named
    role: Named
    maker: Named
    licence: Named
    sentence: Named
    good_at: tuple[str, ...]
    thinking: bool
    thinking_optional: bool
    quality: int
    source: Named
    editions: Annotated[tuple[Edition, ...], msgspec.Meta(min_length=1)]
    strengths: dict[str, int] = field(default_factory=dict)

    def editions_for(self, engine: EngineKind) -> tuple[Edition, ...]:
        """The editions that ``engine`` runs, from the smallest to the most exact. What has none for llama.cpp is left
        to MLX, however slow."""
        if engine is EngineKind.MLX:
            return self.editions
        found = (edition.for_llama_cpp() for edition in self.editions)
        return tuple(edition for edition in found if edition is not None) or self.editions

    @property
    def repositories(self) -> tuple[str, ...]:
        """Where the model is to be had, in every edition and for either engine."""
        own = [edition.repository for edition in self.editions]
        return tuple([*own, *(edition.gguf.repository for edition in self.editions if edition.gguf)])


@dataclass(frozen=True)
class Catalogue:
    """All curated models, in the file's order."""

    models: tuple[CatalogueModel, ...]

    def find(self, name: str, engine: EngineKind = EngineKind.MLX) -> tuple[CatalogueModel, Edition] | None:
        """A model by id, role, real name, repository or the repository's last part, whatever the case.

        A repository names its edition, whatever runs it; any other name means the smallest one for ``engine``.
        """
        wanted = " ".join(name.lower().split())
        for model in self.models:
            if wanted in (model.id.lower(), model.role.lower(), model.name.lower()):
                return model, model.editions_for(engine)[0]
            for edition in (*model.editions, *model.editions_for(EngineKind.LLAMA_CPP)):
                repository = edition.repository.lower()
                if wanted in (repository, repository.partition("/")[2]):
                    return model, edition
        return None


class _File(msgspec.Struct):
    version: int
    models: tuple[CatalogueModel, ...]
    note: tuple[str, ...] = ()


def read_catalogue(data: bytes) -> Catalogue:
    """The catalogue of a file's bytes.

    Raises:
        UnexpectedError: the file ships with the app, so a damaged one is our mistake; the report says where.
    """
    try:
        file = msgspec.json.decode(data, type=_File)
        if file.version != VERSION:
            raise ValueError(f"version {file.version}, known is {VERSION}")
        _check(file.models)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise UnexpectedError("the catalogue can't be read", str(error)) from error
    return Catalogue(file.models)


def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue at ``path``, by default the one that ships with the app. Any thread; a few milliseconds.

    Raises:
        UnexpectedError: missing, unreadable or damaged.
    """
    path = path or assets_folder() / "catalogue" / "models.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnexpectedError("the catalogue can't be read", str(error)) from error
    return read_catalogue(data)


def _check(models: tuple[CatalogueModel, ...]) -> None:
    """What types alone don't say. Raises ValueError naming the model."""
    if not models:
        raise ValueError("no models")
    seen: set[str] = set()
    for model in models:
        names = {model.id.lower(), model.role.lower(), model.name.lower()}
        repositories = [repository.lower() for repository in model.repositories]
        if len(set(repositories)) != len(repositories) or seen & names.union(repositories):
            raise ValueError(f"{model.id}: a name is taken twice")
        names.update(repositories)
        seen |= names
        if not TAGS.issuperset(model.good_at):
            raise ValueError(f"{model.id}: unknown tags {sorted(set(model.good_at) - TAGS)}")
        if not set(model.good_at).issuperset(model.strengths):
            raise ValueError(f"{model.id}: ranked for what it is not good at")
        for engine in EngineKind:
            sizes = [edition.weight_bytes for edition in model.editions_for(engine)]
            if sizes != sorted(sizes):
                raise ValueError(f"{model.id}: editions must go from the smallest to the largest")
        for edition in model.editions:
            _check_edition(edition)


def _check_edition(edition: Edition) -> None:
    if edition.engine is not EngineKind.MLX or edition.files:
        raise ValueError(f"{edition.repository}: what llama.cpp runs belongs under gguf")
    if edition.gguf is not None and len(set(edition.gguf.files)) != len(edition.gguf.files):
        raise ValueError(f"{edition.gguf.repository}: a file twice")
    if edition.download_bytes < edition.weight_bytes:
        raise ValueError(f"{edition.repository}: the download is smaller than the weights")
    if (edition.kv_layers or 0) + edition.sliding_layers > edition.layers:
        raise ValueError(f"{edition.repository}: more caching layers than layers")
    if edition.sliding_layers and edition.sliding_window is None:
        raise ValueError(f"{edition.repository}: sliding layers without a window")
