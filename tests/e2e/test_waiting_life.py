"""What a person sees while they wait: a long question is read, another chat is answered first, a model wakes up."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.chat.messages.answer_view import AnswerView
from app.controllers.chat import PromptReading
from app.main import Hearth
from app.presenters import answer_flow
from app.presenters.answer_flow import WAITS
from app.theme.theme import Theme
from runtime.api import AnswerFinished, EngineState, Event, FinishReason, MessageState, PromptProgress, Role
from tests.e2e.fixtures import answers, fetch_first_model, open_hearth, wait_for
from tests.hub.server import LoopbackHub
from tests.tiny.corpus import KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

FRANCE = "What is the capital of France?"
LONG_PROMPT = "How far away is the moon? " * 250


@pytest.fixture
def hearth(qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path) -> Iterator[Hearth]:
    with open_hearth(private_home, theme) as opened:
        fetch_first_model(qtbot, opened)
        yield opened


def status(hearth: Hearth, message_id: str) -> str:
    """The line in the place of an answer that has no words yet."""
    found = [v for v in hearth.chat_view.page.findChildren(AnswerView) if v.item.id == message_id]
    return found[0]._status.text() if found and not found[0]._status.isHidden() else ""


def type_and_send(qtbot: QtBot, hearth: Hearth, text: str) -> None:
    composer = hearth.chat_view.page.composer
    composer.set_text(text)
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)


def test_a_long_question_says_how_far_it_is_read_and_stops_in_the_middle(
    qtbot: QtBot, hearth: Hearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_flow, "SHARE_AFTER_S", 0.0)
    seen: list[str] = []
    shares: list[int] = []
    worker = hearth.runtime.chat._engine.worker.pid  # type: ignore[attr-defined]
    tell = hearth.runtime._on_event

    def hold(event: Event) -> None:
        """On the engine's thread: the worker reads no further than this until the window has been looked at."""
        if isinstance(event, PromptProgress) and event.done_tokens and not shares[1:]:
            os.kill(worker, signal.SIGSTOP)
        tell(event)

    def look(reading: PromptReading) -> None:
        seen.append(status(hearth, reading.request_id))
        shares.append(100 * reading.done // reading.total)
        if reading.done and hearth.chat.answering_here:
            qtbot.mouseClick(hearth.chat_view.page.composer.send_button, Qt.MouseButton.LeftButton)
            os.kill(worker, signal.SIGCONT)

    hearth.runtime._on_event = hold
    hearth.chat.prompt_progressed.connect(look)
    ends: list[AnswerFinished] = []
    hearth.bridge.event_arrived.connect(lambda e: ends.append(e) if isinstance(e, AnswerFinished) else None)
    type_and_send(qtbot, hearth, LONG_PROMPT)
    wait_for(qtbot, lambda: bool(ends))
    assert ends[0].reason is FinishReason.STOPPED
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 100, "it was stopped while it was read"
    assert seen[-1] == f"Reading your question … {shares[-1]} %"
    wait_for(qtbot, lambda: answers(hearth) == [""])
    wait_for(qtbot, lambda: status(hearth, ends[0].request_id) == "")
    hearth.chat.prompt_progressed.disconnect(look)
    # The next one is whole, and its line goes with its first word.
    hearth.chat_view.new_chat()
    wait_for(qtbot, lambda: not hearth.chat.current_id)
    type_and_send(qtbot, hearth, FRANCE)
    wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
    assert status(hearth, hearth.chat_view.page.transcript.last_id) == ""


def test_a_question_in_another_chat_waits_and_says_so(qtbot: QtBot, hearth: Hearth) -> None:
    composer = hearth.chat_view.page.composer
    type_and_send(qtbot, hearth, LONG_QUESTION)
    wait_for(qtbot, lambda: hearth.chat.answering_here)
    first = hearth.chat.current_id
    hearth.chat_view.new_chat()
    wait_for(qtbot, lambda: not hearth.chat.current_id)
    assert composer.send_button.accessibleName() == "Send", "nothing is answered here"
    said: list[str] = []
    hearth.chat.answer_started.connect(lambda event: said.append(status(hearth, event.request_id)))
    type_and_send(qtbot, hearth, FRANCE)
    wait_for(qtbot, lambda: bool(said))
    assert said == [WAITS]
    assert composer.send_button.accessibleName() == "Stop"
    wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
    written = hearth.runtime.conversations.read(first).messages[-1]
    assert (written.role, written.state, written.text) == (Role.ASSISTANT, MessageState.COMPLETE, LONG_ANSWER)


def test_a_model_that_was_put_to_rest_wakes_with_the_first_key(qtbot: QtBot, hearth: Hearth) -> None:
    states: list[EngineState] = []

    def note(event: Event) -> None:
        states.append(hearth.models.engine.state)

    hearth.runtime.chat.rest()
    wait_for(qtbot, lambda: hearth.models.engine.state is EngineState.STOPPED)
    pill = hearth.chat_view.page.header.model_button
    assert "waking" not in pill.text()
    hearth.models.engine_changed.connect(note)
    qtbot.keyClicks(hearth.chat_view.page.composer.field, "W")
    wait_for(qtbot, lambda: "waking" in pill.accessibleName())
    wait_for(qtbot, lambda: hearth.models.ready)
    assert states.count(EngineState.LOADING) == 1
    assert not hearth.chat.answering
    qtbot.keyClicks(hearth.chat_view.page.composer.field, FRANCE[1:])
    qtbot.keyClick(hearth.chat_view.page.composer.field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[FRANCE]])
    page = hearth.settings_view.page
    page.model.keep.setCurrentIndex(2)
    page.model.keep.activated.emit(2)
    wait_for(qtbot, lambda: hearth.runtime.settings.settings.keep_ready_minutes == 60)
    page.model.show_kept(45)
    assert page.model.keep.currentText() == "45 minutes"
