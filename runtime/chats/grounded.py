"""What answers over documents stand on, kept with them. Each function works inside its caller's transaction."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from runtime.chats.rows import as_json, storable
from runtime.errors import ConversationNotFound
from runtime.sources import Grounding, ReadingMode, Source, Verdict
from runtime.storage.connection import Connection

AT_ONCE = 64


def keep(connection: Connection, message_id: str, grounding: Grounding) -> None:
    """Put it in the place of what was kept. Raises ConversationNotFound."""
    connection.execute("UPDATE messages SET grounding = ? WHERE id = ?", (_stored(grounding), message_id))
    if not connection.changes():
        raise ConversationNotFound(message_id)


def keep_verdicts(connection: Connection, message_id: str, verdicts: tuple[Verdict, ...]) -> Grounding | None:
    """Put verdicts to what is kept, and return the whole; None where nothing is kept. Raises ConversationNotFound."""
    row = connection.execute("SELECT grounding FROM messages WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise ConversationNotFound(message_id)
    if row[0] is None:
        return None
    grounding = replace(msgspec.json.decode(row[0], type=Grounding), verdicts=verdicts)
    keep(connection, message_id, grounding)
    return grounding


def forget_words(connection: Connection, documents: frozenset[int]) -> bool:
    """Blank the words of some documents; whether there were any. Names and pages stay.

    Of an answer that only quotes, the quotes themselves go: nothing else is in it.
    """
    found = False
    last = 0
    while some := _after(connection, last):
        for seq, stored in some:
            last = seq
            before = msgspec.json.decode(stored, type=Grounding)
            after = _blanked(before, documents)
            if after != before:
                found = True
                connection.execute("UPDATE messages SET grounding = ? WHERE seq = ?", (_stored(after), seq))
                if before.mode is ReadingMode.QUOTED:
                    connection.execute("UPDATE messages SET text = ? WHERE seq = ?", (_marks(after), seq))
    if found:
        # Until its parts are joined the word table still holds what was deleted from it.
        connection.execute("INSERT INTO message_words (message_words) VALUES ('optimize')")
    return found


def _after(connection: Connection, seq: int) -> list[tuple[int, str]]:
    return list(
        connection.execute(
            "SELECT seq, grounding FROM messages WHERE grounding IS NOT NULL AND seq > ? ORDER BY seq LIMIT ?",
            (seq, AT_ONCE),
        )
    )


def _blanked(grounding: Grounding, documents: frozenset[int]) -> Grounding:
    def blank(source: Source) -> Source:
        if source.document_id not in documents:
            return source
        return replace(source, text="", heading="", label="", part="")

    sources = tuple(blank(source) for source in grounding.sources)
    if sources == grounding.sources:
        return grounding
    # A quoted answer's sentences are gone with its text.
    verdicts = () if grounding.mode is ReadingMode.QUOTED else grounding.verdicts
    return replace(grounding, sources=sources, verdicts=verdicts)


def _marks(grounding: Grounding) -> str:
    return " ".join(f"[{source.number}]" for source in grounding.sources)


def _stored(grounding: Grounding) -> str:
    return storable(as_json(grounding) or "")
