"""What llama.cpp has read is kept, and answers as if it had been read anew, whatever kind of memory a model has."""

from __future__ import annotations

import array
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.cancel import CancelToken
from runtime.events import AnswerDelta, AnswerFinished, Event
from runtime.inference.llama import disk
from runtime.inference.llama_backend import LlamaBackend
from runtime.inference.prefix.shelf import forget_kept_prompts
from runtime.requests import ChatMessage, Generate, LoadModel, PromptKeeping, Role
from tests.tiny.gguf import gguf_bytes, tiny_parts
from tests.tiny.gguf_fixtures import needs_llama
from tests.tiny.gguf_strange import Parts, with_a_state, with_a_window

pytestmark = needs_llama
KINDS: dict[str, Callable[[Parts], Parts]] = {
    "all words": lambda parts: parts,
    "a window": lambda parts: with_a_window(parts, 64),
    "a state": with_a_state,
}
KEEPING = PromptKeeping(memory_bytes=200 * 2**20)
FRANCE = "What is the capital of France?"
LONG = "The moon is far away and the bread is good. " * 20


@pytest.fixture(params=KINDS, ids=list(KINDS))
def folder(request: pytest.FixtureRequest, tiny_model: Path, tmp_path: Path) -> Path:
    (tmp_path / "strange.gguf").write_bytes(gguf_bytes(*KINDS[request.param](tiny_parts(tiny_model))))
    return tmp_path


@pytest.fixture
def backend() -> Iterator[LlamaBackend]:
    made = LlamaBackend(threads=1)
    yield made
    made.unload()


def ask(backend: LlamaBackend, *turns: str, max_tokens: int = 12, private: bool = False) -> tuple[str, AnswerFinished]:
    events: list[Event] = []
    messages = tuple(ChatMessage((Role.USER, Role.ASSISTANT)[n % 2], text) for n, text in enumerate(turns))
    finished = backend.generate(
        Generate("a", messages, max_tokens=max_tokens, private=private), events.append, CancelToken()
    )
    return "".join(event.text for event in events if isinstance(event, AnswerDelta)), finished


def test_answers_are_the_same_with_and_without_what_was_kept(backend: LlamaBackend, folder: Path) -> None:
    first, other = (LONG,), ("Hello! " * 60,)
    dialogues: list[tuple[str, ...]] = [first, other, (*first, "Yes.", "Why?"), (*other, "No.", "When?"), first]
    dialogues += [(*first, "Yes.", "Why not?"), (LONG.replace("bread", "water", 1),), (*first, "Yes.", "Why?")]
    backend.load(LoadModel(str(folder)))
    fresh = [ask(backend, *turns) for turns in dialogues]
    assert all(finished.statistics.reused_tokens == 0 for _said, finished in fresh)
    backend.load(LoadModel(str(folder), keeping=KEEPING))
    kept = [ask(backend, *turns) for turns in dialogues]
    assert [said for said, _finished in kept] == [said for said, _finished in fresh]
    reused = [finished.statistics.reused_tokens for _said, finished in kept]
    asked = [finished.statistics.prompt_tokens for _said, finished in kept]
    # The first question again is spared but for its end, also by a model that can't go back by itself.
    assert reused[4] >= asked[4] - 1
    assert sum(reused) > 0.4 * sum(asked)


def test_what_goes_on_from_the_end_is_spared_by_every_kind(backend: LlamaBackend, folder: Path) -> None:
    backend.load(LoadModel(str(folder), keeping=KEEPING))
    said, finished = ask(backend, LONG)
    statistics = ask(backend, LONG, said, "And then?")[1].statistics
    # Words may part differently where the answer was cut; all before it was read.
    assert statistics.reused_tokens >= finished.statistics.prompt_tokens - 1


def test_no_more_is_kept_than_was_allowed(backend: LlamaBackend, tiny_gguf: Path) -> None:
    allowed_bytes = 800_000
    backend.load(LoadModel(str(tiny_gguf), keeping=PromptKeeping(memory_bytes=allowed_bytes)))
    for topic in ("moon", "bread", "water", "salt", "rain", "snow"):
        ask(backend, f"{topic} " * 250, max_tokens=1)
        assert 0 <= backend.kept_bytes <= allowed_bytes
    assert backend.kept_bytes > 0
    # The latest one before this was put aside, the first of all is gone.
    assert ask(backend, "rain " * 250, max_tokens=1)[1].statistics.reused_tokens > 200
    assert ask(backend, "moon " * 250, max_tokens=1)[1].statistics.reused_tokens < 20
    backend.unload()
    assert backend.kept_bytes == 0


@pytest.fixture(params=["", "ab" * 32], ids=["in the clear", "with a key"])
def on_disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PromptKeeping:
    monkeypatch.setattr(disk, "IDLE_S", 0.0)
    return PromptKeeping(str(tmp_path / "kept"), request.param, 2**20, 2**26)


def test_yesterdays_conversation_is_not_read_again(tiny_gguf: Path, on_disk: PromptKeeping) -> None:
    turns = (f"{FRANCE} {LONG}", "Paris.", FRANCE)
    yesterday = LlamaBackend(threads=1)
    yesterday.load(LoadModel(str(tiny_gguf), keeping=on_disk))
    said, first = ask(yesterday, *turns)
    yesterday.wait_until_saved()
    yesterday.unload()
    files = [path for path in Path(on_disk.folder).rglob("*") if path.is_file()]
    assert len([path for path in files if path.name.startswith("state.")]) == 1
    today = LlamaBackend(threads=1)
    today.load(LoadModel(str(tiny_gguf), keeping=on_disk))
    again, second = ask(today, *turns)
    assert again == said
    assert second.statistics.reused_tokens == first.statistics.prompt_tokens - 1
    today.wait_until_saved()
    today.unload()


def test_nothing_of_a_private_conversation_goes_to_disk(folder: Path, on_disk: PromptKeeping) -> None:
    backend = LlamaBackend(threads=1)
    backend.load(LoadModel(str(folder), keeping=on_disk))
    ask(backend, LONG, private=True)
    backend.wait_until_saved()
    ask(backend, "Hello!")  # which puts the private one aside
    backend.wait_until_saved()
    assert not list(Path(on_disk.folder).rglob("state.*"))
    ask(backend, LONG)
    backend.wait_until_saved()
    backend.unload()
    assert list(Path(on_disk.folder).rglob("state.*"))


def test_a_kept_file_that_was_changed_is_never_restored(tiny_gguf: Path, on_disk: PromptKeeping) -> None:
    backend = LlamaBackend(threads=1)
    backend.load(LoadModel(str(tiny_gguf), keeping=on_disk))
    said = ask(backend, LONG)[0]
    backend.wait_until_saved()
    backend.unload()
    for path in Path(on_disk.folder).rglob("state.*"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    backend.load(LoadModel(str(tiny_gguf), keeping=on_disk))
    again, finished = ask(backend, LONG)
    assert (again, finished.statistics.reused_tokens) == (said, 0)
    backend.wait_until_saved()
    backend.unload()


def test_what_is_to_be_forgotten_is_forgotten_in_memory_too(tiny_gguf: Path, on_disk: PromptKeeping) -> None:
    backend = LlamaBackend(threads=1)
    backend.load(LoadModel(str(tiny_gguf), keeping=on_disk))
    ask(backend, LONG)
    ask(backend, "Hello! " * 60)
    backend.wait_until_saved()
    forget_kept_prompts(Path(on_disk.folder))
    for turns in ((LONG,), ("Hello! " * 60,)):
        assert ask(backend, *turns)[1].statistics.reused_tokens < 20
    backend.unload()


def test_another_key_or_another_model_finds_nothing(tiny_gguf: Path, on_disk: PromptKeeping, tmp_path: Path) -> None:
    backend = LlamaBackend(threads=1)
    backend.load(LoadModel(str(tiny_gguf), keeping=on_disk))
    ask(backend, LONG)
    backend.wait_until_saved()
    other = Path(shutil.copytree(tiny_gguf, tmp_path / "other"))
    backend.load(LoadModel(str(other), keeping=on_disk))
    assert ask(backend, LONG)[1].statistics.reused_tokens == 0
    backend.load(LoadModel(str(tiny_gguf), keeping=replace(on_disk, key_hex="cd" * 32)))
    assert ask(backend, LONG)[1].statistics.reused_tokens == 0
    backend.wait_until_saved()
    backend.unload()


def test_with_a_key_nothing_of_it_stands_in_the_clear(tiny_gguf: Path, on_disk: PromptKeeping) -> None:
    backend = LlamaBackend(threads=1)
    backend.load(LoadModel(str(tiny_gguf), keeping=on_disk))
    ask(backend, LONG)
    backend.wait_until_saved()
    tokens = array.array("i", backend.prompt_tokens(Generate("a", (ChatMessage(Role.USER, LONG),)))).tobytes()
    backend.unload()
    written = b"".join(path.read_bytes() for path in Path(on_disk.folder).rglob("*") if path.is_file())
    assert (tokens in written) == (on_disk.key_hex == "")
