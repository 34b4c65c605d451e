"""Answers over documents in stored conversations: prepared, given to the model, kept with their sources, checked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from runtime.answering import AnswerUnderWay
from runtime.aside import Asides
from runtime.cancel import CancelToken
from runtime.chats.messages import Message
from runtime.chats.places import is_private
from runtime.chats.store import ConversationStore
from runtime.errors import ConversationNotFound, StorageError
from runtime.events import (
    AnswerChecked,
    AnswerDelta,
    AnswerFinished,
    AnswerGrounded,
    Event,
    FinishReason,
    ModelLoaded,
)
from runtime.grounding.answers import GroundedAnswers, Outcome
from runtime.grounding.inside import ask_inside
from runtime.grounding.preparing import FromDocuments, Task
from runtime.grounding.reading_all import Listen
from runtime.inference.engine import Engine
from runtime.requests import ChatMessage
from runtime.sources import DocumentScope, Grounding

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Side:
    """What the conversations do for it: let the model write an answer, hear an event as if the engine told it, keep
    apart what is asked aside, and say which model answers, also while it rests."""

    generate: Callable[[AnswerUnderWay], None]
    hear: Callable[[Event], None]
    asides: Asides
    known: Callable[[], ModelLoaded | None]


class KeptAnswers:
    """Owns the threads of :class:`GroundedAnswers`. Any thread. ``tell`` gets the events for the person."""

    def __init__(
        self,
        through: FromDocuments,
        store: ConversationStore,
        engine: Engine,
        tell: Callable[[Event], None],
        side: Side,
    ) -> None:
        self._store = store
        self._engine = engine
        self._tell = tell
        self._side = side
        self._closing = False
        self._measured = through.measured
        self._answers = GroundedAnswers(through, self._ask_inside, tell)

    @property
    def quotes(self) -> bool:
        """Whether there is no model, and passages are quoted."""
        return self._answers.quotes

    def begin(
        self,
        answer: AnswerUnderWay,
        question: Message,
        scope: DocumentScope,
        *,
        system: str,
        read_all: bool,
        kept: Grounding | None,
    ) -> None:
        """Prepare an answer on a thread of its own; the model, or the passages, then write it."""
        loaded = self._side.known()
        task = Task(
            answer.request_id,
            question.text,
            answer.turns[:-1] if answer.goes_on else answer.turns,
            scope,
            system,
            read_all,
            loaded.context_tokens if loaded is not None else 0,
            kept,
            conversation_id=answer.conversation_id,
        )
        self._answers.begin(task, partial(self._take, answer))

    def begin_again(self, answer: AnswerUnderWay, event: AnswerFinished) -> bool:
        """Whether an answer is begun once more with less of the documents, as its prompt was too long."""
        if not answer.messages or answer.recorder.has_text or answer.stop_asked or self._closing:
            return False
        return self._answers.again(answer.request_id, event.problem, partial(self._take, answer))

    def stop(self, request_id: str) -> None:
        """The answer is wanted no more."""
        self._answers.cancel(request_id)

    def check(self, answer: AnswerUnderWay, event: AnswerFinished) -> None:
        """Have the sentences of an answer that has ended checked, and keep what came of it."""
        self._answers.ended(answer.request_id)
        if answer.grounding is None or self._closing or event.reason is FinishReason.FAILED:
            return

        def take(checked: Grounding) -> None:
            # Some of its words may have been forgotten meanwhile.
            kept = self._store.set_verdicts(answer.request_id, checked.verdicts or ())
            self._tell(AnswerChecked(answer.request_id, kept or checked))

        self._answers.check(lambda: self._store.message(answer.request_id).text, answer.grounding, take)

    def end_all(self) -> None:
        """Nothing is wanted any more; the engine may be closed now."""
        self._closing = True
        self._answers.cancel_all()

    def close(self) -> None:
        """End the threads, after the engine. May be called twice."""
        self.end_all()
        self._answers.close()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _take(self, answer: AnswerUnderWay, outcome: Outcome) -> None:
        """An answer was prepared: let the model write it, unless it is written or not wanted."""
        if outcome.grounding is not None:
            answer.grounding = outcome.grounding
            self._keep(answer.request_id, outcome.grounding)
            self._tell(AnswerGrounded(answer.request_id, outcome.grounding))
        if outcome.messages and not self._closing:
            answer.messages = (*outcome.messages, *(answer.turns[-1:] if answer.goes_on else ()))
            self._side.generate(answer)
            return
        if outcome.text:
            self._side.hear(AnswerDelta(answer.request_id, outcome.text))
        reason = FinishReason.FAILED if outcome.problem else FinishReason.COMPLETE
        if outcome.stopped or self._closing:
            reason = FinishReason.STOPPED
        self._side.hear(AnswerFinished(answer.request_id, reason, problem=outcome.problem))

    def _keep(self, request_id: str, grounding: Grounding) -> None:
        try:
            self._store.set_grounding(request_id, grounding)
        except (StorageError, ConversationNotFound) as error:
            log.warning("what an answer stands on could not be kept: %s", error.code)

    def _ask_inside(
        self,
        request_id: str,
        messages: tuple[ChatMessage, ...],
        max_tokens: int,
        cancel: CancelToken,
        listen: Listen | None,
    ) -> str:
        engine, asides, private = self._engine, self._side.asides, is_private(request_id)
        return ask_inside(engine, asides, messages, max_tokens, cancel, listen, self._measured, private=private)
