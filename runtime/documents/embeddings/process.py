"""An embedder in a child process: it may crash, hang or be killed, and is started again when next it is needed."""

from __future__ import annotations

import collections
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.messages import (
    AskSpeaks,
    CountTokens,
    EmbedPassages,
    EmbedQuestion,
    Reply,
    RequestFailed,
    SetManners,
    SpeaksAnswered,
    StartEmbedding,
    StopEmbedding,
    TokensCounted,
    VectorsMade,
)
from runtime.documents.embeddings.models import EmbeddingModel
from runtime.documents.embeddings.running import Died, RunningChild
from runtime.documents.embeddings.texts import BATCH_TEXTS, as_utf8
from runtime.errors import EngineDied, UnexpectedError, error_from
from runtime.wire import PROTOCOL_VERSION

if TYPE_CHECKING:
    from runtime.documents.embeddings.texts import Vectors

TRIES = 2
DEATHS_ALLOWED = 3
DEATHS_WITHIN_S = 300.0
# How soon a caller notices that it was cancelled.
TICK_S = 0.02
CLOSE_GRACE_S = 0.2
# A line of the wire has a cap, and a text of this length is a book: passages are a thousand times shorter.
LONGEST_REQUEST_CHARACTERS = 2_000_000
_R = TypeVar("_R", VectorsMade, TokensCounted, SpeaksAnswered)


@dataclass(frozen=True)
class EmbedderLimits:
    """``silence_s``: a child without a sign of life for that long, while somebody waits, is killed. ``memory_bytes``
    is what it may take beside its model's file."""

    silence_s: float = 30.0
    memory_bytes: int = 1536 * 1024 * 1024


class EmbedderProcess:
    """An :class:`~runtime.documents.embedder.Embedder` whose work happens elsewhere, behind everything else.

    Owns at most one child process and its reader threads, started by the first call. Any thread may call; calls of
    several threads may be under way at once, and a question overtakes passages. A child that dies is started again
    and its request sent once more. Beside what the model's files may raise (ModelFolderMissing, ModelDamaged,
    ModelUnsupported, EngineUnavailable, EngineOutOfMemory), each call may raise EngineDied: it died twice over the
    same request, or too often lately. Calls raise Cancelled after :meth:`close`.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        computing: Computing = Computing.AUTO,
        *,
        threads: int | None = None,
        limits: EmbedderLimits | None = None,
    ) -> None:
        self._model = model
        self._computing = computing
        self._limits = limits or EmbedderLimits()
        self._manners = SetManners(paused=False, threads=threads)
        self._lock = threading.Lock()
        self._child: RunningChild | None = None
        self._deaths: collections.deque[float] = collections.deque(maxlen=DEATHS_ALLOWED)
        self._numbers = itertools.count(1)
        self._closed = False

    # --- what an embedder is ----------------------------------------------------------------------------------------

    @property
    def model(self) -> EmbeddingModel:
        """What it computes with."""
        return self._model

    @property
    def model_id(self) -> str:
        """Model and revision."""
        return self._model.model_id

    @property
    def dimensions(self) -> int:
        """Numbers a row."""
        return self._model.dimensions

    @property
    def languages(self) -> frozenset[str] | None:
        """What the model was made for."""
        return self._model.languages

    @property
    def max_tokens(self) -> int:
        """The longest text that is embedded whole."""
        return self._model.max_tokens

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> Vectors:
        """One row a passage. A death costs at most the 64 passages that were under way. Raises Cancelled within some
        20 ms of the token's setting; the child leaves off at its next passage."""
        import numpy

        batches = [texts[at : at + BATCH_TEXTS] for at in range(0, len(texts), BATCH_TEXTS)]
        made = [self._embed_batch(tuple(map(as_utf8, batch)), cancel) for batch in batches]
        return numpy.concatenate(made) if made else numpy.empty((0, self.dimensions), numpy.float32)

    def embed_query(self, text: str) -> Vectors:
        """One row for a question; passages wait for it."""
        reply = self._ask(lambda number: EmbedQuestion(number, as_utf8(text)), VectorsMade)
        row: Vectors = self._rows(reply)[0]
        return row

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as a passage, marks included."""
        given = tuple(map(as_utf8, texts))
        return list(self._ask(lambda number: CountTokens(number, given), TokensCounted).counts)

    def speaks(self, text: str) -> bool:
        """Whether the text is in a language of this model."""
        if self.languages is None:
            return True
        # No more of it is looked at.
        given = as_utf8(text[:4000])
        return self._ask(lambda number: AskSpeaks(number, given), SpeaksAnswered).speaks

    # --- its life ---------------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """The child's process id, None when there is none."""
        child = self._child
        return child.pid if child is not None and not child.ended else None

    def warm_up(self) -> None:
        """Start the child now and return at once, so that the first question does not wait for it."""
        self._ensure()

    def pause(self) -> None:
        """Hold passages still: a caller of ``embed`` waits. Questions go on."""
        self._behave(SetManners(True, self._manners.threads))

    def resume(self) -> None:
        """Let passages go on."""
        self._behave(SetManners(False, self._manners.threads))

    def set_threads(self, threads: int | None) -> None:
        """How many threads passages may take from their next batch on; None: two, one on battery."""
        self._behave(SetManners(self._manners.paused, threads))

    def rest(self) -> bool:
        """End the child, to give its memory back until the next call; False when it is at work."""
        with self._lock:
            if self._child is not None and self._child.busy:
                return False
            child, self._child = self._child, None
        if child is not None:
            child.close(CLOSE_GRACE_S)
        return True

    def close(self) -> None:
        """End the child for good; callers that wait are told Cancelled. May be called twice."""
        with self._lock:
            self._closed = True
            child, self._child = self._child, None
        if child is not None:
            child.close(CLOSE_GRACE_S)

    # --- asking -----------------------------------------------------------------------------------------------------

    def _embed_batch(self, texts: tuple[str, ...], cancel: CancelToken | None) -> Vectors:
        if sum(map(len, texts)) > LONGEST_REQUEST_CHARACTERS:
            if len(texts) == 1:
                raise UnexpectedError(f"a passage of {len(texts[0])} characters")
            import numpy

            middle = len(texts) // 2
            return numpy.concatenate([self._embed_batch(part, cancel) for part in (texts[:middle], texts[middle:])])
        return self._rows(self._ask(lambda number: EmbedPassages(number, texts), VectorsMade, cancel))

    def _rows(self, reply: VectorsMade) -> Vectors:
        import numpy

        return numpy.frombuffer(reply.data, "<f4").reshape(reply.rows, self.dimensions).copy()

    def _ask(self, request: Callable[[str], object], kind: type[_R], cancel: CancelToken | None = None) -> _R:
        for left in reversed(range(TRIES)):
            child = self._ensure()
            number = str(next(self._numbers))
            reply = self._wait(child, number, child.ask(number, request(number)), cancel)
            if isinstance(reply, kind):
                return reply
            if isinstance(reply, RequestFailed):
                raise error_from(reply.problem)
            if isinstance(reply, Died):
                self._note(child, reply, last_try=not left)
        raise UnexpectedError("an answer of another kind")

    def _wait(
        self,
        child: RunningChild,
        number: str,
        reply: Callable[[float], Reply | Died | None],
        cancel: CancelToken | None,
    ) -> Reply | Died:
        while (found := reply(TICK_S)) is None:
            if cancel is not None and cancel.cancelled:
                child.forget(number)
                child.send(StopEmbedding(number))
                raise Cancelled
            if child.silent_s > self._limits.silence_s:
                child.kill()
        return found

    def _note(self, child: RunningChild, died: Died, *, last_try: bool) -> None:
        """A death, told to each who waited. Raises where another try makes no sense."""
        with self._lock:
            if self._closed:
                raise Cancelled
            if self._child is child:
                self._child = None
                self._deaths.append(time.monotonic())
        child.close(CLOSE_GRACE_S)
        if died.problem is not None:
            raise error_from(died.problem)
        if last_try:
            raise EngineDied(died.exit_code, died.last_words)

    # --- the child --------------------------------------------------------------------------------------------------

    def _ensure(self) -> RunningChild:
        with self._lock:
            if self._closed:
                raise Cancelled
            if self._child is not None:
                return self._child
            if len(self._deaths) == DEATHS_ALLOWED and time.monotonic() - self._deaths[0] < DEATHS_WITHIN_S:
                raise EngineDied(0, f"{DEATHS_ALLOWED} times within {DEATHS_WITHIN_S:.0f} s")
            order = StartEmbedding(self._model, self._computing, self._manners.threads, self._limits.memory_bytes)
            self._child = RunningChild(order, PROTOCOL_VERSION)
            self._child.send(self._manners)
            return self._child

    def _behave(self, manners: SetManners) -> None:
        with self._lock:
            self._manners = manners
            if self._child is not None:
                self._child.send(manners)
