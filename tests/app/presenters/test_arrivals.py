"""What is let go on a conversation: it is answered from it, waits for it, and says what can't be read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.chat.answers.shown import OpenSource
from app.chat.answers.source_chips import SourceChips
from app.documents.shown import Act, DocumentRow
from app.presenters.backing import backing_of
from app.sentences.answers import FORGOTTEN, NONE_READ, NOTHING
from app.theme.theme import Theme
from runtime.api import DocumentScope, DocumentViewState, ReadingMode
from tests import made_up_answers as made
from tests.answers_scene import AnsweredDocuments, AnswersScene

State = DocumentViewState
PUMP, TAX = 2, 4  # being read; needs a password


@pytest.fixture
def scene(theme: Theme, tmp_path: Path) -> Iterator[AnswersScene]:
    shown = AnswersScene(tmp_path / "home", theme, lambda seconds: QTest.qWait(max(1, round(1000 * seconds))))
    shown.hearth.window.resize(1300, 800)
    shown.open()
    yield shown
    shown.close()


@pytest.fixture
def asked(scene: AnswersScene, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the engine."""
    sent: list[str] = []
    monkeypatch.setattr(scene.hearth.chat, "ask", lambda text, _files, *, guide, scope, read_all: sent.append(text))
    return sent


def press(key: Qt.Key) -> None:
    """Where the keyboard is."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


def chip(scene: AnswersScene) -> str:
    return scene.composer.scope.open_button.text()


def named(scene: AnswersScene, *ids: int) -> list[str]:
    return [scene.hearth.documents.views[each].name for each in ids]


# --- drops ------------------------------------------------------------------------------------------------------------


def test_files_let_go_are_at_once_what_a_new_conversation_is_answered_from(scene: AnswersScene, tmp_path: Path) -> None:
    for name in ("Will.pdf", "Table.csv"):
        (tmp_path / name).write_bytes(b"a,b\n1,2\n" if name.endswith("csv") else b"%PDF-1.4")
    scene.composer.take_files([str(tmp_path / "Will.pdf")])
    scene.until(lambda: chip(scene) == "Answers from: Will.pdf · being read")
    scene.composer.take_files([str(tmp_path / "Table.csv")])
    scene.until(lambda: chip(scene) == "Answers from: 2 documents · 2 being read")
    assert named(scene, *scene.hearth.answers.scope.documents) == ["Will.pdf", "Table.csv"]
    first = scene.answered(scope=DocumentScope())
    assert chip(scene) == "Answer from my documents"
    scene.hearth.chat_view.new_chat()  # as what was typed there, it is still there
    assert chip(scene) == "Answers from: 2 documents · 2 being read"
    assert scene.transcript.item(first) is None


def test_files_that_become_known_after_another_conversation_was_opened_belong_to_theirs(scene: AnswersScene) -> None:
    scene.answered(scope=DocumentScope())
    dropped_on = scene.hearth.chat.current_id
    known = scene.hearth.answers_view.expect(dropped_on)
    scene.answered(scope=DocumentScope(collection=2))
    known(DocumentScope(documents=(1,)))
    scene.until(lambda: scene.runtime.conversations.read(dropped_on).scope == DocumentScope(documents=(1,)))
    assert scene.hearth.answers.scope == DocumentScope(collection=2)


def test_a_second_folder_comes_document_by_document_and_what_was_taken_out_stays_out(scene: AnswersScene) -> None:
    scene.answered(scope=DocumentScope(collection=2))
    known = scene.hearth.answers_view.expect(scene.hearth.chat.current_id)
    known(DocumentScope())
    scene.documents.put(replace(scene.documents.views[1], collections=(7,)))
    known(DocumentScope(collection=7))
    scene.hearth.documents.refresh()
    scene.until(lambda: scene.hearth.answers.scope == DocumentScope(2, (1,)))
    scene.hearth.answers.toggle(1)
    scene.documents.put(replace(scene.documents.views[13], collections=(7,)))
    scene.hearth.documents.refresh()
    scene.until(lambda: scene.hearth.answers.scope == DocumentScope(2, (13,)))


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_a_question_waits_until_its_document_is_read(scene: AnswersScene, asked: list[str]) -> None:
    scene.hearth.answers_view.scope_to((PUMP,))
    scene.composer.set_text("Which filter?")
    scene.hearth.chat_view.send("Which filter?")
    waiting = scene.composer.waiting
    assert waiting.sentence == "“Heat pump manual.pdf” is still being read. Your question is asked as soon as it is."
    assert asked == []
    scene.documents.put(replace(scene.documents.views[PUMP], state=State.LEARNING, pages_read=412))
    scene.until(lambda: asked == ["Which filter?"])
    assert waiting.sentence == ""
    assert scene.composer.text() == ""


def test_nobody_has_to_wait_and_other_words_are_not_sent(scene: AnswersScene, asked: list[str], qtbot: QtBot) -> None:
    scene.hearth.answers_view.scope_to((PUMP,))
    scene.composer.set_text("Which filter?")
    scene.hearth.chat_view.send("Which filter?")
    scene.composer.set_text("Which filter, and")
    assert scene.composer.waiting.sentence == ""
    scene.documents.put(replace(scene.documents.views[PUMP], pages_read=50))
    scene.until(lambda: scene.hearth.documents.views[PUMP].pages_read == 50)
    assert asked == []
    scene.composer.set_text("Which filter?")
    scene.hearth.chat_view.send("Which filter?")
    qtbot.mouseClick(scene.composer.waiting.now_button, Qt.MouseButton.LeftButton)
    assert asked == ["Which filter?"]
    scene.composer.set_text("And how old?")
    for _twice in range(2):
        scene.hearth.chat_view.send("And how old?")
    assert asked[1:] == ["And how old?"]


def test_while_everything_is_paused_and_for_a_part_of_many_nothing_waits(scene: AnswersScene, asked: list[str]) -> None:
    scene.hearth.answers.choose(DocumentScope(everything=True))
    scene.composer.set_text("Which filter?")
    scene.hearth.chat_view.send("Which filter?")
    assert asked == ["Which filter?"]
    scene.documents.paused = True
    scene.hearth.documents.refresh()
    scene.until(lambda: scene.hearth.documents.status is not None and scene.hearth.documents.status.paused)
    scene.hearth.answers.choose(DocumentScope(documents=(PUMP,)))
    scene.composer.set_text("How old?")
    scene.hearth.chat_view.send("How old?")
    assert asked == ["Which filter?", "How old?"]


def test_what_can_not_be_read_says_so_with_its_way_out(scene: AnswersScene, qtbot: QtBot) -> None:
    acts: list[tuple[Act, DocumentRow]] = []
    scene.hearth.answers_view.act_wanted.disconnect()
    scene.hearth.answers_view.act_wanted.connect(lambda act, row: acts.append((act, row)))
    scene.hearth.answers_view.scope_to((1, TAX))
    trouble = scene.composer.trouble
    assert trouble.sentence == "“Tax assessment 2023.pdf”: Needs a password."
    qtbot.mouseClick(trouble.button, Qt.MouseButton.LeftButton)
    assert [(act, row.id) for act, row in acts] == [(Act.PASSWORD, TAX)]
    scene.hearth.answers_view.scope_to((9,))
    assert trouble.sentence.endswith("So it is with 1 other document.")
    qtbot.mouseClick(trouble.button, Qt.MouseButton.LeftButton)
    assert scene.hearth.documents_view.page.isVisible()
    scene.hearth.answers.choose(DocumentScope(documents=(1,)))
    assert trouble.sentence == ""


# --- forgotten --------------------------------------------------------------------------------------------------------


def test_a_forgotten_document_leaves_the_page_the_chip_and_the_quotes(scene: AnswersScene) -> None:
    answer = scene.answered(made.QUOTED, made.quoted())
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    scene.until(scene.looking)
    scene.documents.forget((1,))
    scene.until(lambda: not scene.viewer.isVisible())
    item = scene.transcript.item(answer)
    assert item is not None
    assert item.backing is not None
    assert (item.text, item.backing.line) == ("", FORGOTTEN)
    assert [(each.gone, each.excerpt) for each in item.backing.sources] == [(True, "")] * 2
    assert chip(scene) == "Answer from my documents"
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    assert not scene.viewer.isVisible()


def test_an_answer_that_came_in_a_file_opens_nothing_and_keeps_its_words() -> None:
    sources = tuple(replace(each, document_id=0, text="") for each in made.lease_sources()[:2])
    backing = backing_of(replace(made.quoted(), sources=sources), made.QUOTED, ended=True, gone=frozenset({0}))
    assert not backing.forgotten
    assert [(each.where, each.gone) for each in backing.sources] == [("page 9, not in Hearth", True)] * 2
    assert backing.cites == {}


def test_where_none_could_be_read_it_is_not_said_that_nothing_fits() -> None:
    nothing = made.grounding(ReadingMode.NOTHING, documents=0, pages=0, pages_read=0, sources=(), left_out=1)
    assert backing_of(nothing, "", ended=True).offer == NONE_READ
    assert backing_of(replace(nothing, documents=2), "", ended=True).offer == NOTHING


# --- the keyboard -----------------------------------------------------------------------------------------------------


def test_sources_are_one_stop_gone_through_with_arrows_and_opened_with_return(scene: AnswersScene) -> None:
    text, grounding = made.forty_sources()
    answer = scene.answered(text, grounding)
    (chips,) = scene.view(answer).findChildren(SourceChips)
    chips.more.click()
    assert len(chips.chips) == 40
    stops = [each for each in chips.chips if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) == 1
    chips.chips[0].setFocus()
    for _step in range(3):
        press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Left)
    assert chips.chips[2].hasFocus()
    QTest.keyClick(chips.chips[2], Qt.Key.Key_End)
    assert chips.chips[39].hasFocus()
    QTest.keyClick(chips.chips[39], Qt.Key.Key_Home)
    QTest.keyClick(chips.chips[0], Qt.Key.Key_Return)
    scene.until(scene.looking)
    assert scene.viewer.step.text() == "Source 1 of 40"
    QTest.keyClick(scene.viewer.canvas, Qt.Key.Key_F3)
    assert scene.viewer.step.text() == "Source 2 of 40"
    QTest.keyClick(scene.viewer.canvas, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert scene.viewer.step.text() == "Source 1 of 40"
    QTest.keyClick(scene.viewer.canvas, Qt.Key.Key_Escape)
    assert chips.chips[0].hasFocus()


def test_escape_stops_an_answer_first_and_where_there_is_little_room_there_is_a_way_back(
    scene: AnswersScene, qtbot: QtBot
) -> None:
    answer = scene.answered()
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    scene.until(scene.looking)
    scene.hearth.chat.answering["writing"] = "elsewhere"
    scene.hearth.window.stop_requested.emit()
    assert scene.viewer.isVisible()
    scene.hearth.chat.answering.clear()
    scene.hearth.window.stop_requested.emit()
    assert not scene.viewer.isVisible()
    # Where there is little room the page takes the place of the conversation, with a way back in words.
    scene.hearth.window.resize(640, 700)
    scene.transcript.answer_act.emit(answer, OpenSource(1))
    scene.until(scene.looking)
    assert not scene.composer.isVisible()
    assert scene.viewer.back_button.isVisible()
    qtbot.mouseClick(scene.viewer.back_button, Qt.MouseButton.LeftButton)
    assert scene.composer.isVisible()
    assert not scene.viewer.back_button.isVisible()


def test_documents_are_asked_and_drawn_off_the_ui_thread_and_the_width_is_kept(scene: AnswersScene) -> None:
    watched = Watched(scene.documents)
    vars(scene.runtime)["documents"] = watched
    answer = scene.answered()
    scene.composer.set_text("Summarise it.")
    scene.hearth.answers.estimate("Summarise it.")
    scene.hearth.documents.add_known(["/home/mira/New.pdf"], lambda _ids: None)
    scene.transcript.answer_act.emit(answer, OpenSource(1, (0, 30)))
    scene.until(lambda: scene.looking() and scene.viewer.canvas.boxes_shown())
    scene.documents.forget((1,))
    scene.until(lambda: not scene.viewer.isVisible())
    assert {"size", "document_at", "page_text", "page_image", "passage_boxes"} <= watched.called
    assert watched.on_ui_thread == []
    window, beside = scene.hearth.window, scene.page.beside
    beside.take_share(0.61)
    kept = window.geometry_text()
    beside.take_share(0.3)
    window.restore_geometry_text(kept)
    assert beside.share == pytest.approx(0.61)
    for strange in (kept.split(" ")[0], "", "AAAA nan", "AAAA 7", "AAAA x"):
        window.restore_geometry_text(strange)
        assert beside.share == pytest.approx(0.61)


class Watched:
    """The same documents; notes by which thread each call was made."""

    def __init__(self, documents: AnsweredDocuments) -> None:
        self._documents = documents
        self.called: set[str] = set()
        self.on_ui_thread: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._documents, name)

        def call(*given: Any, **named: Any) -> Any:
            self.called.add(name)
            if threading.current_thread() is threading.main_thread():
                self.on_ui_thread.append(name)
            return found(*given, **named)

        return call if callable(found) else found
