"""Several things at once, with or without a free thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from runtime.documents.together import begun, together


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


def test_results_come_in_order_from_several_threads(executor: ThreadPoolExecutor) -> None:
    seen: set[str] = set()
    here = threading.Barrier(3)

    def work(item: int) -> int:
        if item < 3:
            # Only three threads at once let each other go on.
            here.wait(10)
        seen.add(threading.current_thread().name)
        return item * item

    assert together(executor, work, range(50)) == [item * item for item in range(50)]
    assert len(seen) == 3


def test_a_thread_of_a_busy_executor_may_ask(executor: ThreadPoolExecutor) -> None:
    asked = [executor.submit(lambda: together(executor, str, [1, 2, 3])) for _ in range(6)]
    assert [one.result(10) for one in asked] == [["1", "2", "3"]] * 6


def test_what_was_begun_is_done_even_if_no_thread_is_free(executor: ThreadPoolExecutor) -> None:
    free = threading.Event()
    held = [executor.submit(free.wait, 10) for _ in range(2)]
    result = begun(executor, threading.current_thread)
    assert result() is threading.current_thread()
    free.set()
    assert all(one.result() for one in held)
    assert begun(executor, lambda: 7)() == 7


def test_a_failure_is_raised_wherever_it_was(executor: ThreadPoolExecutor) -> None:
    for bad in (0, 7, 19):
        with pytest.raises(ZeroDivisionError):
            together(executor, (1).__floordiv__, [item - bad for item in range(20)])
    assert together(None, str, [1, 2]) == ["1", "2"]
