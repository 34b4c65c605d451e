"""Full-text search over every conversation: the SQL, and the excerpt with its marks."""

from __future__ import annotations

import re

from runtime.chats.messages import SearchHit
from runtime.storage.connection import Connection

# Control characters cannot be in the excerpt's text for any other reason: they mark where the words are.
_OPEN, _CLOSE = "\x02", "\x03"
EXCERPT_WORDS = 24
EXCERPT_CHARACTERS = 120
# Ranking reads every message that holds a word, 200 ms for the commonest in 100,000: so many are not ranked.
RANKED_AT_MOST = 1_000
# So few letters begin the words of nearly every message; even counting those takes longer than a keystroke should.
NEVER_RANKED_LETTERS = 3
# Scripts written without spaces: a run of them is one "word" to the index, so they are looked for letter by letter.
_LETTERS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_NO_SPACES = re.compile(f"[{_LETTERS}]")
# Vowels and tones of these scripts are no letters to Python, yet they belong to their word.
_WORD = re.compile("[\\w\u0e31-\u0e4e\u3099\u309a]+")
# A whole page may be pasted where words are typed.
WORDS_AT_MOST = 30
QUERY_CHARACTERS = 2_000
_COLUMNS = "m.conversation_id, m.id, c.title, m.created_at"
_KEPT = "c.binned_at IS NULL AND m.deleted_at IS NULL"


def search(connection: Connection, query: str, limit: int) -> tuple[SearchHit, ...]:
    """Messages outside the bin that hold every word of ``query``: the best first; of very many, the newest."""
    words = _WORD.findall(query[:QUERY_CHARACTERS])[:WORDS_AT_MOST]
    if not words:
        return ()
    if _NO_SPACES.search(" ".join(words)):
        return _search_letters(connection, words, limit)
    # A single letter begins too many words to be of use; it is looked for as a word of its own.
    unfinished = "*" if len(words[-1]) > 1 else ""
    expression = " ".join(f'"{word}"' for word in words) + unfinished
    order = "rank" if _can_be_ranked(connection, expression, words[-1]) else "message_words.rowid DESC"
    # CROSS JOIN keeps the index outermost: it gives its rows in this order, and stops when there are enough.
    found = connection.execute(
        f"SELECT {_COLUMNS}, snippet(message_words, 0, ?, ?, '…', ?) FROM message_words"
        " CROSS JOIN messages m ON m.seq = message_words.rowid CROSS JOIN conversations c ON c.id = m.conversation_id"
        f" WHERE message_words MATCH ? AND {_KEPT} ORDER BY {order} LIMIT ?",
        (_OPEN, _CLOSE, EXCERPT_WORDS, expression, limit),
    )
    return tuple(_hit(*row) for row in found)


def _can_be_ranked(connection: Connection, expression: str, last_word: str) -> bool:
    if 1 < len(last_word) <= NEVER_RANKED_LETTERS:
        return False
    found = connection.execute(
        "SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT 1 OFFSET ?", (expression, RANKED_AT_MOST)
    )
    return found.fetchone() is None


def _search_letters(connection: Connection, words: list[str], limit: int) -> tuple[SearchHit, ...]:
    holds_all = "m.text LIKE ? ESCAPE '!' AND " * len(words)
    # The last condition is true of every message found; it lets an index of the messages in these scripts be used.
    found = connection.execute(
        f"SELECT {_COLUMNS}, m.text FROM messages m CROSS JOIN conversations c ON c.id = m.conversation_id"
        f" WHERE {holds_all}m.state <> 'streaming' AND {_KEPT} AND m.text GLOB '*[{_LETTERS}]*'"
        " ORDER BY m.seq DESC LIMIT ?",
        (*(f"%{word.replace('_', '!_')}%" for word in words), limit),
    )
    return tuple(
        _hit(conversation_id, message_id, title, created_at, _marked(text, words))
        for conversation_id, message_id, title, created_at, text in found
    )


def _marked(text: str, words: list[str]) -> str:
    """An excerpt around the first of the words, with the marks of all of them."""
    any_word = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    first = any_word.search(text)
    start = max(first.start() - EXCERPT_CHARACTERS // 3, 0) if first else 0
    piece = text[start : start + EXCERPT_CHARACTERS]
    marked = any_word.sub(lambda match: f"{_OPEN}{match.group()}{_CLOSE}", piece)
    return f"{'…' if start else ''}{marked}{'…' if start + EXCERPT_CHARACTERS < len(text) else ''}"


def _hit(conversation_id: str, message_id: str, title: str, created_at: int, marked: str) -> SearchHit:
    excerpt, marks, start = "", [], 0
    for piece in re.split(f"([{_OPEN}{_CLOSE}])", marked):
        if piece == _OPEN:
            start = len(excerpt)
        elif piece == _CLOSE:
            marks.append((start, len(excerpt)))
        else:
            excerpt += piece
    return SearchHit(conversation_id, message_id, title, excerpt, tuple(marks), created_at)
