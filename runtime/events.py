"""What the engine tells its callers, as plain frozen dataclasses. They arrive on any thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.errors import Problem
from runtime.sources import Grounding


@dataclass(frozen=True)
class Event:
    """Base of everything that ``on_event`` receives."""


# --- the engine process -------------------------------------------------------------------------------------------


class EngineState(StrEnum):
    """Where the engine process stands."""

    STOPPED = "stopped"
    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class EngineChanged(Event):
    """The engine's state moved. ``folder`` is the model concerned; ``problem`` only with FAILED."""

    state: EngineState
    folder: str = ""
    problem: Problem | None = None


class LengthLimit(StrEnum):
    """What keeps a conversation or an answer from being longer: the request's ``max_tokens``, the model's own context,
    the ``context_tokens`` that were asked for, or the memory that the model may take."""

    ANSWER = "answer"
    MODEL = "model"
    ASKED = "asked"
    MEMORY = "memory"


@dataclass(frozen=True)
class ModelLoaded(Event):
    """A model is ready. Sizes in bytes, durations in seconds.

    ``context_tokens`` is what a conversation may fill here, and ``context_limit`` what decided it (never ANSWER).
    ``weight_bytes`` is the size of the files. Measured: ``active_bytes`` is what MLX holds now that the model is
    loaded, ``peak_bytes`` the most it held while loading, ``process_bytes`` the resident memory of the whole process
    that holds the model. 0: not measured. ``engine`` names what computes: "mlx" or "llama.cpp".
    """

    folder: str
    architecture: str
    weight_bytes: int
    context_tokens: int
    load_s: float
    device: str
    context_limit: LengthLimit = LengthLimit.MODEL
    active_bytes: int = 0
    peak_bytes: int = 0
    process_bytes: int = 0
    engine: str = "mlx"


class FinishReason(StrEnum):
    """Why an answer ended. REPEATED: it was ended because it said the same again and again."""

    COMPLETE = "complete"
    LENGTH = "length"
    STOPPED = "stopped"
    FAILED = "failed"
    REPEATED = "repeated"


class Channel(StrEnum):
    """Which part of the answer a piece of text belongs to."""

    ANSWER = "answer"
    THINKING = "thinking"


@dataclass(frozen=True)
class PromptProgress(Event):
    """Tokens of the prompt read so far."""

    request_id: str
    done_tokens: int
    total_tokens: int


@dataclass(frozen=True)
class AnswerDelta(Event):
    """The next piece of text of an answer."""

    request_id: str
    text: str
    channel: Channel = Channel.ANSWER


@dataclass(frozen=True)
class AnswerStatistics:
    """What one answer cost. Rates in tokens a second; ``first_token_s`` counts from the request, ``thinking_s`` is the
    time from the first word of the thinking to the first of the answer.

    Measured memory, model included, 0 for not measured: ``peak_memory_bytes`` is the most that MLX held during this
    answer, ``prompt_peak_bytes`` the same up to its first word, ``process_bytes`` the resident memory of the whole
    process at the end of the answer. ``reused_tokens`` of the prompt had been read before and were not read again;
    ``prompt_tokens_per_s`` counts the others.
    """

    prompt_tokens: int = 0
    answer_tokens: int = 0
    prompt_tokens_per_s: float = 0.0
    answer_tokens_per_s: float = 0.0
    first_token_s: float = 0.0
    total_s: float = 0.0
    peak_memory_bytes: int = 0
    thinking_s: float = 0.0
    prompt_peak_bytes: int = 0
    process_bytes: int = 0
    reused_tokens: int = 0


@dataclass(frozen=True)
class AnswerFinished(Event):
    """The one end of every answer, also of a stopped or failed one. ``problem`` only with FAILED; ``length_limit`` only
    with LENGTH: which limit was reached."""

    request_id: str
    reason: FinishReason
    statistics: AnswerStatistics = AnswerStatistics()
    problem: Problem | None = None
    length_limit: LengthLimit | None = None


@dataclass(frozen=True)
class AnswerGrounded(Event):
    """What an answer over documents stands on, before its first word. Its sentences are not checked yet."""

    request_id: str
    grounding: Grounding


@dataclass(frozen=True)
class ReadingAll(Event):
    """How far all of the documents were read for an answer. ``seconds_left`` up to the answer's first word, from the
    pace so far; None while unknown."""

    request_id: str
    pages_done: int
    pages: int
    seconds_left: float | None = None


@dataclass(frozen=True)
class AnswerChecked(Event):
    """The sentences of an answer over documents were checked against what it stands on."""

    request_id: str
    grounding: Grounding


# --- conversations ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AnswerWaits(Event):
    """An answer stands in line behind another: it has not begun, or it made way for a more urgent one. Whatever was
    told of it so far is void: it begins at its first word once its turn has come. Its AnswerFinished still comes."""

    request_id: str


@dataclass(frozen=True)
class AnswerStarted(Event):
    """A question is stored and its answer is about to be asked for. ``request_id`` is the answer message's id.

    Comes before every other event of the request. ``forgotten_messages`` counts the oldest turns left out of the
    prompt because the conversation is longer than the model's context. ``model`` is the folder name of the model that
    was asked, "" while none is loaded. ``continued``: an answer that ended early is written on.
    """

    request_id: str
    conversation_id: str
    question_id: str
    forgotten_messages: int = 0
    model: str = ""
    continued: bool = False


@dataclass(frozen=True)
class ConversationShortened(Event):
    """The model counted more than was estimated: ``forgotten_messages`` replaces the figure of AnswerStarted."""

    request_id: str
    forgotten_messages: int


@dataclass(frozen=True)
class ConversationsChanged(Event):
    """The list of conversations or a title changed; readers fetch it anew."""

    conversation_id: str


# --- downloads ----------------------------------------------------------------------------------------------------


class DownloadPhase(StrEnum):
    """Where a download job stands. The last three are ends."""

    QUEUED = "queued"
    LISTING = "listing"
    TRANSFERRING = "transferring"
    WAITING = "waiting"
    VERIFYING = "verifying"
    HELD = "held"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Hold(StrEnum):
    """Why a job waits although it could run: what the person chose."""

    NIGHT = "night"
    BATTERY = "battery"
    METERED = "metered"


@dataclass(frozen=True)
class DownloadChanged(Event):
    """A job's whole state, sent at least four times a second while bytes flow and at each change of phase.

    ``done_bytes`` are bytes on disk. ``bytes_per_s`` is smoothed over about five seconds and None until known;
    ``stalled`` is true when nothing arrived for ten seconds. WAITING carries the ``problem`` it waits out and
    ``retry_in_s``; FAILED carries the final one. HELD says why in ``hold``. ``checked_bytes`` counts what has been
    hashed again while VERIFYING. ``folder`` is set with DONE. ``place`` is 0 for the job in work, then 1, 2, … in the
    queue; -1 for jobs that rest.
    """

    repository: str
    phase: DownloadPhase
    title: str = ""
    revision: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_s: float | None = None
    seconds_left: float | None = None
    stalled: bool = False
    retry_in_s: float | None = None
    folder: str = ""
    problem: Problem | None = None
    hold: Hold | None = None
    checked_bytes: int = 0
    place: int = -1


# --- models on disk -----------------------------------------------------------------------------------------------


class WorkKind(StrEnum):
    """The slow things that are done with models on disk."""

    VERIFY = "verify"
    MOVE = "move"
    SHELVE = "shelve"
    CHECK_COPY = "check_copy"
    BRING_BACK = "bring_back"


class WorkState(StrEnum):
    """Where such a piece of work stands. The last three are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class WorkChanged(Event):
    """A piece of work's whole state, sent at least four times a second while it runs and at its end.

    ``subject`` is what it is done with: a model's folder, a shelved copy's folder, or the models folder. ``target`` is
    where it goes to, "" for nowhere. ``wrong_files`` are the names that did not agree (VERIFY, CHECK_COPY; DONE with
    some means: looked at everything, found these). ``folder`` is the result's place with DONE.
    """

    id: str
    kind: WorkKind
    subject: str
    state: WorkState
    target: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    seconds_left: float | None = None
    wrong_files: tuple[str, ...] = ()
    folder: str = ""
    problem: Problem | None = None


# --- documents ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DocumentChanged(Event):
    """Where a document stands changed; ask for it. ``state`` is a DocumentViewState's name. ``document_id`` 0: so many
    changed or went at once that all are to be asked for. With the two below, at most ten a second."""

    document_id: int
    state: str


@dataclass(frozen=True)
class DocumentRemoved(Event):
    """A document was forgotten, here or because its file was deleted from a followed folder."""

    document_id: int


@dataclass(frozen=True)
class DocumentsProgress(Event):
    """How many of all documents are through: read, or found unreadable. ``busy``: something is under way or waits."""

    done: int
    total: int
    busy: bool


# --- this computer ------------------------------------------------------------------------------------------------


class SelfTestState(StrEnum):
    """How a self-test of this computer stands. STOPPED: it made way for something, and nothing is kept of it."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class SelfTestChanged(Event):
    """``share`` is what is done of it, 0 to 1; ``problem`` only with FAILED."""

    state: SelfTestState
    share: float = 0.0
    problem: Problem | None = None
