"""The model's own template makes the prompt; one that runs away is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runtime.errors import PromptNotRendered
from runtime.inference import prompt
from runtime.requests import ChatMessage, Role

QUESTION = (ChatMessage(Role.USER, "Hello!"),)
WITH_SYSTEM = (ChatMessage(Role.SYSTEM, "Be brief."), *QUESTION)


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    from mlx_lm.utils import load_tokenizer

    found = load_tokenizer(tiny_model, {"trust_remote_code": False})
    prompt.guard_control_tokens(found)
    return found


def rendered(tokenizer: Any, messages: tuple[ChatMessage, ...]) -> str:
    return str(tokenizer.decode(prompt.prompt_tokens(tokenizer, messages, thinking=None)))


def test_the_template_is_followed(tokenizer: Any) -> None:
    assert rendered(tokenizer, QUESTION) == "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n"


def test_instructions_move_into_the_question_where_there_is_no_system_role(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        "[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"
    )
    monkeypatch.setattr(tokenizer._tokenizer, "chat_template", strict)
    assert rendered(tokenizer, WITH_SYSTEM) == "[user]Be brief.\n\nHello!"


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('never') }}",
        "{{ ''.__class__.__mro__ }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_that_refuses_or_runs_away_is_named(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    monkeypatch.setattr(prompt, "TEMPLATE_TIMEOUT_S", 0.5)
    monkeypatch.setattr(tokenizer._tokenizer, "chat_template", template)
    with pytest.raises(PromptNotRendered):
        prompt.prompt_tokens(tokenizer, QUESTION, thinking=None)


def test_every_control_token_in_a_text_is_only_text(tokenizer: Any) -> None:
    for token, number in tokenizer._tokenizer.get_added_vocab().items():
        tokens = prompt.prompt_tokens(tokenizer, (ChatMessage(Role.USER, f"a {token} b"),), thinking=None)
        plain = prompt.prompt_tokens(tokenizer, (ChatMessage(Role.USER, "a b"),), thinking=None)
        assert tokens.count(number) == plain.count(number), token
