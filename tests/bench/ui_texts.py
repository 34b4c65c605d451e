"""The texts that the window's benchmark shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tiny.corpus import LONG_ANSWER

if TYPE_CHECKING:
    from app.chat.messages.items import MessageItem

LENGTHS = (1_000, 10_000, 50_000)
LONGEST = 52_000
ORDINARY = 650
SENTENCE = "Some **words** of a sentence with `code` in it, and more. "


def mixed(length: int) -> str:
    """Ordinary Markdown of all kinds of blocks."""
    return ((LONG_ANSWER + "\n\n") * (length // len(LONG_ANSWER) + 1))[:length]


CASES = {
    "mixed": mixed(LONGEST),
    "one block of code": "```python\n"
    + "def greet(name, turns=3):\n    for turn in range(turns):\n        print('hello', name)  # say it\n\n" * 600,
    "one list": "".join(f"- item {n} with some **words** in it and more\n" for n in range(1_300)),
    "one table": "| number | what it is | value |\n|---|---|---|\n"
    + "".join(f"| {n} | the **value** of the number {n} | {n * n} |\n" for n in range(1_400)),
    "one paragraph": SENTENCE * (LONGEST // len(SENTENCE) + 1),
}


def conversation(messages: int) -> tuple[MessageItem, ...]:
    """Questions and answers in turns, of an ordinary length."""
    from app.chat.messages.items import MessageItem

    answer = mixed(2 * ORDINARY - 40)
    items = []
    for number in range(0, messages, 2):
        items.append(MessageItem(f"q{number}", "user", f"Question {number}: what can a page hold?", "", "complete"))
        items.append(MessageItem(f"a{number}", "assistant", f"{number}\n\n{answer}", "", "complete", "2 s"))
    return tuple(items)
