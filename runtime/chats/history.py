"""From stored messages to what the model reads, within what it can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from runtime.chats.attachments import as_prompt
from runtime.chats.messages import Message
from runtime.requests import ChatMessage, Role

# A guess a little on the safe side; the engine counts exactly, and what it refuses is shortened by its figures.
BYTES_PER_TOKEN = 3.5
TOKENS_PER_TURN = 8

# Four questions with their answers.
DROPPED_TURNS = 8

TITLE_CHARACTERS = 40


def without(messages: Sequence[Message], left_out: Callable[[Message], bool]) -> tuple[Message, ...]:
    """A path without the answers that ``left_out`` names and the questions they were given to. The last question
    always stays."""
    kept: list[Message] = []
    for message in messages:
        if message.role is Role.ASSISTANT and left_out(message):
            while kept and kept[-1].role is Role.USER:
                kept.pop()
        else:
            kept.append(message)
    return tuple(kept)


def turns_of(messages: Iterable[Message]) -> tuple[ChatMessage, ...]:
    """The turns of a conversation, questions and answers strictly in alternation and ending with a question.

    Answers without text (failed, stopped at once) are left out and the questions around them joined: many chat
    templates refuse two questions in a row. Thinking is not repeated to the model. Files that came with a question
    stand before it.
    """
    turns: list[ChatMessage] = []
    for message in messages:
        if not message.text.strip() or message.role is Role.SYSTEM:
            continue
        text = as_prompt(message.attachments, message.text) if message.attachments else message.text
        if turns and turns[-1].role is message.role:
            turns[-1] = ChatMessage(message.role, f"{turns[-1].text}\n\n{text}")
        else:
            turns.append(ChatMessage(message.role, text))
    return tuple(turns)


def estimated_tokens(turns: Iterable[ChatMessage]) -> int:
    """About how many tokens these turns take."""
    return sum(TOKENS_PER_TURN + int(len(turn.text.encode("utf-8", "replace")) / BYTES_PER_TOKEN) for turn in turns)


def newest_that_fit(turns: Sequence[ChatMessage], room_tokens: float) -> tuple[ChatMessage, ...]:
    """The newest turns whose estimate is within ``room_tokens``, by dropping the oldest questions with their answers.

    Several go at a time, so that the next questions find the same beginning, which a model need not read again; one
    at a time only where that would leave the question alone. It always stays, even if it alone is too long.
    """
    starts = [start for start in range(0, len(turns), 2) if estimated_tokens(turns[start:]) <= room_tokens]
    several = [start for start in starts if start % DROPPED_TURNS == 0]
    last = (len(turns) - 1) // 2 * 2
    return tuple(turns[(several or starts or [max(last, 0)])[0] :])


def title_from(question: str) -> str:
    """A first title: the beginning of the question, cut between words, about ``TITLE_CHARACTERS`` long."""
    words = question.split()
    title = ""
    for word in words:
        longer = f"{title} {word}" if title else word
        if len(longer) > TITLE_CHARACTERS:
            # Scripts without spaces, and very long words, are cut where they are.
            return f"{title or word[:TITLE_CHARACTERS]}…"
        title = longer
    return title
