"""Private chats are in memory alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.chats.attachments import Attachment
from runtime.chats.messages import MessageState
from runtime.errors import ConversationNotFound, Problem
from runtime.requests import Role
from tests.runtime.chats.kit import Home

MARKER = "zanzibar-marker"


def say_all_that_can_be_said(home: Home) -> str:
    """A private conversation with the marker in everything that can hold words; its id."""
    store = home.store
    chat = store.create(f"{MARKER} title", private=True)
    question, answer = store.add_exchange(
        chat, f"{MARKER} question", attachments=(Attachment(f"{MARKER}.txt", f"{MARKER} file"),)
    )
    store.append_text(answer, f"{MARKER} answer", f"{MARKER} thinking")
    store.finish_message(answer, MessageState.FAILED, text=MARKER, problem=Problem("x", {"detail": MARKER}))
    store.reopen(answer)
    store.finish_message(answer, MessageState.COMPLETE, text=f"{MARKER} end")
    store.add_message(chat, Role.ASSISTANT, f"{MARKER} again", parent_id=question)
    store.choose_branch(answer)
    store.pin_message(answer, True)
    store.rate(answer, 1)
    follow_up, _ = home.say(chat, f"{MARKER} follow", f"{MARKER} up")
    store.delete_message(follow_up)
    store.rename(chat, f"{MARKER} other title")
    store.suggest_title(chat, f"{MARKER} suggestion")
    store.set_draft(chat, f"{MARKER} draft")
    store.open(chat)
    return chat


def files_with_the_marker(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and MARKER.encode() in path.read_bytes()]


def test_nothing_of_a_private_chat_reaches_the_disk(tmp_path: Path, private_home: Path) -> None:
    home = Home.at(tmp_path / "home")
    kept, _ = home.chat("an ordinary question", "an ordinary answer")
    chat = say_all_that_can_be_said(home)
    assert home.store.read(chat).private
    assert home.shown(chat) == [f"{MARKER} question", f"{MARKER} answer{MARKER}{MARKER} end"]
    home.database.back_up()
    assert files_with_the_marker(tmp_path) == files_with_the_marker(private_home) == []
    home.database.close()
    assert files_with_the_marker(tmp_path) == files_with_the_marker(private_home) == []
    # The same search finds an ordinary chat's words: it looks in the right place.
    again = Home.at(tmp_path / "home")
    again.store.set_draft(kept, MARKER)
    assert files_with_the_marker(tmp_path) != []
    again.database.close()


def test_a_private_chat_ends_with_the_app(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    chat = say_all_that_can_be_said(home)
    home.database.close()
    again = Home.at(tmp_path / "home")
    assert again.shelf.summaries() == ()
    assert again.store.last_opened() is None
    with pytest.raises(ConversationNotFound):
        again.store.read(chat)
    again.database.close()


def test_a_private_chat_can_be_forgotten_at_once(home: Home) -> None:
    chat = say_all_that_can_be_said(home)
    message = home.store.read(chat).messages[0].id
    home.shelf.forget(chat)
    assert home.shelf.summaries() == ()
    for gone in (lambda: home.store.read(chat), lambda: home.store.message(message)):
        with pytest.raises(ConversationNotFound):
            gone()
    with home.places.memory.read() as connection:
        for table in ("conversations", "messages"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_private_chat_is_not_found_by_searching(home: Home) -> None:
    say_all_that_can_be_said(home)
    assert home.found(MARKER) == []


def test_a_private_chat_works_like_any_other(home: Home) -> None:
    chat, (_q1, _a1, question, answer) = home.chat("1", "one", "2", "two", private=True)
    other = home.store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    assert home.store.siblings(answer) == (answer, other)
    assert home.shown(chat) == ["1", "one", "2", "second"]
    home.store.delete_message(other)
    assert home.shown(chat) == ["1", "one", "2", "two"]
    home.store.restore_message(other)
    assert home.shown(chat) == ["1", "one", "2", "second"]


def test_a_private_chat_and_the_disk_do_not_mix(home: Home) -> None:
    private, (question, _answer) = home.chat("1", "one", private=True)
    kept, (kept_question, _) = home.chat("2", "two")
    for attempt in (
        lambda: home.store.add_message(kept, Role.USER, "x", parent_id=question),
        lambda: home.store.add_message(private, Role.USER, "x", parent_id=kept_question),
    ):
        with pytest.raises(ConversationNotFound):
            attempt()
    assert home.store.last_opened() == kept
