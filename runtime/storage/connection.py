"""One way to open SQLite, and the one place where its errors become ours."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import apsw

from runtime.errors import AlreadyRunning, HomeNotWritable, StoreDamaged, StoreFull, UnexpectedError

Connection: TypeAlias = apsw.Connection

# Older versions can corrupt a database in WAL mode when two connections checkpoint at once (fixed in 3.51.3).
OLDEST_SQLITE = (3, 51, 3)
KEY_BYTES = 32
BUSY_TIMEOUT_MS = 5_000
NEARLY_FULL_BYTES = 1_000_000

_DAMAGED = (apsw.CorruptError, apsw.NotADBError)
_NOT_WRITABLE = (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError, apsw.AuthError)


def open_connection(path: Path, key: bytes | None = None, *, wal: bool = True) -> Connection:
    """A connection with every safety setting on; the file is made, readable by its owner alone, if it is missing.

    ``key`` is None for a plain database or 32 random bytes for an encrypted one (SQLite3MC, AEGIS: every page is
    authenticated, so that changed bits are noticed). ``wal=False`` leaves the journal mode alone: for backups. Any
    thread; one thread at a time may use a connection.

    Raises:
        StoreDamaged: not a database, or not with this key.
        HomeNotWritable, StoreFull: the file can't be made or written.
    """
    require_sqlite(apsw.sqlite_lib_version())
    with translated(path):
        _make_private(path)
        connection = apsw.Connection(str(path))
        try:
            _set_up(connection, key, wal)
        except BaseException:
            connection.close()
            raise
        return connection


def _make_private(path: Path) -> None:
    try:
        # Only a file that is not there yet: closing an open database's file would drop SQLite's locks on it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise apsw.CantOpenError(str(error)) from error


def _set_up(connection: Connection, key: bytes | None, wal: bool) -> None:
    if key is not None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        connection.pragma("cipher", "aegis")
        # A raw key skips the password stretching that a random key does not need: 0.1 ms instead of 20 ms.
        connection.pragma("key", "raw:" + key.hex())
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.pragma("trusted_schema", False)
    connection.pragma("mmap_size", 0)
    if wal:
        connection.pragma("journal_mode", "wal")
    else:
        connection.pragma("schema_version")  # the first read, which tells whether this is a database at all
    connection.pragma("synchronous", "full")
    # macOS only: without these a power cut may undo what a commit promised.
    connection.pragma("fullfsync", True)
    connection.pragma("checkpoint_fullfsync", True)
    connection.pragma("foreign_keys", True)


def require_sqlite(version: str) -> None:
    """Refuse a SQLite with the known corruption bug. Raises UnexpectedError: a broken installation, ours to fix."""
    if tuple(int(part) for part in version.split(".")) < OLDEST_SQLITE:
        raise UnexpectedError(f"SQLite {version} is too old")


def is_sound(connection: Connection) -> bool:
    """True if SQLite's own check of all pages and indexes finds nothing. Reads the whole file."""
    try:
        return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] == ["ok"]
    except (*_DAMAGED, apsw.SQLError):
        return False


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the world into leaves of the error tree; errors about our SQL stay what they are."""
    try:
        yield
    except _DAMAGED as error:
        raise StoreDamaged(str(path), kept_as="") from error
    except apsw.FullError as error:
        raise StoreFull(str(path)) from error
    except _NOT_WRITABLE as error:
        raise (StoreFull(str(path)) if _disk_full(path) else HomeNotWritable(str(path.parent))) from error
    except apsw.BusyError as error:
        raise AlreadyRunning(str(path.parent)) from error
    except apsw.IOError as error:
        if getattr(error, "extendedresult", 0) in (apsw.SQLITE_IOERR_CORRUPTFS, apsw.SQLITE_IOERR_DATA):
            raise StoreDamaged(str(path), kept_as="") from error
        raise (StoreFull(str(path)) if _disk_full(path) else HomeNotWritable(str(path.parent))) from error


def _disk_full(path: Path) -> bool:
    # Making the shared memory file on a full disk is reported as a plain I/O error.
    try:
        return os.access(path.parent, os.W_OK) and shutil.disk_usage(path.parent).free < NEARLY_FULL_BYTES
    except OSError:
        return False


@contextlib.contextmanager
def transaction(connection: Connection, begin: str) -> Iterator[None]:
    """One transaction that ``begin`` begins: committed when the block ends, undone if it raises."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with contextlib.suppress(apsw.Error):
                connection.execute("ROLLBACK")
        raise
