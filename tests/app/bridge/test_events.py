"""Events cross to the UI thread in order; streams of text are merged, never lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.bridge.events import EventBridge
from runtime.api import AnswerDelta, AnswerFinished, Channel, Event, FinishReason


@pytest.fixture
def arrived(qtbot: QtBot) -> Iterator[tuple[EventBridge, list[Event]]]:
    bridge = EventBridge()
    events: list[Event] = []
    bridge.event_arrived.connect(events.append)
    yield bridge, events
    bridge.close()


def text_of(events: list[Event], channel: Channel = Channel.ANSWER) -> str:
    return "".join(e.text for e in events if isinstance(e, AnswerDelta) and e.channel is channel)


def test_a_stream_from_another_thread_arrives_whole_merged_and_on_this_thread(
    qtbot: QtBot, arrived: tuple[EventBridge, list[Event]]
) -> None:
    bridge, events = arrived
    threads: set[int] = set()
    bridge.event_arrived.connect(lambda _event: threads.add(threading.get_ident()))
    pieces = [f"{n} " for n in range(2000)]

    def stream() -> None:
        for piece in pieces:
            bridge.deliver(AnswerDelta("1", piece))
        bridge.deliver(AnswerFinished("1", FinishReason.COMPLETE))

    thread = threading.Thread(target=stream)
    thread.start()
    qtbot.waitUntil(lambda: bool(events) and isinstance(events[-1], AnswerFinished))
    thread.join()
    assert text_of(events) == "".join(pieces)
    assert len(events) < 400
    assert threads == {threading.get_ident()}


def test_order_and_borders_are_kept(qtbot: QtBot, arrived: tuple[EventBridge, list[Event]]) -> None:
    bridge, events = arrived
    sent: list[Event] = [
        AnswerDelta("1", "a", Channel.THINKING),
        AnswerDelta("1", "b", Channel.THINKING),
        AnswerDelta("1", "c"),
        AnswerDelta("2", "d"),
        AnswerDelta("2", "e"),
        AnswerFinished("2", FinishReason.STOPPED),
        AnswerDelta("1", "f"),
    ]
    for event in sent:
        bridge.deliver(event)
    qtbot.waitUntil(lambda: text_of(events).endswith("f"))
    assert events == [
        AnswerDelta("1", "ab", Channel.THINKING),
        AnswerDelta("1", "c"),
        AnswerDelta("2", "de"),
        AnswerFinished("2", FinishReason.STOPPED),
        AnswerDelta("1", "f"),
    ]


def test_nothing_arrives_after_close(qtbot: QtBot, arrived: tuple[EventBridge, list[Event]]) -> None:
    bridge, events = arrived
    bridge.deliver(AnswerDelta("1", "a"))
    bridge.close()
    bridge.deliver(AnswerDelta("1", "b"))
    qtbot.wait(120)
    assert events == []
