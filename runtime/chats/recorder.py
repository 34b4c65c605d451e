"""An answer written to the disk while it streams: seldom enough to cost nothing, often enough to lose nothing."""

from __future__ import annotations

import logging
import threading
import time

from runtime.chats.messages import MessageState
from runtime.chats.store import ConversationStore
from runtime.errors import ConversationNotFound, Problem, StorageError
from runtime.events import AnswerStatistics, Channel

log = logging.getLogger(__name__)

FLUSH_EVERY_S = 0.25


class AnswerRecorder:
    """Owns the text of one streaming message that is not on the disk yet. Usable from any thread.

    A full or failing disk does not stop it: the text waits here, and each later write tries again.
    """

    def __init__(self, store: ConversationStore, message_id: str) -> None:
        self._store = store
        self._message_id = message_id
        self._lock = threading.Lock()
        self._pending: dict[Channel, str] = dict.fromkeys(Channel, "")
        self._flushed_at = time.monotonic()
        self._ending: tuple[MessageState, Problem | None, AnswerStatistics | None] | None = None
        self.has_text = False

    def add(self, text: str, channel: Channel) -> None:
        """Take the next piece; about four times a second all of it is written."""
        with self._lock:
            self.has_text = True
            self._pending[channel] += text
            if time.monotonic() - self._flushed_at < FLUSH_EVERY_S:
                return
            self._flushed_at = time.monotonic()
            try:
                self._store.append_text(
                    self._message_id, self._pending[Channel.ANSWER], self._pending[Channel.THINKING]
                )
            except StorageError as error:
                log.warning("an answer could not be saved yet: %s", error.code)
            else:
                self._pending = dict.fromkeys(Channel, "")

    def finish(self, state: MessageState, problem: Problem | None, statistics: AnswerStatistics | None) -> None:
        """Write the rest of the text and how it ended, in one transaction.

        Raises:
            StorageError: not written; :meth:`try_again` may be called later.
        """
        with self._lock:
            self._ending = (state, problem, statistics)
            self._write_ending()

    def try_again(self) -> bool:
        """Write an ending that could not be written; True once it is on the disk, or its place is gone."""
        with self._lock:
            try:
                self._write_ending()
            except ConversationNotFound:
                return True
            except StorageError:
                return False
            return True

    def _write_ending(self) -> None:
        if self._ending is None:
            return
        state, problem, statistics = self._ending
        self._store.finish_message(
            self._message_id,
            state,
            text=self._pending[Channel.ANSWER],
            thinking=self._pending[Channel.THINKING],
            problem=problem,
            statistics=statistics,
        )
        self._pending, self._ending = dict.fromkeys(Channel, ""), None
