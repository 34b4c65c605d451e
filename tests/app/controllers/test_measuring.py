"""The test of this computer begins in a quiet moment, makes way at once, and is never begun by whoever does not watch.

The engine's part is replaced by one that ends when it is told to: only so can a moment be held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from app.controllers.chat import ChatController
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.measuring import MeasuringController, Patience
from app.controllers.models import ModelsController
from app.controllers.works import WorksController
from runtime.api import (
    AnswerFinished,
    AnswerStarted,
    Computer,
    DownloadChanged,
    DownloadPhase,
    EngineChanged,
    EngineState,
    FinishReason,
    Paths,
    Problem,
    Runtime,
    SelfTest,
    SelfTestChanged,
    SelfTestState,
    WorkChanged,
    WorkKind,
    WorkState,
)

AT_ONCE = Patience(open_s=0, quiet_s=0.02, look_s=0.01, room_s=0.02)
RESULT = SelfTest("cpu", 1e9, 1e9, 0.0, (), 1.8e9, "")
STARTED = AnswerStarted("request", "conversation", "question")
FINISHED = AnswerFinished("request", FinishReason.STOPPED)


class HeldTest:
    """A test that runs until it is stopped or ended, and says what the real one says."""

    def __init__(self, bridge: EventBridge) -> None:
        self._tell = bridge.deliver
        self.self_test: SelfTest | None = None
        self.testing = False
        self.room = self.can_keep = True
        self.starts = self.stops = 0

    def wants_test(self, computer: Computer) -> bool:
        return self.room and self.self_test is None and not self.testing

    def start_test(self) -> None:
        if self.testing or not self.can_keep:
            return
        self.testing = True
        self.starts += 1
        self._tell(SelfTestChanged(SelfTestState.RUNNING, 0.25))

    def stop_test(self) -> None:
        if self.testing:
            self.stops += 1
            self.testing = False
            self._tell(SelfTestChanged(SelfTestState.STOPPED))

    def end(self, problem: Problem | None = None) -> None:
        self.testing = False
        if problem:
            self._tell(SelfTestChanged(SelfTestState.FAILED, problem=problem))
            return
        self.self_test = RESULT
        self._tell(SelfTestChanged(SelfTestState.DONE, 1.0))


class Desk:
    """A window's controllers without the window."""

    def __init__(self, home: Path) -> None:
        self._root = QObject()  # what belongs to it is not deleted by a collection on another thread
        self.bridge = EventBridge(self._root)
        self.runtime = Runtime(Paths.below(home), self.bridge.deliver)
        self._runners = (TaskRunner("questions", self._root), TaskRunner("store", self._root))
        questions, store = self._runners
        self.computer = ComputerController(self.runtime, questions, self._root)
        self.models = ModelsController(self.runtime, self.bridge, questions, self._root)
        self.chat = ChatController(self.runtime, self.bridge, store, self._root)
        self.downloads = DownloadsController(self.runtime, self.bridge, questions, self._root)
        self.works = WorksController(self.runtime, self.bridge, questions, self._root)
        self.test = HeldTest(self.bridge)
        self.calm = True
        self.looks = 0
        self.computer.looked.connect(self._on_looked)
        self.measuring = self.controller()

    def controller(self, patience: Patience = AT_ONCE) -> MeasuringController:
        self.measuring = MeasuringController(
            self.test,
            self.bridge,
            self.computer,
            self.models,
            self.chat,
            self.downloads,
            self.works,
            self._root,
            patience=patience,
            calm=lambda: self.calm,
        )
        return self.measuring

    def _on_looked(self) -> None:
        self.looks += 1

    def close(self) -> None:
        self.measuring.close()
        for runner in self._runners:
            runner.close()
        self.bridge.close()
        self.runtime.close()
        self._root.deleteLater()
        QApplication.sendPostedEvents(None, 0)


@pytest.fixture
def desk(qtbot: QtBot, private_home: Path) -> Iterator[Desk]:
    made = Desk(private_home)
    yield made
    made.close()


def settle(qtbot: QtBot, desk: Desk, looks: int = 5) -> None:
    """Let the controller look so many times whether this is the moment."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1

    desk.measuring._timer.timeout.connect(count)
    qtbot.waitUntil(lambda: seen >= looks)
    # Whoever had thought it the moment would begin once the computer was seen.
    before = desk.looks
    desk.computer.look()
    qtbot.waitUntil(lambda: desk.looks > before)


def state(desk: Desk) -> tuple[bool, bool]:
    """Whether it waits, and whether the person has stopped it."""
    return desk.measuring.waiting, desk.measuring.stopped


def begun(qtbot: QtBot, desk: Desk) -> None:
    qtbot.waitUntil(lambda: desk.measuring.running)


def test_it_begins_by_itself_once_and_all_is_looked_at_anew(qtbot: QtBot, desk: Desk) -> None:
    desk.measuring.watch()
    begun(qtbot, desk)
    assert desk.measuring.share == 0.25
    looks = desk.looks
    with qtbot.waitSignal(desk.measuring.measured):
        desk.test.end()
    qtbot.waitUntil(lambda: desk.looks == looks + 1)
    assert not desk.measuring.running
    qtbot.waitUntil(lambda: not desk.measuring._timer.isActive())
    assert desk.test.starts == 1


def test_who_does_not_watch_is_never_tested(qtbot: QtBot, desk: Desk) -> None:
    desk.computer.look()
    qtbot.waitUntil(lambda: desk.looks == 1)
    desk.bridge.deliver(EngineChanged(EngineState.READY))
    qtbot.waitUntil(lambda: desk.models.ready)
    assert desk.test.starts == 0
    assert not desk.measuring._timer.isActive()


def job(phase: DownloadPhase) -> DownloadChanged:
    return DownloadChanged("a/b", phase)


def work(state: WorkState) -> WorkChanged:
    return WorkChanged("7", WorkKind.VERIFY, "/m", state)


@pytest.mark.parametrize(
    ("busy", "free"),
    [
        (STARTED, FINISHED),
        (EngineChanged(EngineState.LOADING), EngineChanged(EngineState.READY)),
        (job(DownloadPhase.TRANSFERRING), job(DownloadPhase.PAUSED)),
        (work(WorkState.RUNNING), work(WorkState.DONE)),
    ],
    ids=["answer", "waking", "download", "work"],
)
def test_it_waits_and_makes_way(qtbot: QtBot, desk: Desk, busy: AnswerStarted, free: AnswerFinished) -> None:
    desk.bridge.deliver(busy)
    desk.measuring.watch()
    settle(qtbot, desk)
    assert desk.test.starts == 0
    desk.bridge.deliver(free)
    begun(qtbot, desk)
    desk.bridge.deliver(busy)
    qtbot.waitUntil(lambda: desk.test.stops == 1 and not desk.measuring.running)
    settle(qtbot, desk)
    assert desk.test.starts == 1
    desk.bridge.deliver(free)
    qtbot.waitUntil(lambda: desk.test.starts == 2)


@pytest.mark.parametrize("hindrance", ["person", "battery", "room", "young window"])
def test_it_waits_for_a_quiet_moment(qtbot: QtBot, desk: Desk, hindrance: str) -> None:
    if hindrance == "young window":
        desk.measuring.close()
        desk.controller(replace(AT_ONCE, open_s=3600))
    elif hindrance == "person":
        desk.measuring.close()
        desk.controller(replace(AT_ONCE, quiet_s=3600)).note_person()
    desk.calm, desk.test.room = hindrance != "battery", hindrance != "room"
    desk.measuring.watch()
    settle(qtbot, desk)
    if hindrance == "room":
        qtbot.waitUntil(lambda: desk.looks >= 2)  # what is free changes, so it is looked for again
    assert desk.test.starts == 0
    desk.calm = desk.test.room = True
    desk.measuring._patience = AT_ONCE
    begun(qtbot, desk)


def test_a_person_that_is_here_postpones_the_beginning_alone(qtbot: QtBot, desk: Desk) -> None:
    desk.measuring.watch()
    begun(qtbot, desk)
    desk.measuring.note_person()
    assert desk.test.stops == 0
    assert desk.measuring.running


def test_asked_for_it_begins_at_once_also_beside_a_download(qtbot: QtBot, desk: Desk) -> None:
    desk.bridge.deliver(job(DownloadPhase.TRANSFERRING))
    desk.calm = desk.test.room = False
    qtbot.waitUntil(lambda: bool(desk.downloads.jobs))
    desk.measuring.test()
    begun(qtbot, desk)
    desk.bridge.deliver(job(DownloadPhase.VERIFYING))
    qtbot.waitUntil(lambda: desk.downloads.jobs["a/b"].phase is DownloadPhase.VERIFYING)
    assert desk.test.stops == 0


def test_asked_for_during_an_answer_it_waits_for_the_end_and_comes_back_after_the_next(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.bridge.deliver(STARTED)
    qtbot.waitUntil(lambda: bool(desk.chat.answering))
    desk.measuring.test()
    assert state(desk) == (True, False)
    assert desk.test.starts == 0
    desk.bridge.deliver(FINISHED)
    begun(qtbot, desk)
    assert state(desk) == (False, False)
    desk.bridge.deliver(STARTED)
    qtbot.waitUntil(lambda: desk.test.stops == 1 and not desk.measuring.running)
    assert state(desk) == (True, False)
    desk.bridge.deliver(FINISHED)
    begun(qtbot, desk)
    desk.test.end()
    qtbot.waitUntil(lambda: desk.measuring.taken is not None and not desk.measuring.running)
    assert state(desk) == (False, False)
    assert desk.test.starts == 2


def test_stopped_by_the_person_it_stays_stopped(qtbot: QtBot, desk: Desk) -> None:
    desk.measuring.watch()
    begun(qtbot, desk)
    desk.measuring.stop()
    qtbot.waitUntil(lambda: not desk.measuring.running and not desk.measuring._timer.isActive())
    assert state(desk) == (False, True)
    assert desk.test.starts == 1
    desk.measuring.test()
    assert state(desk) == (False, False)
    begun(qtbot, desk)


def test_what_was_waiting_can_be_called_off(qtbot: QtBot, desk: Desk) -> None:
    desk.bridge.deliver(STARTED)
    qtbot.waitUntil(lambda: bool(desk.chat.answering))
    desk.measuring.test()
    desk.measuring.stop()
    assert state(desk) == (False, True)
    desk.bridge.deliver(FINISHED)
    qtbot.waitUntil(lambda: not desk.chat.answering and not desk.measuring._timer.isActive())
    assert desk.test.starts == 0


def test_what_did_not_work_is_said_once_and_not_tried_again_by_itself(qtbot: QtBot, desk: Desk) -> None:
    desk.measuring.watch()
    begun(qtbot, desk)
    desk.test.end(Problem("inference.engine_died", {}))
    qtbot.waitUntil(lambda: desk.measuring.failed and not desk.measuring._timer.isActive())
    assert desk.measuring.problem is not None
    assert desk.test.starts == 1
    desk.measuring.test()
    begun(qtbot, desk)
    assert not desk.measuring.failed


def test_a_look_that_was_under_way_when_it_failed_begins_no_other(qtbot: QtBot, desk: Desk) -> None:
    desk.measuring.watch()
    begun(qtbot, desk)
    looks = desk.looks
    desk.measuring._look_for_room()
    desk.test.end(Problem("inference.engine_died", {}))
    qtbot.waitUntil(lambda: desk.looks > looks and desk.measuring.failed)
    qtbot.waitUntil(lambda: not desk.measuring._timer.isActive())
    assert desk.test.starts == 1


def test_where_nothing_can_be_kept_it_says_so(qtbot: QtBot, desk: Desk) -> None:
    desk.test.can_keep = False
    desk.measuring.test()
    qtbot.waitUntil(lambda: desk.measuring.failed)
    assert not desk.measuring.running


def test_a_computer_that_can_not_be_seen_ends_the_wish(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unseen() -> Computer:
        raise OSError("no such computer")

    monkeypatch.setattr(desk.runtime.fitting, "computer", unseen)
    desk.measuring.test()
    qtbot.waitUntil(lambda: desk.measuring.failed)
    assert desk.test.starts == 0


def test_closed_it_begins_nothing(qtbot: QtBot, desk: Desk) -> None:
    desk.measuring.watch()
    begun(qtbot, desk)
    desk.measuring.close()
    assert desk.test.stops == 1
    desk.computer.look()
    looks = desk.looks
    qtbot.waitUntil(lambda: desk.looks > looks)
    assert desk.test.starts == 1


def test_calm_needs_a_plug_and_a_computer_that_does_little(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    from runtime.api import is_calm

    def calm(load: float, battery: object) -> bool:
        monkeypatch.setattr(psutil, "getloadavg", lambda: (load, 0, 0))
        monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
        return is_calm()

    on: Callable[[bool | None], object] = lambda plugged: type("Battery", (), {"power_plugged": plugged})()  # noqa: E731
    assert calm(0.0, None)
    assert calm(0.0, on(True))
    assert calm(0.0, on(None))
    assert not calm(0.0, on(False))
    assert not calm(10_000.0, None)
