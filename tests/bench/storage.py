"""What storing costs: one streamed flush, one question, opening and importing, beside plain sqlite3 in the same run;
and what searching 100,000 messages costs, beside a scan of all of them.

``python -m tests.bench.storage`` prints one line a figure; ratios compare medians of interleaved rounds. With
``search`` behind it only that part runs.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from runtime.chats.places import Places
from runtime.chats.shelf import Shelf
from runtime.chats.store import ConversationStore
from runtime.storage.database import Database

ROUNDS = 200
IMPORTS = 7
PIECE = "word " * 12
KEY = bytes(range(32))
MESSAGES = 100_000
MESSAGES_A_CHAT = 40
VOCABULARY = 40_000
SEARCHES = 5
SEARCH_BAR_MS = 50.0
NEWEST_WORD = "newestword"
CJK_WORD = "汉语"
SYLLABLES = [c + v for c in "bdfghjklmnprstvwz" for v in ("a", "e", "i", "o", "u", "an", "er", "is")]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def interleaved(works: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of each, taken in turns so that a slow moment of the machine meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(times) for name, times in taken.items()}


def plain_append(path: Path) -> Callable[[], object]:
    """The least that storing a piece can cost: one row, one commit, same safety settings."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    connection.execute("CREATE TABLE answers (id INTEGER PRIMARY KEY, text TEXT)")
    connection.execute("INSERT INTO answers VALUES (1, '')")
    return lambda: connection.execute("UPDATE answers SET text = text || ? WHERE id = 1", (PIECE,))


def report(title: str, medians: dict[str, float]) -> None:
    """One line per figure, the first one being what the others are compared with."""
    base = next(iter(medians.values()))
    for name, value in medians.items():
        print(f"{title:28} {name:22} {value * 1000:9.3f} ms   x{value / base:.2f}")


def one_piece(store: ConversationStore) -> Callable[[], object]:
    """Write the next piece of a streaming answer."""
    answer_id = store.add_exchange(store.create(), "Why?")[1]
    return lambda: store.append_text(answer_id, PIECE)


def one_question(store: ConversationStore) -> Callable[[], object]:
    """Store a question and its empty answer."""
    conversation_id = store.create()
    return lambda: store.add_exchange(conversation_id, "Why is the sky blue?")


def flushes(folder: Path) -> None:
    """One flush of a streaming answer, and the two rows of a question."""
    plain, sealed = Database(folder / "store.db"), Database(folder / "sealed.db", key=KEY)
    stores = {"store": ConversationStore(Places(plain)), "store, encrypted": ConversationStore(Places(sealed))}
    base = {"plain sqlite3": plain_append(folder / "plain.db")}
    report("one streamed flush", interleaved({**base, **{name: one_piece(s) for name, s in stores.items()}}))
    base = {"plain sqlite3": plain_append(folder / "plain2.db")}
    report("one question stored", interleaved({**base, **{name: one_question(s) for name, s in stores.items()}}))
    plain.close()
    sealed.close()


def openings(folder: Path) -> None:
    """Opening a home of 1,000 conversations, checks included, against a bare sqlite3 connection with one read."""
    path = folder / "large.db"
    database = Database(path)
    store = ConversationStore(Places(database))
    with database.write():
        for number in range(1000):
            conversation_id = store.create(f"conversation {number}")
            for _ in range(5):
                store.add_exchange(conversation_id, "question " * 20)
    database.close()

    def open_ours() -> None:
        database = Database(path)
        places = Places(database)
        store = ConversationStore(places)
        Shelf(places).summaries()
        store.open(str(store.last_opened()))
        database.close()

    def open_plain() -> None:
        connection = sqlite3.connect(path)
        connection.execute("SELECT id, title FROM conversations ORDER BY updated_at DESC").fetchall()
        connection.close()

    size_mb = path.stat().st_size / 1e6
    report(f"opening {size_mb:.1f} MB", interleaved({"plain sqlite3": open_plain, "store": open_ours}, 15))


def imports() -> None:
    """A fresh interpreter that imports the store, against one that imports sqlite3."""

    def importing(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    codes = {"sqlite3": "import sqlite3", "store": "import runtime.chats.store", "nothing": "pass"}
    report("interpreter and import", interleaved({name: importing(code) for name, code in codes.items()}, IMPORTS))


# --- search -----------------------------------------------------------------------------------------------------------


def vocabulary(chance: random.Random) -> list[str]:
    """Words that were never said, all different, the commonest short."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 1 + min(4, len(words) // 100 + chance.randrange(3))
        words["".join(chance.choices(SYLLABLES, k=length))] = None
    return list(words)


def letters(chance: random.Random, count: int) -> str:
    """Text without spaces: letters of a script that needs none."""
    return "".join(chr(0x4E00 + min(int(chance.paretovariate(0.6)), 8_000)) for _ in range(count))


def spoken(chance: random.Random, words: list[str]) -> Iterator[str]:
    """The texts of all messages: short questions and long answers, words as common as Zipf's law has them; each
    twentieth message is in a script without spaces, and four of these hold ``CJK_WORD``."""
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    for number in range(MESSAGES):
        length = max(1, int(chance.lognormvariate(2.3 if number % 2 == 0 else 4.3, 0.6)))
        if number % 20 in (18, 19) and number % 40 < 20:
            middle = CJK_WORD if number % 25_000 == 18 else ""
            yield letters(chance, length) + middle + letters(chance, length)
        else:
            yield " ".join(chance.choices(words, cum_weights=weights, k=length)) + "."


def fill(database: Database, texts: Iterator[str]) -> None:
    """Chats of ``MESSAGES_A_CHAT`` messages each, in one transaction."""
    with database.write() as connection:
        for chat in range(MESSAGES // MESSAGES_A_CHAT):
            connection.execute(
                "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, ?, ?)",
                (f"c{chat}", f"Chat {chat}", chat, chat),
            )
            said = list(itertools.islice(texts, MESSAGES_A_CHAT))
            if chat == MESSAGES // MESSAGES_A_CHAT - 1:
                said[-1] += f" {NEWEST_WORD}"
            connection.executemany(
                "INSERT INTO messages (id, conversation_id, parent_id, role, text, state, created_at)"
                " VALUES (?, ?, ?, ?, ?, 'complete', ?)",
                (
                    (
                        f"c{chat}m{number}",
                        f"c{chat}",
                        f"c{chat}m{number - 1}" if number else None,
                        "assistant" if number % 2 else "user",
                        text,
                        chat,
                    )
                    for number, text in enumerate(said)
                ),
            )


def scan(database: Database, query: str, limit: int = 50) -> list[object]:
    """What searching is without an index."""
    with database.read() as connection:
        return list(
            connection.execute(
                "SELECT id, text FROM messages WHERE "
                + " AND ".join("text LIKE ?" for _ in query.split())
                + " ORDER BY seq DESC LIMIT ?",
                (*(f"%{word}%" for word in query.split()), limit),
            )
        )


def search(folder: Path) -> None:
    """Each kind of query, the median and the worst of ``SEARCHES`` times, against the median of a scan."""
    database = Database(folder / "search.db", first_backup_after_s=3600.0)
    chance = random.Random(5)
    words = vocabulary(chance)
    fill(database, spoken(chance, words))
    store = ConversationStore(Places(database))
    queries = {
        "a rare word": words[-1],
        "a common word": words[0],
        "two words": f"{words[20]} {words[300]}",
        "two common words": f"{words[0]} {words[1]}",
        "two letters, unfinished": words[0][:2],
        "common start, unfinished": words[1][:3],
        "common word, unfinished": min(words[:10], key=len),
        "a word without spaces": CJK_WORD,
        "a letter without spaces": CJK_WORD[0],
        "in the newest message": NEWEST_WORD,
        "nowhere": "nosuchwordatall",
        "nowhere, without spaces": "龘龘",
    }
    for name, query in queries.items():
        found = len(store.search(query))
        times = [seconds(lambda query=query: store.search(query)) * 1000 for _ in range(SEARCHES)]  # type: ignore[misc]
        scanned = [seconds(lambda query=query: scan(database, query)) * 1000 for _ in range(SEARCHES)]  # type: ignore[misc]
        median, worst, base = statistics.median(times), max(times), statistics.median(scanned)
        over = "" if worst <= SEARCH_BAR_MS else f"   over {SEARCH_BAR_MS:.0f} ms"
        print(f"search: {name:26} {median:8.2f} ms, worst {worst:8.2f} ms, scan {base:8.2f} ms, {found:3} found{over}")
    database.close()


def main() -> None:
    """Run all of it, or what is named, in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1:] != ["search"]:
            flushes(Path(folder))
            openings(Path(folder))
            imports()
        search(Path(folder))


if __name__ == "__main__":
    main()
