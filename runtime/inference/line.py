"""Requests that wait for the engine, in the order in which it takes them."""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass, field

from runtime.requests import Generate


@dataclass(frozen=True, order=True)
class Place:
    """A request and its place in line: the more urgent first, among equals the one that came first."""

    priority: int
    came: int
    request: Generate = field(compare=False)


class Line:
    """Owns the requests that wait. A request that made way goes back to the place it had among its equals.

    Lives on the engine's one thread.
    """

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._count = itertools.count()

    def __bool__(self) -> bool:
        return bool(self._places)

    @property
    def first(self) -> Place | None:
        """Whose turn is next."""
        return self._places[0] if self._places else None

    def add(self, request: Generate) -> Place:
        """A request comes; it waits behind its equals."""
        place = Place(int(request.priority), next(self._count), request)
        self.put_back(place)
        return place

    def put_back(self, place: Place) -> None:
        """A request that had begun waits again, before its equals that came later."""
        bisect.insort(self._places, place)

    def take(self) -> Place:
        """The first one; it waits no more. IndexError when nobody does."""
        return self._places.pop(0)

    def remove(self, request_id: str) -> bool:
        """Whether this one waited; it does no more."""
        left = [place for place in self._places if place.request.request_id != request_id]
        found = len(left) < len(self._places)
        self._places = left
        return found

    def clear(self) -> list[Generate]:
        """All that waited, in order."""
        places, self._places = self._places, []
        return [place.request for place in places]
