"""The one door of the engine: :class:`Runtime`, whose attributes are the services, and the vocabulary they speak.

The window imports this module and nothing else of ``runtime``.
"""

from __future__ import annotations

from runtime.cancel import Cancelled, CancelToken
from runtime.catalogue.entries import Catalogue, CatalogueModel, Edition
from runtime.catalogue.fit import Fit
from runtime.catalogue.judging import Judgement
from runtime.catalogue.licences import Licence, LicenceKind, licence_of
from runtime.catalogue.measured import Basis
from runtime.catalogue.prospect import Length
from runtime.catalogue.purposes import Purpose
from runtime.catalogue.recommend import Choice, Reason, ReasonCode, Recommendation, WaysOut
from runtime.catalogue.sifting import HubFilter, HubOrder, JudgedModel, sift
from runtime.chats.attachments import Attachment, read_attachment
from runtime.chats.exchange.exchange import ImportReport
from runtime.chats.messages import (
    CONTINUABLE,
    Conversation,
    ConversationSummary,
    DeletedMessage,
    Folder,
    Message,
    MessageState,
    SearchHit,
)
from runtime.chats.shelf import DAYS_IN_BIN
from runtime.composition import HUB_TOKEN, Runtime
from runtime.conversing import Conversing
from runtime.documents.embeddings.models import OfferedModel
from runtime.documents.reader_process import DrawnPage
from runtime.documents.rows import Collection, Hit, PageText
from runtime.documents.service import DocumentService
from runtime.documents.views import DocumentsStatus, DocumentView, DocumentViewState, WaitsFor
from runtime.downloads.search_messages import HubKind, HubModel
from runtime.errors import GuideUnusable, HearthError, ModelNotFound, Problem, Scalar, problem_of
from runtime.events import (
    AnswerChecked,
    AnswerDelta,
    AnswerFinished,
    AnswerGrounded,
    AnswerStarted,
    AnswerStatistics,
    AnswerWaits,
    Channel,
    ConversationsChanged,
    ConversationShortened,
    DocumentChanged,
    DocumentRemoved,
    DocumentsProgress,
    DownloadChanged,
    DownloadPhase,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
    Hold,
    LengthLimit,
    ModelLoaded,
    PromptProgress,
    ReadingAll,
    SelfTestChanged,
    SelfTestState,
    WorkChanged,
    WorkKind,
    WorkState,
)
from runtime.guide import Guide
from runtime.hardware.computer import Computer, Gpu, GpuKind, System
from runtime.hardware.described import described_computer
from runtime.library.copies import ShelvedModel
from runtime.library.guide import GUIDE_NAME, GuideFacts
from runtime.library.service import CheckKind, InstalledModel, Owner, RemovedModel
from runtime.logs import start_logging, stop_logging
from runtime.measuring import is_calm
from runtime.paths import Paths, assets_folder
from runtime.requests import (
    ChatMessage,
    DownloadRequest,
    Generate,
    HubQuery,
    LoadModel,
    Manners,
    Network,
    Role,
    Sampling,
)
from runtime.sources import (
    DocumentScope,
    Grounding,
    ReadingMode,
    Source,
    Verdict,
    VerdictKind,
)
from runtime.storage.instance_lock import InstanceLock
from runtime.storage.measurements import SelfTest
from runtime.storage.settings import Settings

__all__ = [
    "CONTINUABLE",
    "DAYS_IN_BIN",
    "GUIDE_NAME",
    "HUB_TOKEN",
    "AnswerChecked",
    "AnswerDelta",
    "AnswerFinished",
    "AnswerGrounded",
    "AnswerStarted",
    "AnswerStatistics",
    "AnswerWaits",
    "Attachment",
    "Basis",
    "CancelToken",
    "Cancelled",
    "Catalogue",
    "CatalogueModel",
    "Channel",
    "ChatMessage",
    "CheckKind",
    "Choice",
    "Collection",
    "Computer",
    "Conversation",
    "ConversationShortened",
    "ConversationSummary",
    "ConversationsChanged",
    "Conversing",
    "DeletedMessage",
    "DocumentChanged",
    "DocumentRemoved",
    "DocumentScope",
    "DocumentService",
    "DocumentView",
    "DocumentViewState",
    "DocumentsProgress",
    "DocumentsStatus",
    "DownloadChanged",
    "DownloadPhase",
    "DownloadRequest",
    "DrawnPage",
    "Edition",
    "EngineChanged",
    "EngineState",
    "Event",
    "FinishReason",
    "Fit",
    "Folder",
    "Generate",
    "Gpu",
    "GpuKind",
    "Grounding",
    "Guide",
    "GuideFacts",
    "GuideUnusable",
    "HearthError",
    "Hit",
    "Hold",
    "HubFilter",
    "HubKind",
    "HubModel",
    "HubOrder",
    "HubQuery",
    "ImportReport",
    "InstalledModel",
    "InstanceLock",
    "JudgedModel",
    "Judgement",
    "Length",
    "LengthLimit",
    "Licence",
    "LicenceKind",
    "LoadModel",
    "Manners",
    "Message",
    "MessageState",
    "ModelLoaded",
    "ModelNotFound",
    "Network",
    "OfferedModel",
    "Owner",
    "PageText",
    "Paths",
    "Problem",
    "PromptProgress",
    "Purpose",
    "ReadingAll",
    "ReadingMode",
    "Reason",
    "ReasonCode",
    "Recommendation",
    "RemovedModel",
    "Role",
    "Runtime",
    "Sampling",
    "Scalar",
    "SearchHit",
    "SelfTest",
    "SelfTestChanged",
    "SelfTestState",
    "Settings",
    "ShelvedModel",
    "Source",
    "System",
    "Verdict",
    "VerdictKind",
    "WaitsFor",
    "WaysOut",
    "WorkChanged",
    "WorkKind",
    "WorkState",
    "assets_folder",
    "described_computer",
    "is_calm",
    "licence_of",
    "problem_of",
    "read_attachment",
    "sift",
    "start_logging",
    "stop_logging",
]
