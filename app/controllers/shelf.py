"""Conversations in order: the list, folders, search, the archive, the bin, copies in files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from runtime.api import (
    AnswerFinished,
    AnswerStarted,
    ConversationsChanged,
    ConversationSummary,
    DeletedMessage,
    Event,
    Folder,
    ImportReport,
    Problem,
    Runtime,
    SearchHit,
)


@dataclass(frozen=True)
class KeptAway:
    """What is in the archive and in the bin."""

    archived: tuple[ConversationSummary, ...] = ()
    binned: tuple[ConversationSummary, ...] = ()
    messages: tuple[DeletedMessage, ...] = ()


class ShelfController(QObject):
    """Everything about the order of conversations that is not a widget. Storage goes through one ordered runner.

    Signals:
        changed: :attr:`summaries` and :attr:`folders` are new.
        kept_changed: :attr:`kept` is new.
        found: the words looked for, and a tuple of SearchHits.
        went_away: the id of a conversation that is not in the list any more: archived, binned or forgotten.
        archived, binned: the id and title of a conversation that was put away, and can be brought back.
        exported: the path of a copy that was written.
        imported: an ImportReport.
        recovered: the Problem that a damaged database was, now that a backup took its place.
        failed: a Problem.
    """

    changed = Signal()
    kept_changed = Signal()
    found = Signal(str, object)
    went_away = Signal(str)
    archived = Signal(str, str)
    binned = Signal(str, str)
    exported = Signal(str)
    imported = Signal(object)
    recovered = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        runtime: Runtime,
        bridge: EventBridge,
        store: TaskRunner,
        questions: TaskRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._store = store
        self._questions = questions
        self.summaries: tuple[ConversationSummary, ...] = ()
        self.folders: tuple[Folder, ...] = ()
        self.kept = KeptAway()
        self.answering: dict[str, str] = {}  # request -> conversation
        bridge.event_arrived.connect(self._on_event)

    # --- reading --------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the list anew."""
        self._do(lambda: (self._runtime.shelf.summaries(), self._runtime.shelf.folders()), self._on_list)

    def refresh_kept(self) -> None:
        """Read anew what is in the archive and in the bin."""
        shelf = self._runtime.shelf
        self._do(lambda: KeptAway(shelf.archived(), shelf.binned(), shelf.deleted_messages()), self._on_kept)

    def tidy(self) -> None:
        """Once a start: empty the bin of what lay there long enough, and say if the database had to be mended."""

        def work() -> Problem | None:
            self._runtime.shelf.purge_bin()
            return self._runtime.conversations.recovered

        self._do(work, lambda problem: self.recovered.emit(problem) if problem is not None else None)

    def search(self, words: str) -> None:
        """Look for messages that hold these words; :attr:`found` follows."""

        def on_found(hits: tuple[SearchHit, ...]) -> None:
            self.found.emit(words, hits)

        self._do(lambda: self._runtime.conversations.search(words), on_found)

    def title(self, conversation_id: str) -> str:
        """The title of a conversation in the list, "" for one that has none."""
        return next((s.title for s in self.summaries if s.id == conversation_id), "")

    # --- folders --------------------------------------------------------------------------------------------------

    def make_folder(self, name: str, conversation_id: str = "") -> None:
        """A new folder, with a conversation in it if one is named."""

        def work() -> None:
            folder_id = self._runtime.shelf.make_folder(name)
            if conversation_id:
                self._runtime.shelf.put_into(conversation_id, folder_id)

        self._change(work)

    def rename_folder(self, folder_id: str, name: str) -> None:
        """Another name for a folder."""
        self._change(lambda: self._runtime.shelf.rename_folder(folder_id, name))

    def fold(self, folder_id: str, folded: bool) -> None:
        """Remember whether a folder is shown as its name alone."""
        self._change(lambda: self._runtime.shelf.fold(folder_id, folded))

    def delete_folder(self, folder_id: str) -> None:
        """Take a folder away; what is in it stays."""
        self._change(lambda: self._runtime.shelf.delete_folder(folder_id))

    def put_into(self, conversation_id: str, folder_id: str) -> None:
        """Move a conversation into a folder, or with "" out of all."""
        self._change(lambda: self._runtime.shelf.put_into(conversation_id, folder_id))

    # --- one conversation -----------------------------------------------------------------------------------------

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        self._change(lambda: self._runtime.conversations.rename(conversation_id, title))

    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation at the top of the list, or no longer."""
        self._change(lambda: self._runtime.shelf.pin(conversation_id, pinned))

    def archive(self, conversation_id: str) -> None:
        """Put a conversation out of the list; :meth:`bring_back` undoes it."""
        title = self.title(conversation_id)
        self._put_away(
            conversation_id,
            lambda: self._runtime.shelf.archive(conversation_id, True),
            lambda: self.archived.emit(conversation_id, title),
        )

    def move_to_bin(self, conversation_id: str) -> None:
        """Put a conversation into the bin; :meth:`bring_back` undoes it."""
        title = self.title(conversation_id)
        self._put_away(
            conversation_id,
            lambda: self._runtime.shelf.move_to_bin(conversation_id),
            lambda: self.binned.emit(conversation_id, title),
        )

    def forget(self, conversation_id: str) -> None:
        """Delete a private conversation, or one in the bin, for good."""
        self._put_away(conversation_id, lambda: self._runtime.shelf.forget(conversation_id), lambda: None)

    def forget_message(self, message_id: str) -> None:
        """Delete the words of a deleted message for good."""
        self._change(lambda: self._runtime.shelf.forget_message(message_id))
        self.refresh_kept()

    def empty_bin(self) -> None:
        """Delete for good all that lies in the bin."""
        self._change(lambda: self._runtime.shelf.empty_bin())
        self.refresh_kept()

    def bring_back(self, conversation_id: str) -> None:
        """Take a conversation out of the bin and out of the archive."""

        def work() -> None:
            self._runtime.shelf.restore(conversation_id)
            self._runtime.shelf.archive(conversation_id, False)

        def on_done(_none: object) -> None:
            self.refresh()
            self.refresh_kept()

        self._do(work, on_done)

    # --- copies in files ------------------------------------------------------------------------------------------

    def export(self, conversation_id: str, path: str) -> None:
        """Write a copy of one conversation, readable text if the name ends in .md; "" is all conversations."""

        def work() -> str:
            if conversation_id:
                self._runtime.exchange.export_conversation(conversation_id, Path(path))
            else:
                self._runtime.exchange.export_all(Path(path))
            return path

        self._questions.run(work, self.exported.emit, self.failed.emit)

    def import_file(self, path: str) -> None:
        """Take conversations over from a file that Hearth or ChatGPT wrote."""

        def on_done(report: ImportReport) -> None:
            self.imported.emit(report)
            self.refresh()

        self._questions.run(lambda: self._runtime.exchange.import_file(Path(path)), on_done, self.failed.emit)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _do(self, work: Callable[[], object], on_done: Callable[..., None]) -> None:
        self._store.run(work, on_done, self.failed.emit)

    def _change(self, work: Callable[[], object]) -> None:
        self._do(work, lambda _none: self.refresh())

    def _put_away(self, conversation_id: str, work: Callable[[], object], announce: Callable[[], None]) -> None:
        def on_done(_none: object) -> None:
            announce()
            self.went_away.emit(conversation_id)
            self.refresh()
            self.refresh_kept()

        for request_id, answered in self.answering.items():
            if answered == conversation_id:
                self._runtime.stop_answer(request_id)
        self._do(work, on_done)

    def _on_list(self, found: tuple[tuple[ConversationSummary, ...], tuple[Folder, ...]]) -> None:
        self.summaries, self.folders = found
        self.changed.emit()

    def _on_kept(self, kept: KeptAway) -> None:
        self.kept = kept
        self.kept_changed.emit()

    def _on_event(self, event: Event) -> None:
        match event:
            case AnswerStarted():
                self.answering[event.request_id] = event.conversation_id
                self.changed.emit()
            case AnswerFinished():
                self.answering.pop(event.request_id, "")
                self.changed.emit()
            case ConversationsChanged():
                self.refresh()
            case _:
                pass
