"""From the turns of a conversation to the tokens that the model reads, through the model's own chat template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runtime.errors import PromptNotRendered
from runtime.inference.limited_time import limited_time
from runtime.requests import ChatMessage, Role

# Templates are programs that came with the model; an honest one takes milliseconds.
TEMPLATE_TIMEOUT_S = 5.0
# What is said is encoded through this where no turn may be opened or closed around it.
BARE_TEMPLATE = "{{ messages[0]['content'] }}"


def guard_control_tokens(tokenizer: Any) -> None:
    """Make every added token that is more than white space count as a control token, once after loading.

    Without this only special tokens and those in the template's own text do; "<think>" in a person's text would then
    begin a thinking part.
    """
    added = tokenizer.get_added_vocab()
    tokenizer.chat_control_tokens = [token for token in added if not token.isspace()]


def prompt_tokens(tokenizer: Any, messages: Sequence[ChatMessage], *, thinking: bool | None) -> list[int]:
    """The tokens of a conversation that ends with a question.

    Control tokens in anybody's text are encoded as ordinary text, so that no document can forge a role. Templates
    that know no system role get the instructions at the head of the first question.

    Raises:
        PromptNotRendered: no template, or one that refuses, or runs away.
    """
    if not tokenizer.has_chat_template:
        raise PromptNotRendered("the model has no chat template")
    turns = [{"role": str(message.role), "content": message.text} for message in messages]
    try:
        return _rendered(tokenizer, turns, thinking)
    except PromptNotRendered:
        folded = _system_folded(messages)
        if folded is None:
            raise
        return _rendered(tokenizer, folded, thinking)


def continued_prompt_tokens(tokenizer: Any, messages: Sequence[ChatMessage]) -> list[int]:
    """The tokens of a conversation that ends inside an answer: the model writes on from its last word.

    The answer's words follow the template's own opening of an answer, so that no template needs to know of this. What
    the model thought before is not repeated: if the opening begins a thinking part, it is closed at once.

    Raises:
        PromptNotRendered: as :func:`prompt_tokens`.
    """
    tokens = prompt_tokens(tokenizer, messages[:-1], thinking=False)
    begun = messages[-1].text
    if opens_thinking(tokenizer, tokens):
        tokens += [int(token) for token in tokenizer.encode(f"{tokenizer.think_end}\n\n", add_special_tokens=False)]
    return tokens + _rendered(tokenizer, [{"role": "assistant", "content": begun}], None, chat_template=BARE_TEMPLATE)


def opens_thinking(tokenizer: Any, tokens: Sequence[int]) -> bool:
    """Whether the prompt's end has already opened the thinking part, as some templates do."""
    if not tokenizer.has_thinking:
        return False
    started = tokenizer.rfind_think_start(tokens)
    ended = tokenizer.rfind_think_end(tokens)
    return bool(started >= 0 and started > ended)


def _rendered(tokenizer: Any, turns: list[dict[str, str]], thinking: bool | None, **options: Any) -> list[int]:
    if thinking is not None:
        options["enable_thinking"] = thinking
    try:
        with limited_time(TEMPLATE_TIMEOUT_S):
            tokens = tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, sanitize_control_tokens=True, **options
            )
            return [int(token) for token in tokens]
    except Exception as error:
        raise PromptNotRendered(f"{type(error).__name__}: {error}"[:300]) from error


def _system_folded(messages: Sequence[ChatMessage]) -> list[dict[str, str]] | None:
    if len(messages) < 2 or messages[0].role is not Role.SYSTEM:
        return None
    first, second, *others = messages
    turns = [ChatMessage(second.role, f"{first.text}\n\n{second.text}"), *others]
    return [{"role": str(message.role), "content": message.text} for message in turns]
