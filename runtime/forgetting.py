"""What is deleted for good goes everywhere: a document's words from the answers that quoted them, and what a model has
read of documents and conversations from the disk."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

from runtime.chats.places import Places
from runtime.chats.shelf import Shelf
from runtime.chats.store import ConversationStore
from runtime.documents.service import DocumentService
from runtime.errors import AlreadyRunning, HearthError
from runtime.paths import Paths
from runtime.storage.database import Database
from runtime.storage.instance_lock import InstanceLock

log = logging.getLogger(__name__)


@contextlib.contextmanager
def conversations_for_a_moment(paths: Paths) -> Iterator[ConversationStore | None]:
    """The conversations of a home, opened for as long as the block lasts; None if another process has them."""
    lock = InstanceLock(paths)
    try:
        lock.acquire()
    except AlreadyRunning:
        yield None
        return
    try:
        with contextlib.closing(Database(paths.database)) as database:
            yield ConversationStore(Places(database))
    finally:
        lock.release()


class ForgettingShelf(Shelf):
    """A shelf that tells, on the caller's thread, when something was deleted from it for good."""

    def __init__(self, places: Places, forgotten: Callable[[], object]) -> None:
        super().__init__(places)
        self._forgotten = forgotten

    def forget(self, conversation_id: str) -> None:
        """As :meth:`Shelf.forget`."""
        super().forget(conversation_id)
        self._forgotten()

    def forget_message(self, message_id: str) -> None:
        """As :meth:`Shelf.forget_message`."""
        super().forget_message(message_id)
        self._forgotten()

    def purge_bin(self, now: int | None = None) -> int:
        """As :meth:`Shelf.purge_bin`."""
        return self._told(super().purge_bin(now))

    def empty_bin(self) -> int:
        """As :meth:`Shelf.empty_bin`."""
        return self._told(super().empty_bin())

    def _told(self, gone: int) -> int:
        if gone:
            self._forgotten()
        return gone


class Forgetting:
    """Owns the thread that does it. ``store`` opens the conversations for as long as the block lasts, or gives None if
    another process has them: then that process will do it. ``kept`` deletes what models have read, and says whether
    all of it is gone. Any thread."""

    def __init__(
        self,
        documents: Callable[[], DocumentService],
        store: Callable[[], contextlib.AbstractContextManager[ConversationStore | None]],
        kept: Callable[[], bool] = lambda: True,
    ) -> None:
        self._documents = documents
        self._store = store
        self._kept = kept
        self._lock = threading.Lock()
        self._wanted = False
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Look for forgotten documents and clear what is left of them, soon. Returns at once."""
        with self._lock:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="words-forgetting", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Block until all that was begun is done."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                self._wanted = False
            try:
                self._forget()
            except HearthError as error:
                # They stay noted: the next start tries again.
                log.warning("words of a forgotten document could not be cleared yet: %s", error.code)
            except Exception:
                log.exception("words of a forgotten document could not be cleared")

    def _forget(self) -> None:
        documents = self._documents().forgotten()
        if not documents:
            return
        with self._store() as store:
            if store is None:
                return
            store.forget_words(documents)
        if self._kept():
            self._documents().forgotten_everywhere(documents)
