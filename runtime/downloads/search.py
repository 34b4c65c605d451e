"""Searching the hub for models, in a process that can be killed: names and native code may hang for ever."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

from runtime.cancel import Cancelled, CancelToken
from runtime.downloads.hub import hub_endpoint, is_repository
from runtime.downloads.patience import Patience
from runtime.downloads.search_host import Question, SearchHost
from runtime.downloads.search_messages import SEARCH_PATIENCE, FindModels, Found, HubModel, LookCloser, Order
from runtime.errors import HubNotUnderstood, HubUnreachable, RepositoryNotFound, error_from
from runtime.requests import HubQuery

# The process ends itself when nobody has asked for so long.
IDLE_S = 60.0
# Longer than all of the hub's own limits together: a hub that sends a byte now and then ends here.
ANSWER_WITHIN_S = 45.0
MOST_LINGERING = 4
DEATHS_ALLOWED = 2
_POLL_S = 0.02


class _Newer(CancelToken):
    """Set when a newer find has come, which will want the same process."""


class HubSearch:
    """Owns the search process, started on first use. Methods block and may be called from any thread but the window's.

    ``token`` gives the person's key for the hub or None, and may be slow; it goes to the hub's origin alone.
    """

    def __init__(
        self,
        token: Callable[[], str | None],
        endpoint: str | None = None,
        *,
        patience: Patience = SEARCH_PATIENCE,
        answer_within_s: float = ANSWER_WITHIN_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._token = token
        self._endpoint = hub_endpoint(endpoint)
        self._patience = patience
        self._answer_within_s = answer_within_s
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._host: SearchHost | None = None
        self._finding: _Newer | None = None
        self._closed = CancelToken()

    def find(self, query: HubQuery, cancel: CancelToken | None = None) -> tuple[HubModel, ...]:
        """Chat models for a person's words, the most downloaded first. A newer find ends this one.

        Raises:
            HubUnreachable, HubRefused, HubNotUnderstood: no answer, or none with sense.
            Cancelled: by ``cancel``, by a newer find, or by :meth:`close`.
        """
        newer = _Newer()
        with self._lock:
            if self._finding is not None:
                self._finding.cancel()
            self._finding = newer
        order = FindModels(uuid.uuid4().hex, self._endpoint, query.words, query.limit, self._token(), self._patience)
        return self._answer(order, (newer, cancel or CancelToken())).models

    def look_closer(self, repository: str, cancel: CancelToken | None = None) -> HubModel:
        """One repository with exact sizes, its commit and its shape.

        Raises:
            RepositoryNotFound, RepositoryHasNoModel, TokenRequired, TokenRejected, AccessNotGranted: the hub says no.
            ModelUnsupported: an architecture that the engine does not know.
            HubUnreachable, HubRefused, HubNotUnderstood; Cancelled.
        """
        if not is_repository(repository):
            raise RepositoryNotFound(repository)
        order = LookCloser(uuid.uuid4().hex, self._endpoint, repository, self._token(), self._patience)
        return self._answer(order, (cancel or CancelToken(),)).models[0]

    def close(self) -> None:
        """End the process; whoever waits gets Cancelled. Any thread, more than once."""
        self._closed.cancel()
        with self._lock:
            host, self._host = self._host, None
        if host is not None:
            host.retire()

    @property
    def process_id(self) -> int | None:
        """The search process that runs now, for diagnosis; None when none does."""
        with self._lock:
            return self._host.pid if self._host is not None and self._host.alive else None

    def _answer(self, order: Order, ends: tuple[CancelToken, ...]) -> Found:
        until = time.monotonic() + self._answer_within_s
        deaths = 0
        while True:
            question = Question(order)
            host = self._asked(question)
            self._wait(host, question, (*ends, self._closed), until)
            outcome = question.outcome
            if isinstance(outcome, Found):
                return outcome
            if outcome is not None and outcome.problem is not None:
                raise error_from(outcome.problem)
            if host.had_too_much:
                raise HubNotUnderstood(self._endpoint.partition("://")[2])
            deaths += 1
            if deaths > DEATHS_ALLOWED:
                raise error_from(host.problem())

    def _asked(self, question: Question) -> SearchHost:
        """Ask, of a process that is well: one that hangs in too many places is ended first."""
        with self._lock:
            self._closed.check()
            host = self._host
            if host is not None and (not host.alive or host.lingering >= MOST_LINGERING):
                host.retire()
                host = None
            if host is None:
                host = self._host = SearchHost(self._idle_s)
            host.ask(question)
            return host

    def _wait(self, host: SearchHost, question: Question, ends: tuple[CancelToken, ...], until: float) -> None:
        while not question.settled.wait(_POLL_S):
            late = time.monotonic() >= until
            if late or any(end.cancelled for end in ends):
                self._give_up(host, question, another_comes=self._is_superseded(ends))
                if late:
                    raise HubUnreachable(self._endpoint.partition("://")[2], "timeout")
                raise Cancelled
        for end in ends:
            end.check()

    def _is_superseded(self, ends: tuple[CancelToken, ...]) -> bool:
        with self._lock:
            return isinstance(ends[0], _Newer) and ends[0].cancelled and not self._closed.cancelled

    def _give_up(self, host: SearchHost, question: Question, *, another_comes: bool) -> None:
        """Stop one question; when it was the only one, end the process, whatever it hangs in."""
        host.drop(question)
        with self._lock:
            alone = not another_comes and self._host is host and not host.waited_for
            if alone:
                self._host = None
        if alone:
            host.retire()
