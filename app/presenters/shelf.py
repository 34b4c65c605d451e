"""The sidebar, the header's menu and the page of what was put away, joined to the order of conversations."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from app import texts
from app.chat.chat_page import ChatPage
from app.chat.header import HeaderMenu
from app.controllers.chat import ChatController
from app.controllers.shelf import ShelfController
from app.keeping.keeping_page import KeepingPage, KeptRow
from app.presenters.chat import NEW_TITLE, PRIVATE_TITLE
from app.presenters.copies import CopiesPresenter
from app.sidebar.rows import ConversationRow, FolderRow, HitRow
from app.sidebar.sidebar import Sidebar
from runtime.api import (
    DAYS_IN_BIN,
    Conversation,
    ConversationSummary,
    DeletedMessage,
    Problem,
    SearchHit,
)

DAY_S = 24 * 60 * 60
PINNED_WORDS = 60


class ShelfPresenter(QObject):
    """Owns the sidebar and the page "Archive and bin".

    Signals:
        toasted: sentence, label of an undo button and what it undoes ("" for none).
        new_chat_wanted, private_chat_wanted: the person wants to begin a conversation.
    """

    toasted = Signal(str, str, str)
    new_chat_wanted = Signal()
    private_chat_wanted = Signal()

    def __init__(
        self, shelf: ShelfController, chat: ChatController, page: ChatPage, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._chat = chat
        self._page = page
        self._conversation: Conversation | None = None
        self._copies = CopiesPresenter(shelf, page, self)
        self._copies.toasted.connect(self.toasted)
        self.sidebar = Sidebar()
        self.keeping_page = KeepingPage()
        self._connect_sidebar()
        self._connect_keeping()
        self._connect_controllers()
        page.header.menu_chosen.connect(self._on_menu)
        page.header.pinned_message_chosen.connect(page.transcript.go_to)
        page.header.renamed.connect(lambda title: shelf.rename(chat.current_id, title))

    def _connect_sidebar(self) -> None:
        sidebar, shelf = self.sidebar, self._shelf
        sidebar.new_chat_requested.connect(self.new_chat_wanted)
        sidebar.private_chat_requested.connect(self.private_chat_wanted)
        sidebar.conversation_chosen.connect(lambda conversation_id: self._chat.open(conversation_id))
        sidebar.hit_chosen.connect(self._open_hit)
        sidebar.search_wanted.connect(self._search)
        sidebar.rename_requested.connect(shelf.rename)
        sidebar.pin_requested.connect(shelf.pin)
        sidebar.archive_requested.connect(shelf.archive)
        sidebar.delete_requested.connect(shelf.move_to_bin)
        sidebar.forget_requested.connect(shelf.forget)
        sidebar.export_requested.connect(self._copies.export)
        sidebar.moved.connect(shelf.put_into)
        sidebar.folder_made.connect(shelf.make_folder)
        sidebar.folder_renamed.connect(shelf.rename_folder)
        sidebar.folder_deleted.connect(shelf.delete_folder)
        sidebar.folder_folded.connect(shelf.fold)

    def _connect_keeping(self) -> None:
        page, shelf = self.keeping_page, self._shelf
        page.restore_requested.connect(self._bring_back)
        page.bin_requested.connect(shelf.move_to_bin)
        page.purge_requested.connect(self._purge)
        page.empty_requested.connect(shelf.empty_bin)
        page.import_requested.connect(self._copies.import_file)
        page.export_all_requested.connect(lambda: self._copies.export(""))

    def _connect_controllers(self) -> None:
        shelf = self._shelf
        shelf.changed.connect(self._on_list)
        shelf.kept_changed.connect(self._on_kept)
        shelf.found.connect(self._on_found)
        shelf.went_away.connect(self._on_went_away)
        shelf.archived.connect(lambda id_, title: self._say_undoable(f"“{title or NEW_TITLE}” is in the archive", id_))
        shelf.binned.connect(lambda id_, title: self._say_undoable(f"“{title or NEW_TITLE}” is in the bin", id_))
        shelf.failed.connect(self._on_problem)
        self._chat.opened.connect(lambda conversation, _at: self.sidebar.set_current(self._chat.current_id))

    # --- lists ----------------------------------------------------------------------------------------------------

    def _on_list(self) -> None:
        shelf = self._shelf
        writing = set(shelf.answering.values())
        rows = tuple(
            ConversationRow(
                summary.id,
                summary.title or (PRIVATE_TITLE if summary.private else NEW_TITLE),
                _moment(summary.updated_at),
                summary.folder_id,
                summary.pinned,
                summary.private,
                summary.id in writing,
            )
            for summary in shelf.summaries
        )
        self.sidebar.set_folded(tuple(folder.id for folder in shelf.folders if folder.folded))
        self.sidebar.set_conversations(rows, tuple(FolderRow(folder.id, folder.name) for folder in shelf.folders))
        self.sidebar.set_current(self._chat.current_id)
        title = shelf.title(self._chat.current_id)
        if title:
            self._page.header.set_title(title)
        summary = next((s for s in shelf.summaries if s.id == self._chat.current_id), None)
        if summary is not None:
            self._show_menu(summary.pinned)

    def _search(self, words: str) -> None:
        if words.strip():
            self._shelf.search(words)
        else:
            self.sidebar.set_hits(words, ())

    def _on_found(self, words: str, hits: tuple[SearchHit, ...]) -> None:
        self.sidebar.set_hits(
            words,
            tuple(
                HitRow(
                    hit.conversation_id,
                    hit.message_id,
                    hit.title or NEW_TITLE,
                    hit.excerpt,
                    hit.marks,
                    _moment(hit.created_at),
                )
                for hit in hits
            ),
        )

    def _open_hit(self, conversation_id: str, message_id: str, words: str) -> None:
        if conversation_id == self._chat.current_id and self._page.transcript.item(message_id) is not None:
            self._page.transcript.show_match(message_id, words)
            return

        def show(_conversation: object, at: str) -> None:
            self._chat.opened.disconnect(show)
            if at == message_id:
                self._page.transcript.show_match(message_id, words)

        self._chat.opened.connect(show)
        self._chat.open(conversation_id, message_id)

    def _on_kept(self) -> None:
        kept = self._shelf.kept
        archived = tuple(KeptRow("archived", s.id, s.title or NEW_TITLE, _day(s.updated_at)) for s in kept.archived)
        binned = [(s.binned_at, _binned(s)) for s in kept.binned]
        binned += [(message.deleted_at, _deleted(message)) for message in kept.messages]
        binned.sort(key=lambda pair: pair[0], reverse=True)
        self.keeping_page.set_rows(archived, tuple(row for _when, row in binned))

    # --- one conversation -----------------------------------------------------------------------------------------

    def on_shown(self, conversation: Conversation | None) -> None:
        """Another conversation is on the page, or the same one is stored differently now."""
        self._conversation = conversation
        self._page.header.set_can_rename(conversation is not None)
        self._show_menu(conversation is not None and conversation.pinned)

    def _show_menu(self, pinned: bool) -> None:
        conversation = self._conversation
        kind = "none" if conversation is None else "private" if conversation.private else "kept"
        messages = conversation.messages if conversation else ()
        self._page.header.set_menu(
            HeaderMenu(
                kind,
                pinned,
                tuple(
                    (message.id, " ".join(message.text.split())[:PINNED_WORDS])
                    for message in messages
                    if message.pinned
                ),
            )
        )

    def _on_menu(self, chosen: str) -> None:
        conversation_id, transcript = self._chat.current_id, self._page.transcript
        match chosen:
            case "pin" | "unpin":
                self._shelf.pin(conversation_id, chosen == "pin")
            case "find":
                transcript.open_find()
            case "copy" | "copy_markdown":
                transcript.copy_all(chosen == "copy_markdown")
                self.toasted.emit("Copied", "", "")
            case "save":
                self._copies.export(conversation_id)
            case "archive":
                self._shelf.archive(conversation_id)
            case "bin":
                self._shelf.move_to_bin(conversation_id)
            case "forget":
                self._shelf.forget(conversation_id)
            case _:
                pass

    def _on_went_away(self, conversation_id: str) -> None:
        if conversation_id == self._chat.current_id:
            self._chat.new()

    def undo(self, what: str) -> None:
        """Take back what a toast offered to undo."""
        kind, _colon, own_id = what.partition(":")
        if kind == "message":
            self._chat.restore_message(own_id)
        else:
            self._shelf.bring_back(own_id)
            self._chat.open(own_id)

    def _bring_back(self, kind: str, own_id: str) -> None:
        if kind == "message":
            self._chat.restore_message(own_id)
            self._shelf.refresh_kept()
        else:
            self._shelf.bring_back(own_id)

    def _purge(self, kind: str, own_id: str) -> None:
        if kind == "message":
            self._shelf.forget_message(own_id)
        else:
            self._shelf.forget(own_id)

    def _say_undoable(self, sentence: str, conversation_id: str) -> None:
        self.toasted.emit(sentence, "Undo", f"conversation:{conversation_id}")

    def _on_problem(self, problem: Problem) -> None:
        self.toasted.emit(texts.one_line(problem), "", "")


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone()


def _day(time_ms: int) -> str:
    moment = _moment(time_ms)
    return f"{moment.day} {moment:%B %Y}"


def _left(time_ms: int) -> str:
    days = max(0, DAYS_IN_BIN - int((time.time() - time_ms / 1000) // DAY_S))
    return f"{days} day{'' if days == 1 else 's'} left"


def _binned(summary: ConversationSummary) -> KeptRow:
    return KeptRow("binned", summary.id, summary.title or NEW_TITLE, _left(summary.binned_at))


def _deleted(message: DeletedMessage) -> KeptRow:
    excerpt = " ".join(message.excerpt.split()) or "A message without text"
    return KeptRow("message", message.id, excerpt, f"from “{message.title or NEW_TITLE}” · {_left(message.deleted_at)}")
