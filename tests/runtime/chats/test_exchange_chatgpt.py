from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import pytest

from runtime.chats.exchange.exchange import Exchange, ImportReport
from runtime.requests import Role
from tests.runtime.chats.exchange_files import (
    chatgpt,
    node,
    simple,
    written,
)
from tests.runtime.chats.kit import Home


def test_a_chatgpt_tree_becomes_one_of_ours(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    found = chatgpt(
        second=node("q", "assistant", "second", create_time=1700000020.5, metadata={"model_slug": "gpt-9"}),
        first=node("q", "assistant", "first", "q2"),
        root=node(None, "", None, "system"),
        system=node("root", "system", "", "q"),
        q=node("system", "user", "Where?", "first", "second", create_time=1700000010),
        q2=node("first", "user", "And?"),
    )
    path = written(tmp_path / "conversations.json", [{**found, "current_node": "second"}])
    assert exchange.import_file(path) == ImportReport(1, 4, 0)
    (summary,) = home.shelf.summaries()
    assert (summary.title, summary.created_at, summary.updated_at) == ("Rivers", 1700000000250, 1700000100000)
    question, second = home.store.read(summary.id).messages
    assert (question.text, question.role, question.created_at) == ("Where?", Role.USER, 1700000010000)
    assert (second.text, second.model, second.created_at) == ("second", "gpt-9", 1700000020500)
    assert second.siblings[1] == second.id
    first = second.siblings[0]
    home.store.choose_branch(first)
    assert home.shown(summary.id) == ["Where?", "first", "And?"]
    assert not home.store.wants_title(summary.id)
    assert exchange.import_file(path) == ImportReport(0, 0, 0, 1)


def test_tools_and_hidden_messages_are_passed_over(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    picture = {"content_type": "multimodal_text", "parts": [{"asset_pointer": "file"}, "What is this?", ""]}
    found = chatgpt(
        root=node(None),
        custom=node("root", "user", "about me", metadata=hidden),
        q=node("custom", "user", "", content=picture),
        thoughts=node("q", "assistant", "", content={"content_type": "thoughts", "thoughts": [{"summary": "hm"}]}),
        call=node("thoughts", "assistant", "search()", recipient="web"),
        result=node("call", "tool", "results"),
        empty=node("result", "assistant", ""),
        no_content=node("empty", "assistant", None, metadata=None),
        a=node("no_content", "assistant", "A cat.", recipient="all"),
        last=node("a", "tool", "late"),
    )
    exchange.import_file(written(tmp_path / "c.json", [{**found, "current_node": "last"}]))
    assert home.shown(home.shelf.summaries()[0].id) == ["What is this?", "A cat."]


def test_a_chatgpt_chat_without_a_current_node_is_shown_to_its_end(
    home: Home, exchange: Exchange, tmp_path: Path
) -> None:
    found = {**simple(), "title": None, "create_time": None, "update_time": None, "is_archived": True}
    exchange.import_file(written(tmp_path / "c.json", [found]))
    (summary,) = home.shelf.archived()
    assert (home.shown(summary.id), summary.title) == (["Why?", "So."], "")


@pytest.mark.parametrize(
    "names",
    [["conversations.json"], ["export/conversations.json"], ["conversations-000.json", "conversations-001.json"]],
)
def test_the_zip_that_chatgpt_sends_can_be_taken_as_it_is(
    home: Home, exchange: Exchange, tmp_path: Path, names: list[str]
) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("chat.html", "<html>" * 1000)
        archive.writestr("shared_conversations.json", "[broken")
        for number, name in enumerate(names):
            archive.writestr(name, json.dumps([simple(str(number))]))
    assert exchange.import_file(path) == ImportReport(len(names), 2 * len(names), 0)
    assert len(home.shelf.summaries()) == len(names)


def test_a_broken_chat_costs_only_itself(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    circle = chatgpt(q=node("a", "user", "x"), a=node("q", "assistant", "y"))
    half_circle = chatgpt(
        root=node(None), z=node("root", "user", "x"), q=node("a", "user", "x"), a=node("q", "user", "y")
    )
    own_parent = chatgpt(root=node(None), z=node("root", "user", "x"), q=node("q", "user", "x"))
    broken: list[object] = [
        None, 1, "x", [], {}, {"mapping": []}, {"mapping": {}}, {"mapping": {"a": 1}}, chatgpt(root=node(None)),
        {**simple(), "create_time": "today"}, chatgpt(q={"message": {"author": {}}}), circle, half_circle, own_parent,
        chatgpt(q=node(None, "user", "x" * 10_000_001)),
    ]  # fmt: skip
    report = exchange.import_file(written(tmp_path / "c.json", [*broken, simple("good"), *broken]))
    assert report == ImportReport(1, 2, 2 * len(broken))
    assert len(home.shelf.summaries()) == 1
    with home.database.read() as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (2,)


def test_odd_values_do_not_cost_a_chat(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    odd = {
        **simple(),
        "title": "half \ud83d a character",
        "create_time": 1e300,
        "update_time": -5,
        "current_node": "nowhere",
        "mapping": {
            "q": node("missing", "user", "lost \ude00 \x00 end", create_time=1e-9),
            "a": node(
                "q", "assistant", "", "nowhere", content={"content_type": "text", "parts": ["one", None, 5, "two"]}
            ),
        },
    }
    path = tmp_path / "c.json"
    text = json.dumps([odd]).replace("1e+300", "1e999").replace("-5", "9" * 5_000)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\n\n")
    assert exchange.import_file(path) == ImportReport(1, 2, 0)
    (summary,) = home.shelf.summaries()
    assert summary.title == "half \ufffd a character"
    assert home.shown(summary.id) == ["lost \ufffd \x00 end", "one\n\ntwo"]


def test_a_chat_of_any_length_comes_in(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    mapping = {"n0": node(None)}
    for number in range(1, 5_001):
        mapping[f"n{number}"] = node(f"n{number - 1}", "user" if number % 2 else "assistant", f"text {number}")
    shuffled = list(mapping.items())
    random.Random(1).shuffle(shuffled)
    assert exchange.import_file(written(tmp_path / "c.json", [chatgpt(**dict(shuffled))])).messages == 5_000
    shown = home.shown(home.shelf.summaries()[0].id)
    assert shown == [f"text {number}" for number in range(1, 5_001)]
