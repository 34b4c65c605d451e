"""Where conversations and the engine meet: what is asked is stored first, what is answered is stored as it comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.answering import AnswerUnderWay
from runtime.aside import Aside
from runtime.chats.attachments import Attachment
from runtime.chats.history import estimated_tokens, newest_that_fit, title_from, turns_of, without
from runtime.chats.ids import new_id
from runtime.chats.messages import Message, MessageState, state_after
from runtime.chats.recorder import AnswerRecorder
from runtime.chats.store import ConversationStore
from runtime.errors import ConversationNotFound, EngineBusy, StorageError, problem_of
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    AnswerStatistics,
    ConversationsChanged,
    ConversationShortened,
    EngineState,
    Event,
    FinishReason,
    ModelLoaded,
)
from runtime.grounding.kept import KeptAnswers, Side
from runtime.grounding.preparing import FromDocuments
from runtime.inference.engine import Engine
from runtime.requests import ChatMessage, Generate, LoadModel, Role, Sampling
from runtime.sources import DocumentScope, ReadingMode

log = logging.getLogger(__name__)

NO_SCOPE = DocumentScope()
DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant."
MAX_ANSWER_TOKENS = 4096
# Of the model's context, the part kept free for the answer.
ANSWER_SHARE = 0.25
# A model stops within a token, or within a piece of the prompt; should it not, the engine says that it is busy.
ASIDE_ENDS_WITHIN_S = 10.0


class Conversing:
    """Asks the engine in the name of a conversation, one answer at a time.

    ``ask``, ``edit``, ``retry`` and ``go_on`` may be called from any thread but the engine's and return after one
    commit to the disk (some milliseconds), or once an aside has ended; ``stop`` from any. ``handle`` receives every
    event of the engine, on the engine's thread, and passes it on to ``on_event``. An answer's request id is its
    message id. Owns the engine that ``make_engine`` makes of the handler for its events. ``answers_as`` is the name
    kept with each answer, by default that of the loaded model's folder; a model that does not ``remember`` is given
    the question alone, and one that does is not told of exchanges whose answer ``left_out`` names. With
    ``from_documents``, questions of a conversation with a scope are answered from documents: what goes before and after
    such an answer is done on threads of their own.
    """

    def __init__(
        self,
        store: ConversationStore,
        make_engine: Callable[[Callable[[Event], None]], Engine],
        on_event: Callable[[Event], None],
        *,
        system_prompt: str = DEFAULT_SYSTEM_PROMPT,
        sampling: Sampling | None = None,
        max_tokens: int = MAX_ANSWER_TOKENS,
        answers_as: str = "",
        remembers: bool = True,
        left_out: Callable[[Message], bool] = lambda _answer: False,
        from_documents: FromDocuments | None = None,
    ) -> None:
        self.system_prompt = system_prompt
        self.sampling = sampling or Sampling()
        self.thinking: bool | None = None
        self._store = store
        self._on_event = on_event
        self._max_tokens = max_tokens
        self._answers_as = answers_as
        self._remembers = remembers
        self._left_out = left_out
        self._asking = threading.Lock()
        self._lock = threading.Lock()
        self._answer: AnswerUnderWay | None = None
        self._aside: Aside | None = None
        self._unsaved: list[AnswerRecorder] = []
        self._closing = False
        self._engine = make_engine(self.handle)
        side = Side(self._generate, self.handle, self._note_aside)
        self._documents = (
            KeptAnswers(from_documents, store, self._engine, on_event, side) if from_documents is not None else None
        )

    @property
    def state(self) -> EngineState:
        """Where the engine stands."""
        return self._engine.state

    @property
    def loaded(self) -> ModelLoaded | None:
        """The model that answers, once it is ready."""
        return self._engine.loaded

    def load(self, request: LoadModel) -> None:
        """Make a model ready to answer. Returns at once; events follow."""
        self._engine.load(request)

    def unload(self) -> None:
        """Give the model's memory back. Returns at once; events follow."""
        self._engine.unload()

    def close(self) -> None:
        """End the engine; an answer in the middle is kept as interrupted. The store stays open. May be called twice.

        Must not be called from ``on_event``.
        """
        self._closing = True
        if self._documents is not None:
            self._documents.end_all()
        self._engine.close()
        if self._documents is not None:
            self._documents.close()
        with self._lock:
            answer = self._answer
        if answer is not None:
            self._finish(AnswerFinished(answer.request_id, FinishReason.STOPPED))
        self._save_late()

    def is_grounded(self, message_id: str) -> bool:
        """Whether it is known what an answer stands on: then AnswerChecked follows its end, unless that is FAILED."""
        return self._store.message(message_id).grounding is not None

    def needs_model(self, conversation_id: str) -> bool:
        """Whether a question here is answered by a model: false where passages are quoted. Raises as :meth:`ask`."""
        quotes = self._documents is not None and self._documents.quotes
        return not (quotes and self._store.read(conversation_id).scope.wanted)

    def ask(
        self, conversation_id: str, text: str, attachments: tuple[Attachment, ...] = (), *, read_all: bool = False
    ) -> str:
        """Store a question under the end of the active branch with an empty answer, then ask the engine.

        Returns the request id. The first question gives the conversation its title. ``read_all``: every page of the
        conversation's documents is read for the answer.

        Raises:
            EngineBusy: an answer is being written; nothing was stored.
            ConversationNotFound, StoreFull, HomeNotWritable, StoreDamaged: nothing was stored or asked.
        """
        with self._asking:
            self._require_idle()
            conversation = self._store.read(conversation_id)
            before = conversation.messages
            question = Message(
                "", conversation_id, before[-1].id if before else None, Role.USER, text, attachments=attachments
            )
            return self._exchange(question, before, conversation.scope, read_all)

    def edit(self, message_id: str, text: str) -> str:
        """Ask a question in other words: a sibling of the question ``message_id``, with the same files.

        Raises as :meth:`ask`.
        """
        with self._asking:
            self._require_idle()
            path = self._store.path_to(message_id)
            if not path or path[-1].role is not Role.USER:
                raise ConversationNotFound(message_id)
            return self._exchange(replace(path[-1], text=text), path[:-1], self._scope(path[-1]))

    def retry(self, message_id: str) -> str:
        """Answer again: a sibling of the answer ``message_id``, or a first answer to that question.

        Raises as :meth:`ask`.
        """
        with self._asking:
            self._require_idle()
            path = self._store.path_to(message_id)
            read_all = bool(path and path[-1].grounding and path[-1].grounding.mode is ReadingMode.ALL)
            if path and path[-1].role is Role.ASSISTANT:
                path = path[:-1]
            if not path or path[-1].role is not Role.USER:
                raise ConversationNotFound(message_id)
            question = path[-1]
            request_id = self._store.add_message(
                question.conversation_id,
                Role.ASSISTANT,
                "",
                parent_id=question.id,
                state=MessageState.STREAMING,
                model=self._model(),
            )
            return self._begin(request_id, path, scope=self._scope(question), read_all=read_all)

    def go_on(self, message_id: str) -> str:
        """Write an answer on that ended early. Its request id is ``message_id``, as it was the first time.

        Raises as :meth:`ask`; ConversationNotFound also for an answer that is whole.
        """
        with self._asking:
            self._require_idle()
            path = self._store.path_to(message_id)
            begun = self._store.reopen(message_id)
            return self._begin(message_id, (*path[:-1], begun), continued=begun, scope=self._scope(begun))

    def aside(self, messages: tuple[ChatMessage, ...], max_tokens: int, on_done: Callable[[str | None], None]) -> bool:
        """Ask something that is kept nowhere. False, and nothing happens, unless the model is ready and idle.

        ``on_done`` gets the answer on the engine's thread, or None: whatever a person asks meanwhile comes first.
        """
        with self._asking:
            aside = Aside(f"aside-{new_id()}", on_done)
            with self._lock:
                idle = self._answer is None and self._aside is None and not self._closing
                if not idle or self._engine.state is not EngineState.READY:
                    return False
                self._aside = aside
            try:
                self._engine.generate(Generate(aside.request_id, messages, max_tokens=max_tokens, thinking=False))
            except Exception:
                log.exception("the engine did not take an aside")
                self._aside = None
                return False
            return True

    def stop(self, request_id: str) -> None:
        """End an answer early; what was said stays. Its AnswerFinished follows. Unknown ids are ignored."""
        with self._lock:
            answer = self._current(request_id)
            if answer is not None:
                answer.stop_asked = True
        if answer is not None and self._documents is not None:
            self._documents.stop(request_id)
        if answer is not None:
            self._engine.stop(request_id)

    def handle(self, event: Event) -> None:
        """Store what an event of the engine says and pass it on. Never raises for a full or failing disk."""
        aside = self._aside
        if aside is not None and aside.owns(event):
            self._hear_aside(aside, event)
        elif isinstance(event, AnswerDelta):
            with self._lock:
                answer = self._current(event.request_id)
            if answer is not None:
                event = answer.heard(event)
            # On screen first: writing may take some milliseconds.
            self._on_event(event)
            if answer is not None:
                answer.recorder.add(event.text, event.channel)
        elif isinstance(event, AnswerFinished):
            self._finish(event)
        else:
            self._on_event(event)

    # --- asking -------------------------------------------------------------------------------------------------

    def _require_idle(self) -> None:
        with self._lock:
            if self._answer is not None:
                raise EngineBusy
            aside = self._aside
        if aside is not None:
            self._engine.stop(aside.request_id)
            aside.over.wait(ASIDE_ENDS_WITHIN_S)
        self._save_late()

    def _model(self) -> str:
        loaded = self._engine.loaded
        return self._answers_as or (Path(loaded.folder).name if loaded else "")

    def _scope(self, message: Message) -> DocumentScope:
        return self._store.read(message.conversation_id).scope if self._documents is not None else NO_SCOPE

    def _exchange(
        self, question: Message, before: tuple[Message, ...], scope: DocumentScope, read_all: bool = False
    ) -> str:
        question_id, request_id = self._store.add_exchange(
            question.conversation_id,
            question.text,
            parent_id=question.parent_id,
            model=self._model(),
            title=title_from(question.text),
            attachments=question.attachments,
        )
        path = (*before, replace(question, id=question_id))
        return self._begin(request_id, path, scope=scope, read_all=read_all)

    def _begin(
        self,
        request_id: str,
        path: tuple[Message, ...],
        continued: Message | None = None,
        scope: DocumentScope = NO_SCOPE,
        read_all: bool = False,
    ) -> str:
        question, loaded = path[-2] if continued and len(path) > 1 else path[-1], self._engine.loaded
        turns = all_turns = turns_of(without(path, self._left_out) if self._remembers else path[-1:])
        if loaded is not None and loaded.context_tokens > 0:
            room = loaded.context_tokens - min(self._max_tokens, int(loaded.context_tokens * ANSWER_SHARE))
            turns = newest_that_fit(all_turns, room - estimated_tokens(self._system()))
        answer = AnswerUnderWay(
            request_id,
            question.conversation_id,
            turns,
            len(all_turns),
            AnswerRecorder(self._store, request_id),
            before=continued.statistics or AnswerStatistics() if continued else None,
            thought_before=bool(continued and continued.thinking),
        )
        with self._lock:
            self._answer = answer
        forgotten = len(all_turns) - len(turns)
        self._on_event(
            AnswerStarted(
                request_id, question.conversation_id, question.id, forgotten, self._model(), continued is not None
            )
        )
        self._on_event(ConversationsChanged(question.conversation_id))
        if self._documents is not None and scope.wanted:
            kept = continued.grounding if continued else None
            system = self.system_prompt.strip()
            self._documents.begin(answer, question, scope, system=system, read_all=read_all, kept=kept)
        else:
            self._generate(answer)
        return request_id

    def _note_aside(self, aside: Aside | None) -> None:
        self._aside = aside

    def _generate(self, answer: AnswerUnderWay) -> None:
        try:
            self._engine.generate(
                Generate(
                    request_id=answer.request_id,
                    messages=answer.messages or self._system() + answer.turns,
                    sampling=self.sampling,
                    max_tokens=self._max_tokens,
                    thinking=self.thinking,
                    # An answer that ended before its first word is simply begun anew.
                    continues=answer.goes_on,
                )
            )
        except Exception as error:
            # The row must not stay streaming for ever, whatever went wrong.
            log.exception("the engine did not take a question")
            self._finish(AnswerFinished(answer.request_id, FinishReason.FAILED, problem=problem_of(error)))
        if answer.stop_asked:
            # Asked while the engine did not know this answer yet.
            self._engine.stop(answer.request_id)

    def _system(self) -> tuple[ChatMessage, ...]:
        return (ChatMessage(Role.SYSTEM, self.system_prompt),) if self.system_prompt.strip() else ()

    # --- answering ----------------------------------------------------------------------------------------------

    def _hear_aside(self, aside: Aside, event: Event) -> None:
        aside.take(event)
        if isinstance(event, AnswerFinished):
            # First, so that whoever is told that it is over may have another.
            self._aside = None
            aside.end(event)

    def _current(self, request_id: str) -> AnswerUnderWay | None:
        return self._answer if self._answer is not None and self._answer.request_id == request_id else None

    def _finish(self, event: AnswerFinished) -> None:
        with self._lock:
            answer = self._current(event.request_id)
        if answer is not None and self._documents is not None and self._documents.begin_again(answer, event):
            return
        with self._lock:
            answer = self._current(event.request_id)
            shorter = answer.shorter(event.problem, self._system()) if answer and not self._closing else None
            if answer is not None and shorter is not None:
                answer.turns, answer.shortened_again = shorter, True
            elif answer is not None:
                self._answer = None
        if answer is None:
            self._on_event(event)
        elif shorter is not None:
            self._on_event(ConversationShortened(answer.request_id, answer.all_turns - len(shorter)))
            self._generate(answer)
        else:
            self._on_event(self._recorded(answer, replace(event, statistics=answer.statistics(event.statistics))))
            self._on_event(ConversationsChanged(answer.conversation_id))
            if self._documents is not None:
                self._documents.check(answer, event)

    def _recorded(self, answer: AnswerUnderWay, event: AnswerFinished) -> AnswerFinished:
        state, problem = state_after(event.reason), event.problem
        if self._closing:
            # Neither the person nor the model ended this answer.
            state, problem = MessageState.INTERRUPTED, None
        try:
            answer.recorder.finish(state, problem, event.statistics)
        except StorageError as error:
            # The text is on the screen but not kept: that is what the person must know first.
            log.exception("an answer could not be saved")
            self._unsaved.append(answer.recorder)
            return replace(event, reason=FinishReason.FAILED, problem=error.problem())
        return event

    def _save_late(self) -> None:
        """Write what a full disk kept us from writing, if there is room by now."""
        self._unsaved = [recorder for recorder in self._unsaved if not recorder.try_again()]
