"""Selecting across messages by mouse and keys, and what copying gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.chat.messages.items import MessageItem
from app.chat.messages.text_view import TextView
from app.chat.transcript.plain_text import plain_text
from app.chat.transcript.transcript import TranscriptView
from app.theme.theme import Theme
from tests.app.chat.driving import (
    CONTROL,
    LEFT,
    SHIFT,
    clipboard,
    conversation,
    drag,
    move,
    place,
    selected,
    settle,
    shown_ids,
    shown_transcript,
    text_of,
)


@pytest.fixture
def transcript(qtbot: QtBot, theme: Theme) -> Iterator[TranscriptView]:
    yield from shown_transcript(qtbot)


def test_a_drag_selects_across_messages_and_copies_them(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(
        (
            MessageItem("q", "user", "Where is it warm?", "", "complete"),
            MessageItem("a", "assistant", "In the **south**, as $x^2$ says.", "", "complete"),
            MessageItem("r", "user", "And where is it cold?", "", "complete"),
        )
    )
    settle(qtbot)
    first, last = text_of(transcript, "q"), text_of(transcript, "r")
    drag(first, place(first, "it warm"), last, place(last, " is it cold"))
    assert selected(transcript, "q") == "it warm?"
    assert selected(transcript, "a").startswith("In the south")
    assert selected(transcript, "r") == "And where"
    assert transcript.has_selection
    qtbot.keyClick(first, Qt.Key.Key_C, CONTROL)
    assert clipboard() == "You:\nit warm?\n\nAnswer:\nIn the south, as $x^2$ says.\n\nYou:\nAnd where"
    qtbot.keyClick(first, Qt.Key.Key_C, CONTROL | SHIFT)
    assert (
        clipboard()
        == "**You:**\n\nit warm?\n\n**Hearth:**\n\nIn the **south**, as $x^2$ says.\n\n**You:**\n\nAnd where"
    )


def test_a_drag_upwards_selects_too(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(2, 3))
    settle(qtbot)
    first, last = text_of(transcript, "a1"), text_of(transcript, "q1")
    drag(first, place(first, "word"), last, place(last, "1"))
    assert selected(transcript, "a1") == "answer 1. "
    assert selected(transcript, "q1") == "1"
    assert selected(transcript, "a0") == ""


@pytest.mark.parametrize("where", ["text", "beside", "field"])
def test_a_click_elsewhere_clears(qtbot: QtBot, transcript: TranscriptView, where: str) -> None:
    transcript.set_messages(conversation(2, 3))
    settle(qtbot)
    first, last = text_of(transcript, "q0"), text_of(transcript, "a1")
    drag(first, place(first, "question"), last, place(last, "word"))
    assert transcript.has_selection
    if where == "text":
        qtbot.mouseClick(last.viewport(), LEFT, pos=place(last, "word"))
    elif where == "beside":
        qtbot.mouseClick(transcript._scroll.widget(), LEFT, pos=QPoint(3, 3))
    else:
        qtbot.mouseClick(transcript.window().findChildren(QLineEdit)[-1], LEFT)
    assert not any(text.textCursor().hasSelection() for text in transcript.findChildren(TextView))


def test_shift_and_a_click_extend(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(2, 3))
    settle(qtbot)
    first, last = text_of(transcript, "a0"), text_of(transcript, "q1")
    qtbot.mouseClick(first.viewport(), LEFT, pos=place(first, "word"))
    qtbot.mouseClick(last.viewport(), LEFT, SHIFT, pos=place(last, "1"))
    assert selected(transcript, "a0") == "word word word"
    assert selected(transcript, "q1") == "question "
    again = text_of(transcript, "q0")
    qtbot.mouseClick(again.viewport(), LEFT, SHIFT, pos=place(again, "0"))
    assert selected(transcript, "q0") == "0"
    assert selected(transcript, "a0") == "answer 0. "
    assert selected(transcript, "q1") == ""


def test_a_double_click_selects_a_word_and_a_third_the_paragraph(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages((MessageItem("a", "assistant", "one two three\n\nfour", "", "complete"),))
    settle(qtbot)
    text = text_of(transcript, "a")
    at = place(text, "two") + QPoint(4, 0)
    qtbot.mouseClick(text.viewport(), LEFT, pos=at)
    qtbot.mouseDClick(text.viewport(), LEFT, pos=at)
    assert selected(transcript, "a") == "two"
    qtbot.mouseClick(text.viewport(), LEFT, pos=at)
    qtbot.keyClick(text, Qt.Key.Key_C, CONTROL)
    assert clipboard().strip() == "one two three"


def test_select_all_takes_the_message_then_the_conversation(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(100))
    settle(qtbot)
    text = text_of(transcript, "a99")
    qtbot.mouseClick(text.viewport(), LEFT, pos=place(text, "answer 99"))
    qtbot.keyClick(text, Qt.Key.Key_A, CONTROL)
    assert selected(transcript, "a99") == text.toPlainText()
    assert selected(transcript, "q99") == ""
    qtbot.keyClick(text, Qt.Key.Key_A, CONTROL)
    assert selected(transcript, "q99") == "question 99"
    qtbot.keyClick(text, Qt.Key.Key_C, CONTROL)
    copied = clipboard().split("\n\n")
    assert len(copied) == 200
    assert copied[0] == "You:\nquestion 0"
    assert copied[-1].startswith("Answer:\nanswer 99. word")
    transcript._scroll.verticalScrollBar().setValue(0)
    settle(qtbot)
    assert selected(transcript, "q0") == "question 0"
    transcript.copy_all(markdown=True)
    assert clipboard().startswith("**You:**\n\nquestion 0\n\n**Hearth:**\n\nanswer 0.")


def test_a_drag_at_the_edge_scrolls_and_the_selection_outlives_the_views(
    qtbot: QtBot, transcript: TranscriptView
) -> None:
    transcript.set_messages(conversation(60, 60))
    settle(qtbot)
    text, bar = text_of(transcript, "a59"), transcript._scroll.verticalScrollBar()
    start = place(text, "answer 59", end=True)
    above = text.viewport().mapFromGlobal(transcript.mapToGlobal(QPoint(300, -60)))
    QTest.mousePress(text.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    move(text.viewport(), start - QPoint(0, 15))
    move(text.viewport(), above)
    qtbot.waitUntil(lambda: bar.value() < bar.maximum() - 4000, timeout=20_000)
    QTest.mouseRelease(text.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, above)
    assert "a55" not in shown_ids(transcript)
    settle(qtbot)
    value = bar.value()
    qtbot.wait(100)
    assert bar.value() == value
    transcript.go_to("a57")
    assert selected(transcript, "a57").startswith("answer 57. word")
    assert selected(transcript, "a59") == "answer 59"
    transcript.copy_selection()
    assert clipboard().endswith("You:\nquestion 59\n\nAnswer:\nanswer 59")
    assert "question 55" in clipboard()


def test_new_text_below_leaves_the_selection(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(1, 3))
    transcript.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    transcript.append_delta("new", "the beginning of it", "answer")
    settle(qtbot)
    first, last = text_of(transcript, "q0"), text_of(transcript, "new")
    drag(first, place(first, "question"), last, place(last, " of it"))
    for piece in (" and more", "\n\n- a list\n- of **two**", "\n\nthe end"):
        transcript.append_delta("new", piece, "answer")
        settle(qtbot)
    assert selected(transcript, "q0") == "question 0"
    assert selected(transcript, "new") == "the beginning"
    transcript.append_message(MessageItem("last", "user", "next", "", "complete"))
    assert selected(transcript, "new") == "the beginning"


def test_a_link_opens_by_click_and_not_by_drag(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(
        (
            MessageItem("a", "assistant", "See [the page](https://example.org) there.", "", "complete"),
            MessageItem("q", "user", "thanks", "", "complete"),
        )
    )
    settle(qtbot)
    opened: list[str] = []
    transcript.link_chosen.connect(opened.append)
    text, below = text_of(transcript, "a"), text_of(transcript, "q")
    at = place(text, "page")
    drag(text, at, below, place(below, "anks"))
    move_back = text.viewport()
    QTest.mousePress(move_back, LEFT, Qt.KeyboardModifier.NoModifier, at)
    move(move_back, at + QPoint(30, 0))
    QTest.mouseRelease(move_back, LEFT, Qt.KeyboardModifier.NoModifier, at + QPoint(30, 0))
    assert opened == []
    qtbot.mouseClick(text.viewport(), LEFT, pos=place(text, "page"))
    assert opened == ["https://example.org"]


def test_shift_and_arrows_select_by_key(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(2, 3))
    settle(qtbot)
    text = text_of(transcript, "a1")
    qtbot.mouseClick(text.viewport(), LEFT, pos=place(text, "answer"))
    for _ in range(6):
        qtbot.keyClick(text, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(text, Qt.Key.Key_C, CONTROL)
    assert clipboard() == "answer"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_what_spans_messages_has_a_menu_of_its_own(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(2, 3))
    settle(qtbot)
    first, last = text_of(transcript, "q0"), text_of(transcript, "a0")
    drag(first, place(first, "question"), last, place(last, "word"))
    at = place(first, "0")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, first.viewport().mapToGlobal(at))
    QApplication.sendEvent(first.viewport(), event)
    menu = next(menu for menu in transcript.findChildren(QMenu) if menu.isVisible())
    next(action for action in menu.actions() if action.text() == "Copy selected text").trigger()
    menu.close()
    assert clipboard() == "You:\nquestion 0\n\nAnswer:\nanswer 0."


def test_markdown_is_made_plain() -> None:
    text = """# Bread

Some **strong** words, a [link](https://example.org)
and `code`.

- one
- two
  1. deep

```python
x = 1

y = 2
```

| a | b |
|--|--|
| 1 | $z^2$ |

$$e = mc^2$$
"""
    assert plain_text(MessageItem("a", "assistant", text, "", "complete")) == (
        "Bread\n\nSome strong words, a link and code.\n\n- one\n- two\n  1. deep\n\nx = 1\n\ny = 2"
        "\n\na\tb\n1\t$z^2$\n\n$$e = mc^2$$"
    )
    assert plain_text(MessageItem("q", "user", "# as *typed*", "", "complete")) == "# as *typed*"
