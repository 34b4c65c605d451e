"""The conversation's messages: where they stand, what is being read, which of them have views."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.chat.messages.items import MessageItem, Notice
from app.chat.transcript.placing import Heights
from app.chat.transcript.transcript import TranscriptView
from app.theme.theme import Theme
from tests.app.chat.driving import (
    LEFT,
    SHIFT,
    conversation,
    place,
    settle,
    shown_ids,
    shown_transcript,
    text_of,
    top_of,
    view_of,
    views_of,
    wheel,
)


@pytest.fixture
def transcript(qtbot: QtBot, theme: Theme) -> Iterator[TranscriptView]:
    yield from shown_transcript(qtbot)


def test_heights_add_up_however_they_change() -> None:
    heights = Heights([30, 10, 20])
    for height in (5, 7, 11):
        heights.append(height)
    heights.change(1, 40)
    heights.remove(0)
    assert [heights.top(place) for place in range(6)] == [0, 40, 60, 65, 72, 83]
    assert [heights.at(y) for y in (-5, 0, 39, 40, 64, 65, 82, 999)] == [0, 0, 0, 1, 2, 3, 4, 4]
    heights.cut(2)
    heights.append(1)
    assert (heights.total, len(heights), heights[2]) == (61, 3, 1)


def test_a_long_conversation_opens_at_its_end_with_few_views(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(1000))
    bar = transcript._scroll.verticalScrollBar()
    assert bar.value() == bar.maximum() > 50_000
    assert "a999" in shown_ids(transcript)
    assert len(shown_ids(transcript)) < 60
    assert transcript.ids[:3] == ("q0", "a0", "q1")
    assert transcript.last_id == "a999"


def test_a_conversation_opens_at_a_message(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(200, 120), at="q77")
    settle(qtbot)
    assert 0 < top_of(transcript, "q77") < 40
    transcript.go_to("a12")
    assert 0 < top_of(transcript, "a12") < 40


def test_views_far_away_are_let_go_and_come_back(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(300))
    bar = transcript._scroll.verticalScrollBar()
    height = bar.maximum()
    for value in range(height, 0, -2000):
        bar.setValue(value)
    bar.setValue(0)
    settle(qtbot)
    ids = shown_ids(transcript)
    assert {"q0", "a0"} <= ids
    assert "a299" not in ids
    assert len(ids) < 100
    transcript.go_to_end()
    assert "a299" in shown_ids(transcript)


def test_a_view_with_the_keyboard_or_that_streams_stays(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(300))
    view_of(transcript, "a299").setFocus()
    transcript.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    view_of(transcript, "a299").setFocus()
    transcript._scroll.verticalScrollBar().setValue(0)
    settle(qtbot)
    assert {"a299", "new", "q0"} <= shown_ids(transcript)
    assert "a295" not in shown_ids(transcript)
    transcript.append_delta("new", "still here", "answer")
    transcript.finish_message("new", "complete", "1 s", None)
    said = transcript.item("new")
    assert said is not None
    assert (said.text, said.state) == ("still here", "complete")


def test_what_is_read_stays_while_text_streams_in_below(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(30, 200))
    transcript.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    for _ in range(40):
        transcript.append_delta("new", "and more words\n\n", "answer")
    settle(qtbot)
    bar = transcript._scroll.verticalScrollBar()
    assert bar.value() == bar.maximum()
    wheel(transcript, 30)
    assert bar.value() < bar.maximum()
    read_at = top_of(transcript, "new")
    for _ in range(40):
        transcript.append_delta("new", "and even more\n\n", "answer")
    settle(qtbot)
    assert top_of(transcript, "new") == read_at
    assert transcript._jump.isVisible()
    qtbot.mouseClick(transcript._jump, LEFT)
    settle(qtbot)
    assert bar.value() == bar.maximum()
    assert not transcript._jump.isVisible()


def test_keys_that_scroll_up_win_over_text_that_streams_in(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(10, 200))
    transcript.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    transcript.append_delta("new", "words\n\n" * 60, "answer")
    settle(qtbot)
    bar = transcript._scroll.verticalScrollBar()
    view_of(transcript, "new").setFocus()
    qtbot.keyClick(view_of(transcript, "new"), Qt.Key.Key_PageUp)
    value = bar.value()
    transcript.append_delta("new", "words\n\n" * 60, "answer")
    settle(qtbot)
    assert bar.value() == value < bar.maximum() - 400
    qtbot.keyClick(view_of(transcript, "new"), Qt.Key.Key_End)
    settle(qtbot)
    assert bar.value() == bar.maximum()


def test_pages_turn_by_key_with_the_focus_in_a_text(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(40, 100))
    bar = transcript._scroll.verticalScrollBar()
    text = text_of(transcript, "a39")
    qtbot.mouseClick(text.viewport(), LEFT, pos=place(text, "answer 39"))
    steps = []
    for key in (Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_Space, Qt.Key.Key_PageUp, Qt.Key.Key_Down):
        qtbot.keyClick(text, key)
        steps.append(bar.value())
    assert steps[0] == 0 < steps[1] < steps[2]
    assert steps[0] < steps[3] < steps[4] < steps[2]
    qtbot.keyClick(text, Qt.Key.Key_Space, SHIFT)
    assert bar.value() < steps[4]


def test_a_narrower_window_keeps_the_line_that_is_read(qtbot: QtBot, transcript: TranscriptView) -> None:
    lines = "\n\n".join(f"paragraph {n} " + "with words " * 20 for n in range(80))
    transcript.set_messages((*conversation(20), MessageItem("long", "assistant", lines, "", "complete")), at="long")
    bar = transcript._scroll.verticalScrollBar()

    def top_of_line() -> int:
        text = text_of(transcript, "long")
        return text.viewport().mapTo(transcript, place(text, "paragraph 40")).y()

    qtbot.waitUntil(lambda: not text_of(transcript, "long").document().find("paragraph 79").isNull())

    def is_at_the_top() -> bool:
        """Heights above may still turn out different; go there until it stays."""
        bar.setValue(bar.value() + top_of_line())
        settle(qtbot)
        return abs(top_of_line()) < 20

    qtbot.waitUntil(is_at_the_top, timeout=20_000)
    before = top_of_line()
    for width in (560, 430, 700, 820):
        transcript.window().resize(width, 640)
        settle(qtbot)
        qtbot.waitUntil(lambda: top_of_line() == before, timeout=20_000)


def test_placing_comes_to_rest(qtbot: QtBot, transcript: TranscriptView) -> None:
    """Placing answers a layout's request, and makes some: it must not go round for ever."""
    rounds: list[int] = []
    transcript._scroll.placed.connect(lambda: rounds.append(1))
    notice = Notice("A sentence of some length. " * 6, (("get_model", "Get it"),), offer=True)
    transcript.set_messages((MessageItem("a", "assistant", "word " * 300, "", "complete", "1 s", notice, "Guide"),))
    qtbot.wait(300)
    settled = len(rounds)
    qtbot.wait(300)
    assert len(rounds) == settled


def test_a_piece_of_text_moves_no_other_message(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(200))
    transcript.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    settle(qtbot)
    before = {view.item.id: view.geometry() for view in views_of(transcript)}
    transcript.append_delta("new", "one line\n\nanother", "answer")
    settle(qtbot)
    after = {view.item.id: view.geometry() for view in views_of(transcript)}
    assert {message_id for message_id in before if before[message_id] != after[message_id]} == {"new"}


def test_messages_are_cut_renamed_and_replaced(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(4))
    transcript.rename("q2", "lasting")
    assert transcript.ids[4] == "lasting"
    assert view_of(transcript, "lasting").item.text == "question 2"
    transcript.replace_item(MessageItem("lasting", "user", "worded anew", "", "complete"))
    assert text_of(transcript, "lasting").toPlainText() == "worded anew"
    assert transcript.question_before("a2") == "worded anew"
    transcript.cut_after("lasting")
    assert transcript.last_id == "lasting"
    assert shown_ids(transcript) == set(transcript.ids)
    transcript.append_message(MessageItem("b", "assistant", "anew", "", "complete"))
    assert transcript.last_id == "b"
    transcript.take_away("q0")
    assert transcript.ids == ("a0", "q1", "a1", "lasting", "b")
    assert top_of(transcript, "a0") < top_of(transcript, "q1")
    assert transcript.item("q0") is None


def test_doing_something_with_a_message_is_handed_on(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(1))
    acted: list[tuple[str, str]] = []
    transcript.acted.connect(lambda message, act: acted.append((message, act)))
    view_of(transcript, "a0").acted.emit("a0", "again")
    assert acted == [("a0", "again")]


def test_arrows_go_from_message_to_message(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(100))
    view_of(transcript, "a99").setFocus()
    for message_id in ("q99", "a98", "q98", "a97", "q97", "a96"):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
        assert view_of(transcript, message_id).hasFocus()
        assert 0 <= top_of(transcript, message_id) < transcript.height()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert view_of(transcript, "q97").hasFocus()


def test_the_keyboard_does_not_wander_when_its_message_goes(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(3))
    view_of(transcript, "a2").setFocus()
    transcript.cut_after("q2")
    assert transcript._scroll.hasFocus()
    transcript.set_messages(conversation(2))
    assert transcript._scroll.hasFocus()
