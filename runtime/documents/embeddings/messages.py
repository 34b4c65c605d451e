"""What crosses between the app and the embedding process."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.models import EmbeddingModel
from runtime.errors import Problem
from runtime.wire import Codec, Heartbeat, Hello


@dataclass(frozen=True)
class StartEmbedding:
    """The first message: what to load. ``threads`` None: two, or one while the computer lives from its battery.
    ``memory_limit_bytes`` is beside the model's own file."""

    model: EmbeddingModel
    computing: Computing
    threads: int | None
    memory_limit_bytes: int


@dataclass(frozen=True)
class EmbedPassages:
    request_id: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class EmbedQuestion:
    request_id: str
    text: str


@dataclass(frozen=True)
class CountTokens:
    request_id: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class AskSpeaks:
    request_id: str
    text: str


@dataclass(frozen=True)
class StopEmbedding:
    """Passages of that request are no longer wanted; there will be no answer."""

    request_id: str


@dataclass(frozen=True)
class SetManners:
    """Passages hold still while ``paused``; questions do not. ``threads`` as in StartEmbedding."""

    paused: bool
    threads: int | None


@dataclass(frozen=True)
class EmbedderReady:
    """The model is loaded."""

    max_tokens: int
    computing: Computing


@dataclass(frozen=True)
class EmbedderFailed:
    """The model can't be loaded; the process ends."""

    problem: Problem


@dataclass(frozen=True)
class VectorsMade:
    """``rows`` of float32, little-endian, one after the other."""

    request_id: str
    rows: int
    data: bytes


@dataclass(frozen=True)
class TokensCounted:
    request_id: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class SpeaksAnswered:
    request_id: str
    speaks: bool


@dataclass(frozen=True)
class RequestFailed:
    request_id: str
    problem: Problem


Reply = VectorsMade | TokensCounted | SpeaksAnswered | RequestFailed

CODEC = Codec(
    Hello, Heartbeat, StartEmbedding, EmbedPassages, EmbedQuestion, CountTokens, AskSpeaks, StopEmbedding, SetManners,
    EmbedderReady, EmbedderFailed, VectorsMade, TokensCounted, SpeaksAnswered, RequestFailed,
)  # fmt: skip
