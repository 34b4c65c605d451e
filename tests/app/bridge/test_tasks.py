"""Tasks run in order off the UI thread; results come back on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from app.bridge.tasks import TaskRunner
from runtime.api import Problem
from runtime.errors import DiskFull


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    found = TaskRunner("test")
    yield found
    found.close()


def test_results_come_back_in_order_on_the_ui_thread(qtbot: QtBot, runner: TaskRunner) -> None:
    results: list[tuple[int, int, int]] = []
    ui = threading.get_ident()

    def work(number: int) -> tuple[int, int]:
        return number, threading.get_ident()

    def note(found: tuple[int, int]) -> None:
        results.append((*found, threading.get_ident()))

    for number in range(50):
        runner.run(partial(work, number), note, lambda _problem: None)
    qtbot.waitUntil(lambda: len(results) == 50)
    assert [number for number, _worker, _here in results] == list(range(50))
    assert all(worker != ui and here == ui for _number, worker, here in results)


def test_trouble_comes_back_as_plain_data(qtbot: QtBot, runner: TaskRunner) -> None:
    problems: list[Problem] = []

    def fail() -> None:
        raise DiskFull("/x", 2, 1)

    def surprise() -> None:
        raise ZeroDivisionError

    for work in (fail, surprise):
        runner.run(work, lambda _none: None, problems.append)
    qtbot.waitUntil(lambda: len(problems) == 2)
    assert problems[0] == DiskFull("/x", 2, 1).problem()
    assert problems[1].code == "unexpected"


def test_close_finishes_the_work_and_calls_nobody(qtbot: QtBot) -> None:
    runner = TaskRunner("closing")
    done: list[str] = []
    runner.run(lambda: done.append("worked"), lambda _none: done.append("called"), lambda _p: None)
    runner.close()
    qtbot.wait(50)
    assert done == ["worked"]
