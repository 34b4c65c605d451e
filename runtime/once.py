"""Things of an object that are made on first use, and once, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class MadeOnce(Generic[T]):
    """As functools.cached_property, for objects that several threads ask at once: one makes, the others wait for it.
    (The plain one has no lock from Python 3.12 on, and would make several.) What was made lies in the object's own
    ``vars``, under the name of the method; taken out of there, it is made anew."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> MadeOnce[T]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> MadeOnce[T] | T:
        if instance is None:
            return self
        made = vars(instance)
        # Both steps are one operation to other threads.
        with made.setdefault("_making", {}).setdefault(self._name, threading.RLock()):
            if self._name not in made:
                made[self._name] = self._make(instance)
            found: T = made[self._name]
            return found
