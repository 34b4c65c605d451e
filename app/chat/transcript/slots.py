"""A message's place in the column, and how high it is or is thought to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from PySide6.QtCore import QRect, QTimer

from app.chat.markdown.renderer import TIMER
from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import MessageItem
from app.chat.messages.question_view import QuestionView

CHARACTER_WIDTH, LINE_HEIGHT, AROUND_TEXT = 7.6, 22, 50
LONG_TEXT = 20_000

View: TypeAlias = QuestionView | AnswerView


@dataclass(eq=False)
class Slot:
    """A message's place: its view while it is near, and what is known without one.

    ``fitted`` is the width that its height was found for, 0 if it must be found anew; ``area`` is where its view was
    put last.
    """

    known: MessageItem
    number: int
    view: View | None = None
    fitted: int = 0
    area: QRect = field(default_factory=QRect)

    @property
    def item(self) -> MessageItem:
        """The message as it is now; a view knows what has been added while it streams."""
        return self.view.item if self.view is not None else self.known

    @property
    def id(self) -> str:
        """The message's id."""
        return self.known.id


def fitted_height(view: View, width: int) -> int:
    """The height that a view needs at a width."""
    view.fit_width(width)
    if view.width() != width:
        view.resize(width, view.height())
    layout = view.layout()
    assert layout is not None
    layout.activate()
    hint = layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
    return max(hint, layout.minimumSize().height())


def is_rendering(view: View) -> bool:
    """Whether some of a long text is still to come into the view's document."""
    timers = view.text_view.document().findChildren(QTimer, TIMER)
    return any(timer.isActive() for timer in timers)


def guessed_height(item: MessageItem, width: int) -> int:
    """About the height of a message that was never laid out."""
    per_line = max(20, int(width / CHARACTER_WIDTH))
    if len(item.text) > LONG_TEXT:
        lines = item.text.count("\n") + len(item.text) // per_line
    else:
        lines = sum(1 + len(line) // per_line for line in item.text.split("\n"))
    return lines * LINE_HEIGHT + AROUND_TEXT
