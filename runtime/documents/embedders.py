"""Which model finds by meaning: the one that was installed with Hearth, or a better one that was downloaded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from runtime.documents.embedder import Embedder
from runtime.documents.embeddings.models import BUILT_IN, OFFERED, EmbeddingModel
from runtime.documents.learning import foreign_to
from runtime.documents.standing import StandingIndex

# Whose vectors may be in an index.
KNOWN_MODELS = (BUILT_IN.model_id, OFFERED.model.model_id)


class RestingEmbedder(Embedder, Protocol):
    """An embedder in a process of its own, which can be held still and sent home."""

    @property
    def model(self) -> EmbeddingModel:
        """What it computes with."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process, if it runs."""
        ...

    def pause(self) -> None:
        """Hold passages still; questions go on."""

    def resume(self) -> None:
        """Let passages go on."""

    def set_threads(self, threads: int | None) -> None:
        """How many threads passages may take; None: few, and fewer on battery."""

    def rest(self) -> bool:
        """Give its memory back until it is next needed."""
        ...

    def warm_up(self) -> None:
        """Begin to start, for a question that will come."""

    def close(self) -> None:
        """End it."""


class Embedders:
    """Owns the embedding processes of one index: ``learning`` makes vectors, ``asked`` answers questions. They differ
    while a model that came lately has not learnt all yet: until then the vectors of the one before serve.

    ``better`` says where the downloaded model is, None while there is none; it is asked by :meth:`look`. Any thread.
    """

    def __init__(
        self,
        index: StandingIndex,
        built_in: RestingEmbedder | None,
        better: Callable[[], EmbeddingModel | None],
        make: Callable[[EmbeddingModel], RestingEmbedder],
    ) -> None:
        self._index = index
        self._built_in = built_in
        self._find_better = better
        self._make = make
        self._lock = threading.RLock()
        self._better: RestingEmbedder | None = None
        self._held = False
        self._threads: int | None = None
        self._closed = False
        self._settled = ""
        self._met = set(KNOWN_MODELS)
        self.look()

    @property
    def learning(self) -> RestingEmbedder | None:
        """The one that new vectors are made with; None where there is no model at all."""
        return self._better or self._built_in

    @property
    def asked(self) -> RestingEmbedder | None:
        """The one that questions are answered with."""
        with self._lock:
            learning = self.learning
            if learning is None or self._better is None or self._settled == learning.model_id:
                return learning
            before = self._built_in
            if before is not None and self._index.vectors_stored(before.model_id) > 0:
                return before
            return learning

    @property
    def learning_id(self) -> str:
        """Its name; "" for none."""
        learning = self.learning
        return learning.model_id if learning is not None else ""

    @property
    def asked_id(self) -> str:
        """Its name; "" for none."""
        asked = self.asked
        return asked.model_id if asked is not None else ""

    def look(self) -> bool:
        """See whether the better model came or went; True when another one learns from now on."""
        found = self._find_better()
        with self._lock:
            here = self._better.model if self._better is not None else None
            if self._closed or found == here:
                return False
            gone, self._better = self._better, None
            self._settled = ""
            if found is not None:
                self._better = self._make(found)
                self._met.add(found.model_id)
                self._better.set_threads(self._threads)
                if self._held:
                    self._better.pause()
        if gone is not None:
            gone.close()
        return True

    def settle(self) -> None:
        """All is learnt: vectors of other models are dropped. For the thread that learns; takes seconds where there
        are hundreds of thousands, and nobody who asks waits for it."""
        learning = self.learning
        if learning is None or self._settled == learning.model_id:
            return
        for known in {*self._met, *(one.model_id for one in self._all())} - {learning.model_id}:
            for name in (known, foreign_to(known)):
                if self._index.vectors_stored(name):
                    self._index.forget_model(name)
        with self._lock:
            if learning is self.learning:
                self._settled = learning.model_id
        if self._built_in is not None and self._built_in is not learning:
            self._built_in.rest()

    def hold(self, held: bool) -> None:
        """Hold passages still, or let them go on. Raises Cancelled once closed."""
        with self._lock:
            self._held = held
            for one in self._all():
                (one.pause if held else one.resume)()

    def set_threads(self, threads: int | None) -> None:
        """How many threads passages may take; None: few, and fewer on battery."""
        with self._lock:
            self._threads = threads
            for one in self._all():
                one.set_threads(threads)

    def rest(self) -> None:
        """Give their memory back until they are next needed."""
        for one in self._all():
            one.rest()

    def close(self) -> None:
        """End them."""
        with self._lock:
            self._closed = True
            every = self._all()
        for one in every:
            one.close()

    def _all(self) -> list[RestingEmbedder]:
        return [one for one in (self._built_in, self._better) if one is not None]
