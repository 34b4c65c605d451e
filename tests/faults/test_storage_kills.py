"""The process is killed with no warning, again and again; what it had acknowledged must be there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from runtime.chats.exchange.exchange import Exchange, ImportReport
from runtime.chats.messages import MessageState
from runtime.errors import ConversationNotFound
from runtime.paths import Paths
from runtime.requests import Role
from runtime.storage.database import Database
from runtime.storage.files import TEMPORARY_PREFIX
from runtime.storage.settings import SettingsStore
from tests.runtime.chats.kit import Home
from tests.runtime.storage.killing import IMPORT_FILE, PIECES_A_SECOND, Writers, state_of

KILLS = 20
# Four works on conversations, each in five homes with ten kills: 200 in all.
HOMES = 5
KILLS_A_HOME = 10
IMPORT_FILES = 300
CHATS_A_FILE = 8
SAID = 6

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    with Writers() as writers:
        yield writers


def opened(folder: Path) -> Home:
    """A home after a kill, once it has passed every check that needs no knowledge of what was done there."""
    database = Database(Paths.below(folder).database)
    assert database.recovered is None
    with database.read() as connection:
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    home = Home.on(database)
    home.check_index()
    with database.read() as connection:
        lost = connection.execute(
            "SELECT c.id FROM conversations c LEFT JOIN messages m ON m.id = c.active_leaf"
            " WHERE (c.active_leaf IS NOT NULL OR EXISTS (SELECT 1 FROM messages x WHERE x.conversation_id = c.id))"
            " AND m.conversation_id IS NOT c.id"
        ).fetchall()
        shown_though_deleted = connection.execute(
            "WITH RECURSIVE above (id, parent_id, deleted_branch) AS ("
            " SELECT m.id, m.parent_id, m.deleted_branch FROM conversations c JOIN messages m ON m.id = c.active_leaf"
            " UNION ALL SELECT m.id, m.parent_id, m.deleted_branch FROM above"
            " JOIN messages m ON m.id = above.parent_id)"
            " SELECT id FROM above WHERE deleted_branch > 0"
        ).fetchall()
        chats = [row[0] for row in connection.execute("SELECT id FROM conversations")]
        assert connection.execute("SELECT 1 FROM messages WHERE state = 'streaming'").fetchall() == []
    assert lost == shown_though_deleted == []
    for chat in chats:
        for message in home.store.read(chat).messages:
            assert message.id in message.siblings
    return home


def kills(writers: Writers, work: str, folder: Path, seed: int) -> Iterator[tuple[bool, list[list[str]], Home]]:
    """Whether a home is new, what was acknowledged before the kill, and the home as it was found after it."""
    for number in range(HOMES):
        chance = Random(seed + number)
        for kill in range(KILLS_A_HOME):
            said = writers.killed_at_work(work, folder / f"home-{number}", chance)
            home = opened(folder / f"home-{number}")
            yield kill == 0, said, home
            home.database.close()


# --- conversations --------------------------------------------------------------------------------------------------


def test_a_streaming_answer_keeps_all_but_its_last_second(writers: Writers, tmp_path: Path) -> None:
    interrupted = finished = 0
    for _is_new, said, home in kills(writers, "streaming", tmp_path, 100):
        answer_id, told = "", 0
        for what, value in said:
            if what == "began":
                answer_id, told = value, 0
            elif what == "said":
                told = int(value)
            else:
                assert home.store.message(answer_id).state is MessageState.COMPLETE
                assert home.store.message(answer_id).text.split() == list(map(str, range(1, told + 1)))
                answer_id, finished = "", finished + 1
        if answer_id:
            answer = home.store.message(answer_id)
            kept = answer.text.split()
            assert kept == list(map(str, range(1, len(kept) + 1)))
            # Its end may have been written and not acknowledged.
            if answer.state is not MessageState.COMPLETE:
                assert answer.state is MessageState.INTERRUPTED
                interrupted += 1
            assert told - len(kept) <= PIECES_A_SECOND
    assert interrupted
    assert finished


def test_no_edit_is_lost_or_half_done(writers: Writers, tmp_path: Path) -> None:
    changes = 0
    asked, answered = set[str](), set[str]()
    for is_new, said, home in kills(writers, "editing", tmp_path, 200):
        if is_new:
            asked, answered = set(), set()
        done = [words for words in said if words != ["doing"]]
        changes += len(done)
        asked |= {value for what, value in done if what == "asked"}
        answered |= {value for what, value in done if what == "answered"}
        assert asked <= stored(home)
        for answer in answered:
            assert home.store.message(answer).text == f"all of {answer}"
            assert home.store.message(answer).state is MessageState.COMPLETE
        # With nothing begun since, the branch last chosen or written is the one shown.
        if said and said[-1] != ["doing"]:
            (chat,) = home.shelf.summaries()
            assert home.store.read(chat.id).messages[-1].id == said[-1][1]
    assert changes > HOMES * KILLS_A_HOME


def stored(home: Home) -> set[str]:
    with home.database.read() as connection:
        return {row[0] for row in connection.execute("SELECT id FROM messages")}


def test_no_chat_is_half_imported(writers: Writers, tmp_path: Path) -> None:
    for number in range(IMPORT_FILES):
        content = chatgpt_file(number) if number % 2 else own_file(number)
        (tmp_path / IMPORT_FILE.format(number)).write_text(json.dumps(content))
    imported = cut_short = 0
    for number in range(HOMES):
        chance, whole, folder = Random(300 + number), 0, tmp_path / f"home-{number}"
        for _ in range(KILLS_A_HOME):
            said = writers.killed_at_work("importing", folder, chance, str(whole))
            whole = int(said[-1][1]) + 1 if said else whole
            home = opened(folder)
            chats = home.shelf.summaries()
            assert whole * CHATS_A_FILE <= len(chats) <= min(whole + 1, IMPORT_FILES) * CHATS_A_FILE
            cut_short += len(chats) % CHATS_A_FILE > 0
            for chat in chats:
                said_there = [message.text for message in home.store.read(chat.id).messages]
                assert said_there == [f"needle {number}" for number in range(SAID)]
                assert bool(chat.folder_id) == (chat.title == "ours")
            home.database.close()
        # Whatever the kills left, the same files make it whole, and nothing is there twice.
        home, files = opened(folder), min(whole + 1, IMPORT_FILES)
        reports = [Exchange(home.places).import_file(tmp_path / IMPORT_FILE.format(n)) for n in range(files)]
        assert all(report == ImportReport(0, 0, 0, CHATS_A_FILE) for report in reports[:whole])
        assert len(home.shelf.summaries()) == files * CHATS_A_FILE
        assert len(home.shelf.folders()) == 1
        home.database.close()
        imported += whole
    assert imported > HOMES
    assert cut_short


def own_file(number: int) -> object:
    chats = [
        {"id": f"{number}-{chat}", "title": "ours", "folder": "Garden", "messages": own_messages(f"{number}-{chat}-")}
        for chat in range(CHATS_A_FILE)
    ]
    return {"format": "hearth-conversations", "version": 1, "conversations": chats}


def own_messages(name: str) -> list[object]:
    return [
        {
            "id": f"{name}{number}",
            "parent": f"{name}{number - 1}" if number else None,
            "role": "assistant" if number % 2 else "user",
            "text": f"needle {number}",
        }
        for number in range(SAID)
    ]


def chatgpt_file(number: int) -> object:
    mapping = {
        f"n{k}": {
            "parent": f"n{k - 1}" if k else None,
            "message": {
                "author": {"role": "assistant" if k % 2 else "user"},
                "content": {"content_type": "text", "parts": [f"needle {k}"]},
            },
        }
        for k in range(SAID)
    }
    return [{"id": f"{number}-{k}", "title": "theirs", "mapping": mapping} for k in range(CHATS_A_FILE)]


def test_nothing_is_half_deleted_and_all_that_was_brought_back_is_there(writers: Writers, tmp_path: Path) -> None:
    done: dict[str, int] = {}
    for _is_new, said, home in kills(writers, "deleting", tmp_path, 400):
        works = [words for words in said if words[0] == "doing"]
        for words in works:
            done[words[1]] = done.get(words[1], 0) + 1
        if not said:
            continue
        last_known = [words[1] for words in said if words[0] == "did"][-1]
        found = state_of(home.database)
        if said[-1][0] == "did":
            assert found == last_known
        elif found != last_known:
            # Committed, but not acknowledged any more.
            check_done(home, *said[-1][1:])
    assert set(done) == {"delete", "restore", "forget_message", "bin", "unbin", "forget", "empty", "talk"}


def check_done(home: Home, work: str, *thing: str) -> None:
    """Whether the change of one deleting or restoring is there, whole."""
    name = " ".join(thing)
    with home.database.read() as connection:
        row = connection.execute("SELECT deleted_at, text FROM messages WHERE id = ?", (name,)).fetchone()
    match work:
        case "delete":
            assert row is not None
            assert row[0] > 0
        case "restore":
            assert row is not None
            assert row[0] is None
        case "forget_message":
            assert row == (0, "")
        case "bin":
            assert home.store.read(name).binned
        case "unbin":
            assert not home.store.read(name).binned
        case "forget":
            with pytest.raises(ConversationNotFound):
                home.store.read(name)
        case "empty":
            assert home.shelf.binned() == ()
            assert home.shelf.deleted_messages() == ()
        case "talk":
            (chat,) = [summary.id for summary in home.shelf.summaries() if summary.title == name]
            assert [message.role for message in home.store.read(chat).messages] == [Role.USER, Role.ASSISTANT] * 4


# --- backups and settings -------------------------------------------------------------------------------------------


def test_no_acknowledged_message_is_lost_while_backups_are_made(writers: Writers, tmp_path: Path) -> None:
    chance, acknowledged = Random(11), set[str]()
    for _ in range(KILLS):
        acknowledged.update(words[0] for words in writers.killed_at_work("database", tmp_path, chance))
    home = opened(tmp_path)
    assert len(acknowledged) > KILLS
    assert acknowledged <= stored(home)
    home.database.close()
    # Each kill may also have hit a backup being made: those that count are whole.
    for backup in home.database.backups.newest_first():
        assert home.database.backups._is_good(backup, 99), backup


def test_settings_are_always_whole(writers: Writers, tmp_path: Path) -> None:
    chance, acknowledged = Random(12), 0
    for _ in range(KILLS):
        said = writers.killed_at_work("settings", tmp_path, chance)
        store = SettingsStore(Paths.below(tmp_path))
        assert store.problem is None
        number, _, text = store.settings.model.partition("-")
        if said:
            acknowledged += len(said)
            assert int(said[-1][0]) <= int(number) <= int(said[-1][0]) + 1
        if acknowledged:
            assert text == "m" * 20_000
    assert acknowledged > KILLS
    leftovers = [name for name in os.listdir(tmp_path) if name.startswith(TEMPORARY_PREFIX)]
    assert len(leftovers) <= KILLS
