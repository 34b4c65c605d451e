"""The threads on which answers over documents are prepared and checked, so that nobody waits for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import Problem, problem_of
from runtime.events import Event
from runtime.grounding.checking import check_answer
from runtime.grounding.preparing import (
    FromDocuments,
    ModelGaveUp,
    StoppedReading,
    Task,
    Walked,
    prepare,
    share_that_fits,
)
from runtime.grounding.reading_all import Listen
from runtime.requests import ChatMessage
from runtime.sources import Grounding, ReadingMode

log = logging.getLogger(__name__)

# Each time with less of the documents: estimates of tokens are rough for small vocabularies and rare scripts.
MOST_TRIES = 5
SCALE_MARGIN = 0.85


@dataclass(frozen=True)
class Outcome:
    """What became of preparing: ``messages`` to be answered, or ``text`` that is the answer, or a ``problem``.
    ``stopped``: by the person; the text is what was found until then."""

    grounding: Grounding | None = None
    messages: tuple[ChatMessage, ...] = ()
    text: str | None = None
    problem: Problem | None = None
    stopped: bool = False
    walked: Walked | None = None


class GroundedAnswers:
    """Owns the threads; :meth:`close` joins them. Any thread. ``ask`` asks the model and blocks: it is given the id
    and the cancel token of the answer that it is for. Events and outcomes come on the threads."""

    def __init__(
        self,
        through: FromDocuments,
        ask: Callable[[str, tuple[ChatMessage, ...], int, CancelToken, Listen | None], str],
        tell: Callable[[Event], None],
    ) -> None:
        self._through = through
        self._ask = ask
        self._tell = tell
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._cancels: dict[str, CancelToken] = {}
        self._tasks: dict[str, tuple[Task, int]] = {}
        self._closed = False

    @property
    def quotes(self) -> bool:
        """Whether there is no model, and passages are quoted."""
        return self._through.quotes

    def begin(self, task: Task, take: Callable[[Outcome], None]) -> None:
        """Prepare an answer; ``take`` gets what became of it, once."""
        self._run(task, 1, take)

    def again(self, request_id: str, problem: Problem | None, take: Callable[[Outcome], None]) -> bool:
        """Prepare it with less of the documents, if ``problem`` says that the prompt was too long. False: it does not,
        or it was tried often enough."""
        share = share_that_fits(problem)
        with self._lock:
            task, tries = self._tasks.get(request_id, (None, 0))
        if share is None or task is None or tries >= MOST_TRIES:
            return False
        self._run(replace(task, scale=task.scale * share * SCALE_MARGIN, problem=problem), tries + 1, take)
        return True

    def cancel(self, request_id: str) -> None:
        """The answer is wanted no more. Its outcome still comes."""
        with self._lock:
            cancel = self._cancels.get(request_id)
        if cancel is not None:
            cancel.cancel()

    def ended(self, request_id: str) -> None:
        """The answer is written."""
        with self._lock:
            self._tasks.pop(request_id, None)

    def check(self, text: Callable[[], str], grounding: Grounding, take: Callable[[Grounding], None]) -> None:
        """Check the sentences of an answer; ``take`` gets its grounding with the verdicts. ``text`` reads it."""

        def work() -> None:
            try:
                checked = grounding
                if grounding.mode is not ReadingMode.QUOTED:
                    checked = replace(grounding, verdicts=check_answer(text(), grounding.sources))
                take(checked)
            except Exception:
                log.exception("an answer could not be checked")

        self._start(work, "answer-checking")

    def cancel_all(self) -> None:
        """Nothing is wanted any more, and nothing new is begun."""
        with self._lock:
            self._closed = True
            cancels = list(self._cancels.values())
        for cancel in cancels:
            cancel.cancel()

    def close(self) -> None:
        """End all of it. May be called twice."""
        self.cancel_all()
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _run(self, task: Task, tries: int, take: Callable[[Outcome], None]) -> None:
        cancel = CancelToken()
        with self._lock:
            self._tasks[task.request_id] = (task, tries)
            self._cancels[task.request_id] = cancel

        def work() -> None:
            outcome = self._outcome(task, cancel)
            with self._lock:
                if self._cancels.get(task.request_id) is cancel:
                    del self._cancels[task.request_id]
                if outcome.problem is not None:
                    # Trying again would come to the same.
                    self._tasks.pop(task.request_id, None)
                if outcome.grounding is not None and task.request_id in self._tasks:
                    # What is meant by the question is known by now.
                    known = replace(task, looked_for=outcome.grounding.question, walked=outcome.walked)
                    self._tasks[task.request_id] = (known, tries)
            take(outcome)

        if not self._start(work, "answer-preparing"):
            take(Outcome(stopped=True))

    def _outcome(self, task: Task, cancel: CancelToken) -> Outcome:
        try:
            prepared = prepare(
                task,
                self._through,
                lambda turns, most, listen: self._ask(task.request_id, turns, most, cancel, listen),
                self._tell,
                cancel,
            )
            cancel.check()
        except StoppedReading as stopped:
            return Outcome(stopped.grounding, text=stopped.notes, stopped=True)
        except Cancelled:
            return Outcome(stopped=True)
        except ModelGaveUp as error:
            return Outcome(problem=error.problem)
        except Exception as error:
            log.exception("an answer over documents could not be prepared")
            return Outcome(problem=problem_of(error))
        return Outcome(prepared.grounding, prepared.messages, prepared.text, walked=prepared.walked)

    def _start(self, work: Callable[[], None], name: str) -> bool:
        with self._lock:
            if self._closed:
                return False
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        return True
