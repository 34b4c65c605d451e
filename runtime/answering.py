"""One answer while it is being written: what the model was given for it, when its parts began, what it cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from runtime.chats.history import estimated_tokens, newest_that_fit
from runtime.chats.recorder import AnswerRecorder
from runtime.errors import Problem, PromptTooLong
from runtime.events import AnswerDelta, AnswerStatistics, Channel
from runtime.requests import ChatMessage, Role
from runtime.sources import Grounding

# Below the engine's exact limit when shortening again, as estimates of single turns are off by more than their sum.
SHORTEN_MARGIN = 0.9


@dataclass
class AnswerUnderWay:
    """The answer being written: ``turns`` are what the model was given of ``all_turns``, ``messages`` what it was given
    instead of them, where the answer stands on documents."""

    request_id: str
    conversation_id: str
    turns: tuple[ChatMessage, ...]
    all_turns: int
    recorder: AnswerRecorder
    before: AnswerStatistics | None = None
    thought_before: bool = False
    shortened_again: bool = False
    stop_asked: bool = False
    began: dict[Channel, float] = field(default_factory=dict)
    messages: tuple[ChatMessage, ...] = ()
    grounding: Grounding | None = None

    @property
    def goes_on(self) -> bool:
        """Whether the model writes on from words of its own."""
        return self.before is not None and self.turns[-1].role is Role.ASSISTANT

    def heard(self, event: AnswerDelta) -> AnswerDelta:
        """Note when a part begins. What is thought after a break stands apart from what was thought before it."""
        first = event.channel not in self.began
        self.began.setdefault(event.channel, time.monotonic())
        if first and event.channel is Channel.THINKING and self.thought_before:
            return replace(event, text=f"\n\n{event.text}")
        return event

    def statistics(self, last: AnswerStatistics) -> AnswerStatistics:
        """What the answer cost in all: with its thinking, and with what was said before it was continued."""
        ended = self.began.get(Channel.ANSWER, time.monotonic())
        # A model may also begin to speak and think then.
        last = replace(last, thinking_s=max(0.0, ended - self.began.get(Channel.THINKING, ended)))
        if self.before is None:
            return last
        return replace(
            last,
            answer_tokens=last.answer_tokens + self.before.answer_tokens,
            total_s=last.total_s + self.before.total_s,
            thinking_s=last.thinking_s + self.before.thinking_s,
        )

    def shorter(self, problem: Problem | None, system: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...] | None:
        """The turns to try once more with, if the engine found the prompt too long and older turns can go."""
        if problem is None or problem.code != PromptTooLong.code or len(self.turns) <= 2 or self.messages:
            return None
        if self.recorder.has_text or self.shortened_again or self.stop_asked:
            return None
        counted = max(1, int(problem.parameters.get("prompt_tokens") or 1))
        limit = int(problem.parameters.get("limit_tokens") or 0)
        estimate = estimated_tokens(system + self.turns)
        room = limit * SHORTEN_MARGIN * estimate / counted - estimated_tokens(system)
        # At least one pair fewer, whatever the estimate says.
        return newest_that_fit(self.turns[2:], room)
