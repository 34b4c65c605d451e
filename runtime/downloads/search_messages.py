"""What was found at the hub, and what the search and its process say to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from runtime.downloads.patience import Patience
from runtime.errors import Problem
from runtime.storage.model_shape import ModelShape
from runtime.wire import Codec, Hello

# A person waits for the answer: less patience than a download has.
SEARCH_PATIENCE = Patience(connect_s=8.0, stall_s=10.0)

# How the process ends when the hub's answers would fill the memory.
TOO_MUCH_EXIT_CODE = 75


class HubKind(StrEnum):
    """What a model is made for, as far as its name and its tags tell. Hearth itself only reads and writes text."""

    TEXT = "text"
    PICTURES = "pictures"
    AUDIO = "audio"
    THINKING = "thinking"
    CODE = "code"


@dataclass(frozen=True)
class HubModel:
    """A model at the hub that the engine could run as a chat model. Whoever uploaded it wrote most of this.

    ``title`` is a readable name without precision; ``publisher`` owns the repository, ``maker`` is who made the
    original according to the tags. ``licence`` is the raw id, "" for none. ``updated_at`` is in seconds since 1970.
    ``downloads`` counts the last 30 days. Sizes are estimates unless ``exact``; then ``commit`` is what was sized.
    """

    repository: str
    title: str
    maker: str
    publisher: str
    page_url: str
    commit: str = ""
    downloads: int = 0
    likes: int = 0
    updated_at: float | None = None
    licence: str = ""
    gated: bool = False
    kinds: tuple[HubKind, ...] = (HubKind.TEXT,)
    bits: int | None = None
    weight_bytes: int | None = None
    download_bytes: int | None = None
    exact: bool = False
    shape: ModelShape | None = None

    @property
    def pictures(self) -> bool:
        """Made to look at pictures too."""
        return HubKind.PICTURES in self.kinds

    @property
    def thinking(self) -> bool:
        """Thinks before it answers, at least when asked to."""
        return HubKind.THINKING in self.kinds


@dataclass(frozen=True)
class FindModels:
    """Search for words. The token travels in this message alone: never in arguments or the environment."""

    request_id: str
    endpoint: str
    words: str
    limit: int
    token: str | None = None
    patience: Patience = field(default_factory=lambda: SEARCH_PATIENCE)

    def __repr__(self) -> str:
        return f"FindModels({self.words!r})"


@dataclass(frozen=True)
class LookCloser:
    """Size one repository exactly. The token travels as in :class:`FindModels`."""

    request_id: str
    endpoint: str
    repository: str
    token: str | None = None
    patience: Patience = field(default_factory=lambda: SEARCH_PATIENCE)

    def __repr__(self) -> str:
        return f"LookCloser({self.repository})"


@dataclass(frozen=True)
class StopAsking:
    """Nobody waits for this answer any more."""

    request_id: str


@dataclass(frozen=True)
class Found:
    """The answer: the models, one of them for a closer look."""

    request_id: str
    models: tuple[HubModel, ...]


@dataclass(frozen=True)
class NotFound:
    """There is no answer. ``problem`` None: it was stopped."""

    request_id: str
    problem: Problem | None = None


Order = FindModels | LookCloser
Outcome = Found | NotFound
CODEC = Codec(Hello, FindModels, LookCloser, StopAsking, Found, NotFound)
