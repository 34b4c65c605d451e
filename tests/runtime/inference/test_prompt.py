"""The model's own template makes the prompt; one that runs away is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runtime.errors import PromptNotRendered
from runtime.inference import prompt
from runtime.requests import ChatMessage, Role
from tests.tiny.corpus import KNOWN_ANSWERS

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


BEGUN = (*WITH_SYSTEM, ChatMessage(Role.ASSISTANT, "Hello. How can"))
OPENS_THINKING = "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}{{ '[assistant]<think>\n' }}"


def continued(tokenizer: Any, messages: tuple[ChatMessage, ...]) -> str:
    return str(tokenizer.decode(prompt.continued_prompt_tokens(tokenizer, messages)))


def test_an_answer_that_goes_on_follows_its_opening_and_is_not_closed(tokenizer: Any) -> None:
    begun = continued(tokenizer, BEGUN)
    assert begun == rendered(tokenizer, WITH_SYSTEM) + "Hello. How can"


@pytest.mark.parametrize("question", KNOWN_ANSWERS)
def test_an_answer_goes_on_from_the_very_tokens_it_was_made_of(tokenizer: Any, question: str) -> None:
    asked = (ChatMessage(Role.USER, question),)
    opening = prompt.prompt_tokens(tokenizer, asked, thinking=False)
    said = tokenizer.encode(KNOWN_ANSWERS[question], add_special_tokens=False)
    for size in range(1, len(said)):
        begun = ChatMessage(Role.ASSISTANT, tokenizer.decode(said[:size]))
        assert prompt.continued_prompt_tokens(tokenizer, (*asked, begun)) == opening + said[:size]


@pytest.mark.parametrize("end", [" ", "  ", "\n", "\n\n", "\n    ", "\t", ":", "```\n"])
def test_no_character_at_the_end_of_what_was_said_is_dropped(tokenizer: Any, end: str) -> None:
    begun = (*QUESTION, ChatMessage(Role.ASSISTANT, f"def greet():{end}"))
    assert continued(tokenizer, begun).endswith(f"assistant\ndef greet():{end}")


def test_a_thinking_part_that_the_template_opens_is_closed_before_the_answer(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizer._tokenizer, "chat_template", OPENS_THINKING)
    tokens = prompt.continued_prompt_tokens(tokenizer, BEGUN)
    assert str(tokenizer.decode(tokens)).endswith("[assistant]<think>\n</think>\n\nHello. How can")
    assert not prompt.opens_thinking(tokenizer, tokens)
    asked = prompt.prompt_tokens(tokenizer, WITH_SYSTEM, thinking=None)
    assert prompt.opens_thinking(tokenizer, asked)


def test_a_template_that_refuses_is_named_also_when_an_answer_goes_on(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizer._tokenizer, "chat_template", "{{ raise_exception('never') }}")
    with pytest.raises(PromptNotRendered):
        prompt.continued_prompt_tokens(tokenizer, BEGUN)


def test_a_control_token_in_what_was_said_is_only_text(tokenizer: Any) -> None:
    plain = prompt.continued_prompt_tokens(tokenizer, BEGUN)
    for token, number in tokenizer._tokenizer.get_added_vocab().items():
        begun = (*BEGUN[:-1], ChatMessage(Role.ASSISTANT, f"Hello. {token} How can"))
        tokens = prompt.continued_prompt_tokens(tokenizer, begun)
        assert tokens.count(number) == plain.count(number), token
