"""Transcript and composer, by real keys and mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.chat.chat_page import ChatPage
from app.chat.composer.composer import Composer
from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import Act, MessageItem, Notice
from app.chat.messages.message_thought import ThoughtText
from app.chat.transcript.transcript import TranscriptView, Welcome
from app.theme.theme import Theme
from app.widgets.buttons import FoldButton


@pytest.fixture
def transcript(qtbot: QtBot, theme: Theme) -> TranscriptView:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(820, 600)
    view.show()
    return view


def conversation(pairs: int, length: int = 40) -> tuple[MessageItem, ...]:
    items = []
    for n in range(pairs):
        items.append(MessageItem(f"q{n}", "user", f"question {n}", "", "complete"))
        items.append(MessageItem(f"a{n}", "assistant", f"answer {n}. " + "word " * length, "", "complete", "2 s"))
    return tuple(items)


def bar_of(view: TranscriptView) -> tuple[int, int]:
    bar = view._scroll.verticalScrollBar()
    return bar.value(), bar.maximum()


def test_an_empty_conversation_offers_examples(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_welcome(Welcome("Hello", "", ("One", "Two")))
    chosen: list[str] = []
    transcript.example_chosen.connect(chosen.append)
    button = next(b for b in transcript.findChildren(QPushButton) if b.text() == "Two")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen == ["Two"]


def test_a_long_conversation_shows_its_end_and_makes_few_views(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(500))
    qtbot.wait(50)
    value, maximum = bar_of(transcript)
    assert value == maximum > 10_000
    assert len(transcript.findChildren(AnswerView)) < 40
    transcript._scroll.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: any(v.item.id == "a0" for v in transcript.findChildren(AnswerView)))


def test_streaming_follows_only_a_reader_at_the_end(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.set_messages(conversation(10))
    transcript.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    for _ in range(30):
        transcript.append_delta("new", "and more words\n\n", "answer")
    qtbot.waitUntil(lambda: bar_of(transcript)[0] == bar_of(transcript)[1])
    transcript._scroll.verticalScrollBar().setValue(100)
    qtbot.wait(50)
    read_at = bar_of(transcript)[0]
    for _ in range(10):
        transcript.append_delta("new", "even more\n\n", "answer")
    qtbot.waitUntil(transcript._jump.isVisible)
    assert bar_of(transcript)[0] == read_at < bar_of(transcript)[1] - 200
    qtbot.mouseClick(transcript._jump, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bar_of(transcript)[0] == bar_of(transcript)[1])


def test_a_failed_answer_says_so_and_offers_a_way(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.append_message(MessageItem("q", "user", "hello", "", "complete"))
    transcript.append_message(MessageItem("a", "assistant", "", "", "streaming"))
    transcript.set_status("a", "Reading your question …")
    transcript.append_delta("a", "half an ans", "answer")
    notice = Notice("The model stopped unexpectedly. Your chat is safe.", (("answer_again", "Answer again"),))
    transcript.finish_message("a", "failed", "3 s", notice)
    acted: list[tuple[str, str]] = []
    transcript.notice_action.connect(lambda message, action: acted.append((message, action)))
    button = next(b for b in transcript.findChildren(QPushButton) if b.text() == "Answer again")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert acted == [("a", "answer_again")]
    assert any("Your chat is safe" in label.text() for label in transcript.findChildren(QLabel))


def test_an_offer_under_the_guides_answer_leaves_the_text_whole(qtbot: QtBot, transcript: TranscriptView) -> None:
    question = MessageItem("q", "user", "Who painted it?", "", "complete")
    answer = MessageItem("a", "assistant", "I can't answer that. " * 20, "", "complete", badge="Guide")
    transcript.set_messages((question, answer))
    view = transcript.findChild(AnswerView)
    assert view is not None
    assert view.accessibleName().startswith("Answer, Guide: I can't")
    acted: list[tuple[str, str]] = []
    transcript.notice_action.connect(lambda message_id, action: acted.append((message_id, action)))
    for words in ("A short one.", "A longer sentence that needs several lines. " * 8):
        transcript.set_notice("a", Notice(words, (("get_model", "Get it"),), offer=True))
        qtbot.waitUntil(lambda: any(b.text() == "Get it" and b.isVisible() for b in view.findChildren(QPushButton)))
        qtbot.wait(50)
        offer = view.findChild(QFrame, "offer")
        assert offer is not None
        assert offer.geometry().top() >= view._view.geometry().bottom()
        assert offer.geometry().bottom() <= view._foot.geometry().top()
    button = next(b for b in view.findChildren(QPushButton) if b.text() == "Get it" and b.isVisible())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert acted == [("a", "get_model")]
    assert (transcript.last_id, transcript.question_before("a")) == ("a", "Who painted it?")
    transcript.take_away("a")
    assert transcript.last_id == "q"
    transcript.append_message(MessageItem("b", "assistant", "Leonardo", "", "complete"))
    transcript.finish_message("b", "complete", "1 s", None)
    assert [v.item.id for v in transcript.findChildren(AnswerView) if v.isVisible()] == ["b"]


def test_thinking_is_folded_away_and_opens(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.append_message(MessageItem("a", "assistant", "", "", "streaming"))
    transcript.append_delta("a", "let me see", "thinking")
    view = transcript.findChildren(AnswerView)[0]
    assert view.findChildren(FoldButton)[0].text() == "Thinking …"
    assert not view.findChildren(ThoughtText)[0].isVisible()
    qtbot.wait(30)
    qtbot.mouseClick(view.findChildren(FoldButton)[0], Qt.MouseButton.LeftButton)
    assert view.findChildren(ThoughtText)[0].isVisible()
    assert view.findChildren(ThoughtText)[0].text() == "let me see"
    transcript.append_delta("a", "Yes.", "answer")
    assert view.findChildren(FoldButton)[0].text() == "Thought about it"


def test_copy_gives_markdown_and_rich_text(qtbot: QtBot, transcript: TranscriptView) -> None:
    transcript.append_message(MessageItem("a", "assistant", "**bold** words", "", "complete"))
    view = transcript.findChildren(AnswerView)[0]
    view.perform(Act.COPY)
    data = QApplication.clipboard().mimeData()
    assert data.text() == "**bold** words"
    assert "bold" in data.html()


@pytest.fixture
def composer(qtbot: QtBot, theme: Theme) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    return made


def test_return_sends_and_shift_return_breaks_the_line(qtbot: QtBot, composer: Composer) -> None:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.field, "one")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.field, "two")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert sent == ["one\ntwo"]


def test_while_answering_send_is_stop(qtbot: QtBot, composer: Composer) -> None:
    stops: list[int] = []
    sent: list[str] = []
    composer.stop_requested.connect(lambda: stops.append(1))
    composer.send_requested.connect(sent.append)
    composer.set_text("next question")
    composer.set_answering(True)
    assert composer.send_button.accessibleName() == "Stop"
    qtbot.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert len(stops) == 1
    assert sent == []
    assert composer.text() == "next question"


def test_typing_is_possible_when_sending_is_not(qtbot: QtBot, composer: Composer) -> None:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    composer.set_available(False, "Choose a model first, then ask.")
    qtbot.keyClicks(composer.field, "hello")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert composer.text() == "hello"
    assert sent == []


def test_the_field_grows_to_six_lines(qtbot: QtBot, composer: Composer) -> None:
    heights = []
    for lines in (1, 3, 6, 30):
        composer.set_text("\n".join(["line"] * lines))
        heights.append(composer.field.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_files_are_reported_and_rich_text_is_pasted_plain(qtbot: QtBot, composer: Composer) -> None:
    dropped: list[list[str]] = []
    composer.files_dropped.connect(dropped.append)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/letter.pdf"), QUrl("https://example.org")])
    composer.field.insertFromMimeData(files)
    assert dropped == [["/tmp/letter.pdf"]]
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold")
    composer.field.insertFromMimeData(rich)
    assert composer.text() == "bold"


def test_every_control_of_the_page_has_a_name_and_a_size(qtbot: QtBot, theme: Theme) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLineEdit

    page = ChatPage()
    qtbot.addWidget(page)
    page.resize(640, 480)
    page.show()
    for control in page.findChildren(QAbstractButton) + page.findChildren(QLineEdit):
        if control.isVisible():
            name = control.accessibleName() or getattr(control, "text", lambda: "")()
            assert name.strip(), control
            assert min(control.width(), control.height()) >= 24, control
