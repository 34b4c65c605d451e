"""What must be known of a disk that is written to: its room, its largest file, whether it is still there."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from runtime.errors import (
    DiskFull,
    DiskUnreliable,
    FileTooLargeForDisk,
    FolderNotWritable,
    HearthError,
    ModelsDiskMissing,
    ModelsFolderRefused,
)

LARGEST_ON_FAT_BYTES = 4 * 1024**3 - 1
ROOM_TO_LEAVE_BYTES = 8 * 1024 * 1024
# exFAT is not among them: it holds files of any size.
_FAT = frozenset({"vfat", "msdos", "msdosfs", "fat", "fat16", "fat32"})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_GONE = frozenset({errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE, errno.EHOSTDOWN, errno.ETIMEDOUT})
_NAME_REFUSED = frozenset({errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG})
# Where systems hang in their disks: a folder that is missing there is a disk that is not connected.
_MOUNT_PLACES = (Path("/Volumes"), Path("/mnt"), Path("/media"), Path("/run/media"))


class Usage(Protocol):
    """What ``shutil.disk_usage`` answers."""

    @property
    def free(self) -> int:
        """Bytes that may still be written."""


def file_system_of(folder: Path) -> str:
    """The kind of file system below ``folder`` in lower case, such as ``ext4``; "" where the system does not say."""
    import psutil

    path = Path(os.path.realpath(folder))
    kinds = {}
    with contextlib.suppress(OSError):
        kinds = {Path(disk.mountpoint): disk.fstype.lower() for disk in psutil.disk_partitions(all=True)}
    return next((kinds[place] for place in (path, *path.parents) if place in kinds), "")


def make_last_folder(folder: Path) -> None:
    """Make ``folder`` if it is missing, but never a second level, and nothing in the place of a disk.

    Raises:
        ModelsDiskMissing: the folder above is missing, or ``folder`` is where a disk would be.
        FolderNotWritable: it can't be made.
    """
    if folder.exists():
        return
    above = folder.parent
    if not above.is_dir() or above in _MOUNT_PLACES or above.parent in _MOUNT_PLACES[2:]:
        raise ModelsDiskMissing(str(folder))
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FolderNotWritable(str(folder)) from error


class Disk:
    """The disk below one folder, as it was when the work began. Any thread; touches the disk in its methods.

    A disk that is pulled out leaves an empty folder behind; what is written there then would land on the system's own
    disk. So the device is remembered and compared. ``kind`` and ``usage`` are how the system is asked.

    Raises (when made):
        ModelsDiskMissing: there is no such folder.
    """

    def __init__(
        self,
        folder: Path,
        kind: Callable[[Path], str] = file_system_of,
        usage: Callable[[Path], Usage] = shutil.disk_usage,
    ) -> None:
        self.folder = folder
        self._kind = kind
        self._usage = usage
        self._device = self._device_now()

    def _device_now(self) -> int:
        try:
            if self.folder.is_dir():
                return self.folder.stat().st_dev
        except OSError as error:
            raise ModelsDiskMissing(str(self.folder)) from error
        raise ModelsDiskMissing(str(self.folder))

    def check(self) -> None:
        """Raise ModelsDiskMissing when the folder is gone or is on another disk than at first."""
        if self._device_now() != self._device:
            raise ModelsDiskMissing(str(self.folder))

    def is_same_disk(self, other: Path) -> bool:
        """True when ``other`` is on this disk too, as far as the system says."""
        with contextlib.suppress(OSError):
            return other.stat().st_dev == self._device
        return False

    def check_room(self, needed_bytes: int, files: dict[str, int]) -> None:
        """Before the first byte: do ``needed_bytes`` fit, and is no file (name: size) too large for this disk?

        Raises:
            FileTooLargeForDisk, DiskFull, ModelsDiskMissing.
        """
        largest = max(files, key=files.__getitem__, default="")
        if largest and files[largest] > LARGEST_ON_FAT_BYTES and self._kind(self.folder) in _FAT:
            raise FileTooLargeForDisk(str(self.folder), largest, files[largest])
        with self.errors():
            free_bytes = self._usage(self.folder).free
        if needed_bytes and needed_bytes + ROOM_TO_LEAVE_BYTES > free_bytes:
            raise DiskFull(str(self.folder), needed_bytes + ROOM_TO_LEAVE_BYTES, free_bytes)

    @contextlib.contextmanager
    def errors(self, file: str = "", size_bytes: int = 0) -> Iterator[None]:
        """Turn an OSError of writing ``file`` into a leaf of the error tree.

        Raises:
            DiskFull, FileTooLargeForDisk, ModelsDiskMissing, FolderNotWritable, ModelsFolderRefused, DiskUnreliable.
        """
        try:
            yield
        except OSError as error:
            raise self._leaf(error, file, size_bytes) from error

    def _leaf(self, error: OSError, file: str, size_bytes: int) -> HearthError:
        folder = str(self.folder)
        if error.errno in _FULL:
            return DiskFull(folder, size_bytes + ROOM_TO_LEAVE_BYTES, self._free_bytes())
        if error.errno == errno.EFBIG:
            return FileTooLargeForDisk(folder, file, size_bytes)
        try:
            self.check()
        except ModelsDiskMissing as missing:
            return missing
        if error.errno in _GONE:
            return ModelsDiskMissing(folder)
        if error.errno in _NAME_REFUSED:
            return ModelsFolderRefused(folder, f"its disk can't hold a file called “{file}”")
        if error.errno == errno.EIO:
            return DiskUnreliable(folder, file)
        return FolderNotWritable(folder)

    def _free_bytes(self) -> int:
        try:
            return self._usage(self.folder).free
        except OSError:
            return 0
