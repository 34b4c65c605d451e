"""Files on the disk, by their names and stamps; nothing is opened here."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from runtime.documents.standing import FileStamp

# Not documents: what other programs keep beside them while they work.
_IGNORED_BEGINNINGS = (".", "~$")
_IGNORED_ENDINGS = (".tmp", ".part", ".crdownload", "~")
# A name that is no UTF-8 can't be written to the index; its bytes stand in the private area there.
_BYTE_AREA = 0xF700


def is_wanted_name(name: str) -> bool:
    """Whether a file or folder met on the way is looked at."""
    return not name.startswith(_IGNORED_BEGINNINGS) and not name.lower().endswith(_IGNORED_ENDINGS)


def is_wanted_below(path: str, root: str) -> bool:
    """The same for every part of a path below a folder."""
    return all(is_wanted_name(part) for part in path[len(root) :].split(os.sep) if part)


def stamp_of(path: str) -> FileStamp | None:
    """What the file is now; None if there is nothing, or only a folder."""
    try:
        found = os.stat(system_path(path))
    except (OSError, ValueError):
        return None
    return None if stat.S_ISDIR(found.st_mode) else FileStamp(found.st_size, found.st_mtime_ns)


def files_below(folder: str) -> Iterator[tuple[str, FileStamp]]:
    """Every wanted file below a folder, as the index names it. Links to folders are not followed; a folder that can't
    be looked into is passed over."""
    waiting = [folder]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if not is_wanted_name(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif not _leads_to_folder(entry):
                yield stored_path(entry.path), _stamp(entry)


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: its reading will say so
        return False


def _stamp(entry: os.DirEntry[str]) -> FileStamp:
    try:
        found = entry.stat()
    except OSError:  # a link to nothing: its reading will say so
        return FileStamp(0, 0)
    return FileStamp(found.st_size, found.st_mtime_ns)


def stored_path(path: str) -> str:
    """The path as the index can hold it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "".join(chr(_BYTE_AREA + ord(one) - 0xDC00) if 0xDC80 <= ord(one) <= 0xDCFF else one for one in path)
    return path


def system_path(path: str) -> str:
    """The path as the system takes it."""
    if os.path.lexists(path) or not any(_BYTE_AREA + 0x80 <= ord(one) <= _BYTE_AREA + 0xFF for one in path):
        return path
    return "".join(
        chr(ord(one) - _BYTE_AREA + 0xDC00) if _BYTE_AREA + 0x80 <= ord(one) <= _BYTE_AREA + 0xFF else one
        for one in path
    )


def settled(path: str) -> str:
    """One name for one place: absolute, links among its folders resolved; a file's own link is kept."""
    whole = os.path.abspath(os.path.expanduser(path))
    if os.path.isdir(whole):
        return os.path.realpath(whole)
    return os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
