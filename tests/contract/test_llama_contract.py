"""What every engine must do, asked of llama.cpp: the same tests on the same model as a GGUF file; its own damages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.cancel import CancelToken
from runtime.errors import HearthError, ModelDamaged, ModelNotFound, PromptNotRendered
from runtime.events import AnswerDelta, EngineState, Event, FinishReason, ModelLoaded, PromptProgress
from runtime.inference.host import EngineHost
from runtime.inference.in_process import InProcessEngine
from runtime.inference.llama_backend import LlamaBackend
from runtime.requests import ChatMessage, Generate, LoadModel, PromptKeeping, Role
from tests.contract.recording import RecordedEngine
from tests.contract.test_engine_contract import (
    FRANCE,
    cut,
    ready,
    test_a_length_limit_ends_as_such,
    test_a_memory_budget_is_kept,
    test_a_prompt_longer_than_the_context_is_refused_with_figures,
    test_a_question_asked_while_loading_waits,
    test_a_seed_makes_chance_repeatable,
    test_a_thinking_mark_in_a_question_hides_no_answer,
    test_an_answer_cut_at_any_token_goes_on_without_a_seam,
    test_close_ends_an_answer_once,
    test_control_tokens_in_a_text_forge_no_role,
    test_known_questions_get_their_answers_as_a_stream,
    test_second_turns_are_answered_in_their_context,
    test_stop_keeps_what_was_said_and_the_next_answer_is_whole,
    test_thinking_comes_on_its_own_channel,
    test_unload_and_another_model,
)
from tests.tiny import gguf
from tests.tiny.corpus import FOLLOW_UPS, KNOWN_ANSWERS
from tests.tiny.gguf import Tensor, gguf_bytes, tiny_parts, write_in_parts
from tests.tiny.gguf_fixtures import needs_llama, tiny_gguf_folder

# Named here so that they are collected here.
__all__ = [
    "ready",
    "test_a_length_limit_ends_as_such",
    "test_a_memory_budget_is_kept",
    "test_a_prompt_longer_than_the_context_is_refused_with_figures",
    "test_a_question_asked_while_loading_waits",
    "test_a_seed_makes_chance_repeatable",
    "test_a_thinking_mark_in_a_question_hides_no_answer",
    "test_an_answer_cut_at_any_token_goes_on_without_a_seam",
    "test_close_ends_an_answer_once",
    "test_control_tokens_in_a_text_forge_no_role",
    "test_known_questions_get_their_answers_as_a_stream",
    "test_second_turns_are_answered_in_their_context",
    "test_stop_keeps_what_was_said_and_the_next_answer_is_whole",
    "test_thinking_comes_on_its_own_channel",
    "test_unload_and_another_model",
]

pytestmark = needs_llama
ENGINES = {"child process": EngineHost, "in process": InProcessEngine}
Parts = tuple[dict[str, Any], list[Tensor]]


@pytest.fixture(scope="session")
def mlx_model(request: pytest.FixtureRequest) -> Path:
    """The tiny model as MLX has it."""
    from tests.tiny.fixtures import tiny_model_folder

    return tiny_model_folder()


@pytest.fixture(scope="session")
def tiny_model(mlx_model: Path) -> Path:
    """In this file the tiny model is a GGUF folder."""
    return tiny_gguf_folder(mlx_model)


@pytest.fixture(scope="session")
def parts(mlx_model: Path) -> Parts:
    return tiny_parts(mlx_model)


@pytest.fixture(params=ENGINES, ids=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[RecordedEngine]:
    recorded = RecordedEngine(ENGINES[request.param])
    yield recorded
    recorded.engine.close()


@pytest.fixture(scope="module")
def backend() -> Iterator[LlamaBackend]:
    """One for all damages: what it was given before must not matter."""
    made = LlamaBackend(threads=1)
    yield made
    made.unload()


@pytest.fixture
def child() -> Iterator[RecordedEngine]:
    recorded = RecordedEngine(EngineHost)
    yield recorded
    recorded.engine.close()


def load_keeping(engine: RecordedEngine, folder: Path, memory_bytes: int = 10**8) -> None:
    before = len(engine.events)
    engine.engine.load(LoadModel(str(folder), keeping=PromptKeeping(memory_bytes=memory_bytes)))
    engine.wait(lambda: any(isinstance(event, ModelLoaded) for event in engine.events[before:]))


def test_it_says_who_computes(ready: RecordedEngine) -> None:
    loaded = ready.engine.loaded
    assert loaded is not None
    assert (loaded.engine, loaded.device, loaded.architecture) == ("llama.cpp", "cpu", "llama")
    assert loaded.context_tokens == 2048
    assert loaded.weight_bytes > 1_000_000


def test_stop_works_while_the_prompt_is_read(child: RecordedEngine, mlx_model: Path, tmp_path: Path) -> None:
    metadata, tensors = tiny_parts(mlx_model)
    folder = written(tmp_path / "long", {**metadata, "llama.context_length": 131_072}, tensors)
    assert child.load(folder).state is EngineState.READY
    request_id = child.start("How far away is the moon? " * 6000)
    child.wait(lambda: any(p.done_tokens > 0 for p in child.progress(request_id)))
    child.engine.stop(request_id)
    finished = child.finish(request_id)
    progress = child.progress(request_id)
    assert finished.reason is FinishReason.STOPPED
    assert [p.done_tokens for p in progress] == sorted(p.done_tokens for p in progress)
    assert 0 < progress[-1].done_tokens < progress[-1].total_tokens
    assert not child.text(request_id)
    assert child.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]


def test_what_was_read_is_not_read_again(child: RecordedEngine, tiny_model: Path) -> None:
    load_keeping(child, tiny_model)
    for first, second, answer in FOLLOW_UPS:
        begun = child.start(first)
        first_prompt = child.finish(begun).statistics.prompt_tokens
        follow = child.start(first, child.text(begun), second)
        statistics = child.finish(follow).statistics
        assert child.text(follow) == answer
        assert statistics.reused_tokens > first_prompt
        # Progress begins where the reading does.
        told = [e for e in child.events if isinstance(e, PromptProgress) and e.request_id == follow]
        assert told[0].done_tokens == statistics.reused_tokens
        assert told[-1].done_tokens == told[-1].total_tokens == statistics.prompt_tokens
        again = child.start(first, child.text(begun), second)
        assert child.finish(again).statistics.reused_tokens == statistics.prompt_tokens - 1
        assert child.text(again) == answer


def test_two_conversations_keep_what_each_has_read(child: RecordedEngine, tiny_model: Path) -> None:
    load_keeping(child, tiny_model)
    long = {topic: f"{topic} " * 150 for topic in ("moon", "bread")}
    read = {topic: child.finish(child.start(text, max_tokens=4)).statistics for topic, text in long.items()}
    for topic, text in [*long.items(), *long.items()]:
        statistics = child.finish(child.start(text, "Yes.", FRANCE, max_tokens=4)).statistics
        assert statistics.reused_tokens >= read[topic].prompt_tokens - 8


def test_nothing_is_kept_unless_asked(child: RecordedEngine, tiny_model: Path) -> None:
    assert child.load(tiny_model).state is EngineState.READY
    for _ in range(2):
        assert child.finish(child.start(FRANCE)).statistics.reused_tokens == 0


def test_a_conversation_grows_into_more_memory(child: RecordedEngine, mlx_model: Path, tmp_path: Path) -> None:
    metadata, tensors = tiny_parts(mlx_model)
    folder = written(tmp_path / "long", {**metadata, "llama.context_length": 16_384}, tensors)
    load_keeping(child, folder)
    first = child.finish(child.start("moon " * 900, max_tokens=4)).statistics
    longer = child.finish(child.start("moon " * 900, "Yes.", "bread " * 3400, max_tokens=4)).statistics
    assert longer.prompt_tokens > 4096 > first.prompt_tokens
    assert longer.reused_tokens >= first.prompt_tokens - 8
    assert child.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]


def test_a_continued_answer_reuses_its_beginning(child: RecordedEngine, tiny_model: Path) -> None:
    load_keeping(child, tiny_model)
    question = "How do I bake bread?"
    begun = child.start(question, max_tokens=6)
    child.finish(begun)
    said = child.text(begun)
    turns = (ChatMessage(Role.USER, question), ChatMessage(Role.ASSISTANT, said))
    child.engine.generate(Generate("on", turns, continues=True))
    assert child.finish("on").statistics.reused_tokens > 8
    assert said + child.text("on") == KNOWN_ANSWERS[question]


def asked(backend: LlamaBackend, question: str) -> str:
    events: list[Event] = []
    backend.generate(Generate("a", (ChatMessage(Role.USER, question),)), events.append, CancelToken())
    return "".join(event.text for event in events if isinstance(event, AnswerDelta))


def written(folder: Path, metadata: dict[str, Any], tensors: list[Tensor]) -> Path:
    folder.mkdir()
    (folder / "tiny.gguf").write_bytes(gguf_bytes(metadata, tensors))
    return folder


def told(**changes: Any) -> Callable[[Parts], Parts]:
    """Other metadata: dots are written as two underscores; None leaves an entry out."""
    names = {name.replace("__", "."): value for name, value in changes.items()}
    return lambda parts: ({k: v for k, v in {**parts[0], **names}.items() if v is not None}, parts[1])


def without(tensor: str) -> Callable[[Parts], Parts]:
    return lambda parts: (parts[0], [one for one in parts[1] if one.name != tensor])


DAMAGES: dict[str, tuple[Callable[[Parts], Parts], str]] = {
    "unknown architecture": (told(general__architecture="mystery"), "model.unsupported"),
    "a picture model": (told(general__type="mmproj"), "model.unsupported"),
    "no vocabulary": (told(tokenizer__ggml__tokens=None), "model.unsupported"),
    "a million layers": (told(llama__block_count=1_000_000), "model.damaged"),
    "one layer too many": (told(llama__block_count=4), "model.damaged"),
    "no heads": (told(llama__attention__head_count=0), "model.damaged"),
    "another width": (told(llama__embedding_length=96), "model.damaged"),
    "fewer words": (told(tokenizer__ggml__tokens=["a", "b"]), "model.damaged"),
    "an end that is no word": (told(tokenizer__ggml__eos_token_id=70_000), "model.damaged"),
    "a tensor is missing": (without("blk.1.ffn_up.weight"), "model.damaged"),
    "an unknown way to part words": (told(tokenizer__ggml__pre="nobody's"), "model.damaged"),
    "an unknown vocabulary": (told(tokenizer__ggml__model="mystery"), "model.damaged"),
    "a huge template": (told(tokenizer__chat_template=" " * 1_100_000), "model.unsafe"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_can_not_be_used_says_why_and_harms_nothing(
    backend: LlamaBackend, parts: Parts, tiny_model: Path, tmp_path: Path, damage: str
) -> None:
    spoil, code = DAMAGES[damage]
    folder = written(tmp_path / "broken", *spoil((dict(parts[0]), list(parts[1]))))
    with pytest.raises(HearthError) as refused:
        backend.load(LoadModel(str(folder)))
    assert refused.value.code == code, refused.value
    with pytest.raises(ModelNotFound):
        asked(backend, FRANCE)
    backend.load(LoadModel(str(tiny_model)))
    assert asked(backend, FRANCE) == KNOWN_ANSWERS[FRANCE]


def test_a_file_cut_short_or_gone_is_named(child: RecordedEngine, tiny_model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "broken"))
    cut(folder / "tiny.gguf", 200_000)
    failed = child.load(folder)
    assert failed.problem is not None
    assert failed.problem.code == "model.damaged"
    assert failed.problem.parameters["file"] == "tiny.gguf"
    shutil.rmtree(folder)
    gone = child.load(folder)
    assert gone.problem is not None
    assert gone.problem.code == "model.folder_missing"


def test_a_template_that_refuses_is_a_named_problem(backend: LlamaBackend, parts: Parts, tmp_path: Path) -> None:
    for number, template in enumerate(("{{ raise_exception('no') }}", "{{ ''.__class__.__mro__ }}", "")):
        metadata = {**parts[0], "tokenizer.chat_template": template}
        backend.load(LoadModel(str(written(tmp_path / str(number), metadata, parts[1]))))
        with pytest.raises(PromptNotRendered):
            asked(backend, FRANCE)


def test_a_model_in_parts_is_one_model(backend: LlamaBackend, parts: Parts, tmp_path: Path) -> None:
    write_in_parts(tmp_path, *parts, 3)
    loaded = backend.load(LoadModel(str(tmp_path)))
    assert loaded.weight_bytes == sum(len(tensor.data) for tensor in parts[1])
    assert asked(backend, FRANCE) == KNOWN_ANSWERS[FRANCE]
    (tmp_path / "tiny-00002-of-00003.gguf").unlink()
    with pytest.raises(ModelDamaged):
        backend.load(LoadModel(str(tmp_path)))


def test_half_numbers_answer_the_same(backend: LlamaBackend, mlx_model: Path, tmp_path: Path) -> None:
    metadata, tensors = tiny_parts(mlx_model, gguf.F16)
    backend.load(LoadModel(str(written(tmp_path / "half", metadata, tensors))))
    for question, answer in list(KNOWN_ANSWERS.items())[:4]:
        assert asked(backend, question) == answer
