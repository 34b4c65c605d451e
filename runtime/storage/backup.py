"""Rolling copies of the database, each checked before it counts."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from runtime.errors import StorageError, StoreDamaged
from runtime.storage.connection import Connection, is_sound, open_connection, translated
from runtime.storage.files import TEMPORARY_PREFIX, storage_errors, sweep_temporary_files, sync, sync_folder
from runtime.storage.migrations import version_of

KEPT_BACKUPS = 3
DAY_S = 24 * 60 * 60
_STAMP = "%Y%m%d-%H%M%S"


class Backups:
    """The checked copies of one database, in the folder ``backups`` beside it. Any thread, one at a time."""

    def __init__(self, database: Path, key: bytes | None = None) -> None:
        self._database = database
        self._key = key
        self.folder = database.parent / "backups"

    def newest_first(self) -> list[Path]:
        """All copies there are; the name holds the time (UTC)."""
        return sorted(self.folder.glob(f"{self._database.stem}-????????-??????.db"), reverse=True)

    def age_s(self) -> float | None:
        """Seconds since the newest copy was made; None without one."""
        newest = self.newest_first()
        return time.time() - self.made_at(newest[0]).timestamp() if newest else None

    def made_at(self, backup: Path) -> datetime:
        """When a copy was made, from its name."""
        stamp = backup.stem.removeprefix(self._database.stem + "-")
        try:
            return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return datetime.fromtimestamp(0, UTC)

    def make(self, source: Connection) -> Path:
        """Copy the database that ``source`` is connected to, check the copy, and thin out the older ones.

        Raises:
            StoreDamaged: the copy does not pass SQLite's check, so the database is damaged; older copies stay.
            StoreFull, HomeNotWritable: the copy can't be written; older copies stay.
        """
        with storage_errors(self.folder):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            sweep_temporary_files(self.folder)
            descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=".db", dir=self.folder)
            os.close(descriptor)
        temporary = Path(name)
        try:
            self._copy(source, temporary)
            target = self.folder / f"{self._database.stem}-{datetime.now(UTC).strftime(_STAMP)}.db"
            with storage_errors(temporary):
                with open(temporary, "rb+") as stream:
                    sync(stream.fileno())
                os.replace(temporary, target)
                sync_folder(self.folder)
        finally:
            remove_with_companions(temporary)
        self._thin_out()
        return target

    def _copy(self, source: Connection, target: Path) -> None:
        copy = open_connection(target, self._key, wal=False)
        try:
            with translated(self._database):
                with copy.backup("main", source, "main") as backup:
                    while not backup.done:
                        backup.step(-1)
                # The copied header says WAL; a copy must be one file.
                copy.pragma("journal_mode", "delete")
                sound = is_sound(copy)
        finally:
            copy.close()
        if not sound:
            raise StoreDamaged(str(self._database), kept_as="")

    def _thin_out(self) -> None:
        while len(made := self.newest_first()) > KEPT_BACKUPS:
            # Hourly copies give way to daily ones, so that damage seen late still finds a copy from before it.
            apart = self.made_at(made[1]).timestamp() - self.made_at(made[2]).timestamp()
            remove_with_companions(made[1] if apart < DAY_S else made[-1])

    def newest_good(self, known_version: int) -> Path | None:
        """The newest copy that opens with our key, is sound and not from a later Hearth."""
        return next((backup for backup in self.newest_first() if self._is_good(backup, known_version)), None)

    def clean(self, clean: Callable[[Connection], object], version: int) -> None:
        """Delete something from all copies of this version for good, each in a transaction; older ones can't hold it.

        Raises: StoreFull, HomeNotWritable, StoreDamaged.
        """
        for backup in self.newest_first():
            connection = open_connection(backup, self._key, wal=False)
            try:
                with translated(backup):
                    connection.pragma("secure_delete", True)
                    if version_of(connection) == version:
                        with connection:
                            clean(connection)
            finally:
                connection.close()

    def _is_good(self, backup: Path, known_version: int) -> bool:
        try:
            connection = open_connection(backup, self._key, wal=False)
        except StorageError:
            return False
        try:
            with translated(backup):
                return is_sound(connection) and 0 < version_of(connection) <= known_version
        except StorageError:
            return False
        finally:
            connection.close()


def remove_with_companions(database: Path) -> None:
    """Remove a database file and what SQLite may have put beside it. Missing files are fine."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            os.unlink(f"{database}{suffix}")
