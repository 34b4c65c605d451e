"""What the transcript is given: messages as they are shown, as plain frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.chat.answers.shown import Backing

NAME_LENGTH = 300


class Act(StrEnum):
    """What a person may do with one message. The presenter says with :attr:`MessageItem.acts` which make sense."""

    COPY = "copy"
    COPY_MARKDOWN = "copy_markdown"
    AGAIN = "again"
    CONTINUE = "continue"
    EDIT = "edit"
    DELETE = "delete"
    PIN = "pin"
    RATE_GOOD = "rate_good"
    RATE_BAD = "rate_bad"
    READ_OUT = "read_out"


@dataclass(frozen=True)
class Notice:
    """One sentence about an answer, and up to two things to do (id, label). An ``offer`` is no trouble."""

    sentence: str
    actions: tuple[tuple[str, str], ...] = ()
    offer: bool = False


@dataclass(frozen=True)
class MessageItem:
    """A message as it is shown. ``state``: complete, streaming, stopped, cut, failed or interrupted.

    ``badge`` is a word above an answer that says who gave it, "" for the model in use. ``siblings`` are the ids of the
    other wordings of a question or tries at an answer, oldest first, this message's own among them. ``thought`` is how
    long the model thought, as words ("12 s"), "" if that is not known. ``rating`` is 1 (good), -1 (bad) or 0.
    ``attachments`` are the names of the files that came with a question. ``backing`` is what an answer over documents
    stands on.
    """

    id: str
    role: str
    text: str
    thinking: str
    state: str
    caption: str = ""
    notice: Notice | None = None
    badge: str = ""
    siblings: tuple[str, ...] = ()
    thought: str = ""
    rating: int = 0
    pinned: bool = False
    attachments: tuple[str, ...] = ()
    acts: frozenset[Act] = frozenset()
    backing: Backing | None = None
