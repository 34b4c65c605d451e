"""Hands and eyes for the conversation: what is shown where, and a mouse that drags from text to text."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import MessageItem
from app.chat.messages.question_view import QuestionView
from app.chat.messages.text_view import TextView
from app.chat.transcript.transcript import TranscriptView

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SOON_MS = 200


def shown_transcript(qtbot: QtBot) -> Iterator[TranscriptView]:
    """A conversation in a window, with a field below it."""
    window = QWidget()
    qtbot.addWidget(window)
    view = TranscriptView()
    layout = QVBoxLayout(window)
    layout.addWidget(view)
    layout.addWidget(QLineEdit())
    window.resize(820, 640)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield view
    window.close()


def conversation(pairs: int, length: int = 40) -> tuple[MessageItem, ...]:
    items = []
    for n in range(pairs):
        items.append(MessageItem(f"q{n}", "user", f"question {n}", "", "complete"))
        items.append(MessageItem(f"a{n}", "assistant", f"answer {n}. " + "word " * length, "", "complete", "2 s"))
    return tuple(items)


def views_of(transcript: TranscriptView) -> list[QuestionView | AnswerView]:
    return [*transcript.findChildren(QuestionView), *transcript.findChildren(AnswerView)]


def view_of(transcript: TranscriptView, message_id: str) -> QuestionView | AnswerView:
    views = views_of(transcript)
    return next(view for view in views if view.item.id == message_id and not view.isHidden())


def shown_ids(transcript: TranscriptView) -> set[str]:
    views = views_of(transcript)
    return {view.item.id for view in views if not view.isHidden()}


def text_of(transcript: TranscriptView, message_id: str) -> TextView:
    return view_of(transcript, message_id).text_view


def top_of(transcript: TranscriptView, message_id: str) -> int:
    """How far below the upper edge a message begins."""
    return view_of(transcript, message_id).mapTo(transcript, QPoint(0, 0)).y()


def place(text: TextView, words: str, *, end: bool = False) -> QPoint:
    """Where words stand in a text, in its viewport."""
    cursor = text.document().find(words)
    assert not cursor.isNull(), words
    cursor.setPosition(cursor.selectionEnd() if end else cursor.selectionStart())
    return text.cursorRect(cursor).center()


def drag(first: TextView, start: QPoint, last: TextView, end: QPoint) -> None:
    """Press in one text, move, and let go in another; the mouse stays with where it was pressed."""
    pressed = first.viewport()
    goal = pressed.mapFromGlobal(last.viewport().mapToGlobal(end))
    QTest.mousePress(pressed, LEFT, Qt.KeyboardModifier.NoModifier, start)
    move(pressed, start + QPoint(0, 15))
    move(pressed, goal)
    QTest.mouseRelease(pressed, LEFT, Qt.KeyboardModifier.NoModifier, goal)


def move(pressed: QWidget, where: QPoint) -> None:
    there = QPointF(where)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        there,
        QPointF(pressed.mapToGlobal(where)),
        Qt.MouseButton.NoButton,
        LEFT,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(pressed, event)


def wheel(transcript: TranscriptView, pixels: int) -> None:
    viewport = transcript._scroll.viewport()
    middle = QPointF(viewport.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(viewport.mapToGlobal(middle.toPoint())),
        QPoint(0, pixels),
        QPoint(0, pixels),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def selected(transcript: TranscriptView, message_id: str) -> str:
    return text_of(transcript, message_id).textCursor().selectedText().replace("\u2029", "\n")


def clipboard() -> str:
    return QApplication.clipboard().text()


def settle(qtbot: QtBot) -> None:
    """Let layouts and timers that are due run, also on a busy computer."""
    qtbot.wait(30)
    qtbot.waitUntil(lambda: not _is_anything_due())


def _is_anything_due() -> bool:
    timers = [timer for window in QApplication.topLevelWidgets() for timer in window.findChildren(QTimer)]
    return any(timer.isActive() and timer.isSingleShot() and timer.interval() < SOON_MS for timer in timers)
