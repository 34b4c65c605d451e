"""Conversations that leave Hearth in a file, and come back from one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from runtime.chats import rows
from runtime.chats.exchange import chatgpt
from runtime.chats.exchange import format as own_format
from runtime.chats.exchange.format import FORMAT, VERSION, BrokenConversation, ExportedConversation, exported
from runtime.chats.exchange.markdown import export_markdown
from runtime.chats.exchange.reading import Kind, NotUnderstood, conversations_in
from runtime.chats.exchange.storing import store
from runtime.chats.ids import now_ms
from runtime.chats.places import Places
from runtime.errors import ConversationNotFound, ImportNotUnderstood
from runtime.storage.files import replace_file, replacing, shown_name, storage_errors, sweep_temporary_files

_MARKDOWN_ENDINGS = (".md", ".markdown")


@dataclass(frozen=True)
class ImportReport:
    """What came of a file: conversations and messages that are new here, conversations that could not be read, and
    conversations of which all was here already."""

    conversations: int
    messages: int
    skipped: int
    already_here: int = 0


class Exchange:
    """Writes conversations into files and reads them from files. Any thread but the window's own: large files take
    seconds. Others may read and write conversations meanwhile.

    Exports raise StoreFull or HomeNotWritable for the place of the file, which is then as it was before; all methods
    may raise StoreDamaged.
    """

    def __init__(self, places: Places) -> None:
        self._places = places

    def export_all(self, path: Path, *, with_bin: bool = False) -> int:
        """Write every conversation to ``path`` as JSON (see :mod:`~runtime.chats.exchange.format`); return how many.

        Private ones are left out, and what is in the bin unless ``with_bin``.
        """
        return export_json(self._places, path, with_bin=with_bin)

    def export_conversation(self, conversation_id: str, path: Path) -> None:
        """Write one conversation, also a private one: as Markdown to read if ``path`` ends so, else as JSON.

        Raises also ConversationNotFound: nothing was written.
        """
        if path.suffix.lower() not in _MARKDOWN_ENDINGS:
            export_json(self._places, path, (conversation_id,))
            return
        with self._places.of(conversation_id).read() as connection:
            text = export_markdown(rows.conversation(connection, conversation_id))
        with storage_errors(path):
            replace_file(path, text.encode())

    def import_file(self, path: Path) -> ImportReport:
        """Add the conversations of a file: Hearth's own JSON, or ChatGPT's export (conversations.json, or the .zip).

        What is here already stays as it is, so a file may be read twice. Each conversation is one transaction; one
        that makes no sense is passed over.

        Raises:
            ImportNotUnderstood: no such file, cut off, or beyond the limits; nothing was added.
            StoreFull, HomeNotWritable: the conversations before this moment were added, whole.
        """
        try:
            # The whole file first, so that one that breaks off in the middle changes nothing.
            for _conversation in conversations_in(path):
                pass
            return self._import(path)
        except NotUnderstood as error:
            raise ImportNotUnderstood(shown_name(path)) from error

    def _import(self, path: Path) -> ImportReport:
        conversations = messages = skipped = already_here = 0
        for kind, found in conversations_in(path):
            try:
                is_new, added = self._store(_understood(kind, found))
            except BrokenConversation:
                skipped += 1
            else:
                conversations += is_new
                messages += added
                already_here += not is_new and not added
        return ImportReport(conversations, messages, skipped, already_here)

    def _store(self, conversation: ExportedConversation) -> tuple[bool, int]:
        with self._places.disk.write() as connection:
            return store(connection, conversation)


def export_json(
    places: Places, path: Path, conversation_ids: Sequence[str] | None = None, *, with_bin: bool = False
) -> int:
    """Write these conversations (None: all but private ones) to ``path``, one after the other, whole or not at all.

    Each is in the file as it was at one moment; return how many. Raises as :class:`Exchange`.
    """
    wanted = _all(places, with_bin) if conversation_ids is None else tuple(conversation_ids)
    written = 0
    sweep_temporary_files(path.parent)
    with storage_errors(path), replacing(path) as stream:
        head = {"format": FORMAT, "version": VERSION, "exported_at": now_ms()}
        stream.write(msgspec.json.encode(head)[:-1] + b',"conversations":[')
        for conversation_id in wanted:
            try:
                with places.of(conversation_id).read() as connection:
                    conversation = exported(connection, conversation_id)
            except ConversationNotFound:
                if conversation_ids is None:
                    continue  # deleted for good since the list was made
                raise
            stream.write((b",\n" if written else b"\n") + msgspec.json.encode(conversation))
            written += 1
        stream.write(b"\n]}\n")
    return written


def _all(places: Places, with_bin: bool) -> tuple[str, ...]:
    which = "" if with_bin else " WHERE binned_at IS NULL"
    with places.disk.read() as connection:
        return tuple(
            row[0] for row in connection.execute(f"SELECT id FROM conversations{which} ORDER BY created_at, id")
        )


def _understood(kind: Kind, found: object) -> ExportedConversation:
    return chatgpt.understood(found) if kind is Kind.CHATGPT else own_format.understood(found)
