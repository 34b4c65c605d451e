from __future__ import annotations

import json
import os
import stat
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.chats.attachments import Attachment
from runtime.chats.exchange.exchange import Exchange, ImportReport, export_json
from runtime.chats.exchange.format import exported
from runtime.chats.messages import MessageState
from runtime.errors import ConversationNotFound, HomeNotWritable
from runtime.requests import Role
from tests.runtime.chats.exchange_files import (
    everything_at_once,
    own_file,
    tree,
)
from tests.runtime.chats.kit import Home

NOTHING = ImportReport(0, 0, 0)


# --- Hearth's own file ----------------------------------------------------------------------------------------------


def test_a_home_can_move_to_another_computer(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    everything_at_once(home)
    home.chat("1", "one")
    home.store.create()
    path = tmp_path / "all.json"
    assert exchange.export_all(path) == 3
    assert other.import_file(path) == ImportReport(3, 9, 0)
    assert tree(other_home) == tree(home)
    other_home.check_index()
    assert len(other_home.found("branch")) == 1
    # And what comes out of there is the same file again.
    again = tmp_path / "again.json"
    other.export_all(again)
    first, second = (json.loads(file.read_text()) for file in (path, again))
    assert first["conversations"] == second["conversations"]


def test_the_file_is_as_it_is_documented(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    chat = everything_at_once(home)
    path = tmp_path / "all.json"
    exchange.export_all(path)
    content = json.loads(path.read_text())
    assert list(content) == ["format", "version", "exported_at", "conversations"]
    assert (content["format"], content["version"]) == ("hearth-conversations", 1)
    (conversation,) = content["conversations"]
    assert (conversation["id"], conversation["folder"], conversation["draft"]) == (chat, "Garden", "half a th")
    first = conversation["messages"][1]
    assert (first["thinking"], first["rating"], first["state"]) == ("hm", -1, "complete")
    assert first["statistics"]["thinking_s"] == 2.0
    assert conversation["messages"][0]["attachments"] == [{"name": "a.txt", "text": "file\n"}]
    assert conversation["active_leaf"] == conversation["messages"][3]["id"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_file_twice_adds_nothing_twice(
    home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    everything_at_once(home)
    path = tmp_path / "all.json"
    exchange.export_all(path)
    before = tree(home)
    assert exchange.import_file(path) == ImportReport(0, 0, 0, 1)
    assert tree(home) == before
    assert other.import_file(path).conversations == 1
    assert other.import_file(path) == ImportReport(0, 0, 0, 1)


def test_an_older_file_does_not_undo_what_was_done_since(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    chat, (_q, answer) = home.chat("1", "one", title="old")
    path = tmp_path / "old.json"
    exchange.export_all(path)
    home.store.rename(chat, "new")
    home.say(chat, "2", "two")
    home.store.delete_message(answer)
    before = tree(home)
    assert exchange.import_file(path) == ImportReport(0, 0, 0, 1)
    assert tree(home) == before


def test_a_chat_that_went_on_elsewhere_gets_what_it_lacks(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    chat, _ = home.chat("1", "one")
    path = tmp_path / "file.json"
    exchange.export_all(path)
    other.import_file(path)
    question, _answer = other_home.say(chat, "2", "two")
    home.say(chat, "here", "too")
    other.export_all(path)
    assert exchange.import_file(path) == ImportReport(0, 2, 0)
    assert home.shown(chat) == ["1", "one", "here", "too"]
    home.store.choose_branch(question)
    assert home.shown(chat) == ["1", "one", "2", "two"]


def test_deleted_messages_stay_behind_and_what_followed_them_comes_along(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    chat, (_q1, a1, q2, _a2, _q3, a3) = home.chat("1", "one", "zebra", "stripes", "3", "three")
    home.store.delete_message(q2)
    version = home.store.add_message(chat, Role.ASSISTANT, "zebra version", parent_id=home.store.message(a3).parent_id)
    home.store.delete_message(version)
    path = tmp_path / "file.json"
    exchange.export_all(path)
    assert "zebra" not in path.read_text()
    assert "stripes" not in path.read_text()
    other.import_file(path)
    assert other_home.shown(chat) == ["1", "one", "3", "three"]
    assert other_home.store.read(chat).messages[2].parent_id == a1


def test_where_the_shown_end_was_deleted_the_one_above_is_shown(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    chat, (*_said, q2, _a2) = home.chat("1", "one", "2", "two")
    home.store.delete_message(q2)
    path = tmp_path / "file.json"
    exchange.export_all(path)
    other.import_file(path)
    assert other_home.shown(chat) == ["1", "one"]


def test_the_bin_stays_behind_unless_it_is_asked_for(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    chat, _ = home.chat("1", "one")
    home.shelf.move_to_bin(chat)
    with home.database.write() as connection:
        connection.execute("UPDATE conversations SET binned_at = 1000")
    path = tmp_path / "file.json"
    assert exchange.export_all(path) == 0
    assert other.import_file(path) == NOTHING
    assert exchange.export_all(path, with_bin=True) == 1
    other.import_file(path)
    assert [summary.id for summary in other_home.shelf.binned()] == [chat]
    # Its days there begin anew.
    assert other_home.shelf.purge_bin() == 0


def test_an_answer_in_the_middle_leaves_as_an_interrupted_one(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    chat = home.store.create()
    _question, answer = home.store.add_exchange(chat, "why")
    home.store.append_text(answer, "half")
    path = tmp_path / "file.json"
    exchange.export_all(path)
    other.import_file(path)
    assert other_home.store.message(answer).state is MessageState.INTERRUPTED
    assert home.store.message(answer).state is MessageState.STREAMING


def test_private_chats_leave_only_when_named(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    chat, _ = home.chat("secret", "whisper", title="private", private=True)
    path = tmp_path / "file.json"
    assert exchange.export_all(path) == 0
    assert "secret" not in path.read_text()
    exchange.export_conversation(chat, path)
    assert other.import_file(path) == ImportReport(1, 2, 0)
    (summary,) = other_home.shelf.summaries()
    assert (summary.title, summary.private) == ("private", False)
    assert other_home.shown(summary.id) == ["secret", "whisper"]


def test_some_chats_can_be_chosen(home: Home, other: Exchange, tmp_path: Path) -> None:
    chosen = [home.chat("1", "one")[0] for _ in range(3)][:2]
    path = tmp_path / "file.json"
    assert export_json(home.places, path, chosen) == 2
    assert other.import_file(path).conversations == 2


def test_one_folder_of_a_name_is_enough(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    folder = home.shelf.make_folder("Garden")
    for _ in range(2):
        home.shelf.put_into(home.chat("1", "one")[0], folder)
    path = tmp_path / "file.json"
    exchange.export_all(path)
    here = other_home.shelf.make_folder("Garden")
    other.import_file(path)
    assert [f.id for f in other_home.shelf.folders()] == [here]
    assert {s.folder_id for s in other_home.shelf.summaries()} == {here}


def test_a_file_is_written_whole_or_not_at_all(
    home: Home, exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, _ = home.chat("1", "one")
    home.chat("2", "two")
    folder = tmp_path / "there"
    folder.mkdir()
    path = folder / "file.json"
    path.write_text("the old file")
    left = iter([True])

    def breaks(*arguments: Any) -> Any:
        if not next(left, False):
            raise OSError("the disk is gone")
        return exported(*arguments)

    with monkeypatch.context() as broken:
        broken.setattr("runtime.chats.exchange.exchange.exported", breaks)
        with pytest.raises(HomeNotWritable):
            exchange.export_all(path)
    assert path.read_text() == "the old file"
    assert os.listdir(folder) == ["file.json"]
    for ending in ("json", "md"):
        with pytest.raises(ConversationNotFound):
            exchange.export_conversation("nothing", folder / f"new.{ending}")
        with pytest.raises(HomeNotWritable):
            exchange.export_conversation(chat, folder / "missing" / f"new.{ending}")
    assert os.listdir(folder) == ["file.json"]


def test_a_large_home_leaves_without_filling_the_memory(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    for _ in range(30):
        home.chat("question", "answer " * 70_000)
    tracemalloc.start()
    try:
        exchange.export_all(tmp_path / "file.json")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    size = (tmp_path / "file.json").stat().st_size
    assert size > 14_000_000
    assert most < size / 5


def test_a_broken_chat_of_ours_costs_only_itself(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    def message(own_id: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
        return {"id": own_id, "parent": parent, "role": "user", "text": own_id, **more}

    def chat(name: str, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"id": name, "messages": list(messages), **more}

    broken: list[object] = [
        1, {}, {"id": 5}, chat("x", message("m"), message("m")), chat("x", message("a", "b"), message("b", "a")),
        chat("x", message("a", "a")), chat("x", message("m", role="nobody")), chat("x", message("m", state="odd")),
        chat("x", message("m", rating=7)), chat("x", message("m", created_at=2**70)), chat("x", created_at=-1),
        chat("x", message("m", statistics=[])), chat("x", message("m", attachments=[{"name": "n"}])),
    ]  # fmt: skip
    good = chat("../../good", message("child", "late", later="field"), message("late"), active_leaf="nowhere", more=[])
    path = tmp_path / "c.json"
    path.write_bytes(own_file(*broken, good, later={"field": [1]}))
    assert exchange.import_file(path) == ImportReport(1, 2, len(broken))
    (summary,) = home.shelf.summaries()
    assert home.shown(summary.id) == ["late", "child"]
    assert exchange.import_file(path) == ImportReport(0, 0, len(broken), 1)


def test_ids_that_others_have_here_do_no_harm(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    chat, (question, answer) = home.chat("mine", "too")
    private, (secret, _a) = home.chat("secret", "whisper", private=True)
    taken = {"id": question, "role": "user", "text": "yours"}
    below = {"id": answer, "role": "assistant", "text": "also", "parent": question}
    hidden = {"id": secret, "role": "user", "text": "hidden"}
    path = tmp_path / "c.json"
    path.write_bytes(
        own_file(
            {"id": "11111111-1111-7111-8111-111111111111", "messages": [taken, below]},
            {"id": private, "messages": [hidden]},
        )
    )
    assert exchange.import_file(path) == ImportReport(2, 3, 0)
    assert exchange.import_file(path) == ImportReport(0, 0, 0, 2)
    assert home.shown(chat) == ["mine", "too"]
    assert home.shown("11111111-1111-7111-8111-111111111111") == ["yours", "also"]
    assert home.shown(private) == ["secret", "whisper"]
    with home.database.read() as connection:
        assert connection.execute("SELECT 1 FROM messages WHERE id LIKE 'private%'").fetchone() is None


def test_what_a_chat_was_is_what_its_file_says(home: Home, tmp_path: Path) -> None:
    """Reading the tables straight and by way of the file gives the same."""
    chat = everything_at_once(home)
    with home.database.read() as connection:
        conversation = exported(connection, chat)
    shown = [
        message for message in conversation.messages if message.id in {m.id for m in home.store.read(chat).messages}
    ]
    for ours, theirs in zip(home.store.read(chat).messages, shown, strict=True):
        for field in (
            "id",
            "role",
            "text",
            "thinking",
            "state",
            "model",
            "created_at",
            "problem",
            "statistics",
            "rating",
        ):
            assert getattr(ours, field) == getattr(theirs, field)
        assert ours == replace(ours, parent_id=theirs.parent, attachments=theirs.attachments)


# --- Markdown -------------------------------------------------------------------------------------------------------


def test_a_chat_reads_well_as_markdown(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    chat = home.store.create("Why\nthe sky")
    question, answer = home.store.add_exchange(
        chat, "Why?", attachments=(Attachment("a.txt", "x"), Attachment("b.md", "y"))
    )
    home.store.append_text(answer, "# Because\n\nof *light*.\n", "hidden thoughts")
    home.store.finish_message(answer, MessageState.COMPLETE)
    home.store.add_exchange(chat, "And?", parent_id=answer)
    home.store.add_message(chat, Role.ASSISTANT, "not shown", parent_id=question)
    home.store.choose_branch(answer)
    with home.database.write() as connection:
        connection.execute("UPDATE conversations SET created_at = 1700000000000")
    path = tmp_path / "chat.md"
    exchange.export_conversation(chat, path)
    lines = path.read_text("utf-8").split("\n")
    assert lines[:3] == ["# Why the sky", "", lines[2]]
    assert lines[2].endswith(" November 2023")
    assert lines[3:] == [
        "", "## You", "", "Attached: a.txt, b.md", "", "Why?",
        "", "## Answer", "", "# Because", "", "of *light*.",
        "", "## You", "", "And?",
        "", "## Answer", "", "*(nothing was written)*", "",
    ]  # fmt: skip


def test_a_chat_without_title_or_words_is_still_a_file(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    exchange.export_conversation(home.store.create(), tmp_path / "chat.MD")
    assert (tmp_path / "chat.MD").read_text().startswith("# Chat\n\n")
