"""What callers ask of the engine, as plain frozen dataclasses that may cross threads and processes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """Who speaks in a conversation."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class ChatMessage:
    """One turn as the model reads it."""

    role: Role
    text: str


@dataclass(frozen=True)
class Sampling:
    """How the next word is drawn. None means the model's own published default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None


class Priority(IntEnum):
    """Who waits for an answer; the lower number goes first, and makes a higher one that is under way give way."""

    PERSON = 0
    DOCUMENTS = 1
    ASIDE = 2


@dataclass(frozen=True)
class PromptKeeping:
    """Where what a model has read of conversations (its KV cache) is kept, so that nothing is read twice.

    ``memory_bytes`` bounds what is kept in memory beside the conversation under way, ``disk_bytes`` what is kept in
    ``folder`` ("": nothing on disk). ``key_hex`` encrypts the files, 32 bytes as hexadecimal ("": in the clear, as the
    store is).
    """

    folder: str = ""
    key_hex: str = ""
    memory_bytes: int = 0
    disk_bytes: int = 0


@dataclass(frozen=True)
class LoadModel:
    """Make one model ready. ``context_tokens`` is the wish how much a conversation may fill; None is the model's own
    limit.

    ``budget_bytes`` is the most memory weights and cache may take; above it the engine refuses with
    ``model.does_not_fit`` instead of letting the computer crawl. What fits is loaded with a context that fits, and
    ModelLoaded tells how long that is. ``kv_limit_tokens`` is the caller's own forecast of it; the lowest counts.
    ``keeping`` says what may be kept of conversations read; None: each answer reads its whole prompt.
    """

    folder: str
    context_tokens: int | None = None
    budget_bytes: int | None = None
    kv_limit_tokens: int | None = None
    keeping: PromptKeeping | None = None


@dataclass(frozen=True)
class UnloadModel:
    """Give the memory of the loaded model back."""


@dataclass(frozen=True)
class Generate:
    """Answer the last message of ``messages``. ``request_id`` names every event that follows.

    ``continues``: the last message is the beginning of the model's own answer, to be written on from where it ends.
    ``priority``: who waits for it. ``private``: what is read for it is kept in memory at most, never on disk.
    """

    request_id: str
    messages: tuple[ChatMessage, ...]
    sampling: Sampling = Sampling()
    max_tokens: int = 4096
    thinking: bool | None = None
    continues: bool = False
    priority: Priority = Priority.PERSON
    private: bool = False


@dataclass(frozen=True)
class StopGenerating:
    """End this answer at the next token; what was said stays."""

    request_id: str


@dataclass(frozen=True)
class DownloadRequest:
    """Fetch one model at one commit.

    ``revision`` is a branch, tag or commit; the job pins the commit it resolves to. ``expected_bytes`` is the
    catalogue's figure, shown until the hub has answered. ``title`` is the model's name on screen. ``only`` names the
    GGUF files to fetch of a repository that has many; empty: what MLX reads.
    """

    repository: str
    revision: str = "main"
    expected_bytes: int = 0
    title: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manners:
    """How downloads behave towards the rest of a person's life. A limit of 0 is none. ``night`` are the hours of the
    day, local time, from the first up to the second."""

    limit_bytes_per_s: int = 0
    only_at_night: bool = False
    on_battery: bool = True
    on_metered: bool = False
    night: tuple[int, int] = (23, 7)


@dataclass(frozen=True)
class Network:
    """What the window has heard of the network from the system. None: unknown."""

    online: bool | None = None
    metered: bool | None = None


@dataclass(frozen=True)
class HubQuery:
    """What to look for at the hub: words of a person, and how many answers at most."""

    words: str
    limit: int = 40
