"""The index kept in step with the disk: what is dropped, what happens in followed folders, what others put in."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from runtime.documents.followed import Difference, Unwanted, content_digest, difference, known_below
from runtime.documents.queue_of_files import QueueOfFiles, Turn
from runtime.documents.reading_work import HASHED_UP_TO_BYTES
from runtime.documents.rows import Collection, DocumentState
from runtime.documents.standing import FileStamp, StandingIndex
from runtime.documents.walking import files_below, is_wanted_below, stamp_of, system_path
from runtime.documents.watching import FolderWatch
from runtime.errors import AlreadyRunning, HearthError
from runtime.storage.instance_lock import InstanceLock

_log = logging.getLogger(__name__)

TRY_LOCK_EVERY_S = 1.0
FOREIGN_EVERY_S = 2.0
POLL_EVERY_S = 5.0
SINGLES_EVERY_S = 60.0
ALL_EVERY_S = 600.0


class Keeping:
    """Owns the thread of all this, and the lock that makes this process the one that reads.

    Another process of the same home may add documents meanwhile: this one finds and reads them. ``begun`` is called,
    on that thread, when this process becomes the one.
    """

    def __init__(
        self,
        index: StandingIndex,
        line: QueueOfFiles,
        unwanted: Unwanted,
        lock: InstanceLock,
        *,
        tell: Callable[[int], None],
        forget: Callable[[Sequence[int]], None],
        begun: Callable[[], None],
    ) -> None:
        self._index = index
        self._line = line
        self._unwanted = unwanted
        self._lock = lock
        self._tell = tell
        self._forget = forget
        self._when_begun = begun
        self._orders: queue.SimpleQueue[tuple[str, int | None] | None] = queue.SimpleQueue()
        self._open_orders = 0
        self._counting = threading.Lock()
        self._woken = threading.Event()
        self._watch = FolderWatch(self._woken.set)
        self._folders: dict[str, int] = {}
        self._due: dict[Callable[[], None], tuple[float, float]] = {}
        self._started = self._tried = False
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def idle(self) -> bool:
        """No folder waits to be walked through, and since the start it was tried to become the one that reads."""
        return not self._open_orders and (self._tried or not self._started)

    @property
    def works_here(self) -> bool:
        """Whether this process is the one that reads."""
        return self._lock.held

    def start(self) -> None:
        """Become the process that reads as soon as no other is, and go on with what was unfinished."""
        self._started = True
        self._run_thread()

    def walk(self, folder: str, collection: int | None) -> None:
        """Take in all files below a folder, soon."""
        with self._counting:
            self._open_orders += 1
        self._orders.put((folder, collection))
        self._run_thread()

    def folders_changed(self) -> None:
        """A folder is followed from now on, or no longer."""
        self._woken.set()

    def close(self) -> None:
        """End the thread and the watch, and let another process read."""
        self._closed = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        self._watch.close()
        self._lock.release()

    def take_in(self, files: Sequence[tuple[str, FileStamp]], collection: int | None) -> list[int]:
        """Rows for files at once; those that are new, changed or were not read well wait to be read. Any thread."""
        known = self._index.stamps_of([path for path, _ in files])
        found = self._index.register_many(files, collection)
        again = [
            document
            for document, (path, stamp) in zip(found, files, strict=True)
            if known.get(path) != (stamp.size_bytes, stamp.modified_ns, True)
        ]
        self._enqueue(again)
        return found

    # --- the thread -------------------------------------------------------------------------------------------------

    def _run_thread(self) -> None:
        with self._counting:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="documents-keeping", daemon=True)
                self._thread.start()
        self._woken.set()

    def _run(self) -> None:
        while not self._closed:
            self._woken.clear()
            try:
                wait_s = self._round()
            except HearthError:
                _log.warning("keeping documents in step with the disk failed", exc_info=True)
                wait_s = POLL_EVERY_S
            except Exception:  # a fault of ours in one round must not end all following
                _log.exception("keeping documents in step with the disk failed")
                wait_s = POLL_EVERY_S
            self._woken.wait(wait_s)

    def _round(self) -> float:
        while not self._orders.empty() and not self._closed:
            order = self._orders.get()
            if order is not None:
                try:
                    self._walk(*order)
                finally:
                    with self._counting:
                        self._open_orders -= 1
        if not self._started:
            return TRY_LOCK_EVERY_S
        try:
            if not self._lock.held and not self._begun():
                return TRY_LOCK_EVERY_S
        finally:
            self._tried = True
        self._follow()
        places, wait_s = self._watch.calm()
        if places:
            self._compare(places)
        self._regular()
        return FOREIGN_EVERY_S if wait_s is None else wait_s

    def _begun(self) -> bool:
        try:
            self._lock.acquire()
        except AlreadyRunning:
            return False
        known = self._line.known
        self._enqueue([row.id for row in self._index.documents.unfinished() if row.id not in known])
        self._line.add([row.id for row in self._index.documents.outdated()], Turn.AGAIN, forced=True)
        self._when_begun()
        now = time.monotonic()
        self._due = {
            self._look_for_foreign: (now + FOREIGN_EVERY_S, FOREIGN_EVERY_S),
            self._look_through_polled: (now + POLL_EVERY_S, POLL_EVERY_S),
            self._look_at_singles: (now, SINGLES_EVERY_S),
            self._look_through_all: (now, ALL_EVERY_S),
        }
        return True

    def _regular(self) -> None:
        for what, (due, every_s) in self._due.items():
            if time.monotonic() >= due and not self._closed:
                self._due[what] = (time.monotonic() + every_s, every_s)
                what()

    def _walk(self, folder: str, collection: int | None) -> None:
        files = list(files_below(folder))
        self._unwanted.remove(path for path, _ in files)
        for document in self.take_in(files, collection):
            self._tell(document)

    def _follow(self) -> None:
        folders = followed(self._index.collections.all())
        anew = self._watch.follow(folders)
        new = (folders.keys() - self._folders.keys()) | anew
        self._folders = folders
        if new:
            self._compare(sorted(new))

    def _look_for_foreign(self) -> None:
        known = self._line.known
        rows = self._index.documents.all(DocumentState.WAITING) if self._index.waiting() > len(known) else []
        self._enqueue([row.id for row in rows if row.id not in known])

    def _look_through_polled(self) -> None:
        if self._watch.polled:
            self._compare(sorted(self._watch.polled))

    def _look_through_all(self) -> None:
        if self._folders:
            self._compare(sorted(self._folders))

    def _look_at_singles(self) -> None:
        known = self._index.documents.stamps()
        singles = [path for path in known if self._root(path) is None]
        self._apply(difference({path: known[path] for path in singles}, self._found(singles), self._is_same_file))

    # --- what is there and what is known ----------------------------------------------------------------------------

    def _compare(self, places: Iterable[str]) -> None:
        places = list(places)
        known = known_below(self._index.documents.stamps(), places)
        found = self._found(places)
        self._apply(difference(known, found, self._is_same_file))

    def _found(self, places: Iterable[str]) -> dict[str, FileStamp]:
        found: dict[str, FileStamp] = {}
        for place in places:
            if os.path.isdir(system_path(place)):
                found.update(one for one in files_below(place) if one[0] not in self._unwanted)
            elif place not in self._unwanted and (stamp := stamp_of(place)) is not None:
                found[place] = stamp
        return found

    def _is_same_file(self, document_id: int, path: str) -> bool:
        row = self._index.documents.get(document_id)
        if row is None or row.sha256 is None:
            return row is not None
        return content_digest(system_path(path), HASHED_UP_TO_BYTES) == row.sha256

    def _apply(self, found: Difference) -> None:
        by_root: dict[str, list[tuple[str, FileStamp]]] = {}
        for path, stamp in found.new:
            root = self._root(path)
            if root is not None and is_wanted_below(path, root):
                by_root.setdefault(root, []).append((path, stamp))
        told = set(found.changed)
        for root, files in by_root.items():
            told.update(self.take_in(files, self._folders[root]))
        self._enqueue(found.changed)
        told.update(self._move(found.moved))
        told.update(self._back(found.same))
        told.update(self._missing(found.missing))
        for document in told:
            self._tell(document)

    def _move(self, moves: Sequence[tuple[int, str]]) -> list[int]:
        if not moves:
            return []
        with self._index.at_once():
            self._index.moved_many(moves)
            for document, path in moves:
                root = self._root(path)
                for folder, collection in self._folders.items():
                    if folder == root:
                        self._index.collections.add(collection, [document])
                    else:
                        self._index.collections.take_out(collection, [document])
        return [document for document, _ in moves]

    def _back(self, same: Sequence[tuple[int, FileStamp]]) -> list[int]:
        gone = {row.id: row for row in self._index.documents.all(DocumentState.GONE)}
        back = [(document, stamp) for document, stamp in same if document in gone]
        for document, stamp in back:
            self._index.unchanged(document, stamp)
        self._enqueue([document for document, _ in back if not gone[document].version])
        return [document for document, _ in back]

    def _missing(self, missing: Sequence[int]) -> list[int]:
        """Deleted from a followed folder: forgotten. With the whole folder away (a disk that is not connected), or not
        from such a folder: gone, until it comes back."""
        rows = [row for row in map(self._index.documents.get, missing) if row is not None]
        there: dict[str, bool] = {}
        forgotten, gone = [], []
        for row in rows:
            root = self._root(row.path)
            if root is not None and root not in there:
                there[root] = next(files_below(root), None) is not None
            if root is not None and there[root]:
                forgotten.append(row.id)
            elif row.state not in (DocumentState.GONE, DocumentState.WAITING):
                # One that waits is looked for when its turn comes.
                gone.append(row.id)
        self._line.drop(forgotten + gone)
        self._index.gone(gone)
        if forgotten:
            self._forget(forgotten)
        return gone

    def _root(self, path: str) -> str | None:
        return root_of(path, self._folders)

    def _enqueue(self, documents: Iterable[int]) -> None:
        if self._lock.held:
            self._line.add(documents)


def followed(collections: Iterable[Collection]) -> dict[str, int]:
    """Folder to collection, of those that follow one."""
    return {one.folder: one.id for one in collections if one.folder}


def root_of(path: str, folders: Iterable[str]) -> str | None:
    """The innermost of some folders that a path is in."""
    found = [folder for folder in folders if path.startswith(folder.rstrip(os.sep) + os.sep)]
    return max(found, key=len, default=None)
