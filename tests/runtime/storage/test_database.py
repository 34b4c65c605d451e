from __future__ import annotations

import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.errors import AlreadyRunning, StoreDamaged, StoreTooNew, UnexpectedError
from runtime.storage import connection as connection_module
from runtime.storage import database as database_module
from runtime.storage.connection import open_connection, require_sqlite
from runtime.storage.database import Database
from runtime.storage.migrations import MIGRATIONS, Migration

Open = Callable[..., Database]
KEY = bytes(range(32))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    databases: list[Database] = []

    def open_one(**options: object) -> Database:
        databases.append(Database(tmp_path / "hearth.db", **options))  # type: ignore[arg-type]
        return databases[-1]

    yield open_one
    for database in databases:
        database.close()


def add(database: Database, *titles: str) -> None:
    for title in titles:
        with database.write() as connection:
            connection.execute(
                "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, 1, 1)", (title, title)
            )


def titles(database: Database) -> list[str]:
    with database.read() as connection:
        return [row[0] for row in connection.execute("SELECT title FROM conversations ORDER BY id")]


def damage(path: Path) -> None:
    with open(path, "rb+") as stream:
        stream.write(b"this is no database, whatever the name says")


def test_safe_settings_are_on(opened: Open, tmp_path: Path) -> None:
    database = opened()
    with database.write() as connection:
        found = {
            name: connection.pragma(name)
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "mmap_size", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "mmap_size": 0,
        "busy_timeout": 5000,
    }
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize("version", ["3.51.2", "3.40.1", "3.51.2.9"])
def test_an_unsafe_sqlite_is_refused(version: str) -> None:
    with pytest.raises(UnexpectedError):
        require_sqlite(version)
    require_sqlite("3.51.3")


def test_a_failing_block_leaves_nothing(opened: Open) -> None:
    database = opened()

    def fail() -> None:
        with database.write() as connection:
            connection.execute("INSERT INTO conversations (id, created_at, updated_at) VALUES ('a', 1, 1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert titles(database) == []
    add(database, "b")
    assert titles(database) == ["b"]


def test_a_block_inside_a_block_is_one_transaction(opened: Open) -> None:
    database = opened()

    def fail() -> None:
        with database.write():
            add(database, "inner")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert titles(database) == []


def test_readers_see_one_moment_and_do_not_wait(opened: Open) -> None:
    database = opened()
    add(database, "before")
    with database.write() as connection:
        connection.execute("INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('x', 'x', 1, 1)")
        seen: list[list[str]] = []
        reader = threading.Thread(target=lambda: seen.append(titles(database)))
        reader.start()
        reader.join(20)
        assert seen == [["before"]]
    assert titles(database) == ["before", "x"]


def test_many_threads_write_at_once(opened: Open) -> None:
    database = opened()
    threads = [threading.Thread(target=lambda n=n: add(database, *(f"{n}-{i}" for i in range(20)))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(titles(database)) == 160


@pytest.mark.parametrize("key", [None, KEY])
def test_what_is_written_is_there_the_next_time(opened: Open, tmp_path: Path, key: bytes | None) -> None:
    first = opened(key=key)
    add(first, "canary-in-the-mine")
    first.close()
    second = opened(key=key)
    assert titles(second) == ["canary-in-the-mine"]
    assert second.recovered is None
    second.close()
    in_clear = b"canary-in-the-mine" in (tmp_path / "hearth.db").read_bytes()
    assert in_clear is (key is None)


def test_the_log_of_an_encrypted_database_holds_no_text_either(opened: Open, tmp_path: Path) -> None:
    database = opened(key=KEY)
    add(database, "canary-in-the-mine")
    database.back_up()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    assert not [path for path in files if b"canary" in path.read_bytes()]


def test_the_wrong_key_touches_nothing(opened: Open, tmp_path: Path) -> None:
    first = opened(key=KEY)
    add(first, "a")
    first.back_up()
    first.close()
    before = (tmp_path / "hearth.db").read_bytes()
    with pytest.raises(StoreDamaged):
        opened(key=bytes(32))
    assert (tmp_path / "hearth.db").read_bytes() == before
    assert titles(opened(key=KEY)) == ["a"]


def test_another_writer_that_does_not_let_go_is_named(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "BUSY_TIMEOUT_MS", 50)
    first, second = opened(), opened()
    with first.write(), pytest.raises(AlreadyRunning):
        add(second, "a")
    add(second, "b")
    assert titles(first) == ["b"]


# --- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, KEY])
def test_a_damaged_database_is_kept_and_the_newest_backup_takes_its_place(
    opened: Open, tmp_path: Path, key: bytes | None
) -> None:
    first = opened(key=key)
    add(first, "kept")
    backup = first.back_up()
    add(first, "later")
    first.close()
    damage(tmp_path / "hearth.db")
    damaged = (tmp_path / "hearth.db").read_bytes()

    second = opened(key=key)
    assert titles(second) == ["kept"]
    assert second.recovered is not None
    assert Path(second.recovered.kept_as).read_bytes() == damaged
    assert second.recovered.restored_from == second.backups.made_at(backup).isoformat()
    second.close()
    assert opened(key=key).recovered is None


def test_without_a_backup_a_fresh_one_is_made_and_the_damaged_one_kept(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "hearth.db"
    path.write_bytes(b"rubbish" * 1000)
    database = opened()
    assert titles(database) == []
    assert database.recovered is not None
    assert database.recovered.restored_from == ""
    assert Path(database.recovered.kept_as).read_bytes() == b"rubbish" * 1000


def test_a_damaged_backup_is_passed_over(opened: Open, tmp_path: Path) -> None:
    first = opened()
    add(first, "older")
    older = first.back_up()
    older = older.rename(older.with_name("hearth-20200101-000000.db"))
    add(first, "newer")
    newer = first.back_up()
    first.close()
    damage(newer)
    damage(tmp_path / "hearth.db")
    second = opened()
    assert titles(second) == ["older"]
    assert second.recovered is not None
    assert second.recovered.restored_from.startswith("2020-01-01")


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_a_vanished_database_comes_back_from_its_backup(opened: Open, tmp_path: Path, how: str) -> None:
    first = opened()
    add(first, "a")
    first.back_up()
    first.close()
    if how == "deleted":
        (tmp_path / "hearth.db").unlink()
    else:
        (tmp_path / "hearth.db").write_bytes(b"")
    second = opened()
    assert titles(second) == ["a"]
    assert second.recovered is not None
    assert second.recovered.kept_as == ""


def test_a_log_whose_database_is_gone_never_reaches_the_restored_one(opened: Open, tmp_path: Path) -> None:
    path, wal = tmp_path / "hearth.db", tmp_path / "hearth.db-wal"
    first = opened()
    add(first, "in the backup")
    first.back_up()
    add(first, "only in the log")
    log = wal.read_bytes()
    first.close()
    path.unlink()
    wal.write_bytes(log)
    second = opened()
    assert titles(second) == ["in the backup"]
    (kept,) = tmp_path.glob("hearth.db-wal.damaged-*")
    assert kept.read_bytes() == log


@pytest.mark.parametrize("where", ["header", "middle"])
def test_the_log_of_a_damaged_database_is_kept_and_never_reaches_the_restored_one(
    opened: Open, tmp_path: Path, where: str
) -> None:
    path = tmp_path / "hearth.db"
    first = opened()
    add(first, *(f"{i:04d} " + "words " * 100 for i in range(200)))
    first.back_up()
    first.close()
    second = opened()
    add(second, "9999 only in the log")
    wal, shm = Path(f"{path}-wal").read_bytes(), Path(f"{path}-shm").read_bytes()
    with open(path, "rb+") as stream:
        stream.seek(0 if where == "header" else path.stat().st_size // 2 // 4096 * 4096)
        stream.write(bytes(4096))
    broken = path.read_bytes()
    second.close()
    # As after a crash: the log was not copied back into the file.
    path.write_bytes(broken)
    Path(f"{path}-wal").write_bytes(wal)
    Path(f"{path}-shm").write_bytes(shm)

    third = opened()
    assert third.recovered is not None
    assert len(titles(third)) == 200
    with third.read() as connection:
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    kept = [file.read_bytes() for file in tmp_path.glob("hearth.db.damaged-*")]
    assert any(b"9999 only in the log" in content for content in kept)


def test_damaged_pages_are_noticed_at_the_next_start(opened: Open, tmp_path: Path) -> None:
    chance, path = random.Random(4), tmp_path / "hearth.db"
    first = opened()
    add(first, *(f"{i:04d} " + "words " * 100 for i in range(200)))
    first.back_up()
    first.close()
    whole = path.read_bytes()
    for _ in range(20):
        page = chance.randrange(1, len(whole) // 4096)
        broken = bytearray(whole)
        broken[page * 4096 : page * 4096 + 16] = chance.randbytes(16)
        path.write_bytes(broken)
        database = opened()
        assert len(titles(database)) == 200
        assert database.recovered is not None, f"page {page}"
        database.close()


def test_every_flipped_bit_of_an_encrypted_database_is_noticed(opened: Open, tmp_path: Path) -> None:
    chance, path = random.Random(5), tmp_path / "hearth.db"
    first = opened(key=KEY)
    add(first, *(f"{i:04d} " + "words " * 100 for i in range(50)))
    first.back_up()
    first.close()
    whole = path.read_bytes()
    used = len(whole)
    for _ in range(40):
        broken = bytearray(whole)
        # Bytes 16 to 23 of the file are SQLite's page size and version numbers, stored in clear and checked otherwise.
        broken[chance.randrange(24, used)] ^= 1 << chance.randrange(8)
        path.write_bytes(broken)
        database = opened(key=KEY)
        assert len(titles(database)) == 50
        assert database.recovered is not None
        database.close()


def test_damage_in_a_large_file_is_noticed_once_a_backup_saw_it(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "CHECKED_AT_OPEN_BYTES", 0)
    first = opened()
    add(first, *(f"{i:04d} " + "words " * 100 for i in range(200)))
    good = first.back_up()
    good.rename(good.with_name("hearth-20200101-000000.db"))
    first.close()
    path = tmp_path / "hearth.db"
    with open(path, "rb+") as stream:
        stream.seek(path.stat().st_size // 2 // 4096 * 4096)
        stream.write(bytes(16))
    second = opened(first_backup_after_s=0.01, backup_every_s=0.01)
    assert second.recovered is None
    deadline = time.monotonic() + 20
    while not (tmp_path / "hearth.db.suspect").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    second.close()
    assert [p.name for p in second.backups.newest_first()] == ["hearth-20200101-000000.db"]
    third = opened()
    assert third.recovered is not None
    assert len(titles(third)) == 200
    assert not (tmp_path / "hearth.db.suspect").exists()


# --- versions -------------------------------------------------------------------------------------------------------


def test_a_newer_database_is_refused_and_untouched(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "hearth.db"
    with sqlite3.connect(path) as plain:
        plain.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 3}")
    plain.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew) as caught:
        opened()
    assert caught.value.version == len(MIGRATIONS) + 3
    assert caught.value.known_version == len(MIGRATIONS)
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 3,)
    plain.close()
    assert len(path.read_bytes()) == len(before)
    assert sorted(os.listdir(tmp_path)) == ["hearth.db"]


OLD_ROWS = """
    INSERT INTO conversations (id, title, draft, active_leaf, created_at, updated_at)
        VALUES ('c', 'Old', 'half a thought', 'm2', 1, 2);
    INSERT INTO messages (id, conversation_id, parent_id, role, text, state, created_at) VALUES
        ('m1', 'c', NULL, 'user', 'Where is the lighthouse?', 'complete', 1),
        ('m2', 'c', 'm1', 'assistant', 'On the cliff.', 'complete', 2);
"""


@pytest.mark.parametrize("old", range(1, len(MIGRATIONS)))
def test_every_old_version_comes_up_to_date_with_a_backup_first(opened: Open, tmp_path: Path, old: int) -> None:
    first = opened(migrations=MIGRATIONS[:old])
    with first.write() as connection:
        connection.execute(OLD_ROWS)
    first.close()
    second = opened()
    with second.read() as connection:
        assert connection.pragma("user_version") == len(MIGRATIONS)
        assert connection.execute("SELECT title, draft FROM conversations").fetchall() == [("Old", "half a thought")]
        words = "SELECT m.id FROM message_words w JOIN messages m ON m.seq = w.rowid WHERE message_words MATCH ?"
        assert connection.execute(words, ("lighthouse",)).fetchall() == [("m1",)]
    (backup,) = second.backups.newest_first()
    with sqlite3.connect(backup) as plain:
        assert plain.execute("PRAGMA user_version").fetchone() == (old,)
    plain.close()


def test_a_migration_that_fails_leaves_the_old_version(opened: Open) -> None:
    def half(connection: object) -> None:
        connection.execute("CREATE TABLE half (x)")  # type: ignore[attr-defined]
        connection.execute("INSERT INTO nowhere VALUES (1)")  # type: ignore[attr-defined]

    broken: tuple[Migration, ...] = (*MIGRATIONS, half)
    first = opened()
    add(first, "a")
    first.close()
    with pytest.raises(Exception, match="nowhere"):
        opened(migrations=broken)
    again = opened()
    assert titles(again) == ["a"]
    with again.read() as connection:
        assert connection.pragma("user_version") == len(MIGRATIONS)
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchall()


KILLED_IN_MIGRATION = """
import os, sys
from pathlib import Path
from runtime.storage.database import Database
from runtime.storage.migrations import MIGRATIONS

def dies_half_way(connection):
    connection.execute("CREATE TABLE half (x)")
    connection.execute("DELETE FROM conversations")
    connection.execute("DROP TABLE message_words")
    connection.cache_flush()
    os.kill(os.getpid(), 9)

Database(Path(sys.argv[1]), (*MIGRATIONS, dies_half_way))
"""


def test_a_kill_in_the_middle_of_a_migration_undoes_it(opened: Open, tmp_path: Path) -> None:
    first = opened()
    with first.write() as connection:
        connection.execute(OLD_ROWS)
    first.close()
    command = [sys.executable, "-c", KILLED_IN_MIGRATION, str(tmp_path / "hearth.db")]
    killed = subprocess.run(command, check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    second = opened()
    assert second.recovered is None
    assert titles(second) == ["Old"]
    with second.read() as connection:
        assert connection.pragma("user_version") == len(MIGRATIONS)
        assert connection.execute("SELECT rowid FROM message_words WHERE message_words MATCH 'cliff'").fetchall()
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchall()


# --- backups --------------------------------------------------------------------------------------------------------


def test_backups_are_made_by_themselves_while_there_are_changes(opened: Open) -> None:
    database = opened(first_backup_after_s=0.01, backup_every_s=0.01)
    add(database, "a")
    deadline = time.monotonic() + 20
    while not database.backups.newest_first() and time.monotonic() < deadline:
        time.sleep(0.01)
    database.close()
    (newest, *_) = database.backups.newest_first()
    copy = open_connection(newest, wal=False)
    assert copy.execute("SELECT count(*) > 0 FROM sqlite_schema").fetchone() == (1,)
    copy.close()


def test_an_unchanged_database_is_not_copied_again(opened: Open) -> None:
    database = opened()
    add(database, "a")
    made = database.back_up()
    made.rename(made.with_name("hearth-20991231-000000.db"))
    assert not database._backup_is_due()


def test_a_changed_database_is_copied_again_after_an_hour(opened: Open) -> None:
    database = opened()
    add(database, "a")
    made = database.back_up()
    assert not database._backup_is_due()
    made.rename(made.with_name("hearth-20200101-000000.db"))
    assert database._backup_is_due()


def test_hourly_backups_thin_out_to_daily_ones(opened: Open) -> None:
    database = opened()
    add(database, "a")
    made = database.back_up()
    content = made.read_bytes()
    made.unlink()
    # Two were made on one day: the younger of them goes, the day before stays.
    for stamp in ("20200101-080000", "20200102-090000", "20200102-100000"):
        (database.backups.folder / f"hearth-{stamp}.db").write_bytes(content)
    newest = database.back_up()
    names = [path.name for path in database.backups.newest_first()]
    assert names == [newest.name, "hearth-20200102-090000.db", "hearth-20200101-080000.db"]
    # All a day apart: the oldest goes.
    (database.backups.folder / "hearth-20200103-100000.db").write_bytes(content)
    database.backups._thin_out()
    names = [path.name for path in database.backups.newest_first()]
    assert names == [newest.name, "hearth-20200103-100000.db", "hearth-20200102-090000.db"]


def test_a_backup_is_one_file_and_holds_what_was_committed(opened: Open) -> None:
    database = opened()
    add(database, "a", "b")
    with database.write() as connection:
        connection.execute("INSERT INTO conversations (id, created_at, updated_at) VALUES ('open', 1, 1)")
        made = database.back_up()
    assert [path.name for path in database.backups.folder.iterdir()] == [made.name]
    with sqlite3.connect(made) as plain:
        assert plain.execute("SELECT title FROM conversations ORDER BY id").fetchall() == [("a",), ("b",)]
    plain.close()
