"""The built-in guide as it ships, answering in stored conversations with the real engine."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from runtime.api import GUIDE_NAME, GuideUnusable, Paths, Runtime
from runtime.chats.messages import Message, MessageState
from runtime.events import AnswerFinished, AnswerStarted, EngineChanged, Event, ModelLoaded
from runtime.library.guide import FACTS_NAME, MODEL_FILES, check_guide, guide_folder

PATIENCE_S = 60.0
RENAME = "To rename a chat"


class Room:
    """A Runtime on a fresh home, and its events to be waited for."""

    def __init__(self, home: Path) -> None:
        paths = Paths.below(home)
        paths.prepare()
        self.events: list[Event] = []
        self._changed = threading.Condition()
        self.runtime = Runtime(paths, self._take)

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, found: Callable[[Event], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(found, self.events)), PATIENCE_S), self.events[-3:]

    def answer(self, conversation_id: str, question: str) -> Message:
        request_id = self.runtime.guide.ask(conversation_id, question)
        self.wait_for(lambda event: isinstance(event, AnswerFinished) and event.request_id == request_id)
        return self.runtime.conversations.message(request_id)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "home")
    yield made
    made.runtime.close()


@pytest.fixture
def own_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the guide's files that a test may spoil."""
    folder = tmp_path / "guide"
    shutil.copytree(guide_folder(), folder)
    monkeypatch.setenv("HEARTH_GUIDE", str(folder))
    return folder


def test_it_answers_what_it_knows_and_says_so_of_the_rest(room: Room) -> None:
    conversation_id = room.runtime.conversations.create()
    known = room.answer(conversation_id, "How do I rename a chat?")
    assert known.text.startswith(RENAME)
    assert (known.state, known.model) == (MessageState.COMPLETE, GUIDE_NAME)
    beyond = room.answer(conversation_id, "Who painted the Mona Lisa?")
    assert beyond.text == room.runtime.guide.check().beyond
    started = [event for event in room.events if isinstance(event, AnswerStarted)]
    assert [(event.model, event.forgotten_messages) for event in started] == [(GUIDE_NAME, 0)] * 2


def test_every_question_stands_alone_however_long_the_conversation_or_the_text(room: Room) -> None:
    conversation_id = room.runtime.conversations.create()
    first = room.answer(conversation_id, "How do I rename a chat?")
    for _time in range(4):
        room.answer(conversation_id, "Tell me about the history of Portugal. " + "It was long ago. " * 400)
    assert room.answer(conversation_id, "How do I rename a chat?").text == first.text


def test_what_its_engine_does_is_not_taken_for_the_real_one(room: Room) -> None:
    room.answer(room.runtime.conversations.create(), "Hello")
    assert not [event for event in room.events if isinstance(event, EngineChanged | ModelLoaded)]


def test_at_rest_it_holds_no_process_and_wakes_for_the_next_question(room: Room) -> None:
    conversation_id = room.runtime.conversations.create()
    room.answer(conversation_id, "Hello")
    assert len(psutil.Process().children()) == 1
    room.runtime.guide.rest()
    room.runtime.guide.rest()
    psutil.wait_procs(psutil.Process().children(), timeout=PATIENCE_S)
    assert not psutil.Process().children()
    assert room.answer(conversation_id, "How do I rename a chat?").text.startswith(RENAME)


@pytest.mark.parametrize("name", MODEL_FILES)
def test_a_missing_file_is_said_before_anything_is_stored(own_guide: Path, room: Room, name: str) -> None:
    (own_guide / name).unlink()
    conversation_id = room.runtime.conversations.create()
    with pytest.raises(GuideUnusable) as raised:
        room.runtime.guide.ask(conversation_id, "Hello")
    assert raised.value.file == name
    assert not room.runtime.conversations.read(conversation_id).messages


def test_one_changed_byte_is_found(own_guide: Path) -> None:
    weights = own_guide / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(GuideUnusable) as raised:
        check_guide(own_guide)
    assert raised.value.file == "model.safetensors"


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[1]", b'{"files": 3}'])
def test_a_damaged_list_of_files_is_found(own_guide: Path, manifest: bytes) -> None:
    (own_guide / "hearth-manifest.json").write_bytes(manifest)
    with pytest.raises(GuideUnusable):
        check_guide(own_guide)


def test_a_missing_folder_is_found_and_a_mended_one_is_taken(own_guide: Path, room: Room) -> None:
    facts = own_guide / FACTS_NAME
    content = facts.read_bytes()
    facts.unlink()
    with pytest.raises(GuideUnusable):
        room.runtime.guide.wake()
    facts.write_bytes(content)
    assert room.runtime.guide.wake().beyond
    with pytest.raises(GuideUnusable):
        check_guide(own_guide / "nowhere")
