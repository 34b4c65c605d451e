"""From the turns of a conversation to the text that the model reads, through its own chat template, in a sandbox."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from runtime.errors import PromptNotRendered
from runtime.inference.limited_time import limited_time
from runtime.requests import ChatMessage, Role

# Templates are programs that came with the model; an honest one takes milliseconds and has some kilobytes.
TEMPLATE_TIMEOUT_S = 5.0
LONGEST_TEMPLATE = 1024 * 1024
LONGEST_PROMPT = 64 * 1024 * 1024


class ChatTemplate:
    """Renders conversations with one model's template. ``guarded`` takes control tokens out of what anybody said."""

    def __init__(self, source: str, bos: str, eos: str, guarded: Callable[[str], str]) -> None:
        self._source = source
        self._words = {"bos_token": bos, "eos_token": eos}
        self._guarded = guarded

    def prompt(self, messages: Sequence[ChatMessage], *, thinking: bool | None) -> str:
        """The text up to the place where the model's answer begins. A template that knows no system role gets the
        instructions at the head of the first question.

        Raises:
            PromptNotRendered: no template, or one that refuses, or runs away.
        """
        if not self._source:
            raise PromptNotRendered("the model has no chat template")
        try:
            return self._rendered(messages, thinking)
        except PromptNotRendered:
            folded = _system_folded(messages)
            if folded is None:
                raise
            return self._rendered(folded, thinking)

    def _rendered(self, messages: Sequence[ChatMessage], thinking: bool | None) -> str:
        turns = [{"role": str(message.role), "content": self._guarded(message.text)} for message in messages]
        options: dict[str, Any] = {} if thinking is None else {"enable_thinking": thinking}
        try:
            with limited_time(TEMPLATE_TIMEOUT_S):
                template = _compiled(self._source)
                text = template.render(messages=turns, add_generation_prompt=True, **self._words, **options)
        except Exception as error:
            raise PromptNotRendered(f"{type(error).__name__}: {error}"[:300]) from error
        if len(text) > LONGEST_PROMPT:
            raise PromptNotRendered(f"the template wrote {len(text)} characters")
        return str(text)


def _system_folded(messages: Sequence[ChatMessage]) -> list[ChatMessage] | None:
    if len(messages) < 2 or messages[0].role is not Role.SYSTEM:
        return None
    first, second, *others = messages
    return [ChatMessage(second.role, f"{first.text}\n\n{second.text}"), *others]


@lru_cache(maxsize=2)
def _compiled(source: str) -> Any:
    """The template as every engine that takes these templates compiles it."""
    from jinja2 import nodes
    from jinja2.exceptions import TemplateError
    from jinja2.ext import Extension, loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if len(source) > LONGEST_TEMPLATE:
        raise PromptNotRendered(f"a template of {len(source)} characters")

    class Generation(Extension):  # type: ignore[misc]
        """``{% generation %}``, which marks what was to be learnt; what is in it is written as it is."""

        tags = {"generation"}  # noqa: RUF012 - as jinja2 has it

        def parse(self, parser: Any) -> nodes.Node:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body, lineno=line)

    def raise_exception(message: str) -> None:
        raise TemplateError(message)

    def strftime_now(layout: str) -> str:
        return datetime.datetime.now().strftime(layout)

    def tojson(value: Any, indent: int | None = None, ensure_ascii: bool = False, **_others: Any) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters["tojson"] = tojson
    environment.globals.update(raise_exception=raise_exception, strftime_now=strftime_now)
    return environment.from_string(source)
