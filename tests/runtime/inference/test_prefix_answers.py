"""An answer for which not all was read again is the answer for which it was: for every kind of cache, and however
the conversation goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.events import AnswerDelta, Event, FinishReason, PromptProgress
from runtime.inference.prefix import boundaries
from runtime.requests import PromptKeeping, Sampling
from tests.runtime.inference.prefix_chat import QUESTIONS, SYSTEM, Models, model, user
from tests.runtime.inference.prefix_models import CONFIGS, KINDS, write_model


@pytest.fixture(scope="module")
def folders(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: write_model(kind, tmp_path_factory.mktemp("model"), tiny_model) for kind in KINDS}


@pytest.fixture
def models(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    # Conversations of a test are short.
    monkeypatch.setattr(boundaries, "GRID_TOKENS", 40)
    made = Models(folders, monkeypatch)
    yield made
    made.backend.unload()


@pytest.mark.parametrize("kind", KINDS)
def test_a_conversation_goes_on_in_every_way_as_if_all_of_it_were_read_again(models: Models, kind: str) -> None:
    chat = models.load(kind)
    first = (SYSTEM, user(QUESTIONS[0]))
    begun = chat.same(*first).statistics
    assert begun.reused_tokens == 0
    said = chat.said
    # The next turn reads the new question, and at most the answer, whose tokens may be cut anew.
    turn = chat.same(*first, model(said), user(QUESTIONS[1])).statistics
    assert turn.reused_tokens >= begun.prompt_tokens - 1
    second = chat.said
    # The same question once more.
    again = chat.same(*first, model(said), user(QUESTIONS[1])).statistics
    assert again.prompt_tokens - again.reused_tokens <= 8
    # Another wording of the question in the middle, then back to the first wording.
    edited = chat.same(*first, model(said), user(QUESTIONS[2])).statistics
    assert edited.reused_tokens >= turn.reused_tokens
    chat.same(*first, model(said), user(QUESTIONS[1]), model(second), user(QUESTIONS[3]))
    # Another conversation with the same instructions.
    other = chat.same(SYSTEM, user(QUESTIONS[4])).statistics
    assert other.reused_tokens > 40
    # The answer is written on.
    on = chat.same(*first, model(said[: len(said) // 2]), continues=True).statistics
    assert on.reused_tokens > 90
    # And a conversation that has nothing in common but the template's first tokens.
    assert chat.same(user("Hello!")).statistics.reused_tokens < 8


@pytest.mark.parametrize("kind", ["attention", "sliding window", "state space", "linear attention", "chunks"])
def test_a_stop_anywhere_leaves_only_what_is_true(models: Models, kind: str) -> None:
    chat = models.load(kind)
    messages = (SYSTEM, user(" ".join(QUESTIONS)))

    def reading(event: Event) -> bool:
        return isinstance(event, PromptProgress) and event.done_tokens > 150

    def read(event: Event) -> bool:
        return isinstance(event, PromptProgress) and event.done_tokens == event.total_tokens

    def said(event: Event) -> bool:
        return isinstance(event, AnswerDelta) and len(chat.steps) >= 3

    for stop_at, least in ((reading, 50), (read, 100), (said, 100)):
        chat.stop_at = stop_at
        assert chat.ask(*messages).reason is FinishReason.STOPPED
        chat.stop_at = lambda event: False
        finished = chat.same(*messages)
        assert finished.reason is not FinishReason.STOPPED
        assert finished.statistics.reused_tokens >= least
        chat.backend._caches._kept.clear()  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["attention", "sliding window", "linear attention"])
def test_a_failure_leaves_nothing_half_done(models: Models, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = models.load(kind)
    first = (SYSTEM, user(QUESTIONS[0]))
    chat.ask(*first)
    said = chat.said
    last = chat.backend._model.layers[-1]
    calls = []

    class Broken(type(last)):  # type: ignore[misc]
        def __call__(self, *arguments: Any, **options: Any) -> Any:
            calls.append(1)
            if len(calls) > 3:
                raise RuntimeError("no memory")
            return super().__call__(*arguments, **options)

    whole = type(last)
    last.__class__ = Broken
    with pytest.raises(RuntimeError):
        chat.ask(*first, model(said), user(QUESTIONS[1]))
    last.__class__ = whole
    assert chat.backend._caches is not None
    assert chat.backend._caches._reading is None
    chat.same(*first, model(said), user(QUESTIONS[1]))
    chat.same(*first)


THINKING = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{{ message['content'].split('</think>')[-1] + '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n' }}{% endif %}"
)


@pytest.mark.parametrize("kind", CONFIGS)
def test_a_template_that_drops_earlier_thoughts_costs_their_answer_and_no_more(
    models: Models, folders: dict[str, Path], kind: str, tmp_path: Path, tiny_model: Path
) -> None:
    folder = write_model(kind, tmp_path / "thinking", tiny_model)
    (folder / "chat_template.jinja").write_text(THINKING)
    chat = models.load(kind, folder=folder)
    first = (SYSTEM, user(QUESTIONS[0]))
    begun = chat.ask(*first).statistics
    turn = chat.same(*first, model("It is far away."), user(QUESTIONS[1])).statistics
    assert turn.reused_tokens >= begun.prompt_tokens - 6


def test_a_penalty_for_repetition_looks_back_beyond_what_was_read_now(models: Models) -> None:
    for kind in ("attention", "linear attention"):
        chat = models.load(kind)
        harsh = Sampling(temperature=0.0, repetition_penalty=3.0)
        chat.same(user(QUESTIONS[0]), sampling=harsh)
        again = chat.same(user(QUESTIONS[0]), sampling=harsh).statistics
        assert 0 < again.prompt_tokens - again.reused_tokens < 20


def test_progress_begins_where_reading_begins(models: Models) -> None:
    for kind in ("attention", "sliding window"):
        chat = models.load(kind)
        first = (SYSTEM, user(" ".join(QUESTIONS)))
        chat.ask(*first)
        said = chat.said
        finished = chat.ask(*first, model(said), user(QUESTIONS[1] * 4))
        told = [event for event in chat.events if isinstance(event, PromptProgress)]
        statistics = finished.statistics
        assert told[0].done_tokens == statistics.reused_tokens > 200
        assert {event.total_tokens for event in told} == {statistics.prompt_tokens}
        assert [event.done_tokens for event in told] == sorted(event.done_tokens for event in told)
        assert told[-1].done_tokens == statistics.prompt_tokens


def test_without_leave_to_keep_each_answer_reads_all(models: Models) -> None:
    for keeping in (PromptKeeping(), None):
        chat = models.load("attention", keeping)
        for _ in range(2):
            assert chat.ask(user(QUESTIONS[0])).statistics.reused_tokens == 0
