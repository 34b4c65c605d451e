"""The index file and the hands on it: one that writes, a few that read."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from runtime.documents.fetching import number
from runtime.documents.index_schema import INDEX_MIGRATIONS, open_index_connection
from runtime.storage.connection import Connection, transaction, translated
from runtime.storage.migrations import migrate, require_known

FEWEST_FREE_PAGES = 4_096
PAGES_AT_ONCE = 1_024


class IndexStore:
    """Owns the connections. Any thread; a reader never waits for the writer. No copies of the file are ever made: what
    was forgotten must not live on in one, and all of it can be read from the originals again.

    Raises (when made): StoreTooNew, StoreDamaged, StoreFull, HomeNotWritable.
    """

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self.path = path
        self._key = key
        self._write_lock = threading.RLock()
        self._readers_lock = threading.Lock()
        self._idle_readers: list[Connection] = []
        self._closed = False
        self._writer = open_index_connection(path, key, writes=True)
        try:
            with translated(path):
                require_known(self._writer, path, len(INDEX_MIGRATIONS))
                _let_it_shrink(self._writer)
                migrate(self._writer, INDEX_MIGRATIONS)
        except BaseException:
            self._writer.close()
            raise

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, on the disk when the block ends, undone if it raises. Blocks while another thread writes; a
        block inside a block joins the outer one.

        Raises: StoreFull, HomeNotWritable, StoreDamaged, AlreadyRunning.
        """
        with self._write_lock, translated(self.path):
            if self._writer.in_transaction:
                yield self._writer
                return
            with transaction(self._writer, "BEGIN IMMEDIATE"):
                yield self._writer

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One unchanging view of what was committed last. Raises: StoreDamaged, HomeNotWritable."""
        reader = self._take_reader()
        try:
            with translated(self.path), transaction(reader, "BEGIN"):
                yield reader
        finally:
            self._put_back(reader)

    def checkpoint(self) -> bool:
        """Bring all of the log into the file and empty it. False while somebody reads what it holds."""
        with self._write_lock, translated(self.path):
            busy = number(self._writer, "PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    def shrink(self) -> None:
        """Give the space of what was deleted back to the disk where it is much, a little at a time; others may read and
        write in between. Of a file made before it could shrink the space is only used again."""
        with self.read() as connection:
            free, pages = (number(connection, f"PRAGMA {name}") for name in ("freelist_count", "page_count"))
        if free < max(FEWEST_FREE_PAGES, pages // 10):
            return
        for _ in range(0, free, PAGES_AT_ONCE):
            with self._write_lock, translated(self.path):
                self._writer.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()

    def close(self) -> None:
        """Close the file. Searches under way end first. May be called twice."""
        with self._write_lock, self._readers_lock:
            self._closed = True
            for reader in self._idle_readers:
                reader.close()
            self._idle_readers.clear()
            self._writer.close()

    def _take_reader(self) -> Connection:
        with self._readers_lock:
            if self._idle_readers:
                return self._idle_readers.pop()
        return open_index_connection(self.path, self._key, writes=False)

    def _put_back(self, reader: Connection) -> None:
        with self._readers_lock:
            if not self._closed:
                self._idle_readers.append(reader)
                return
        reader.close()


def _let_it_shrink(connection: Connection) -> None:
    """Only a file without a table can be told; 2 stands for "when asked"."""
    if number(connection, "SELECT count(*) FROM sqlite_schema") == 0 and number(connection, "PRAGMA auto_vacuum") != 2:
        connection.pragma("auto_vacuum", 2)
        connection.execute("VACUUM")
