"""A forgotten document leaves no byte of its words in any file of ours, whatever answers were given from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.api import AnswerChecked, DocumentScope, Event, Paths, Runtime
from runtime.storage.database import Database
from tests.runtime.cli.running import call, document

SECRETS = ("zyxomarble", "quendolith", "varnathule")
PATIENCE_S = 60.0


def text() -> str:
    return "\n".join(
        f"The {word} clause of the lease binds the {word} tenant for {n} years." for n, word in enumerate(SECRETS, 3)
    )


def files_with_secrets(home: Path) -> list[str]:
    found = []
    for path in home.rglob("*"):
        if path.is_file() and any(word.encode() in path.read_bytes().lower() for word in SECRETS):
            found.append(str(path.relative_to(home)))
    return found


class Rooms:
    """A whole Runtime and its events."""

    def __init__(self, home: Path) -> None:
        self.paths = Paths.below(home)
        self.paths.prepare()
        self.events: list[Event] = []
        self._changed = threading.Condition()
        self.runtime = Runtime(self.paths, self._take)

    def _take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def quoted(self, letter: Path) -> str:
        """An answer that quotes the letter, checked and kept."""
        runtime = self.runtime
        store = runtime.conversations
        runtime.documents.start()
        runtime.documents.add([str(letter)])
        assert runtime.documents.wait(timeout_s=PATIENCE_S)
        conversation = store.create()
        store.set_scope(conversation, DocumentScope(everything=True))
        answer = runtime.guide.ask(conversation, "For how many years is the tenant bound by the clause of the lease?")
        with self._changed:
            checked = lambda: any(isinstance(e, AnswerChecked) and e.request_id == answer for e in self.events)  # noqa: E731
            assert self._changed.wait_for(checked, PATIENCE_S)
        return answer


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    made = Rooms(tmp_path / "home")
    yield made
    made.runtime.close()


def forget_all(rooms: Rooms) -> None:
    service = rooms.runtime.documents
    service.forget([view.id for view in service.documents()])


def test_no_byte_is_left_in_any_file(rooms: Rooms, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text(text())
    answer = rooms.quoted(letter)
    kept = rooms.runtime.conversations.message(answer)
    assert kept.grounding is not None
    assert SECRETS[0] in kept.grounding.sources[0].text
    home = rooms.paths.home
    database = vars(rooms.runtime)["_places"].disk
    assert isinstance(database, Database)
    copy = database.back_up()
    assert files_with_secrets(copy.parent), "the copy holds them now"
    forget_all(rooms)
    rooms.runtime.close()
    # What is left of the index itself goes with its next tidying: at the latest when it is opened.
    again = Rooms(home.parent / home.name)
    try:
        again.runtime.documents.start()
        again.runtime.documents.wait(timeout_s=PATIENCE_S)
    finally:
        again.runtime.close()
    assert files_with_secrets(home) == []
    blank = again_read(home, answer)
    assert blank == ("letter.txt", 1, "")


def again_read(home: Path, answer: str) -> tuple[str, int, str]:
    rooms = Rooms(home)
    try:
        message = rooms.runtime.conversations.message(answer)
        assert message.grounding is not None
        source = message.grounding.sources[0]
        assert not any(word in message.text for word in SECRETS)
        return source.name, source.page, source.text
    finally:
        rooms.runtime.close()


def test_a_command_forgets_in_conversations_too(rooms: Rooms, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text(text())
    rooms.quoted(letter)
    home = rooms.paths.home
    rooms.runtime.close()
    assert files_with_secrets(home)
    document(call("documents", "remove", str(letter), "--json", HEARTH_HOME=str(home)))
    assert "hearth.db" not in " ".join(files_with_secrets(home))
