"""Meaning, learnt behind everything else: vectors for what can already be found by words."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.embedders import Embedders
from runtime.documents.standing import StandingIndex
from runtime.errors import HearthError

_log = logging.getLogger(__name__)

BATCH_PASSAGES = 64
IDLE_BEFORE_REST_S = 120.0
AFTER_FAILURE_S = 60.0
_TICK_S = 0.5
# A pace is the mean of about so many batches.
_PACE_SHARE = 0.2


class LearningWork:
    """Owns the thread that asks for vectors. ``may_learn`` says whether now is the time; ``tell`` is called on the
    thread with a document that got some, ``changed`` when another model learns from now on."""

    def __init__(
        self,
        index: StandingIndex,
        embedders: Embedders,
        may_learn: Callable[[], bool],
        tell: Callable[[int], None],
        changed: Callable[[], None],
    ) -> None:
        self._index = index
        self._embedders = embedders
        self._may_learn = may_learn
        self._tell = tell
        self._changed = changed
        self._token = CancelToken()
        self._wake = threading.Event()
        self._pace: float | None = None
        self._last_use = time.monotonic()
        self._not_before = 0.0
        self.failed = False
        self._complete = False
        self._thread = threading.Thread(target=self._run, name="documents-learning", daemon=True)
        self._thread.start()

    @property
    def complete(self) -> bool:
        """Nothing was left to learn when it was last looked at, and nothing was put in since."""
        return self._complete and not self._wake.is_set()

    @property
    def passages_per_s(self) -> float | None:
        """How fast it goes, None while unknown."""
        return self._pace

    def look(self) -> None:
        """There may be something to learn."""
        self._complete = False
        self._wake.set()

    def used(self) -> None:
        """A question was asked: the next one may come soon."""
        self._last_use = time.monotonic()

    def close(self) -> None:
        """End the thread; the embedders are their owner's, and must be closed before."""
        self._token.cancel()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._token.cancelled:
            if not self._may_learn() or time.monotonic() < self._not_before:
                self._token.wait(_TICK_S / 5)
                continue
            self._wake.clear()
            if self._embedders.look():
                self._pace = None
                self._changed()
            try:
                some = self._some()
            except Cancelled:
                continue
            except HearthError:
                _log.warning("learning the meaning of documents failed", exc_info=True)
                self.failed = True
                self._not_before = time.monotonic() + AFTER_FAILURE_S
                continue
            self.failed = False
            if not some:
                self._complete = True
                self._rest()
                self._wake.wait(_TICK_S * 4)

    def _some(self) -> int:
        embedder = self._embedders.learning
        if embedder is None:
            return 0
        waiting = self._index.pending(embedder.model_id, 1)
        if not waiting:
            self._embedders.settle()
            return 0
        self._complete = False
        begun = time.monotonic()
        learnt = self._index.learn_some(embedder, BATCH_PASSAGES)
        wall_s = time.monotonic() - begun
        self._last_use = time.monotonic()
        if 0 < learnt <= BATCH_PASSAGES and wall_s > 0:
            pace = learnt / wall_s
            self._pace = pace if self._pace is None else (1 - _PACE_SHARE) * self._pace + _PACE_SHARE * pace
        self._tell(waiting[0].document_id)
        return learnt

    def _rest(self) -> None:
        if time.monotonic() - self._last_use > IDLE_BEFORE_REST_S:
            self._embedders.rest()
