"""Where in a prompt parts end that other prompts will begin with: asked of the model's own template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runtime.errors import PromptNotRendered
from runtime.inference.common_length import common_length
from runtime.inference.prompt import prompt_tokens
from runtime.requests import ChatMessage, Generate, Role

# Points on the way through a long prompt; a change between two of them is read from the one before. Never closer than
# the pieces in which a prompt is read, which would be made smaller by them.
GRID_TOKENS = 256
# Nobody's question and no model's answer begins with it.
_OTHER = "\u241f"


def ends_worth_marking(tokenizer: Any, request: Generate, tokens: Sequence[int], chunk: int) -> dict[int, bool]:
    """Ends, in tokens, of the instructions and of the question: what a prompt with another question, or with an
    answer to this one, has in common with this prompt (True). Between them a point every so many tokens (False),
    in whole pieces of ``chunk``.

    A template may leave out in the next turn what it says in this one (earlier thoughts), so it is asked, not read.
    """
    last = len(tokens) - 1
    grid = max(GRID_TOKENS // chunk, 1) * chunk
    ends = dict.fromkeys(range(grid, last, grid), False)
    asked = request.messages[:-1] if request.continues else request.messages
    answered = (*asked, ChatMessage(Role.ASSISTANT, _OTHER), ChatMessage(Role.USER, _OTHER))
    ends[min(_shared(tokenizer, answered, request.thinking, tokens) or last, last)] = True
    if asked and asked[0].role is Role.SYSTEM:
        instructed = (asked[0], ChatMessage(Role.USER, _OTHER))
        ends[min(_shared(tokenizer, instructed, request.thinking, tokens), last)] = True
    return {end: ends[end] for end in sorted(ends) if end}


def _shared(tokenizer: Any, messages: Sequence[ChatMessage], thinking: bool | None, tokens: Sequence[int]) -> int:
    try:
        return common_length(prompt_tokens(tokenizer, messages, thinking=thinking), tokens)
    except PromptNotRendered:
        return 0
