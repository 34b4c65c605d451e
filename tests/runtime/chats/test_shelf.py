from __future__ import annotations

import pytest

from runtime.chats import ids
from runtime.chats.messages import Folder
from runtime.chats.shelf import DAY_MS, DAYS_IN_BIN
from runtime.errors import ConversationNotFound
from tests.runtime.chats.kit import Home

LATER = (DAYS_IN_BIN + 1) * DAY_MS


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change at a moment of its own."""
    moments = iter(range(ids.now_ms(), ids.now_ms() + 100_000))
    for module in ("store", "rows", "shelf"):
        monkeypatch.setattr(f"runtime.chats.{module}.now_ms", lambda: next(moments))


def titles(found: tuple[object, ...]) -> list[object]:
    return [summary.title for summary in found]  # type: ignore[attr-defined]


# --- folders --------------------------------------------------------------------------------------------------------


def test_folders_are_listed_by_name_whatever_the_capitals(home: Home) -> None:
    garden, work, attic = (home.shelf.make_folder(name) for name in ("garden", "Work", "attic"))
    home.shelf.fold(work, True)
    assert home.shelf.folders() == (Folder(attic, "attic"), Folder(garden, "garden"), Folder(work, "Work", True))
    home.shelf.rename_folder(attic, "Zoo")
    home.shelf.fold(work, False)
    assert [folder.name for folder in home.shelf.folders()] == ["garden", "Work", "Zoo"]
    assert not home.shelf.folders()[1].folded


def test_a_chat_lies_in_one_folder_or_in_none(home: Home) -> None:
    chat, _ = home.chat("1", "one")
    first, second = home.shelf.make_folder("first"), home.shelf.make_folder("second")
    places = []
    for folder in (first, second, ""):
        home.shelf.put_into(chat, folder)
        places.append(home.shelf.summaries()[0].folder_id)
    assert places == [first, second, ""]


def test_a_folder_that_goes_leaves_its_chats(home: Home) -> None:
    chat, _ = home.chat("1", "one")
    binned, _ = home.chat("2", "two")
    folder = home.shelf.make_folder("garden")
    for each in (chat, binned):
        home.shelf.put_into(each, folder)
    home.shelf.move_to_bin(binned)
    home.shelf.delete_folder(folder)
    assert home.shelf.folders() == ()
    assert [(s.id, s.folder_id) for s in home.shelf.summaries()] == [(chat, "")]
    home.shelf.restore(binned)
    assert {s.folder_id for s in home.shelf.summaries()} == {""}


def test_arranging_does_not_count_as_a_change(home: Home) -> None:
    older, newer = home.store.create("older"), home.store.create("newer")
    before = home.shelf.summaries()
    home.shelf.put_into(older, home.shelf.make_folder("f"))
    home.shelf.put_into(older, "")
    for mark in (True, False):
        home.shelf.pin(older, mark)
        home.shelf.archive(older, mark)
    home.shelf.move_to_bin(older)
    home.shelf.restore(older)
    assert home.shelf.summaries() == before
    assert [s.id for s in before] == [newer, older]


# --- pins and the archive -------------------------------------------------------------------------------------------


def test_a_pinned_chat_says_so(home: Home) -> None:
    chat = home.store.create("chat")
    home.shelf.pin(chat, True)
    assert home.shelf.summaries()[0].pinned
    assert home.store.read(chat).pinned
    home.shelf.pin(chat, False)
    assert not home.shelf.summaries()[0].pinned
    assert not home.store.read(chat).pinned


def test_the_archive_hides_and_deletes_nothing(home: Home) -> None:
    chat, (question, _answer) = home.chat("needle", "hay")
    home.chat("2", "two", title="other")
    home.shelf.archive(chat, True)
    assert titles(home.shelf.summaries()) == ["other"]
    assert [s.id for s in home.shelf.archived()] == [chat]
    assert home.store.read(chat).archived
    assert home.found("needle") == [question]
    assert home.shelf.purge_bin(ids.now_ms() + LATER) == 0
    home.shelf.archive(chat, False)
    assert home.shelf.archived() == ()
    assert titles(home.shelf.summaries()) == ["other", "chat"]


def test_an_archived_chat_that_goes_on_is_back_in_the_list(home: Home) -> None:
    chat, _ = home.chat("1", "one")
    home.store.open(chat)
    home.shelf.archive(chat, True)
    assert home.store.last_opened() is None
    home.store.add_exchange(chat, "2")
    assert [s.id for s in home.shelf.summaries()] == [chat]
    assert home.store.last_opened() == chat


def test_what_is_archived_and_in_the_bin_is_in_the_bin_alone(home: Home) -> None:
    chat, _ = home.chat("1", "one")
    home.shelf.archive(chat, True)
    home.shelf.move_to_bin(chat)
    assert home.shelf.archived() == () == home.shelf.summaries()
    assert [s.id for s in home.shelf.binned()] == [chat]
    home.shelf.restore(chat)
    assert [s.id for s in home.shelf.archived()] == [chat]


# --- the bin --------------------------------------------------------------------------------------------------------


def test_the_bin_shows_when_each_chat_came_the_last_first(home: Home) -> None:
    first, second = home.store.create("first"), home.store.create("second")
    home.shelf.move_to_bin(second)
    home.shelf.move_to_bin(first)
    found = home.shelf.binned()
    assert [s.id for s in found] == [first, second]
    assert found[0].binned_at > found[1].binned_at > 0
    assert home.store.read(first).binned


def test_only_what_lies_in_the_bin_can_be_forgotten(home: Home) -> None:
    chat, (question, _answer) = home.chat("needle", "hay")
    with pytest.raises(ConversationNotFound):
        home.shelf.forget(chat)
    assert home.shown(chat) == ["needle", "hay"]
    home.shelf.move_to_bin(chat)
    home.shelf.forget(chat)
    assert home.shelf.binned() == ()
    for gone in (lambda: home.store.read(chat), lambda: home.store.message(question)):
        with pytest.raises(ConversationNotFound):
            gone()
    home.check_index()


def test_the_bin_can_be_emptied_at_once(home: Home) -> None:
    kept, (_q, answer) = home.chat("1", "one")
    binned, _ = home.chat("2", "two")
    home.shelf.move_to_bin(binned)
    home.store.delete_message(answer)
    assert home.shelf.empty_bin() == 2
    assert home.shelf.empty_bin() == 0
    assert home.shelf.binned() == ()
    assert home.shelf.deleted_messages() == ()
    assert home.shown(kept) == ["1"]


def test_what_is_not_there_cannot_be_arranged(home: Home) -> None:
    chat = home.store.create()
    for attempt in (
        lambda: home.shelf.rename_folder("x", "n"),
        lambda: home.shelf.fold("x", True),
        lambda: home.shelf.delete_folder("x"),
        lambda: home.shelf.put_into(chat, "x"),
        lambda: home.shelf.put_into("x", ""),
        lambda: home.shelf.pin("x", True),
        lambda: home.shelf.archive("x", True),
        lambda: home.shelf.forget("x"),
    ):
        with pytest.raises(ConversationNotFound):
            attempt()
    assert home.shelf.summaries()[0].folder_id == ""


# --- private chats in the list --------------------------------------------------------------------------------------


def test_private_chats_are_listed_first_and_only_there(home: Home) -> None:
    private, _ = home.chat("1", "one", title="private", private=True)
    other, _ = home.chat("1", "one", title="private too", private=True)
    kept, _ = home.chat("2", "two", title="kept")
    assert [(s.id, s.private) for s in home.shelf.summaries()] == [(other, True), (private, True), (kept, False)]
    assert home.shelf.archived() == home.shelf.binned() == ()


def test_private_chats_can_only_be_forgotten(home: Home) -> None:
    private, _ = home.chat("1", "one", private=True)
    folder = home.shelf.make_folder("f")
    for attempt in (
        lambda: home.shelf.move_to_bin(private),
        lambda: home.shelf.archive(private, True),
        lambda: home.shelf.pin(private, True),
        lambda: home.shelf.put_into(private, folder),
    ):
        with pytest.raises(ConversationNotFound):
            attempt()
    home.shelf.forget(private)
    assert home.shelf.summaries() == ()
