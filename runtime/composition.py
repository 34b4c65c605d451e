"""All services of one person's Hearth, made on first use and closed in order.

Services are made on first use, so that a command that only reads the hardware opens no database.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from runtime.catalogue.entries import Catalogue, CatalogueModel, Edition, load_catalogue
from runtime.chats.exchange.exchange import Exchange
from runtime.chats.places import Places
from runtime.chats.shelf import Shelf
from runtime.chats.store import ConversationStore
from runtime.conversing import Conversing
from runtime.documents.embeddings.models import OFFERED, EmbeddingModel, OfferedModel, downloaded_model
from runtime.documents.service import DocumentService
from runtime.downloads.manners import runs_on_battery
from runtime.downloads.search import HubSearch
from runtime.downloads.service import DownloadService
from runtime.errors import ModelNotFound
from runtime.events import (
    AnswerFinished,
    AnswerStarted,
    AnswerStatistics,
    DownloadChanged,
    Event,
    FinishReason,
    ModelLoaded,
    WorkKind,
)
from runtime.fitting import Fitting
from runtime.forgetting import Forgetting, ForgettingShelf, conversations_for_a_moment
from runtime.grounding.pace import Pace
from runtime.grounding.preparing import FromDocuments
from runtime.grounding.reading_all import estimated_walk
from runtime.guide import Guide
from runtime.hardware.pressure import read_memory
from runtime.housekeeping import Housekeeping, shelf_card
from runtime.inference.engine import Engine
from runtime.inference.host import EngineHost
from runtime.inference.pressure import is_critical
from runtime.library.copies import ShelvedModel, copies_on
from runtime.library.guide import GUIDE_NAME, check_guide, guide_folder
from runtime.library.places import places_from
from runtime.library.service import InstalledModel, LibraryService
from runtime.measuring import Measuring
from runtime.once import MadeOnce
from runtime.paths import Paths, assets_folder
from runtime.prompt_keeping import forget_kept, prompt_keeping
from runtime.readiness import Readiness, Surroundings, Wanted, battery_is_low
from runtime.requests import (
    DownloadRequest,
    LoadModel,
    Manners,
)
from runtime.sources import DocumentScope
from runtime.storage.database import Database
from runtime.storage.memory import MemoryDatabase
from runtime.storage.secrets import SecretStore
from runtime.storage.settings import Settings, SettingsStore
from runtime.titles import Titles

HUB_TOKEN = "hub-token"


def _catalogue_file() -> Path:
    """The catalogue that ships with the app, or the one ``HEARTH_CATALOGUE`` names (tests, a house with a mirror)."""
    chosen = os.environ.get("HEARTH_CATALOGUE")
    return Path(chosen) if chosen else assets_folder() / "catalogue" / "models.json"


def _nobody_listens(_event: Event) -> None:
    return


def _memory_is_short() -> bool:
    reading = read_memory()
    return reading is not None and is_critical(reading)


class Runtime:
    """Owns every service of one person's Hearth, their threads and their child processes.

    ``on_event`` receives events on the services' threads. ``offered`` is the model for documents that a person may
    download. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        paths: Paths,
        on_event: Callable[[Event], None] = _nobody_listens,
        *,
        in_process: bool = False,
        endpoint: str | None = None,
        catalogue_file: Path | None = None,
        offered: OfferedModel = OFFERED,
    ) -> None:
        self.paths = paths
        self._on_event = on_event
        self._in_process = in_process
        self._endpoint = endpoint or os.environ.get("HF_ENDPOINT") or None
        self._catalogue_file = catalogue_file or _catalogue_file()
        self._opened: list[Callable[[], None]] = []
        self.offered = offered
        self._answering: set[str] = set()
        self._last_document_model: EmbeddingModel | None = None
        self._readiness: Readiness | None = None
        # The key of the store: it is kept in the clear so far.
        self._store_key: bytes | None = None

    @classmethod
    def open(cls, on_event: Callable[[Event], None] = _nobody_listens, *, in_process: bool = False) -> Runtime:
        """A Runtime on the default home.

        Raises:
            HomeNotWritable: nothing can be kept there.
        """
        paths = Paths.default()
        paths.prepare()
        return cls(paths, on_event, in_process=in_process)

    @property
    def models_paths(self) -> Paths:
        """The paths with the folder that the person chose for models, if any."""
        chosen = self.settings.settings.models_folder
        return dataclasses.replace(self.paths, models=Path(chosen)) if chosen else self.paths

    # --- services -------------------------------------------------------------------------------------------------

    @MadeOnce
    def settings(self) -> SettingsStore:
        """Choices the person made."""
        return SettingsStore(self.paths)

    @MadeOnce
    def secrets(self) -> SecretStore:
        """The access key of the hub, in the system's keychain."""
        return SecretStore()

    @MadeOnce
    def catalogue(self) -> Catalogue:
        """The models we vouch for."""
        return load_catalogue(self._catalogue_file)

    @MadeOnce
    def library(self) -> LibraryService:
        """Models on this computer."""
        return LibraryService(
            self.paths,
            lambda: places_from(self.settings.settings, os.environ, Path("~").expanduser()),
            apart=frozenset({self.offered.model.repository}),
        )

    @MadeOnce
    def downloads(self) -> DownloadService:
        """Models on their way."""

        def tell(event: Event) -> None:
            if isinstance(event, DownloadChanged):
                self.measuring.note_download(event)
            self._on_event(event)

        service = DownloadService(
            self.models_paths, tell, token=self._token, endpoint=self._endpoint, manners=self.manners
        )
        self._opened.append(service.close)
        return service

    @MadeOnce
    def measuring(self) -> Measuring:
        """What was measured here; knows nothing until :meth:`computer` was asked once."""
        measuring = Measuring(self.paths.home, self._on_event)
        self._opened.append(measuring.close)
        return measuring

    @MadeOnce
    def fitting(self) -> Fitting:
        """What this computer is, and how models do on it."""
        return Fitting(lambda: self.models_paths.models, lambda: self.catalogue, self.measuring, self._loaded_bytes)

    @MadeOnce
    def hub_search(self) -> HubSearch:
        """Finding models that are not here yet."""
        search = HubSearch(self._token, self._endpoint)
        self._opened.append(search.close)
        return search

    @MadeOnce
    def housekeeping(self) -> Housekeeping:
        """Slow work with the models on disk."""
        keeping = Housekeeping(
            lambda: self.models_paths,
            lambda: self.library,
            lambda: self.downloads,
            self._on_event,
            card=lambda model: shelf_card(self.catalogue, model),
            release=self._release,
            moved=self._use_models_folder,
        )
        self._opened.append(keeping.close)
        return keeping

    @MadeOnce
    def conversations(self) -> ConversationStore:
        """What is said in all conversations. Opens the database."""
        return ConversationStore(self._places)

    @MadeOnce
    def shelf(self) -> Shelf:
        """How conversations are kept in order: the list, folders, the bin."""
        return ForgettingShelf(self._places, self.forget_what_was_read)

    @MadeOnce
    def exchange(self) -> Exchange:
        """Copies of conversations in files."""
        return Exchange(self._places)

    @MadeOnce
    def _places(self) -> Places:
        database = Database(self.paths.database)
        self._opened.append(database.close)
        return Places(database)

    @MadeOnce
    def documents(self) -> DocumentService:
        """A person's documents: read, indexed, found. Reads nothing until its ``start``."""
        service = DocumentService(
            self.paths,
            self._on_event,
            better=self._model_to_learn_with,
            on_battery=runs_on_battery,
            works_on_battery=self.settings.settings.documents_on_battery,
            forgotten=self._forget_words,
        )
        self._opened.append(service.close)
        service.make_way(bool(self._answering))
        if "_places" in vars(self) and service.forgotten():
            # Another process, or a run that was cut off, could not.
            self._forget_words()
        return service

    def document_model(self) -> EmbeddingModel | None:
        """The downloaded model for documents, None while it is not here whole. Looks at sizes; never hashes."""
        return downloaded_model(self.models_paths.models, self.offered)

    def _model_to_learn_with(self) -> EmbeddingModel | None:
        """The same, but the last answer while models move to another folder: nothing is learnt anew because of that."""
        if not self._models_move:
            self._last_document_model = self.document_model()
        return self._last_document_model

    @property
    def _models_move(self) -> bool:
        housekeeping = vars(self).get("housekeeping")
        return housekeeping is not None and any(work.kind is WorkKind.MOVE for work in housekeeping.works())

    @MadeOnce
    def _forgetting(self) -> Forgetting:
        forgetting = Forgetting(lambda: self.documents, self._conversations_here, self.forget_what_was_read)
        self._opened.append(forgetting.wait)
        return forgetting

    def _forget_words(self) -> None:
        self._forgetting.begin()

    def forget_what_was_read(self) -> bool:
        """Delete what models have read of conversations and documents: it may hold words of what was deleted for good.
        Whether nothing of it is left on disk. Any thread; never raises."""
        return forget_kept(self.paths)

    def _conversations_here(self) -> contextlib.AbstractContextManager[ConversationStore | None]:
        here = self.conversations if "_places" in vars(self) else None
        return contextlib.nullcontext(here) if here is not None else conversations_for_a_moment(self.paths)

    def _pace(self) -> Pace | None:
        """How fast the model that answers reads and writes here."""
        return self._pace_of(vars(self).get("chat"))

    def _pace_of(self, chat: Conversing | None) -> Pace | None:
        loaded = chat.known if chat is not None else None
        found = self.measuring.pace(self.fitting.measured_as(loaded.folder)) if loaded else None
        return Pace(*found) if found else None

    @MadeOnce
    def engine(self) -> Engine:
        """The part that answers, without memory of conversations. Its events go straight to ``on_event``."""
        return self._make_engine(self._on_event)

    @MadeOnce
    def chat(self) -> Conversing:
        """Conversations that are answered and kept. Has an engine of its own making: use this or :attr:`engine`."""

        def tell(event: Event) -> None:
            self._on_event(event)
            titles.note(event)
            readiness.note(event)
            self._learn(event)
            self._make_way(event)

        conversing = Conversing(
            self.conversations,
            self._make_engine,
            tell,
            # "I am only the guide" is nothing that a model should read as its own words.
            left_out=lambda message: message.model == GUIDE_NAME and self.guide.gave_up(message),
            from_documents=FromDocuments(
                lambda: self.documents, self._pace, measured=lambda figures: self._note_speed(conversing, figures)
            ),
            before_asking=lambda: readiness.need(),
        )
        titles = Titles(self.conversations, conversing.aside, self._on_event)
        readiness = self._readiness = Readiness(
            conversing,
            self._wanted_now,
            Surroundings(memory_short=_memory_is_short, battery_low=battery_is_low),
            lambda: self.settings.settings.keep_ready_minutes,
        )
        for each in (conversing, titles, readiness):
            self._opened.append(each.close)
        return conversing

    @property
    def readiness(self) -> Readiness:
        """When the model of :attr:`chat` is in memory. Made with it."""
        self.chat  # noqa: B018
        assert self._readiness is not None
        return self._readiness

    @MadeOnce
    def passing_store(self) -> ConversationStore:
        """Conversations in memory alone: beside a window that has the others, and gone with this process."""
        return ConversationStore(Places(MemoryDatabase()))

    def passing_chat(self, *, quotes: bool = False) -> Conversing:
        """Conversations of :attr:`passing_store`, with an engine of their own; ``quotes``: documents are quoted, and no
        model answers. For commands."""
        through = FromDocuments(
            lambda: self.documents,
            lambda: self._pace_of(chat),
            quotes,
            measured=lambda figures: self._note_speed(chat, figures),
        )
        chat = Conversing(self.passing_store, self._make_engine, self._on_event, from_documents=through)
        self._opened.append(chat.close)
        return chat

    @MadeOnce
    def guide(self) -> Guide:
        """The built-in guide, which answers in the same conversations with an engine of its own. Over documents it
        quotes."""

        def tell(event: Event) -> None:
            self._on_event(event)
            self._make_way(event)

        quotes = FromDocuments(lambda: self.documents, quotes=True)
        guide = Guide(guide_folder(), self.conversations, self._make_engine, tell, quotes)
        self._opened.append(guide.close)
        return guide

    def stop_answer(self, request_id: str) -> None:
        """End an answer early, whoever gives it. Its AnswerFinished follows; unknown ids are ignored."""
        for answerer in (vars(self).get("chat"), vars(self).get("guide")):
            if answerer is not None:
                answerer.stop(request_id)

    def _make_engine(self, on_event: Callable[[Event], None]) -> Engine:
        engine: Engine
        if self._in_process:
            from runtime.inference.in_process import InProcessEngine

            engine = InProcessEngine(on_event)
        else:
            engine = EngineHost(on_event, read_memory=read_memory)
        self._opened.append(engine.close)
        return engine

    def estimate_read_all(self, scope: DocumentScope) -> tuple[int, float | None]:
        """Pages of a scope, and about how many seconds the model of :attr:`chat` takes to read them all; None while
        nobody knows. Asks the index: not for the UI thread."""
        pages, tokens = self.documents.size(scope)
        chat = vars(self).get("chat")
        loaded = chat.known if chat is not None else None
        return pages, estimated_walk(pages, tokens, loaded.context_tokens if loaded else 0, self._pace())

    # --- what needs several rooms -------------------------------------------------------------------------------------

    def download_request(self, name: str, *, revision: str = "main") -> DownloadRequest:
        """What to fetch for a catalogue name or a repository ``owner/name``.

        Raises:
            ModelNotFound: neither.
        """
        if name == self.offered.model.repository and revision in ("main", self.offered.revision):
            return DownloadRequest(name, self.offered.revision, self.offered.download_bytes)
        # A repository names its edition; another name means the one for what computes here, which must be looked at.
        found = self.catalogue.find(name) if "/" in name else self._offered_here(name)
        if found is not None:
            model, edition = found
            chosen = edition.commit if revision == "main" and edition.commit else revision
            return DownloadRequest(edition.repository, chosen, edition.download_bytes, model.role, edition.files)
        if name.count("/") == 1 and all(name.split("/")):
            return DownloadRequest(name, revision, 0, name.split("/")[1])
        raise ModelNotFound(name)

    def _offered_here(self, name: str) -> tuple[CatalogueModel, Edition] | None:
        found = self.catalogue.find(name)
        return found and self.catalogue.find(name, self.fitting.engine())

    def guide_request(self) -> LoadModel:
        """How to load the built-in guide into :attr:`engine`, for a caller without conversations.

        Raises:
            GuideUnusable: its files are missing or damaged.
        """
        check_guide(guide_folder())
        return LoadModel(str(guide_folder()))

    def load_request(self, model: InstalledModel) -> LoadModel:
        """How to load a model into :attr:`chat`: as :meth:`Fitting.load_request`, with what may be kept of what it
        reads. Looks at the computer: not for the UI thread."""
        request = self.fitting.load_request(model)
        return dataclasses.replace(request, keeping=prompt_keeping(self.paths, request, model.shape, self._store_key))

    def use_model(self, model: InstalledModel) -> None:
        """A person chose this model for :attr:`chat`: it is loaded now. Not for the UI thread: asks the system."""
        self.readiness.use(self.load_request(model))

    def _wanted_now(self) -> Wanted | None:
        """How the model in use would be loaded; None while there is none, or its files are on their way elsewhere."""
        if not self.settings.settings.model or self._models_move:
            return None
        model = self.model_to_use(None)
        if model.problem is not None:
            return None
        return Wanted(self.load_request(model), model.shape.weight_bytes if model.shape is not None else 0)

    def copies_on(self, shelf: str) -> tuple[ShelvedModel, ...]:
        """The copies in a folder, without reading them. Looks at the disk; none while it is not connected."""
        return copies_on(Path(shelf))

    def change_settings(self, **fields: Any) -> Settings:
        """Save some settings and put them in force. Raises as ``SettingsStore.save``."""
        settings = self.settings.change(**fields)
        if "downloads" in vars(self):
            self.downloads.set_manners(self.manners)
        if "documents" in vars(self):
            self.documents.work_on_battery(settings.documents_on_battery)
        return settings

    @property
    def manners(self) -> Manners:
        """What the settings say of downloads, as the downloads want to hear it."""
        settings = self.settings.settings
        return Manners(
            limit_bytes_per_s=settings.download_limit_bytes_per_s,
            only_at_night=settings.download_only_at_night,
            on_battery=settings.download_on_battery,
            on_metered=settings.download_on_metered,
        )

    def _token(self) -> str | None:
        return self.secrets.get(HUB_TOKEN)

    def _release(self, folder: str) -> None:
        """Unload the model of a folder that is about to go."""
        chat = vars(self).get("chat")
        if chat is not None and chat.known is not None and chat.known.folder == folder:
            chat.unload()

    def _use_models_folder(self, folder: Path) -> None:
        """From now on models are kept in ``folder``; the downloads, which were closed meanwhile, go on there."""
        usual = folder == self.paths.models
        self.settings.change(models_folder="" if usual else str(folder))
        vars(self).pop("downloads", None)
        self.downloads.restore()

    def _learn(self, event: Event) -> None:
        """Remember what a model's answers tell of it."""
        if isinstance(event, ModelLoaded):
            self.library.note_used(event.folder)
            self.measuring.note_loaded(self.fitting.measured_as(event.folder), event.active_bytes)
        elif isinstance(event, AnswerFinished) and event.reason is not FinishReason.FAILED:
            loaded, figures = self.chat.loaded, event.statistics
            if loaded is not None:
                self.library.note_answer(loaded.folder, figures.answer_tokens_per_s, figures.answer_tokens)
                self._note_speed(self.chat, figures)

    def _note_speed(self, chat: Conversing, figures: AnswerStatistics) -> None:
        if chat.loaded is not None:
            self.measuring.note_answer(self.fitting.measured_as(chat.loaded.folder), figures)

    def _make_way(self, event: Event) -> None:
        """Documents leave the computer to an answer while it is given."""
        if isinstance(event, AnswerStarted):
            self._answering.add(event.request_id)
        elif isinstance(event, AnswerFinished):
            self._answering.discard(event.request_id)
        else:
            return
        documents = vars(self).get("documents")
        if documents is not None:
            documents.make_way(bool(self._answering))

    def _loaded_bytes(self) -> int:
        """Memory that a model of ours holds now and would give back."""
        holders = [vars(self).get("chat"), vars(self).get("engine")]
        return sum(holder.loaded.weight_bytes for holder in holders if holder is not None and holder.loaded)

    def model_to_use(self, name: str | None) -> InstalledModel:
        """The model a caller names, or the one in the settings, or the only or newest one here.

        Raises:
            ModelNotFound, ModelFolderMissing, ModelDamaged, ModelUnsafe, ModelUnsupported
        """
        if name:
            known = None if "/" in name or Path(name).is_dir() else self.catalogue.find(name)
            return self._here(*known) if known else self.library.find(name)
        chosen = self.settings.settings.model
        if chosen:
            return self.library.find(chosen)
        usable = [model for model in self.library.models() if model.problem is None]
        if not usable:
            raise ModelNotFound("")
        return max(usable, key=lambda model: model.downloaded_at)

    def _here(self, known: CatalogueModel, edition: Edition) -> InstalledModel:
        """A model of the catalogue in the edition that was meant, else in another that is here; what can be used
        first."""
        here = {model.repository: model for model in self.library.models()}
        found = [here[name] for name in (edition.repository, *known.repositories) if name in here]
        usable = [model for model in found if model.problem is None]
        return next(iter([*usable, *found]), None) or self.library.find(edition.repository)

    # --- the end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End every thread and child, newest first. Safe to call twice."""
        while self._opened:
            self._opened.pop()()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
