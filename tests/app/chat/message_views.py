"""Messages made and placed as the transcript does it, and what is to be seen in them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import Act, MessageItem
from app.chat.messages.message_view import MessageView
from app.chat.messages.question_view import QuestionView

ANSWER_ACTS = frozenset(Act) - {Act.EDIT, Act.CONTINUE, Act.READ_OUT}
QUESTION_ACTS = frozenset({Act.COPY, Act.COPY_MARKDOWN, Act.EDIT, Act.PIN, Act.DELETE})
WIDTH = 700


def answer_item(text: str = "An answer.", **more: Any) -> MessageItem:
    facts: dict = {"thinking": "", "state": "complete", "acts": ANSWER_ACTS, **more}
    return MessageItem(facts.pop("id", "a"), "assistant", text, **facts)


def question_item(text: str = "A question?", **more: Any) -> MessageItem:
    facts: dict = {"thinking": "", "state": "complete", "acts": QUESTION_ACTS, **more}
    return MessageItem(facts.pop("id", "q"), "user", text, **facts)


def fit(view: MessageView, width: int = WIDTH) -> int:
    """As the transcript places a view; its height."""
    assert isinstance(view, AnswerView | QuestionView)
    view.fit_width(width)
    view.resize(width, view.height())
    layout = view.layout()
    assert layout is not None
    layout.activate()
    hint = layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
    height = max(hint, layout.minimumSize().height())
    view.resize(width, height)
    return height


def answer(place: QWidget, text: str = "An answer.", **more: Any) -> AnswerView:
    view = AnswerView(answer_item(text, **more), place)
    view.show()
    fit(view)
    return view


def question(place: QWidget, text: str = "A question?", **more: Any) -> QuestionView:
    view = QuestionView(question_item(text, **more), place)
    view.show()
    fit(view)
    return view


def named(view: QWidget, name: str) -> QAbstractButton:
    return next(b for b in view.findChildren(QAbstractButton) if name in (b.accessibleName(), b.text()))


def offers(view: QWidget) -> list[str]:
    return [b.accessibleName() or b.text() for b in view.findChildren(QAbstractButton) if b.isVisible()]


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def told(view: MessageView) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    view.acted.connect(lambda message, act: heard.append((message, act)))
    return heard
