"""What storing costs: one streamed flush, one question, opening and importing, beside plain sqlite3 in the same run.

``python -m tests.bench.storage`` prints one line a figure; ratios compare medians of interleaved rounds.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from runtime.chats.store import ConversationStore
from runtime.storage.database import Database

ROUNDS = 200
IMPORTS = 7
PIECE = "word " * 12
KEY = bytes(range(32))


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
    stores = {"store": ConversationStore(plain), "store, encrypted": ConversationStore(sealed)}
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
    store = ConversationStore(database)
    with database.write():
        for number in range(1000):
            conversation_id = store.create(f"conversation {number}")
            for _ in range(5):
                store.add_exchange(conversation_id, "question " * 20)
    database.close()

    def open_ours() -> None:
        database = Database(path)
        store = ConversationStore(database)
        store.summaries()
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


def main() -> None:
    """Run all of it in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        flushes(Path(folder))
        openings(Path(folder))
    imports()


if __name__ == "__main__":
    main()
