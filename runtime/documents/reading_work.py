"""One file after another from the disk into the index, by a thread of its own with reading processes of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.ends import reason_text
from runtime.documents.picture_reading import PictureReading
from runtime.documents.plain_reading import HASHED_UP_TO_BYTES, PlainReading
from runtime.documents.queue_of_files import QueueOfFiles, Turn
from runtime.documents.reader_team import free_children
from runtime.documents.reading import ReadingEnd
from runtime.documents.reading_progress import PutDown
from runtime.documents.rows import DocumentState, IndexedDocument
from runtime.documents.standing import StandingIndex
from runtime.documents.views import Doing
from runtime.errors import HearthError, problem_of

__all__ = ["HASHED_UP_TO_BYTES", "ReadingWork"]

_log = logging.getLogger(__name__)

IDLE_BEFORE_REST_S = 20.0
_TICK_S = 0.5


class Way(Protocol):
    """How one document is brought into the index. All on the worker's thread."""

    def read(self, row: IndexedDocument, forced: bool, cancel: CancelToken) -> None:
        """Read it and write it. Raises Cancelled, PutDown, HearthError."""

    def more(self) -> list[int]:
        """Documents that are to be read though nobody put them in line."""

    def rest(self) -> None:
        """Nothing came for a while: keep no process."""


class ReadingWork:
    """Owns a thread and its reading processes; takes documents from a queue until closed.

    ``tell`` is called on that thread when a document changed, ``when_idle`` when nothing waits; while ``may_go_on`` is
    not set, nothing is read. Documents whose pictures are to be read are put into ``pictures``.

    With ``recognises`` it reads the words in pictures, by up to ``children`` processes at a time (asked again and
    again). Then ``may_recognise`` says whether it may do what no person has asked for: when it says no amid such a
    document, what is done so far is kept and the rest waits. Such a one is begun only when the line ``after`` is idle.
    """

    def __init__(
        self,
        index: StandingIndex,
        queue: QueueOfFiles,
        *,
        name: str,
        niceness: int,
        recognises: bool,
        password: Callable[[int], str],
        tell: Callable[[int], None],
        may_go_on: threading.Event,
        when_idle: Callable[[], None],
        pictures: QueueOfFiles | None = None,
        after: QueueOfFiles | None = None,
        may_recognise: Callable[[], bool] = lambda: False,
        children: Callable[[], int] = free_children,
    ) -> None:
        self._index = index
        self._queue = queue
        self._tell = tell
        self._may_go_on = may_go_on
        self._when_idle = when_idle
        self._recognises = recognises
        self._after = after
        self._may_recognise = may_recognise
        self._way: Way = (
            PictureReading(
                index, niceness=niceness, password=password, show=self.show, put_down=self._must_put_down,
                allowed=lambda: children() if may_go_on.is_set() else 0,
            )
            if recognises
            else PlainReading(
                index, niceness=niceness, password=password, show=self.show, may_go_on=may_go_on, pictures=pictures
            )
        )  # fmt: skip
        self._lock = threading.Lock()
        self._current: tuple[int, CancelToken] | None = None
        self._closed = False
        self._asked = False
        self._last_use = time.monotonic()
        self.doing: dict[int, Doing] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def cancel(self, document_id: int) -> None:
        """Leave off reading this document, if it is the one."""
        with self._lock:
            if self._current is not None and self._current[0] == document_id:
                self._current[1].cancel()

    def close(self) -> None:
        """Leave off and end the thread and its processes. What was unfinished goes on at the next start."""
        with self._lock:
            self._closed = True
            if self._current is not None:
                self._current[1].cancel()
        self._queue.close()
        self._thread.join()

    def show(self, document_id: int, doing: Doing) -> None:
        """What is being done, for views."""
        self.doing[document_id] = doing
        self._tell(document_id)

    # --- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closed:
            if not self._may_go_on.wait(_TICK_S):
                continue
            taken = self._queue.take(_TICK_S, self._latest_turn())
            if taken is None:
                self._rest()
                continue
            while not self._may_go_on.wait(_TICK_S) and not self._closed:
                continue
            try:
                self._one(*taken)
            finally:
                self._queue.done(taken[0])
                # Only now is nothing said of it that is no longer so.
                self._tell(taken[0])
        self._way.rest()

    def _latest_turn(self) -> Turn:
        """Without leave, only what a person has asked for."""
        if not self._recognises:
            return Turn.AGAIN
        first_things_done = self._after is None or self._after.idle
        return Turn.AGAIN if first_things_done and self._may_recognise() else Turn.ASKED

    def _must_put_down(self) -> bool:
        """Whether a person's wish, or somebody's greater need, comes before what nobody has asked for."""
        return not self._asked and (self._queue.somebody_waits or not self._may_recognise())

    def _rest(self) -> None:
        if time.monotonic() - self._last_use > IDLE_BEFORE_REST_S:
            self._way.rest()
        try:
            self._when_idle()
            if self._latest_turn() is not Turn.ASKED:
                self._queue.add(self._way.more())
        except HearthError:
            _log.warning("tidying the documents' index failed", exc_info=True)

    def _one(self, document_id: int, forced: bool) -> None:
        token = CancelToken()
        with self._lock:
            self._current = (document_id, token)
            if self._closed:
                token.cancel()
        self._asked = forced
        self._last_use = time.monotonic()
        try:
            row = self._index.documents.get(document_id)
            if row is not None:
                self._way.read(row, forced, token)
        except Cancelled:
            pass
        except PutDown:
            self._queue.add([document_id])
        except Exception as error:  # a fault of ours with one file must not end the reading of all others
            _log.exception("a document could not be read")
            self._failed(document_id, problem_of(error).code)
        finally:
            with self._lock:
                self._current = None
            self.doing.pop(document_id, None)

    def _failed(self, document_id: int, code: str) -> None:
        if self._recognises:  # what was read of it before is as good as it was
            return
        try:
            text = reason_text(ReadingEnd.UNREADABLE, {"reason": code})
            self._index.documents.set_state(document_id, DocumentState.FAILED, text)
        except HearthError:
            _log.exception("and that could not be written either")
