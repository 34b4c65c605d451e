"""The answers that are being written or wait for their turn, and what a full disk kept us from keeping of them."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

from runtime.answering import AnswerUnderWay
from runtime.chats.messages import MessageState, state_after
from runtime.chats.recorder import AnswerRecorder
from runtime.errors import StorageError
from runtime.events import AnswerFinished, FinishReason

log = logging.getLogger(__name__)


class UnderWay:
    """Owns them, at most one for each conversation. Any thread."""

    def __init__(self) -> None:
        self._answers: dict[str, AnswerUnderWay] = {}
        self._unsaved: list[AnswerRecorder] = []
        self._lock = threading.Lock()

    def add(self, answer: AnswerUnderWay) -> None:
        """An answer begins."""
        with self._lock:
            self._answers[answer.request_id] = answer

    def of(self, request_id: str) -> AnswerUnderWay | None:
        """The answer of a request, None once it has ended."""
        with self._lock:
            return self._answers.get(request_id)

    def in_conversation(self, conversation_id: str) -> bool:
        """Whether a conversation is being answered."""
        with self._lock:
            return any(answer.conversation_id == conversation_id for answer in self._answers.values())

    @property
    def ids(self) -> tuple[str, ...]:
        """The requests of all of them."""
        with self._lock:
            return tuple(self._answers)

    def stop_asked(self, request_id: str) -> bool:
        """Note that a person wants this answer no more; whether it was under way."""
        with self._lock:
            answer = self._answers.get(request_id)
            if answer is not None:
                answer.stop_asked = True
            return answer is not None

    def leave(self, answer: AnswerUnderWay) -> bool:
        """It has ended; whether that was new."""
        with self._lock:
            return self._answers.pop(answer.request_id, None) is not None

    def record(self, answer: AnswerUnderWay, event: AnswerFinished, *, interrupted: bool) -> AnswerFinished:
        """Store how an answer ended, and say what is to be told of it. ``interrupted``: neither the person nor the
        model ended it. Never raises for a full or failing disk."""
        state, problem = state_after(event.reason), event.problem
        if interrupted:
            state, problem = MessageState.INTERRUPTED, None
        event = replace(event, statistics=answer.statistics(event.statistics))
        try:
            answer.recorder.finish(state, problem, event.statistics)
        except StorageError as error:
            # The text is on the screen but not kept: that is what the person must know first.
            log.exception("an answer could not be saved")
            with self._lock:
                self._unsaved.append(answer.recorder)
            return replace(event, reason=FinishReason.FAILED, problem=error.problem())
        return event

    def save_late(self) -> None:
        """Write what a full disk kept us from writing, if there is room by now."""
        with self._lock:
            unsaved, self._unsaved = self._unsaved, []
        left = [recorder for recorder in unsaved if not recorder.try_again()]
        with self._lock:
            self._unsaved += left
