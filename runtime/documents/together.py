"""Work on several things at once that never waits for a free thread: the thread that asks works too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from threading import Lock
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")


def together(executor: Executor | None, work: Callable[[S], T], items: Sequence[S]) -> list[T]:
    """What ``work`` makes of each item, in their order. The calling thread takes one after the other, and threads of
    the executor that happen to be free help; so this may be called on one of them. Raises what ``work`` raises."""
    if executor is None or len(items) < 2:
        return [work(item) for item in items]
    made: dict[int, T] = {}
    left = iter(range(len(items)))
    lock = Lock()

    def take() -> None:
        while True:
            with lock:
                at = next(left, None)
            if at is None:
                return
            made[at] = work(items[at])

    helping = [executor.submit(take) for _ in items[1:]]
    try:
        take()
    finally:
        for future in helping:
            future.cancel()
        problems = [problem for problem in map(_problem, helping) if problem is not None]
    if problems:
        raise problems[0]
    return [made[at] for at in range(len(items))]


def begun(executor: Executor, work: Callable[[], T]) -> Callable[[], T]:
    """Let a free thread begin; what is returned gives the result, worked out by the caller if none was free."""
    future = executor.submit(work)

    def result() -> T:
        return work() if future.cancel() else future.result()

    return result


def _problem(future: Future[None]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError:
        return None
