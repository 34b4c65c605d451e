"""Where conversations and the engine meet: what is asked is stored first, what is answered is stored as it comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.answering import AnswerUnderWay
from runtime.aside import Asides
from runtime.chats.attachments import Attachment
from runtime.chats.history import estimated_tokens, newest_that_fit, title_from, turns_of, without
from runtime.chats.messages import Message, MessageState
from runtime.chats.places import is_private
from runtime.chats.recorder import AnswerRecorder
from runtime.chats.store import ConversationStore
from runtime.errors import ConversationNotFound, EngineBusy, problem_of
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    AnswerStatistics,
    ConversationsChanged,
    ConversationShortened,
    EngineChanged,
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
from runtime.under_way import UnderWay

log = logging.getLogger(__name__)

NO_SCOPE = DocumentScope()
DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant."
MAX_ANSWER_TOKENS = 4096
# Of the model's context, the part kept free for the answer.
ANSWER_SHARE = 0.25


class Conversing:
    """Asks the engine in the name of conversations: one answer at a time in each, and what is asked in another
    meanwhile waits for its turn.

    ``ask``, ``edit``, ``retry`` and ``go_on`` may be called from any thread but the engine's and return after one
    commit to the disk (some milliseconds); ``stop`` from any. ``handle`` receives every event of the engine, on the
    engine's thread, and passes it on to ``on_event``. An answer's request id is its message id. Owns the engine that
    ``make_engine`` makes of the handler for its events. ``answers_as`` is the name kept with each answer, by default
    that of the loaded model's folder; a model that does not ``remember`` is given the question alone, and one that does
    is not told of exchanges whose answer ``left_out`` names. With ``from_documents``, questions of a conversation with
    a scope are answered from documents: what goes before and after such an answer is done on threads of their own.
    ``before_asking`` is called before the engine is, so that a model may be made ready; it must not raise.
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
        before_asking: Callable[[], None] = lambda: None,
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
        self._before_asking = before_asking
        self._asking = threading.Lock()
        self._under_way = UnderWay()
        self._asides = Asides()
        self._resting: ModelLoaded | None = None
        self._closing = False
        self._engine = make_engine(self.handle)
        side = Side(self._generate, self.handle, self._asides, lambda: self.known)
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

    @property
    def known(self) -> ModelLoaded | None:
        """The model that answers, also while it rests and comes back with the next question."""
        return self._engine.loaded or self._resting

    def load(self, request: LoadModel) -> None:
        """Make a model ready to answer. Returns at once; events follow."""
        self._engine.load(request)

    def unload(self) -> None:
        """Give the model's memory back. Returns at once; events follow."""
        self._engine.unload()

    def rest(self) -> None:
        """Give the model's memory back until somebody asks, unless something is asked now. Returns at once."""
        self._engine.rest()

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
        for request_id in self._under_way.ids:
            self._finish(AnswerFinished(request_id, FinishReason.STOPPED))
        self._under_way.save_late()

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
            EngineBusy: an answer is being written in this conversation; nothing was stored.
            ConversationNotFound, StoreFull, HomeNotWritable, StoreDamaged: nothing was stored or asked.
        """
        with self._asking:
            self._require_idle(conversation_id)
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
            path = self._store.path_to(message_id)
            if not path or path[-1].role is not Role.USER:
                raise ConversationNotFound(message_id)
            self._require_idle(path[-1].conversation_id)
            return self._exchange(replace(path[-1], text=text), path[:-1], self._scope(path[-1]))

    def retry(self, message_id: str) -> str:
        """Answer again: a sibling of the answer ``message_id``, or a first answer to that question.

        Raises as :meth:`ask`.
        """
        with self._asking:
            path = self._store.path_to(message_id)
            read_all = bool(path and path[-1].grounding and path[-1].grounding.mode is ReadingMode.ALL)
            if path and path[-1].role is Role.ASSISTANT:
                path = path[:-1]
            if not path or path[-1].role is not Role.USER:
                raise ConversationNotFound(message_id)
            question = path[-1]
            self._require_idle(question.conversation_id)
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
            path = self._store.path_to(message_id)
            if path:
                self._require_idle(path[-1].conversation_id)
            begun = self._store.reopen(message_id)
            return self._begin(message_id, (*path[:-1], begun), continued=begun, scope=self._scope(begun))

    def aside(
        self,
        messages: tuple[ChatMessage, ...],
        max_tokens: int,
        on_done: Callable[[str | None], None],
        *,
        private: bool = False,
    ) -> bool:
        """Ask something that is kept nowhere, behind everything that persons ask. False, and nothing happens, unless a
        model is ready. ``on_done`` gets the answer on the engine's thread, or None if it was ended early. ``private``:
        it has words of a private conversation."""
        if self._closing:
            return False
        return self._asides.ask(self._engine, messages, max_tokens, on_done, private=private)

    def stop(self, request_id: str) -> None:
        """End an answer early, also one that waits; what was said stays. Its AnswerFinished follows. Unknown ids are
        ignored."""
        if self._under_way.stop_asked(request_id):
            if self._documents is not None:
                self._documents.stop(request_id)
            self._engine.stop(request_id)

    def handle(self, event: Event) -> None:
        """Store what an event of the engine says and pass it on. Never raises for a full or failing disk."""
        if self._asides.hear(event):
            return
        if isinstance(event, AnswerDelta):
            answer = self._under_way.of(event.request_id)
            if answer is not None:
                event = answer.heard(event)
            # On screen first: writing may take some milliseconds.
            self._on_event(event)
            if answer is not None:
                answer.recorder.add(event.text, event.channel)
        elif isinstance(event, AnswerFinished):
            self._finish(event)
        else:
            self._note_model(event)
            self._on_event(event)

    # --- asking -------------------------------------------------------------------------------------------------

    def _require_idle(self, conversation_id: str) -> None:
        if self._under_way.in_conversation(conversation_id):
            raise EngineBusy
        self._under_way.save_late()

    def _note_model(self, event: Event) -> None:
        if isinstance(event, ModelLoaded):
            self._resting = event
        elif isinstance(event, EngineChanged) and self._resting is not None and event.folder != self._resting.folder:
            self._resting = None

    def _model(self) -> str:
        known = self.known
        return self._answers_as or (Path(known.folder).name if known else "")

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
        self._before_asking()
        question, loaded = path[-2] if continued and len(path) > 1 else path[-1], self.known
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
        self._under_way.add(answer)
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
                    private=is_private(answer.request_id),
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

    def _finish(self, event: AnswerFinished) -> None:
        answer = self._under_way.of(event.request_id)
        if answer is None:
            self._on_event(event)
            return
        if self._documents is not None and self._documents.begin_again(answer, event):
            return
        shorter = None if self._closing else answer.shorter(event.problem, self._system())
        if shorter is not None:
            answer.turns, answer.shortened_again = shorter, True
            self._on_event(ConversationShortened(answer.request_id, answer.all_turns - len(shorter)))
            self._generate(answer)
        elif self._under_way.leave(answer):
            self._on_event(self._under_way.record(answer, event, interrupted=self._closing))
            self._on_event(ConversationsChanged(answer.conversation_id))
            if self._documents is not None:
                self._documents.check(answer, event)
