"""The one database of a person's Hearth: opened safely, repaired from its own copies, written by one hand at a time."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from runtime.errors import StorageError, StoreDamaged
from runtime.storage.backup import Backups
from runtime.storage.connection import Connection, is_sound, open_connection, transaction, translated
from runtime.storage.files import copy_file, keep_aside, storage_errors, sweep_temporary_files
from runtime.storage.migrations import MIGRATIONS, Migration, migrate, require_known, version_of

log = logging.getLogger(__name__)

# A whole check reads the file; above this size it is left to the hourly backup, which checks its copy.
CHECKED_AT_OPEN_BYTES = 64 * 1024 * 1024
BACKUP_EVERY_S = 60 * 60.0
FIRST_BACKUP_AFTER_S = 30.0


class Database:
    """Owns one writing and one reading connection and a thread that makes a backup each hour in which it changed.

    Usable from any thread. Only the process that holds the :class:`~runtime.storage.instance_lock.InstanceLock` may
    open it. ``recovered`` says what happened if the file was damaged or gone and a backup (or, if there was none, an
    empty database) took its place: ``kept_as`` is the damaged file, ``restored_from`` the time of the backup.

    Raises (when made):
        StoreTooNew: a later Hearth wrote this file; nothing was touched.
        StoreDamaged: unreadable with this ``key``, and no copy is either; nothing was touched.
        StoreFull, HomeNotWritable: no room, or not ours to write.
        AlreadyRunning: another process is writing.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Migration] = MIGRATIONS,
        key: bytes | None = None,
        *,
        backup_every_s: float = BACKUP_EVERY_S,
        first_backup_after_s: float = FIRST_BACKUP_AFTER_S,
    ) -> None:
        self.path = path
        self.recovered: StoreDamaged | None = None
        self.backups = Backups(path, key)
        self._migrations = tuple(migrations)
        self._key = key
        self._backup_every_s = backup_every_s
        self._write_lock = threading.RLock()
        self._read_lock = threading.RLock()
        self._backup_lock = threading.Lock()
        self._closing = threading.Event()
        sweep_temporary_files(path.parent)
        self._writer = self._open_or_recover()
        # What is deleted or replaced leaves no trace in the file: words of documents are kept with answers.
        self._writer.pragma("secure_delete", True)
        try:
            self._reader = open_connection(path, key)
        except BaseException:
            self._writer.close()
            raise
        self._keeper = threading.Thread(
            target=self._keep_backups, args=(first_backup_after_s,), name="storage-backup", daemon=True
        )
        self._keeper.start()

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed and on the disk when the block ends, undone if it raises.

        Blocks while another thread writes. A block inside a block joins the outer transaction.

        Raises:
            StoreFull, HomeNotWritable, StoreDamaged, AlreadyRunning
        """
        with self._write_lock, translated(self.path):
            if self._writer.in_transaction:
                yield self._writer
                return
            with transaction(self._writer, "BEGIN IMMEDIATE"):
                yield self._writer

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One unchanging view of what was committed last. Never waits for a writer.

        Raises:
            StoreDamaged, HomeNotWritable
        """
        with self._read_lock, translated(self.path):
            if self._reader.in_transaction:
                yield self._reader
                return
            with transaction(self._reader, "BEGIN"):
                yield self._reader

    def back_up(self) -> Path:
        """Make a checked copy now. Blocks for the time of copying; others may read and write meanwhile.

        Raises:
            StoreDamaged, StoreFull, HomeNotWritable: no copy was made; the older ones stay.
        """
        with self._backup_lock:
            source = open_connection(self.path, self._key)
            try:
                return self.backups.make(source)
            finally:
                source.close()

    @property
    def has_copies(self) -> bool:
        """Whether there are backups."""
        return bool(self.backups.newest_first())

    def clear_traces(self, clean: Callable[[Connection], object]) -> None:
        """After something was deleted for good: empty the log, and ``clean`` each backup that this program made, inside
        a transaction. Blocks for some ms a backup.

        Raises:
            StoreFull, HomeNotWritable, StoreDamaged: not all of it is done; call again.
        """
        with self._backup_lock:
            self.backups.clean(clean, len(self._migrations))
        # Nobody of ours may read meanwhile: what is being read stays in the log.
        with self._write_lock, self._read_lock, translated(self.path):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """End the backup thread and close the file. May be called twice."""
        self._closing.set()
        self._keeper.join()
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()

    # --- opening ------------------------------------------------------------------------------------------------

    def _open_or_recover(self) -> Connection:
        if self._is_empty() and self.backups.newest_first():
            return self._recover()
        try:
            return self._open_checked()
        except StoreDamaged:
            return self._recover()

    def _open_checked(self) -> Connection:
        connection = open_connection(self.path, self._key)
        try:
            with translated(self.path):
                require_known(connection, self.path, len(self._migrations))
                self._check(connection)
                version = version_of(connection)
                if 0 < version < len(self._migrations):
                    self.backups.make(connection)
                migrate(connection, self._migrations)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: Connection) -> None:
        suspect = self._suspect_mark.exists()
        if (suspect or self.path.stat().st_size <= CHECKED_AT_OPEN_BYTES) and not is_sound(connection):
            raise StoreDamaged(str(self.path), kept_as="")
        if suspect:
            self._suspect_mark.unlink(missing_ok=True)

    def _recover(self) -> Connection:
        backup = self.backups.newest_good(len(self._migrations))
        if backup is None and self._key is not None and not self._is_empty():
            # Perhaps the key is wrong and nothing is damaged: leave everything as it is.
            raise StoreDamaged(str(self.path), kept_as="")
        with storage_errors(self.path):
            kept_as = self._set_aside()
            restored_from = ""
            if backup is not None:
                copy_file(backup, self.path)
                restored_from = self.backups.made_at(backup).isoformat()
            self._suspect_mark.unlink(missing_ok=True)
        self.recovered = StoreDamaged(str(self.path), kept_as=kept_as, restored_from=restored_from)
        log.warning("database damaged or missing; kept as %r, restored from %r", kept_as, restored_from)
        return self._open_checked()

    def _set_aside(self) -> str:
        kept = "" if self._is_empty() else str(keep_aside(self.path))
        # A log without its database would be replayed into the restored one.
        for suffix in ("-wal", "-shm"):
            companion = Path(f"{self.path}{suffix}")
            if companion.exists() and kept:
                os.replace(companion, f"{kept}{suffix}")
            elif companion.exists():
                keep_aside(companion)
        return kept

    def _is_empty(self) -> bool:
        try:
            return self.path.stat().st_size == 0
        except OSError:
            return True

    @property
    def _suspect_mark(self) -> Path:
        # Left by a backup that found damage, so that the next start checks a file of any size.
        return self.path.with_name(self.path.name + ".suspect")

    # --- backups ------------------------------------------------------------------------------------------------

    def _keep_backups(self, first_after_s: float) -> None:
        wait_s = first_after_s
        while not self._closing.wait(wait_s):
            wait_s = self._backup_every_s
            if not self._backup_is_due():
                continue
            try:
                self.back_up()
            except StoreDamaged:
                log.exception("the database is damaged; it will be checked at the next start")
                with contextlib.suppress(OSError):
                    self._suspect_mark.touch(mode=0o600)
            except StorageError:
                log.exception("no backup could be made")

    def _backup_is_due(self) -> bool:
        age_s = self.backups.age_s()
        if age_s is None:
            return True
        made_at = self.backups.made_at(self.backups.newest_first()[0]).timestamp()
        changed_at = 0.0
        for suffix in ("", "-wal"):
            with contextlib.suppress(OSError):
                changed_at = max(changed_at, os.stat(f"{self.path}{suffix}").st_mtime)
        return age_s >= self._backup_every_s and changed_at > made_at
