"""The disk is full, or the home may not be written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.chats.places import Places
from runtime.chats.store import ConversationStore
from runtime.errors import HomeNotWritable, StorageError, StoreFull
from runtime.paths import Paths
from runtime.storage.connection import Connection
from runtime.storage.database import Database
from runtime.storage.instance_lock import InstanceLock
from runtime.storage.settings import SettingsStore

needs_mount = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux may mount a small disk"
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this system lets nobody mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(store: ConversationStore, conversation_id: str) -> list[str]:
    """Add messages until the store says that it is full; the ids of those it took."""
    taken: list[str] = []
    try:
        for _ in range(10_000):
            taken.append(store.add_exchange(conversation_id, "words " * 1000)[0])
    except StoreFull:
        return taken
    pytest.fail("the disk never became full")


def test_a_database_at_its_limit_keeps_what_it_has(tmp_path: Path) -> None:
    database = Database(tmp_path / "hearth.db")
    store = ConversationStore(Places(database))
    conversation_id = store.create()

    def limit(connection: Connection, pages: int) -> None:
        connection.pragma("max_page_count", pages)

    with database.write() as connection:
        limit(connection, 60)
    taken = fill(store, conversation_id)
    assert taken
    with database.write() as connection:
        limit(connection, 100_000)
    question, _answer = store.add_exchange(conversation_id, "There is room again.")
    with database.read() as connection:
        stored = {row[0] for row in connection.execute("SELECT id FROM messages WHERE role = 'user'")}
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    database.close()
    assert stored == {*taken, question}


@needs_mount
def test_a_full_disk_loses_nothing_and_writing_goes_on_when_there_is_room(small_disk: Path) -> None:
    paths = Paths.below(small_disk)
    settings = SettingsStore(paths)
    settings.change(model="before")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    database = Database(paths.database)
    store = ConversationStore(Places(database))
    conversation_id = store.create()
    taken = fill(store, conversation_id)
    with pytest.raises(StoreFull):
        settings.save(type(settings.settings)(model="m" * 200_000))
    with pytest.raises(StorageError):
        database.back_up()
    ballast.unlink()
    question, _answer = store.add_exchange(conversation_id, "There is room again.")
    database.close()
    assert SettingsStore(paths).settings.model == "before"
    database = Database(paths.database)
    assert database.recovered is None
    with database.read() as connection:
        stored = {row[0] for row in connection.execute("SELECT id FROM messages WHERE role = 'user'")}
    database.close()
    assert stored >= {*taken, question}


@needs_mount
def test_a_disk_full_from_the_start_is_named(small_disk: Path) -> None:
    with pytest.raises(OSError, match="space"):
        (small_disk / "ballast").write_bytes(bytes(2_000_000))
    with pytest.raises(StoreFull):
        Database(small_disk / "hearth.db")


@needs_mount
def test_a_disk_that_may_only_be_read_is_named_and_untouched(small_disk: Path) -> None:
    paths = Paths.below(small_disk)
    first = Database(paths.database)
    ConversationStore(Places(first)).create("a")
    first.close()
    SettingsStore(paths).change(model="before")
    before = paths.database.read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(HomeNotWritable):
        Database(paths.database)
    with pytest.raises(HomeNotWritable):
        SettingsStore(paths).change(model="after")
    with pytest.raises(HomeNotWritable):
        InstanceLock(paths).acquire()
    with pytest.raises(HomeNotWritable):
        paths.prepare()
    assert paths.database.read_bytes() == before
    assert SettingsStore(paths).settings.model == "before"


def test_a_home_under_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeNotWritable):
        Database(tmp_path / "file" / "hearth.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere; the read-only disk above covers it")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(HomeNotWritable):
            Database(tmp_path / "hearth.db")
    finally:
        tmp_path.chmod(0o700)
