"""The process is killed with no warning, again and again; what it had acknowledged must be there."""

from __future__ import annotations

import os
import random
from pathlib import Path

from runtime.chats.messages import MessageState
from runtime.chats.store import ConversationStore
from runtime.paths import Paths
from runtime.storage.database import Database
from runtime.storage.files import TEMPORARY_PREFIX
from runtime.storage.settings import SettingsStore
from tests.runtime.storage.killing import killed_while_writing

KILLS = 20


def test_no_acknowledged_message_is_lost(tmp_path: Path) -> None:
    chance, acknowledged = random.Random(11), set[str]()
    for _ in range(KILLS):
        acknowledged.update(killed_while_writing("database", tmp_path, chance))
    database = Database(Paths.below(tmp_path).database)
    assert database.recovered is None
    with database.read() as connection:
        stored = {row[0] for row in connection.execute("SELECT id FROM messages")}
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    with database.write() as connection:
        connection.execute("INSERT INTO message_words (message_words) VALUES ('integrity-check')")
    database.close()
    assert len(acknowledged) > KILLS
    assert acknowledged <= stored
    # Each kill may also have hit a backup being made: those that count are whole.
    for backup in database.backups.newest_first():
        assert database.backups._is_good(backup, 99), backup


def test_settings_are_always_whole(tmp_path: Path) -> None:
    chance, last = random.Random(12), 0
    for _ in range(KILLS):
        last = int(killed_while_writing("settings", tmp_path, chance)[-1])
        store = SettingsStore(Paths.below(tmp_path))
        assert store.problem is None
        number, text = store.settings.model.split("-")
        assert int(number) >= last
        assert text == "m" * 20_000
    leftovers = [name for name in os.listdir(tmp_path) if name.startswith(TEMPORARY_PREFIX)]
    assert len(leftovers) <= KILLS


def test_a_streaming_answer_becomes_interrupted_with_its_text(tmp_path: Path) -> None:
    chance = random.Random(13)
    for _ in range(5):
        answer_id, *numbers = killed_while_writing("streaming", tmp_path, chance)
        database = Database(Paths.below(tmp_path).database)
        store = ConversationStore(database)
        answer = store.message(answer_id)
        last = store.summaries()[0]
        assert store.open(last.id).messages[-1].id == answer_id
        database.close()
        assert answer.state is MessageState.INTERRUPTED
        saved = answer.text.split()
        assert saved[: len(numbers)] == numbers
        assert len(saved) <= len(numbers) + 1
        assert len(answer.thinking.split()) == len(saved)
