"""Answers over documents in the whole window: real conversations, made-up documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.chat.answers.answer_ground import AnswerGround
from app.chat.answers.shown import AnswerWay, OpenSource
from app.chat.composer.scope_shown import ScopeEntry, ScopeKind
from app.documents.shown import Act
from app.presenters.source_pages import CHANGED, GONE, hit_of, placed_hit
from app.theme.theme import Theme
from runtime.api import (
    AnswerChecked,
    AnswerDelta,
    AnswerFinished,
    AnswerGrounded,
    AnswerStarted,
    Conversing,
    DocumentScope,
    FinishReason,
    MessageState,
    ReadingAll,
)
from tests import made_up_answers as made
from tests.answers_scene import AnswersScene
from tests.made_up_documents import page_words

LEASE = DocumentScope(documents=(1,))


@pytest.fixture
def scene(theme: Theme, tmp_path: Path) -> Iterator[AnswersScene]:
    shown = AnswersScene(tmp_path / "home", theme, lambda seconds: QTest.qWait(max(1, round(1000 * seconds))))
    shown.hearth.window.resize(1300, 800)
    shown.open()
    yield shown
    shown.close()


def line(scene: AnswersScene, answer: str) -> str:
    grounds = scene.view(answer).findChildren(AnswerGround)
    return grounds[0].line.words.text() if grounds and grounds[0].line is not None else ""


def stored_scope(scene: AnswersScene) -> DocumentScope:
    return scene.runtime.conversations.read(scene.hearth.chat.current_id).scope


# --- from the first word to the check ---------------------------------------------------------------------------------


def test_an_answer_is_grounded_then_written_then_checked(scene: AnswersScene) -> None:
    chat, answer = scene.conversation(made.QUESTION)
    scene.tell(ReadingAll(answer, 10, 412, 300.0))
    backing = scene.view(answer).item.backing
    assert backing is not None
    assert backing.reading is not None
    scene.tell(AnswerGrounded(answer, made.grounding()))
    assert line(scene, answer) == "Read 6 of 412 pages"
    scene.tell(AnswerDelta(answer, made.ANSWER))
    scene.until(lambda: "hearth-source:1" in scene.view(answer).text_view.document().toHtml())
    store = scene.runtime.conversations
    store.set_grounding(answer, made.grounding())
    store.finish_message(answer, MessageState.COMPLETE, text=made.ANSWER)
    scene.tell(AnswerFinished(answer, FinishReason.COMPLETE))
    scene.until(lambda: line(scene, answer).endswith("Checking each sentence…"))
    store.set_grounding(answer, made.checked())
    scene.tell(AnswerChecked(answer, made.checked()))
    scene.until(lambda: line(scene, answer).endswith("4 sentences found, 2 not in your documents"))
    scene.show(chat)  # as it is stored
    assert line(scene, answer).endswith("4 sentences found, 2 not in your documents")


def test_the_check_of_an_answer_that_is_not_open_changes_nothing_here(scene: AnswersScene) -> None:
    answer = scene.answered(grounding=made.grounding())
    scene.tell(AnswerChecked("another", made.checked()))
    assert line(scene, answer).endswith("its sentences were not checked")


# --- the page beside --------------------------------------------------------------------------------------------------


def test_a_source_opens_beside_and_escape_brings_the_keyboard_back(scene: AnswersScene, qtbot: QtBot) -> None:
    answer = scene.answered()
    chip = scene.view(answer).findChildren(AnswerGround)[0].chips.chips[0]
    chip.setFocus()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    scene.until(lambda: scene.looking() and scene.viewer.canvas.boxes_shown())
    assert scene.viewer.isVisible()
    assert scene.page.composer.isVisible()
    assert scene.viewer.shown is not None
    assert (scene.viewer.shown.title, scene.viewer.shown.number) == (made.LEASE, 9)
    text = page_words()
    words = [text[first:last] for first, last in scene.viewer.shown.words]
    assert words == ["Notice must be given\nin writing, three months before"]
    assert text[scene.viewer.shown.start : scene.viewer.shown.stop] == made.lease_sources()[0].text
    assert scene.viewer.canvas.hasFocus()
    QTest.keyClick(scene.viewer.canvas, Qt.Key.Key_Escape)
    assert not scene.viewer.isVisible()
    assert QApplication.focusWidget() is chip


def test_the_arrows_go_through_the_sources(scene: AnswersScene, qtbot: QtBot) -> None:
    answer = scene.answered()
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    scene.until(scene.looking)
    qtbot.mouseClick(scene.viewer.up, Qt.MouseButton.LeftButton)
    scene.until(lambda: scene.viewer.shown is not None and scene.viewer.shown.title == "Heat pump manual.pdf")
    qtbot.mouseClick(scene.viewer.down, Qt.MouseButton.LeftButton)
    scene.until(lambda: scene.viewer.shown is not None and scene.viewer.shown.title == made.LEASE)


def test_a_passage_with_orders_says_so_and_one_that_changed_too(scene: AnswersScene) -> None:
    answer = scene.answered()
    scene.transcript.answer_act.emit(answer, OpenSource(5))
    scene.until(scene.looking)
    assert scene.viewer.shown is not None
    assert "This passage contains instructions to an AI. Hearth treats them as text only." in scene.viewer.shown.note
    assert CHANGED in scene.viewer.shown.note
    assert not scene.viewer.canvas.boxes_shown()


def test_of_a_document_that_is_forgotten_this_moment_nothing_is_shown(scene: AnswersScene) -> None:
    answer = scene.answered()
    scene.documents.views.pop(1)
    scene.transcript.answer_act.emit(answer, OpenSource(2))
    scene.until(lambda: scene.viewer.shown is not None and scene.viewer.shown.note == GONE)
    assert scene.viewer.words.toPlainText() == ""


def test_where_there_is_little_room_the_page_takes_the_place_and_its_width_is_kept(scene: AnswersScene) -> None:
    answer = scene.answered()
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    scene.until(scene.looking)
    beside = scene.page.beside
    beside.moveSplitter(520, 1)
    kept = beside.share
    assert kept > 0.4
    beside.close_side()
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    scene.until(scene.looking)
    sizes = beside.sizes()
    assert sizes[1] / sum(sizes) == pytest.approx(kept, abs=0.02)
    scene.hearth.window.resize(700, 600)
    scene.until(lambda: not scene.page.composer.isVisible())
    assert scene.viewer.isVisible()
    beside.close_side()
    assert scene.page.composer.isVisible()


def test_another_conversation_closes_the_page(scene: AnswersScene) -> None:
    answer = scene.answered()
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    scene.until(scene.looking)
    scene.hearth.chat_view.new_chat()
    assert not scene.viewer.isVisible()


def test_a_passage_is_found_again_where_it_moved_to() -> None:
    source = made.lease_sources()[0]
    hit = hit_of(source, (0, 20))
    assert hit is not None
    assert placed_hit(hit, page_words()) == hit
    moved = placed_hit(hit, f"A new first line.\n{page_words()}")
    assert moved is not None
    assert moved.start == hit.start + len("A new first line.\n")
    assert placed_hit(hit, "Something else.") is None
    table = replace(source, text=f"What | Per month\n{source.text}")
    headed = hit_of(table, (0, 60))
    assert headed is not None
    assert headed.highlights == ((len("What | Per month\n"), 60),)
    whole_of_it = hit_of(table, (0, len(table.text)))
    assert whole_of_it is not None
    assert whole_of_it.highlights == ()  # the passage itself is marked
    assert placed_hit(headed, page_words()) == headed
    page = "word " * 1000
    whole = replace(source, text=page, start=0, stop=len(page))
    assert hit_of(whole) is None
    part = hit_of(whole, (10, 30))
    assert part is not None
    assert (part.start, part.stop, part.text) == (10, 30, page[10:30])


# --- what answers come from -------------------------------------------------------------------------------------------


def test_the_scope_is_kept_with_each_conversation(scene: AnswersScene) -> None:
    scene.answered(scope=DocumentScope(collection=2))
    assert scene.composer.scope.open_button.text() == "Answers from: Family papers (30)"
    first = scene.hearth.chat.current_id
    scene.composer.scope.chosen.emit(ScopeEntry(ScopeKind.EVERYTHING, 0, ""), False)
    scene.until(lambda: stored_scope(scene).everything)
    # The words that stand before the name come back once there is room for them.
    scene.until(lambda: scene.composer.scope.open_button.text() == "Answers from: all my documents · 2 being read")
    scene.hearth.chat_view.new_chat()
    assert scene.composer.scope.open_button.text() == "Answer from my documents"
    scene.show(first)
    # The words that stand before the name come back once there is room for them.
    scene.until(lambda: scene.composer.scope.open_button.text() == "Answers from: all my documents · 2 being read")


def test_dropped_documents_come_to_what_is_chosen(scene: AnswersScene) -> None:
    scene.answered(scope=LEASE)
    scene.hearth.answers_view.scope_to((13, 1))
    assert scene.composer.scope.open_button.text() == "Answers from: 2 documents"
    assert scene.composer.scope.open_button.toolTip() == f"{made.LEASE}\n{made.INSURANCE}"
    scene.until(lambda: stored_scope(scene).documents == (1, 13))
    scene.composer.scope.chosen.emit(ScopeEntry(ScopeKind.DOCUMENT, 13, ""), True)
    assert scene.hearth.answers.scope == LEASE
    scene.until(lambda: scene.composer.scope.open_button.text() == f"Answers from: {made.LEASE}")


def test_the_menu_knows_collections_and_the_newest_documents_and_finds_all(scene: AnswersScene) -> None:
    scene.answered(scope=LEASE)
    scene.composer.scope.open_menu()
    names = scene.composer.scope.menu.list
    rows = [names.item(row).text().partition(" ·")[0] for row in range(names.count())]
    assert rows[:4] == ["No documents", "All my documents", "Family papers", made.LEASE]
    assert len(rows) == 9
    scene.composer.scope.menu.field.setText("tax 2023")
    assert names.count() == 1
    scene.composer.scope.menu.hide()


def test_a_document_or_a_collection_is_asked_about_from_the_documents_page(scene: AnswersScene) -> None:
    window, view = scene.hearth.window, scene.hearth.documents_view
    window.show_documents()
    known = view.page.lists.known.list
    scene.until(lambda: view.page.lists.loaded)
    row = known.lines.document(known.lines.index_of(1))
    assert row is not None
    assert Act.ASK in row.acts
    known.act_requested.emit(Act.ASK, row)
    assert scene.page.isVisible()
    assert scene.hearth.answers.scope == LEASE
    assert scene.composer.field.hasFocus()
    known.ask_requested.emit((), 2)
    assert scene.hearth.answers.scope == DocumentScope(collection=2)


def test_the_first_question_of_a_conversation_takes_its_scope_along(
    scene: AnswersScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[DocumentScope, bool]] = []

    def ask(_self: Conversing, chat: str, text: str, _files: object = (), *, read_all: bool = False) -> str:
        seen.append((scene.runtime.conversations.read(chat).scope, read_all))
        question, answer = scene.runtime.conversations.add_exchange(chat, text, model="tiny")
        scene.hearth.bridge.deliver(AnswerStarted(answer, chat, question))
        return answer

    monkeypatch.setattr(Conversing, "ask", ask)
    scene.hearth.answers_view.ask_about(LEASE)
    problems: list[object] = []
    scene.hearth.chat.not_asked.connect(lambda _text, problem: problems.append(problem))
    scene.hearth.chat.ask("Summarise it.", guide=False, scope=scene.hearth.answers.scope, read_all=True)
    scene.until(lambda: scene.hearth.chat.current_id or problems)
    assert problems == []
    assert seen == [(LEASE, True)]
    assert stored_scope(scene) == LEASE
    assert scene.hearth.answers.scope == LEASE


def test_where_nothing_was_found_other_documents_can_be_chosen(scene: AnswersScene) -> None:
    answer = scene.answered()
    scene.transcript.answer_act.emit(answer, AnswerWay.CHOOSE_DOCUMENTS)
    assert scene.composer.scope.menu.isVisible()
    scene.composer.scope.menu.hide()
    scene.transcript.answer_act.emit(answer, AnswerWay.ASK_WITHOUT)
    scene.until(lambda: not stored_scope(scene).wanted)
    assert scene.hearth.answers.scope == DocumentScope()


# --- reading all of it ------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(scene: AnswersScene, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What goes to the engine, with whether everything is read; a model could answer."""
    sent: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        scene.hearth.chat, "ask", lambda text, _files, *, guide, scope, read_all: sent.append((text, read_all))
    )
    monkeypatch.setattr(type(scene.hearth.chat_view), "guide_answers", False)
    return sent


def test_before_a_summary_it_is_asked_whether_to_read_everything(
    scene: AnswersScene, asked: list[tuple[str, bool]], qtbot: QtBot
) -> None:
    scene.answered(scope=DocumentScope(collection=2))
    offer, question = scene.composer.read_all, "Summarise all my papers."
    scene.composer.set_text(question)
    scene.hearth.chat_view.send(question)
    scene.until(lambda: offer.shown is not None)
    assert offer.shown is not None
    assert offer.shown.sentence == "Read all 412 pages first? About 6 minutes"
    assert asked == []
    qtbot.mouseClick(offer.all_button, Qt.MouseButton.LeftButton)
    assert asked == [(question, True)]
    assert scene.composer.text() == ""


def test_sent_twice_the_best_passages_will_do_and_other_words_take_the_offer_away(
    scene: AnswersScene, asked: list[tuple[str, bool]]
) -> None:
    scene.answered(scope=DocumentScope(collection=2))
    offer, question = scene.composer.read_all, "List all deadlines"
    scene.composer.set_text(question)
    scene.hearth.chat_view.send(question)
    scene.until(lambda: offer.shown is not None)
    scene.composer.set_text(f"{question} of 2024")
    assert offer.shown is None
    scene.composer.set_text(question)
    scene.hearth.chat_view.send(question)
    scene.until(lambda: offer.shown is not None)
    scene.hearth.chat_view.send(question)
    assert asked == [(question, False)]
    assert offer.shown is None


def test_few_pages_one_thing_or_no_documents_are_not_worth_a_question(
    scene: AnswersScene, asked: list[tuple[str, bool]]
) -> None:
    scene.answered(scope=LEASE)
    scene.documents.pages = 12
    scene.composer.set_text("Summarise it.")
    scene.hearth.chat_view.send("Summarise it.")
    scene.until(lambda: asked == [("Summarise it.", False)])
    scene.hearth.chat_view.send("What is the notice period?")
    scene.hearth.answers.choose(DocumentScope())
    scene.hearth.chat_view.send("Summarise the French revolution.")
    assert len(asked) == 3
    assert scene.composer.read_all.shown is None
