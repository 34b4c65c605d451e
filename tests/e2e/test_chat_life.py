"""A chat that is lived in: worded anew, tried again, continued, deleted, found, put away, or kept nowhere."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.chat.messages.question_view import QuestionView
from app.main import Hearth
from app.theme.theme import Theme
from runtime.api import Conversation, MessageState
from tests.e2e.fixtures import answers, ask, fetch_first_model, open_hearth, wait_for
from tests.hub.server import LoopbackHub
from tests.tiny.corpus import KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

FRANCE, ITALY, BREAD = "What is the capital of France?", "What is the capital of Italy?", "How do I bake bread?"


@pytest.fixture
def hearth(qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path) -> Iterator[Hearth]:
    with open_hearth(private_home, theme) as opened:
        fetch_first_model(qtbot, opened)
        yield opened


def stored(hearth: Hearth) -> Conversation:
    return hearth.runtime.conversations.read(hearth.chat.current_id)


def get_answer(qtbot: QtBot, hearth: Hearth, question: str) -> str:
    """Ask and wait; the answer's id."""
    before = len(answers(hearth))
    ask(qtbot, hearth, question)
    wait_for(qtbot, lambda: len(answers(hearth)) == before + 1 and not hearth.chat.answering)
    last = stored(hearth).messages[-1].id
    # The page knows what can be done with an answer once it has read it as it is stored.
    wait_for(qtbot, lambda: bool(getattr(hearth.chat_view.page.transcript.item(last), "acts", None)))
    return last


def press(qtbot: QtBot, within: QWidget, name: str) -> None:
    """Press the button that is called this, once it is there."""

    def found() -> list[QAbstractButton]:
        buttons = [b for b in within.findChildren(QAbstractButton) if b.isVisible()]
        return [b for b in buttons if name in (b.text(), b.accessibleName())]

    wait_for(qtbot, lambda: bool(found()))
    qtbot.mouseClick(found()[-1], Qt.MouseButton.LeftButton)


def view_of(hearth: Hearth, message_id: str) -> QWidget:
    found = [view for view in hearth.chat_view.page.findChildren(QWidget) if _shows(view, message_id)]
    assert found, f"no view of {message_id}"
    return found[0]


def _shows(view: QWidget, message_id: str) -> bool:
    item = getattr(view, "item", None)
    return getattr(item, "id", "") == message_id and view.isVisible()


def shown(hearth: Hearth) -> list[str]:
    transcript = hearth.chat_view.page.transcript
    return [item.text for item in map(transcript.item, transcript.ids) if item is not None]


def test_a_question_worded_anew_keeps_the_old_one(qtbot: QtBot, hearth: Hearth) -> None:
    get_answer(qtbot, hearth, FRANCE)
    question = stored(hearth).messages[0].id
    wait_for(qtbot, lambda: hearth.chat_view.page.transcript.item(question) is not None)
    view = view_of(hearth, question)
    assert isinstance(view, QuestionView)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F2)
    field = view.focusWidget()
    assert field is not None
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, ITALY)
    press(qtbot, view, "Send again")
    wait_for(qtbot, lambda: answers(hearth) == [KNOWN_ANSWERS[ITALY]] and not hearth.chat.answering)
    second = stored(hearth).messages[0]
    assert len(second.siblings) == 2
    wait_for(qtbot, lambda: shown(hearth) == [ITALY, KNOWN_ANSWERS[ITALY]])
    wait_for(qtbot, lambda: len(getattr(hearth.chat_view.page.transcript.item(second.id), "siblings", ())) == 2)
    press(qtbot, view_of(hearth, second.id), "Earlier version")
    wait_for(qtbot, lambda: shown(hearth) == [FRANCE, KNOWN_ANSWERS[FRANCE]])
    press(qtbot, view_of(hearth, question), "Later version")
    wait_for(qtbot, lambda: shown(hearth) == [ITALY, KNOWN_ANSWERS[ITALY]])


def test_another_answer_takes_the_first_ones_place_and_both_stay(qtbot: QtBot, hearth: Hearth) -> None:
    first = get_answer(qtbot, hearth, FRANCE)
    press(qtbot, view_of(hearth, first), "Answer again")
    wait_for(qtbot, lambda: stored(hearth).messages[-1].id != first and not hearth.chat.answering)
    wait_for(qtbot, lambda: shown(hearth) == [FRANCE, KNOWN_ANSWERS[FRANCE]])
    assert stored(hearth).messages[-1].siblings[0] == first


def test_an_answer_that_was_stopped_is_continued(qtbot: QtBot, hearth: Hearth) -> None:
    ask(qtbot, hearth, LONG_QUESTION)
    wait_for(qtbot, lambda: len(shown(hearth)) == 2 and len(shown(hearth)[1]) > 40)
    qtbot.keyClick(hearth.window, Qt.Key.Key_Escape)
    wait_for(qtbot, lambda: not hearth.chat.answering)
    wait_for(qtbot, lambda: stored(hearth).messages[-1].state is MessageState.STOPPED)
    last = stored(hearth).messages[-1].id
    press(qtbot, hearth.chat_view.page.transcript, "Continue")
    wait_for(qtbot, lambda: stored(hearth).messages[-1].state is MessageState.COMPLETE)
    assert stored(hearth).messages[-1].id == last
    assert answers(hearth) == [LONG_ANSWER]
    wait_for(qtbot, lambda: shown(hearth) == [LONG_QUESTION, LONG_ANSWER])


def test_a_deleted_message_comes_back_by_undo(qtbot: QtBot, hearth: Hearth) -> None:
    get_answer(qtbot, hearth, FRANCE)
    get_answer(qtbot, hearth, BREAD)
    question = stored(hearth).messages[0].id
    transcript = hearth.chat_view.page.transcript
    transcript.acted.emit(question, "delete")
    wait_for(qtbot, lambda: shown(hearth) == [BREAD, KNOWN_ANSWERS[BREAD]])
    qtbot.mouseClick(hearth.window._toast._button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: len(shown(hearth)) == 4)
    assert shown(hearth)[:2] == [FRANCE, KNOWN_ANSWERS[FRANCE]]


def test_rating_and_pinning_are_kept(qtbot: QtBot, hearth: Hearth) -> None:
    answer = get_answer(qtbot, hearth, FRANCE)
    press(qtbot, view_of(hearth, answer), "Good answer")
    wait_for(qtbot, lambda: stored(hearth).messages[-1].rating == 1)
    hearth.chat_view.page.transcript.acted.emit(answer, "pin")
    wait_for(qtbot, lambda: stored(hearth).messages[-1].pinned)
    wait_for(qtbot, lambda: bool(getattr(hearth.chat_view.page.transcript.item(answer), "pinned", False)))


def test_one_key_deletes_nothing_and_what_was_binned_comes_back(qtbot: QtBot, hearth: Hearth) -> None:
    get_answer(qtbot, hearth, FRANCE)
    conversation, sidebar = hearth.chat.current_id, hearth.shelf_view.sidebar
    wait_for(qtbot, lambda: sidebar.list.rows.index_of(conversation).isValid())
    sidebar.list.setCurrentIndex(sidebar.list.rows.index_of(conversation))
    qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    wait_for(qtbot, lambda: bool(sidebar.findChildren(QMessageBox)))
    assert sidebar.list.rows.index_of(conversation).isValid()
    press(qtbot, sidebar.findChildren(QMessageBox)[0], "Move to the bin")
    wait_for(qtbot, lambda: not sidebar.list.rows.index_of(conversation).isValid())
    wait_for(qtbot, lambda: hearth.chat.current_id == "")
    press(qtbot, sidebar, "Archive and bin")
    page = hearth.shelf_view.keeping_page
    wait_for(qtbot, page.isVisible)
    press(qtbot, page, "Bring back")
    wait_for(qtbot, lambda: sidebar.list.rows.index_of(conversation).isValid())


def test_chats_are_kept_in_order(qtbot: QtBot, hearth: Hearth) -> None:
    get_answer(qtbot, hearth, FRANCE)
    chat, sidebar, shelf = hearth.chat.current_id, hearth.shelf_view.sidebar, hearth.shelf
    sidebar.list.folder_made.emit("Trips", chat)
    wait_for(qtbot, lambda: [folder.name for folder in shelf.folders] == ["Trips"])
    folder = shelf.folders[0].id
    wait_for(qtbot, lambda: shelf.summaries[0].folder_id == folder)
    sidebar.list.folder_folded.emit(folder, True)
    wait_for(qtbot, lambda: shelf.folders[0].folded)
    sidebar.list.moved.emit(chat, "")
    wait_for(qtbot, lambda: shelf.summaries[0].folder_id == "")
    sidebar.list.folder_deleted.emit(folder)
    wait_for(qtbot, lambda: shelf.folders == ())
    header = hearth.chat_view.page.header
    header.menu_chosen.emit("pin")
    wait_for(qtbot, lambda: shelf.summaries[0].pinned)
    header.renamed.emit("My trip")
    wait_for(qtbot, lambda: shelf.title(chat) == "My trip")
    header.menu_chosen.emit("archive")
    wait_for(qtbot, lambda: shelf.summaries == () and hearth.chat.current_id == "")
    qtbot.mouseClick(hearth.window._toast._button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: hearth.chat.current_id == chat)
    assert [(s.id, s.title, s.pinned) for s in hearth.runtime.shelf.summaries()] == [(chat, "My trip", True)]


def test_a_deleted_message_lies_in_the_bin(qtbot: QtBot, hearth: Hearth) -> None:
    answer = get_answer(qtbot, hearth, FRANCE)
    hearth.chat_view.page.transcript.acted.emit(answer, "delete")
    wait_for(qtbot, lambda: shown(hearth) == [FRANCE])
    press(qtbot, hearth.shelf_view.sidebar, "Archive and bin")
    press(qtbot, hearth.shelf_view.keeping_page, "Bring back")
    wait_for(qtbot, lambda: shown(hearth) == [FRANCE, KNOWN_ANSWERS[FRANCE]])


def test_words_are_found_in_every_chat(qtbot: QtBot, hearth: Hearth) -> None:
    get_answer(qtbot, hearth, BREAD)
    bread = hearth.chat.current_id
    hearth.chat_view.new_chat()
    get_answer(qtbot, hearth, FRANCE)
    sidebar = hearth.shelf_view.sidebar
    qtbot.keyClicks(sidebar.find_field, "yeast")
    wait_for(qtbot, lambda: any("yeast" in hit.excerpt for hit in sidebar.list.rows._hits))
    qtbot.keyClick(sidebar.find_field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: hearth.chat.current_id == bread)
    wait_for(qtbot, lambda: shown(hearth) == [BREAD, KNOWN_ANSWERS[BREAD]])


def test_a_private_chat_leaves_nothing_on_the_disk(qtbot: QtBot, hearth: Hearth, private_home: Path) -> None:
    hearth.chat_view.new_private_chat()
    get_answer(qtbot, hearth, FRANCE)
    conversation = hearth.chat.current_id
    qtbot.keyClicks(hearth.chat_view.page.composer.field, "unsent zanzibar")
    hearth.chat.save_draft()
    wait_for(qtbot, lambda: stored(hearth).draft == "unsent zanzibar")
    assert stored(hearth).private
    for file in private_home.rglob("*"):
        if file.is_file() and "models" not in file.parts:
            content = file.read_bytes()
            assert b"zanzibar" not in content, file
            assert b"capital of France" not in content, file
    hearth.shelf.forget(conversation)
    wait_for(qtbot, lambda: hearth.chat.current_id == "")
    assert all(summary.id != conversation for summary in hearth.runtime.shelf.summaries())


def test_what_is_typed_in_a_new_chat_is_there_the_next_day(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path
) -> None:
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
        qtbot.keyClicks(hearth.chat_view.page.composer.field, "half a thought")
    with open_hearth(private_home, theme) as again:
        wait_for(qtbot, lambda: again.chat_view.page.composer.text() == "half a thought")


def test_a_file_goes_with_the_question(qtbot: QtBot, hearth: Hearth, tmp_path: Path) -> None:
    note, picture = tmp_path / "note.txt", tmp_path / "photo.png"
    note.write_text("The key is under the mat.")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    said: list[str] = []
    hearth.documents_view.toasted.connect(lambda sentence, _label, _id: said.append(sentence))
    hearth.chat_view.take_files([str(note), str(picture)])
    wait_for(qtbot, lambda: len(hearth.attachments.of("")) == 1 and bool(said))
    assert "photo.png" in said[0]
    get_answer(qtbot, hearth, FRANCE)
    question = stored(hearth).messages[0]
    assert [(a.name, a.text) for a in question.attachments] == [("note.txt", "The key is under the mat.")]
    assert hearth.attachments.of(hearth.chat.current_id) == ()


def test_a_file_put_onto_the_icon_begins_a_chat(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The key is under the mat.")
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
        get_answer(qtbot, hearth, FRANCE)
        hearth.come_again([str(note), "--unknown"])
        wait_for(qtbot, lambda: len(hearth.attachments.of(hearth.chat.current_id)) == 1)
    with open_hearth(private_home, theme) as again:
        again.take_files([str(note)])
        wait_for(qtbot, lambda: len(again.attachments.of("")) == 1)
        assert again.chat.current_id == ""


def test_chats_are_saved_and_taken_back(
    qtbot: QtBot, hearth: Hearth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_answer(qtbot, hearth, FRANCE)
    conversation, text, copy = hearth.chat.current_id, tmp_path / "chat.md", tmp_path / "all.json"
    for path, name in ((text, conversation), (copy, "")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, path=path: (str(path), ""))
        hearth.shelf_view._copies.export(name)
        wait_for(qtbot, path.exists)
    assert KNOWN_ANSWERS[FRANCE] in text.read_text()
    assert json.loads(copy.read_text())
    hearth.shelf.move_to_bin(conversation)
    wait_for(qtbot, lambda: hearth.chat.current_id == "")
    hearth.shelf.forget(conversation)
    wait_for(qtbot, lambda: not hearth.runtime.shelf.binned())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(copy), ""))
    press(qtbot, hearth.shelf_view.sidebar, "Archive and bin")
    press(qtbot, hearth.shelf_view.keeping_page, "Import chats…")
    wait_for(qtbot, lambda: any(s.id == conversation for s in hearth.shelf.summaries))
    assert [m.text for m in hearth.runtime.conversations.read(conversation).messages] == [FRANCE, KNOWN_ANSWERS[FRANCE]]


def test_the_model_gives_a_title_while_nobody_waits(qtbot: QtBot, hearth: Hearth) -> None:
    get_answer(qtbot, hearth, FRANCE)
    wait_for(qtbot, lambda: hearth.shelf.title(hearth.chat.current_id) == "Capital of France")


def test_an_answer_is_read_out(
    qtbot: QtBot, hub: LoopbackHub, theme: Theme, private_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice, heard = tmp_path / "voice", tmp_path / "heard"
    voice.write_text(f"#!/bin/sh\ncat > {heard}.part && mv {heard}.part {heard}\n")
    voice.chmod(voice.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("HEARTH_VOICE", str(voice))
    with open_hearth(private_home, theme) as hearth:
        fetch_first_model(qtbot, hearth)
        answer = get_answer(qtbot, hearth, FRANCE)
        press(qtbot, view_of(hearth, answer), "Read aloud")
        wait_for(qtbot, heard.exists)
        assert heard.read_text().strip() == KNOWN_ANSWERS[FRANCE]
