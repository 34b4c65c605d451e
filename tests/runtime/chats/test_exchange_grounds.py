"""What an answer over documents stands on goes with it into files, and comes back, without the documents' words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.chats.exchange.exchange import Exchange, ImportReport
from runtime.chats.exchange.grounds import NOT_HERE
from runtime.chats.messages import MessageState
from runtime.sources import Grounding, ReadingMode, Source, Verdict, VerdictKind
from tests.runtime.chats.kit import Home

TEXT = "Three months [1]. The landlord must repaint the rooms."
WORDS = "Notice must be given in writing, three months before."
SOURCES = (
    Source(1, 7, "Lease_2024*.pdf", "/home/mira/Lease.pdf", 9, "", "", "§ 12", WORDS, 40, 93, orders=True),
    Source(2, 8, "Mail.eml", "/home/mira/Mail.eml", 1, "", "Plan.pdf", "", "Nothing.", 0, 8),
)
VERDICTS = (
    Verdict(0, 17, VerdictKind.FOUND, 1, 33, 45),
    Verdict(18, len(TEXT), VerdictKind.NOT_FOUND, reason="name"),
)
GROUNDING = Grounding(ReadingMode.PASSAGES, "notice period", 2, 412, 9, SOURCES, VERDICTS, 1)


def answered(home: Home, grounding: Grounding = GROUNDING, text: str = TEXT) -> tuple[str, str]:
    """A conversation with one answer over documents; ids of both."""
    chat = home.store.create("Lease")
    _question, answer = home.store.add_exchange(chat, "How long is the notice period?", model="tiny")
    home.store.finish_message(answer, MessageState.COMPLETE, text=text)
    home.store.set_grounding(answer, grounding)
    return chat, answer


def test_sources_and_what_was_read_move_along_and_belong_to_nobody_there(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    _chat, answer = answered(home)
    path = tmp_path / "all.json"
    exchange.export_all(path)
    assert other.import_file(path) == ImportReport(1, 2, 0)
    moved = other_home.store.message(answer).grounding
    assert moved is not None
    assert [(each.number, each.name, each.page, each.part, each.orders) for each in moved.sources] == [
        (1, "Lease_2024*.pdf", 9, "", True),
        (2, "Mail.eml", 1, "Plan.pdf", False),
    ]
    assert {each.document_id for each in moved.sources} == {NOT_HERE}
    assert moved.verdicts == tuple(replace(each, quote_start=0, quote_stop=0) for each in VERDICTS)
    assert (moved.mode, moved.documents, moved.pages, moved.pages_read, moved.left_out) == (
        *(ReadingMode.PASSAGES, 2, 412, 9),
        1,
    )


def test_neither_words_nor_places_of_the_documents_are_in_the_file(
    home: Home, exchange: Exchange, tmp_path: Path
) -> None:
    chat, _answer = answered(home)
    for ending in ("json", "md"):
        path = tmp_path / f"chat.{ending}"
        exchange.export_conversation(chat, path)
        content = path.read_text()
        assert WORDS not in content
        assert "/home/mira" not in content
        assert "Lease" in content


def test_markdown_lists_the_sources_that_the_answer_names(home: Home, exchange: Exchange, tmp_path: Path) -> None:
    chat, _answer = answered(home)
    path = tmp_path / "chat.md"
    exchange.export_conversation(chat, path)
    _before, _, after = path.read_text().partition(TEXT)
    assert after.strip() == (
        "Sources:\n\n- [1] Lease\\_2024\\*.pdf, page 9\n\nRead: 9 of 412 pages.\n\n"
        "Not found in the documents:\n\n- The landlord must repaint the rooms."
    )


def test_an_answer_that_was_not_checked_stays_so_and_one_without_documents_has_none(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    _chat, answer = answered(home, replace(GROUNDING, verdicts=None))
    plain, _ids = home.chat("1", "one")
    path = tmp_path / "all.json"
    exchange.export_all(path)
    other.import_file(path)
    moved = other_home.store.message(answer).grounding
    assert moved is not None
    assert moved.verdicts is None
    assert all(message.grounding is None for message in other_home.store.read(plain).messages)


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "believed"},
        {"sources": [{"number": -1, "name": "x"}]},
        {"pages": "many"},
        {"sentences": [{"start": 0}]},
    ],
)
def test_grounds_that_make_no_sense_cost_their_conversation_alone(
    home: Home, other: Exchange, exchange: Exchange, tmp_path: Path, changes: dict[str, object]
) -> None:
    answered(home)
    answered(home)
    path = tmp_path / "all.json"
    exchange.export_all(path)
    content = json.loads(path.read_text())
    content["conversations"][0]["messages"][1]["grounds"].update(changes)
    path.write_text(json.dumps(content))
    assert other.import_file(path) == ImportReport(1, 2, 1)


def test_sentences_beyond_the_words_of_an_answer_are_left_out(
    home: Home, other_home: Home, exchange: Exchange, other: Exchange, tmp_path: Path
) -> None:
    _chat, answer = answered(home)
    path = tmp_path / "all.json"
    exchange.export_all(path)
    content = json.loads(path.read_text())
    content["conversations"][0]["messages"][1]["grounds"]["sentences"][1]["stop"] = 9_999
    path.write_text(json.dumps(content))
    other.import_file(path)
    moved = other_home.store.message(answer).grounding
    assert moved is not None
    assert moved.verdicts == (replace(VERDICTS[0], quote_start=0, quote_stop=0),)
