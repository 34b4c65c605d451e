"""What the download service and its worker say to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from runtime.downloads.patience import Patience
from runtime.errors import Problem
from runtime.events import DownloadPhase
from runtime.wire import Codec, Hello


@dataclass(frozen=True)
class StartJob:
    """Fetch one model, or ``only`` these GGUF files of its repository. The token travels in this message alone: never
    in arguments or the environment."""

    models: str
    repository: str
    revision: str
    title: str
    endpoint: str
    token: str | None = None
    patience: Patience = field(default_factory=Patience)
    limit_bytes_per_s: int = 0
    only: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"StartJob({self.repository})"


@dataclass(frozen=True)
class SetLimit:
    """From now on no faster than this; 0 is no limit."""

    limit_bytes_per_s: int


@dataclass(frozen=True)
class StopJob:
    """End now; what is on disk stays."""


@dataclass(frozen=True)
class JobProgress:
    """Where the job stands. Sent at each change of phase and five times a second while bytes may flow."""

    phase: DownloadPhase
    commit: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    problem: Problem | None = None
    retry_in_s: float | None = None
    checked_bytes: int = 0


@dataclass(frozen=True)
class JobEnded:
    """The last message: the installed folder, or the problem that waiting can't mend."""

    folder: str = ""
    problem: Problem | None = None


CODEC = Codec(Hello, StartJob, SetLimit, StopJob, JobProgress, JobEnded)
