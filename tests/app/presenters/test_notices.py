"""What is said under an answer that did not end as it should."""

from __future__ import annotations

import pytest

from app.presenters import messages
from app.texts import Way
from runtime.chats.messages import Message, state_after
from runtime.events import FinishReason
from runtime.requests import Role


@pytest.mark.parametrize(
    ("reason", "said", "ways"),
    [
        (FinishReason.COMPLETE, None, []),
        (FinishReason.STOPPED, None, []),
        (FinishReason.LENGTH, messages.CUT, []),
        (FinishReason.REPEATED, messages.REPEATED, [Way.ANSWER_AGAIN]),
    ],
)
def test_each_end_has_its_words_and_its_way_on(reason: FinishReason, said: str | None, ways: list[Way]) -> None:
    message = Message("a", "c", "q", Role.ASSISTANT, "So, so, so.", state=state_after(reason))
    notice = messages.message_item(message, messages.Doors()).notice
    assert (notice.sentence if notice is not None else None) == said
    assert [way for way, _ in (notice.actions if notice is not None else ())] == ways
