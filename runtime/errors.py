"""The error tree, drawn before the code.

    HearthError
    ├── HardwareError
    │   └── GpuDriverMissing
    ├── DownloadError
    │   ├── HubUnreachable        no network, DNS, refused, TLS, dead proxy
    │   ├── HubRefused            429 or 5xx that outlasts our patience
    │   ├── HubNotUnderstood      a page or rubbish where the hub's answer should be
    │   ├── RepositoryNotFound    404, misspelt or withdrawn
    │   ├── RepositoryHasNoModel  no safetensors inside, or nothing we may fetch
    │   ├── TokenRequired         401 without a token
    │   ├── TokenRejected         401 with a token
    │   ├── AccessNotGranted      403, the maker's terms are not accepted yet
    │   ├── DiskFull
    │   ├── FolderNotWritable
    │   ├── ContentMismatch       the bytes differ from the listed hash, again and again
    │   └── AlreadyDownloading    another copy of Hearth holds this job
    ├── ModelError
    │   ├── ModelNotFound         no such model on this computer or in the catalogue
    │   ├── ModelFolderMissing    deleted or moved under us
    │   ├── ModelDamaged          config, tokenizer or weights do not hold together
    │   ├── ModelUnsupported      an architecture that the engine does not know
    │   ├── ModelEngineMissing    the part of Hearth that runs this kind of file is not installed
    │   ├── ModelUnsafe           wants to run code of its own
    │   ├── ModelDoesNotFit       needs more memory than this computer can give
    │   ├── ModelNotOurs          another app's, or a folder that the person named: used, never deleted
    │   ├── ModelsDiskMissing     the models folder is on a disk that is not connected
    │   ├── ModelsFolderRefused   models can't be kept in that folder
    │   ├── CopyNotFound          nothing that we put on a shelf is there
    │   ├── CopyDamaged           a shelved copy is not as it was written
    │   ├── CopyTooNew
    │   ├── FileTooLargeForDisk   FAT32 and its like
    │   ├── DiskUnreliable        what was written reads back differently
    │   └── GuideUnusable         the built-in guide's files are missing or damaged
    ├── InferenceError
    │   ├── EngineUnavailable     the engine process cannot start
    │   ├── EngineDied            crash, kill, abort: the partial answer is kept
    │   ├── EngineNotResponding   no sign of life within the limit
    │   ├── EngineOutOfMemory
    │   ├── StoppedForMemory      the answer was ended because this computer was running out of memory
    │   ├── PutAwayForMemory      then the engine too, and its memory given back
    │   ├── OutgrewMemory         the conversation would grow over the memory that the model may take
    │   ├── EngineBusy            a second question was asked in one conversation while one runs
    │   ├── PromptTooLong
    │   └── PromptNotRendered     the model's chat template refused or ran away
    ├── StorageError
    │   ├── HomeNotWritable
    │   ├── AlreadyRunning
    │   ├── StoreDamaged
    │   ├── StoreTooNew
    │   ├── StoreFull
    │   ├── SettingsDamaged
    │   ├── SecretsUnavailable
    │   ├── ConversationNotFound
    │   └── ImportNotUnderstood   neither Hearth's own chats nor another program's that we can read
    ├── DocumentError
    │   ├── AttachmentNotText     a picture, a PDF, a program: nothing that reads as plain text
    │   ├── AttachmentTooLarge
    │   ├── AttachmentUnreadable  gone, not allowed, a folder, a pipe
    │   ├── DocumentUnopened      a page of it was to be shown, and the file does not open (any more)
    │   ├── ReaderUnavailable     the reading process cannot start
    │   ├── RecognitionMissing    nothing on this computer reads the words in pictures
    │   ├── DocumentNotIndexed    a document that was named was never added
    │   ├── DocumentNotThere      a file that is to be added is not there
    │   └── CollectionNotThere    there is no collection of that name
    └── UnexpectedError           our bug; shows a copyable report

Each leaf has a stable code and typed parameters, and no sentence for people: those are in ``app/texts.py``.
Exceptions stay on their thread; what crosses a border is a :class:`Problem`. Cancelling is not an error.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Problem:
    """An error as plain data: ``code`` names a leaf of the tree, ``parameters`` are its fields.

    ``report`` is for us: a traceback, shown only on request.
    """

    code: str
    parameters: dict[str, Scalar] = field(default_factory=dict)
    report: str = ""


@dataclass(eq=False)
class HearthError(Exception):
    """Base of all errors that Hearth raises on purpose."""

    code: ClassVar[str] = ""

    def problem(self) -> Problem:
        """This error as data that may cross a thread, process or layer."""
        return Problem(self.code, {f.name: getattr(self, f.name) for f in fields(self)})

    def __str__(self) -> str:
        return f"{self.code} {self.problem().parameters}"


class HardwareError(HearthError):
    """The computer could not be read or used as hoped."""


@dataclass(eq=False)
class GpuDriverMissing(HardwareError):
    code: ClassVar[str] = "hardware.gpu_driver_missing"
    gpu_name: str


class DownloadError(HearthError):
    """A model could not be fetched."""


@dataclass(eq=False)
class HubUnreachable(DownloadError):
    code: ClassVar[str] = "download.hub_unreachable"
    host: str
    detail: str = ""


@dataclass(eq=False)
class HubRefused(DownloadError):
    code: ClassVar[str] = "download.hub_refused"
    host: str
    status: int


@dataclass(eq=False)
class HubNotUnderstood(DownloadError):
    code: ClassVar[str] = "download.hub_not_understood"
    host: str


@dataclass(eq=False)
class RepositoryNotFound(DownloadError):
    code: ClassVar[str] = "download.repository_not_found"
    repository: str


@dataclass(eq=False)
class RepositoryHasNoModel(DownloadError):
    code: ClassVar[str] = "download.repository_has_no_model"
    repository: str


@dataclass(eq=False)
class TokenRequired(DownloadError):
    code: ClassVar[str] = "download.token_required"
    repository: str
    page_url: str


@dataclass(eq=False)
class TokenRejected(DownloadError):
    code: ClassVar[str] = "download.token_rejected"
    repository: str
    page_url: str


@dataclass(eq=False)
class AccessNotGranted(DownloadError):
    code: ClassVar[str] = "download.access_not_granted"
    repository: str
    page_url: str


@dataclass(eq=False)
class DiskFull(DownloadError):
    code: ClassVar[str] = "download.disk_full"
    folder: str
    needed_bytes: int
    free_bytes: int


@dataclass(eq=False)
class FolderNotWritable(DownloadError):
    code: ClassVar[str] = "download.folder_not_writable"
    folder: str


@dataclass(eq=False)
class ContentMismatch(DownloadError):
    code: ClassVar[str] = "download.content_mismatch"
    repository: str
    file: str


@dataclass(eq=False)
class AlreadyDownloading(DownloadError):
    code: ClassVar[str] = "download.already_downloading"
    repository: str


class ModelError(HearthError):
    """A model on this computer can't be used."""


@dataclass(eq=False)
class ModelNotFound(ModelError):
    code: ClassVar[str] = "model.not_found"
    name: str


@dataclass(eq=False)
class ModelFolderMissing(ModelError):
    code: ClassVar[str] = "model.folder_missing"
    folder: str


@dataclass(eq=False)
class ModelDamaged(ModelError):
    code: ClassVar[str] = "model.damaged"
    file: str
    detail: str = ""


@dataclass(eq=False)
class ModelUnsupported(ModelError):
    code: ClassVar[str] = "model.unsupported"
    architecture: str


@dataclass(eq=False)
class ModelEngineMissing(ModelError):
    code: ClassVar[str] = "model.engine_missing"
    engine: str


@dataclass(eq=False)
class ModelUnsafe(ModelError):
    code: ClassVar[str] = "model.unsafe"
    detail: str


@dataclass(eq=False)
class ModelDoesNotFit(ModelError):
    code: ClassVar[str] = "model.does_not_fit"
    need_bytes: int
    budget_bytes: int


@dataclass(eq=False)
class ModelNotOurs(ModelError):
    code: ClassVar[str] = "model.not_ours"
    folder: str


@dataclass(eq=False)
class ModelsDiskMissing(ModelError):
    code: ClassVar[str] = "model.disk_missing"
    folder: str


@dataclass(eq=False)
class ModelsFolderRefused(ModelError):
    code: ClassVar[str] = "model.folder_refused"
    folder: str
    detail: str = ""


@dataclass(eq=False)
class CopyNotFound(ModelError):
    code: ClassVar[str] = "model.copy_not_found"
    folder: str


@dataclass(eq=False)
class CopyDamaged(ModelError):
    code: ClassVar[str] = "model.copy_damaged"
    folder: str
    file: str


@dataclass(eq=False)
class CopyTooNew(ModelError):
    code: ClassVar[str] = "model.copy_too_new"
    folder: str
    version: int


@dataclass(eq=False)
class FileTooLargeForDisk(ModelError):
    code: ClassVar[str] = "model.file_too_large_for_disk"
    folder: str
    file: str
    size_bytes: int


@dataclass(eq=False)
class DiskUnreliable(ModelError):
    code: ClassVar[str] = "model.disk_unreliable"
    folder: str
    file: str


@dataclass(eq=False)
class GuideUnusable(ModelError):
    code: ClassVar[str] = "model.guide_unusable"
    file: str
    detail: str = ""


class InferenceError(HearthError):
    """An answer could not be made."""


@dataclass(eq=False)
class EngineUnavailable(InferenceError):
    code: ClassVar[str] = "inference.engine_unavailable"
    detail: str = ""


@dataclass(eq=False)
class EngineDied(InferenceError):
    code: ClassVar[str] = "inference.engine_died"
    exit_code: int
    detail: str = ""


@dataclass(eq=False)
class EngineNotResponding(InferenceError):
    code: ClassVar[str] = "inference.engine_not_responding"
    after_s: float


@dataclass(eq=False)
class EngineOutOfMemory(InferenceError):
    code: ClassVar[str] = "inference.engine_out_of_memory"


@dataclass(eq=False)
class StoppedForMemory(InferenceError):
    code: ClassVar[str] = "inference.stopped_for_memory"
    available_bytes: int


@dataclass(eq=False)
class PutAwayForMemory(InferenceError):
    code: ClassVar[str] = "inference.put_away_for_memory"
    available_bytes: int


@dataclass(eq=False)
class OutgrewMemory(InferenceError):
    code: ClassVar[str] = "inference.outgrew_memory"
    budget_bytes: int


@dataclass(eq=False)
class EngineBusy(InferenceError):
    code: ClassVar[str] = "inference.engine_busy"


@dataclass(eq=False)
class PromptTooLong(InferenceError):
    code: ClassVar[str] = "inference.prompt_too_long"
    prompt_tokens: int
    limit_tokens: int


@dataclass(eq=False)
class PromptNotRendered(InferenceError):
    code: ClassVar[str] = "inference.prompt_not_rendered"
    detail: str = ""


class StorageError(HearthError):
    """What Hearth keeps on disk can't be read or written."""


@dataclass(eq=False)
class HomeNotWritable(StorageError):
    code: ClassVar[str] = "storage.home_not_writable"
    folder: str


@dataclass(eq=False)
class AlreadyRunning(StorageError):
    code: ClassVar[str] = "storage.already_running"
    folder: str


@dataclass(eq=False)
class StoreDamaged(StorageError):
    code: ClassVar[str] = "storage.damaged"
    file: str
    kept_as: str
    restored_from: str = ""


@dataclass(eq=False)
class StoreTooNew(StorageError):
    code: ClassVar[str] = "storage.too_new"
    file: str
    version: int
    known_version: int


@dataclass(eq=False)
class StoreFull(StorageError):
    code: ClassVar[str] = "storage.full"
    file: str


@dataclass(eq=False)
class SettingsDamaged(StorageError):
    code: ClassVar[str] = "storage.settings_damaged"
    file: str
    kept_as: str


@dataclass(eq=False)
class SecretsUnavailable(StorageError):
    code: ClassVar[str] = "storage.secrets_unavailable"
    detail: str = ""


@dataclass(eq=False)
class ConversationNotFound(StorageError):
    code: ClassVar[str] = "storage.conversation_not_found"
    conversation_id: str


@dataclass(eq=False)
class ImportNotUnderstood(StorageError):
    code: ClassVar[str] = "storage.import_not_understood"
    name: str


class DocumentError(HearthError):
    """A file beside a question can't be taken."""


@dataclass(eq=False)
class AttachmentNotText(DocumentError):
    code: ClassVar[str] = "document.not_text"
    name: str


@dataclass(eq=False)
class AttachmentTooLarge(DocumentError):
    code: ClassVar[str] = "document.too_large"
    name: str
    size_bytes: int
    limit_bytes: int


@dataclass(eq=False)
class AttachmentUnreadable(DocumentError):
    code: ClassVar[str] = "document.unreadable"
    name: str


@dataclass(eq=False)
class DocumentUnopened(DocumentError):
    code: ClassVar[str] = "document.unopened"
    name: str
    end: str
    reason: str = ""


@dataclass(eq=False)
class ReaderUnavailable(DocumentError):
    code: ClassVar[str] = "document.reader_unavailable"
    detail: str = ""


@dataclass(eq=False)
class RecognitionMissing(DocumentError):
    code: ClassVar[str] = "document.recognition_missing"


@dataclass(eq=False)
class DocumentNotIndexed(DocumentError):
    code: ClassVar[str] = "document.not_indexed"
    name: str


@dataclass(eq=False)
class DocumentNotThere(DocumentError):
    code: ClassVar[str] = "document.not_there"
    name: str


@dataclass(eq=False)
class CollectionNotThere(DocumentError):
    code: ClassVar[str] = "document.no_collection"
    name: str


@dataclass(eq=False)
class UnexpectedError(HearthError):
    """Not foreseen, so ours to fix. ``report`` is the traceback, shown only on request."""

    code: ClassVar[str] = "unexpected"
    summary: str
    report: str = ""

    def problem(self) -> Problem:
        return Problem(self.code, {"summary": self.summary}, self.report)


def leaves(base: type[HearthError] = HearthError) -> Iterator[type[HearthError]]:
    """Every class of the tree that has a code of its own."""
    for child in base.__subclasses__():
        if child.code:
            yield child
        yield from leaves(child)


def problem_of(error: BaseException) -> Problem:
    """Any exception as a Problem; what is not in the tree becomes ``unexpected`` with its traceback."""
    if isinstance(error, HearthError):
        return error.problem()
    report = "".join(traceback.format_exception(error))
    return UnexpectedError(f"{type(error).__name__}: {error}", report).problem()


def error_from(problem: Problem) -> HearthError:
    """The exception that a Problem came from, for callers (the command line, tests) that want to raise it."""
    if problem.code == UnexpectedError.code:
        return UnexpectedError(str(problem.parameters.get("summary", "")), problem.report)
    for leaf in leaves():
        if leaf.code == problem.code:
            known = {f.name for f in fields(leaf)}
            arguments: dict[str, Any] = {k: v for k, v in problem.parameters.items() if k in known}
            return leaf(**arguments)
    return UnexpectedError(f"unknown problem {problem.code}", problem.report)
