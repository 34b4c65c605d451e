"""Inside the embedding process: questions before passages, holds, stops, and fewer threads on battery."""

from __future__ import annotations

import os
import threading
from collections import namedtuple

import psutil
import pytest

from runtime.cancel import Cancelled
from runtime.documents.embeddings.turnstile import Turnstile
from runtime.documents.embeddings.work import threads_now

WAIT_S = 30.0
Battery = namedtuple("Battery", "percent secsleft power_plugged")


class Passage:
    """One that goes through the turnstile on a thread of its own."""

    def __init__(self, turnstile: Turnstile, request_id: str) -> None:
        self.stopped = False
        self.through = threading.Event()
        self._thread = threading.Thread(target=self._go, args=(turnstile, request_id))
        self._thread.start()

    def _go(self, turnstile: Turnstile, request_id: str) -> None:
        try:
            turnstile.pass_through(request_id)
        except Cancelled:
            self.stopped = True
        self.through.set()

    def ends(self) -> bool:
        came = self.through.wait(WAIT_S)
        self._thread.join()
        return came


def test_passages_wait_until_every_question_went() -> None:
    turnstile = Turnstile()
    turnstile.question_came()
    turnstile.question_came()
    passage = Passage(turnstile, "1")
    turnstile.question_went()
    assert not passage.through.is_set()
    turnstile.question_went()
    assert passage.ends()
    assert not passage.stopped


def test_a_hold_outlasts_a_question() -> None:
    turnstile = Turnstile()
    turnstile.set_paused(True)
    turnstile.question_came()
    passage = Passage(turnstile, "1")
    turnstile.question_went()
    assert not passage.through.is_set()
    turnstile.set_paused(False)
    assert passage.ends()


def test_a_stop_reaches_its_request_alone_even_on_hold() -> None:
    turnstile = Turnstile()
    turnstile.set_paused(True)
    first, second = Passage(turnstile, "1"), Passage(turnstile, "2")
    turnstile.stop("1")
    assert first.ends()
    assert first.stopped
    assert not second.through.is_set()
    turnstile.set_paused(False)
    assert second.ends()
    assert not second.stopped
    turnstile.forget("1")
    turnstile.pass_through("1")


def test_on_battery_one_thread_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    found = []
    for battery in (None, Battery(80, 3600, True), Battery(80, 3600, False)):
        monkeypatch.setattr(psutil, "sensors_battery", lambda battery=battery: battery, raising=False)
        found.append(threads_now())
    assert found == [2, 2, 1]
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert threads_now() == 1
