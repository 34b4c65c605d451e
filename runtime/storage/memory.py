"""A database that never touches the disk, for what a person wants kept nowhere."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

import apsw

from runtime.errors import StoreDamaged
from runtime.storage.connection import Connection
from runtime.storage.migrations import MIGRATIONS, Migration, migrate


class MemoryDatabase:
    """The same tables as :class:`~runtime.storage.database.Database`, in this process's memory alone. Any thread.
    ``recovered`` is there for the likeness: nothing was."""

    recovered: StoreDamaged | None = None

    def __init__(self, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self._lock = threading.RLock()
        self._connection = apsw.Connection(":memory:")
        # Large sorts would otherwise go through a temporary file.
        self._connection.pragma("temp_store", "memory")
        self._connection.pragma("foreign_keys", True)
        migrate(self._connection, migrations)

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, undone if the block raises. A block inside a block joins the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            with self._connection:
                yield self._connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One unchanging view."""
        with self.write() as connection:
            yield connection

    has_copies = False

    def clear_traces(self, clean: Callable[[Connection], object]) -> None:
        """Nothing: memory has no log and no copies."""

    def close(self) -> None:
        """Forget everything. May be called twice."""
        with self._lock:
            self._connection.close()
