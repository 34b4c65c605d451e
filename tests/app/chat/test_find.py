"""Finding words in the open conversation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShortcut, QTextCursor
from pytestqt.qtbot import QtBot

from app.chat.messages.items import MessageItem
from app.chat.transcript.find_bar import FindBar
from app.chat.transcript.folding import folded, found_in
from app.chat.transcript.plain_text import seen_paragraphs
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
)


@pytest.fixture
def transcript(qtbot: QtBot, theme: Theme) -> Iterator[TranscriptView]:
    yield from shown_transcript(qtbot)


def bar_of(transcript: TranscriptView) -> FindBar:
    bar = transcript.findChild(FindBar)
    assert bar is not None
    return bar


def marked(transcript: TranscriptView, message_id: str) -> list[str]:
    return [mark.cursor.selectedText() for mark in text_of(transcript, message_id).extraSelections()]


def strong(transcript: TranscriptView, theme: Theme) -> list[tuple[str, str]]:
    """Where the mark of the current place is, and its words."""
    found = []
    for message_id in sorted(shown_ids(transcript)):
        for mark in text_of(transcript, message_id).extraSelections():
            if mark.format.background().color().name().upper() == theme.tokens.accent:
                found.append((message_id, mark.cursor.selectedText()))
    return found


def test_find_counts_marks_and_goes_from_place_to_place(qtbot: QtBot, transcript: TranscriptView, theme: Theme) -> None:
    items = list(conversation(50))
    items[3] = MessageItem("a1", "assistant", "A **Café** and a _CAFE_\n\n```\ncafé\n```", "", "complete")
    items[61] = MessageItem("a30", "assistant", "one ca**fe** more", "", "complete")
    transcript.set_messages(tuple(items))
    settle(qtbot)
    transcript.setFocus()
    transcript.open_find()
    bar = bar_of(transcript)
    assert bar.isVisible()
    assert bar.field.hasFocus()
    assert bar.geometry().right() > transcript.width() - 60
    qtbot.keyClicks(bar.field, "cafe")
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 4")
    assert strong(transcript, theme) == [("a1", "Café")]
    assert marked(transcript, "a1") == ["Café", "CAFE", "café"]
    at = text_of(transcript, "a1").mapTo(transcript, QPoint(0, 0)).y()
    assert 0 <= at < transcript.height()
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert (bar.count.text(), strong(transcript, theme)) == ("2 of 4", [("a1", "CAFE")])
    qtbot.keyClick(bar.field, Qt.Key.Key_F3)
    qtbot.mouseClick(bar.next_button, LEFT)
    assert (bar.count.text(), strong(transcript, theme)) == ("4 of 4", [("a30", "cafe")])
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text() == "1 of 4"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, SHIFT)
    assert bar.count.text() == "4 of 4"
    qtbot.keyClick(bar.field, Qt.Key.Key_F3, SHIFT)
    assert bar.count.text() == "3 of 4"
    qtbot.keyClicks(bar.field, " nothing like it")
    qtbot.waitUntil(lambda: bar.count.text() == "Nothing found")
    assert not bar.next_button.isEnabled()
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert transcript._scroll.hasFocus()
    assert marked(transcript, "a1") == []


def test_escape_in_the_bar_is_the_bars_alone(qtbot: QtBot, transcript: TranscriptView) -> None:
    stopped: list[int] = []
    shortcut = QShortcut(Qt.Key.Key_Escape, transcript.window())
    shortcut.activated.connect(lambda: stopped.append(1))
    transcript.set_messages(conversation(1))
    view_of(transcript, "a0").setFocus()
    transcript.open_find("word")
    qtbot.keyClick(bar_of(transcript).field, Qt.Key.Key_Escape)
    assert stopped == []
    assert view_of(transcript, "a0").hasFocus()
    qtbot.keyClick(view_of(transcript, "a0"), Qt.Key.Key_Escape)
    assert stopped == [1]


def test_messages_without_a_view_count_like_those_with_one(qtbot: QtBot, transcript: TranscriptView) -> None:
    text = "# A word\n\n1. the *word* in a list\n2. `word`\n\n| word | b |\n|--|--|\n| c | Word |\n\n> word\n\n$word$ [word](https://word.org)"
    items = [MessageItem(f"a{n}", "assistant", text, "a word thought", "complete") for n in range(40)]
    transcript.set_messages(tuple(items))
    settle(qtbot)
    transcript.open_find("word")
    bar = bar_of(transcript)
    qtbot.waitUntil(lambda: bar.count.text().endswith("of 280"))
    for _ in range(60):
        qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    settle(qtbot)
    assert bar.count.text().endswith("of 280")


def test_the_count_grows_while_text_streams(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    transcript.append_delta("new", "a stone", "answer")
    transcript.open_find("stone")
    bar = bar_of(transcript)
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 1")
    transcript.append_delta("new", ", a stone, a stone", "answer")
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 3")
    assert len(marked(transcript, "new")) == 3


def test_a_place_deep_in_a_long_message_is_scrolled_into_view(
    qtbot: QtBot, transcript: TranscriptView, theme: Theme
) -> None:
    lines = [f"line {n} " + "of a long answer with many words " * 3 for n in range(900)]
    lines[600] = "here is the 🙂🙂 needle in it"
    long = MessageItem("long", "assistant", "\n\n".join(lines), "", "complete")
    transcript.set_messages((*conversation(20), long, *conversation(60)[40:]))
    transcript.open_find("needle")
    qtbot.waitUntil(lambda: bar_of(transcript).count.text() == "1 of 1")
    qtbot.waitUntil(lambda: strong(transcript, theme) == [("long", "needle")])
    text = text_of(transcript, "long")
    cursor = QTextCursor(text.document().find("needle"))
    y = text.viewport().mapTo(transcript, text.cursorRect(cursor).center()).y()
    assert bar_of(transcript).geometry().bottom() < y < transcript.height() - 30
    settle(qtbot)
    assert y == text.viewport().mapTo(transcript, text.cursorRect(cursor).center()).y()


def test_a_long_question_that_is_folded_opens_for_what_is_in_it(qtbot: QtBot, transcript: TranscriptView) -> None:
    question = "\n".join(f"row {n}" for n in range(400)) + "\nthe needle"
    transcript.set_messages((MessageItem("q", "user", question, "", "complete"), *conversation(30)))
    transcript.open_find("needle")
    qtbot.waitUntil(lambda: bar_of(transcript).count.text() == "1 of 1")
    assert marked(transcript, "q") == ["needle"]


def test_a_match_is_shown_without_the_bar(qtbot: QtBot, transcript: TranscriptView, theme: Theme) -> None:
    items = list(conversation(80))
    items[41] = MessageItem("a20", "assistant", "The bread needs yeast. Old bread needs none.", "", "complete")
    transcript.set_messages(tuple(items))
    transcript.show_match("a20", "yeast BREAD")
    assert not bar_of(transcript).isVisible()
    assert marked(transcript, "a20") == ["bread", "yeast", "bread"]
    assert strong(transcript, theme) == [("a20", "bread")]
    assert 0 < top_of(transcript, "a20") < transcript.height()
    text = text_of(transcript, "a20")
    qtbot.mouseClick(text.viewport(), LEFT, pos=place(text, "needs"))
    assert marked(transcript, "a20") == []
    transcript.show_match("q3", "not there")
    assert 0 < top_of(transcript, "q3") < 40


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("A Café, a CAFE", "cafe", ["Café", "CAFE"]),
        ("Cafe\u0301 and naïve", "café", ["Cafe\u0301"]),
        ("die STRASSE, die Straße", "straße", ["STRASSE", "Straße"]),
        ("a line\u2028broken", "line broken", ["line\u2028broken"]),
        ("it’s", "it's", ["it’s"]),
        ("ﬁne ﬁsh", "fi", ["ﬁ", "ﬁ"]),
        ("aaaa", "aa", ["aa", "aa"]),
    ],
)
def test_capitals_and_accents_do_not_matter(text: str, words: str, found: list[str]) -> None:
    assert [text[first:last] for first, last in found_in(text, folded(words))] == found


def test_a_message_is_read_as_its_document_shows_it(qtbot: QtBot, transcript: TranscriptView) -> None:
    text = (
        "# One\n\ntwo *three*\nfour\\\nfive\n\n- six\n\n> seven"
        "\n\n```c\neight\n```\n\n| nine | ten |\n|--|--|\n| e | t |"
    )
    item = MessageItem("a", "assistant", text, "", "complete")
    transcript.set_messages((item,))
    settle(qtbot)
    block, shown = text_of(transcript, "a").document().begin(), []
    while block.isValid():
        shown.append(block.text())
        block = block.next()
    assert [words for words in shown if words and "Copy" not in words] == [w for w in seen_paragraphs(item) if w]
