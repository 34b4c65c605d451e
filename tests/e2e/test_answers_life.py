"""Answers that a person can check, without any model: a PDF is let go, asked about, quoted, opened, and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.chat.answers.answer_ground import AnswerGround
from app.chat.answers.source_chips import SourceChip
from app.chat.messages.answer_view import AnswerView
from app.main import Hearth
from app.sentences.answers import FORGOTTEN, QUOTED_BADGE
from app.theme.theme import Theme
from runtime.api import GUIDE_NAME, DocumentScope, ReadingMode, Role
from tests.documents_made import pdfs
from tests.e2e.fixtures import ask, open_hearth, wait_for
from tests.e2e.test_documents_life import PLACE, lease, let_go

QUESTION = "When does the deposit come back?"


@pytest.fixture
def home(private_home: Path) -> Path:
    """The home of somebody who is past the first run, without a model."""
    (private_home / "settings.json").write_text('{"version": 1, "first_run_done": true}')
    return private_home


@pytest.fixture
def hearth(qtbot: QtBot, theme: Theme, home: Path) -> Iterator[Hearth]:
    with open_hearth(home, theme) as opened:
        wait_for(qtbot, lambda: opened._started and opened.guide.usable)
        yield opened


def scope_word(hearth: Hearth) -> str:
    return hearth.chat_view.page.composer.scope.open_button.accessibleName()


def shown_answer(hearth: Hearth) -> AnswerView | None:
    """The last answer on the page, once it has ended."""
    views = [view for view in hearth.chat_view.page.transcript.findChildren(AnswerView) if view.isVisible()]
    return views[-1] if views and views[-1].item.state == "complete" else None


def chips(hearth: Hearth) -> list[SourceChip]:
    view = shown_answer(hearth)
    return [chip for chip in view.findChildren(SourceChip) if chip.isVisible()] if view is not None else []


def drop_lease(qtbot: QtBot, hearth: Hearth, folder: Path) -> Path:
    contract = folder / "Lease.pdf"
    contract.write_bytes(lease())
    assert let_go(hearth.chat_view.page, contract).isAccepted()
    wait_for(qtbot, lambda: scope_word(hearth).startswith("Answers from: Lease.pdf"))
    return contract


def opened_at_the_place(qtbot: QtBot, hearth: Hearth) -> None:
    """Return on the first source: its page is beside the conversation, the sentence marked."""
    viewer = hearth.answers_view.source_pages.viewer
    chip = chips(hearth)[0]
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: viewer.shown is not None and viewer.shown.image is not None)
    wait_for(qtbot, lambda: bool(viewer.canvas.boxes_shown()))
    assert viewer.number.text() == "2"
    paper = viewer.canvas.page_place()
    scale = paper.width() / 612
    line = paper.top() + (792 - PLACE[1] - 4) * scale  # the middle of its letters
    assert [box for box in viewer.canvas.boxes_shown() if box.top() < line < box.bottom()]


def test_a_pdf_is_let_go_asked_about_quoted_opened_and_forgotten(
    qtbot: QtBot, theme: Theme, home: Path, tmp_path: Path
) -> None:
    with open_hearth(home, theme) as hearth:
        wait_for(qtbot, lambda: hearth._started and hearth.guide.usable)
        drop_lease(qtbot, hearth, tmp_path)
        ask(qtbot, hearth, QUESTION)  # at once: it waits until the document is read
        wait_for(qtbot, lambda: bool(chips(hearth)))
        view = shown_answer(hearth)
        assert view is not None
        assert "within six months" in view.item.text
        assert view._badge.text() == QUOTED_BADGE
        assert chips(hearth)[0].text().replace("\u2068", "").replace("\u2069", "") == "1  Lease.pdf · page 2"
        grounds = view.findChildren(AnswerGround)[0]
        assert grounds.line is not None
        assert grounds.line.words.text() == "From 1 of 3 pages"
        message = hearth.runtime.conversations.read(hearth.chat.current_id).messages[-1]
        assert (message.role, message.model) == (Role.ASSISTANT, GUIDE_NAME)
        assert message.grounding is not None
        assert message.grounding.mode is ReadingMode.QUOTED
        opened_at_the_place(qtbot, hearth)
        qtbot.keyClick(hearth.answers_view.source_pages.viewer.canvas, Qt.Key.Key_Escape)
        assert chips(hearth)[0].hasFocus()
    with open_hearth(home, theme) as again:
        wait_for(qtbot, lambda: bool(chips(again)))
        wait_for(qtbot, lambda: scope_word(again).startswith("Answers from: Lease.pdf"))
        opened_at_the_place(qtbot, again)
        forget_all(qtbot, again)
        wait_for(qtbot, lambda: not again.documents.views)
        again.window.show_chat()
        viewer = again.answers_view.source_pages.viewer
        wait_for(qtbot, lambda: not viewer.isVisible())
        wait_for(qtbot, lambda: [chip.isEnabled() for chip in chips(again)] == [False])
        view = shown_answer(again)
        assert view is not None
        assert view.item.text == ""
        assert chips(again)[0].accessibleName() == "Source 1: Lease.pdf, page 2, no longer in Hearth"
        grounds = view.findChildren(AnswerGround)[0]
        assert grounds.line is not None
        assert grounds.line.words.text() == FORGOTTEN
        qtbot.mouseClick(chips(again)[0], Qt.MouseButton.LeftButton)
        assert not viewer.isVisible()
        assert not again.answers.scope.wanted
        chat = again.chat.current_id
        wait_for(qtbot, lambda: not words_kept(again, chat))
    with open_hearth(home, theme) as last:
        wait_for(qtbot, lambda: last.chat.current_id == chat and last.documents.status is not None)
        wait_for(qtbot, lambda: bool(chips(last)))
        assert words_kept(last, chat) == []
        assert "six months" not in " ".join(view.item.text for view in last.window.findChildren(AnswerView))
    for file in home.rglob("*"):
        assert not file.is_file() or b"within six months" not in file.read_bytes(), file


def words_kept(hearth: Hearth, chat: str) -> list[str]:
    """What is stored of the document with the conversation."""
    answers = [message for message in hearth.runtime.conversations.read(chat).messages if message.grounding]
    texts = [answer.text for answer in answers if "months" in answer.text]
    return texts + [
        each.text for answer in answers if answer.grounding for each in answer.grounding.sources if each.text
    ]


def forget_all(qtbot: QtBot, hearth: Hearth) -> None:
    """On the page of the documents, with the keyboard."""
    hearth.window.show_documents()
    page = hearth.documents_view.page
    known = page.lists.known.list
    wait_for(qtbot, lambda: known.lines.index_of(next(iter(hearth.documents.views))).isValid())
    known.setCurrentIndex(known.lines.index_of(next(iter(hearth.documents.views))))
    QTest.keyClick(known, Qt.Key.Key_Delete)
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    next(each for each in box.buttons() if each.text() == "Forget").click()


def test_a_note_becomes_a_document_as_long_as_the_guide_alone_answers(
    qtbot: QtBot, hearth: Hearth, tmp_path: Path
) -> None:
    note, locked = tmp_path / "keys.txt", tmp_path / "Statement.pdf"
    note.write_text("The key of the cellar lies under the blue flower pot behind the house.")
    locked.write_bytes(pdfs.encrypted("secret"))
    let_go(hearth.chat_view.page, note)
    let_go(hearth.chat_view.page, locked)
    wait_for(qtbot, lambda: scope_word(hearth).count("\n") == 1)
    trouble = hearth.chat_view.page.composer.trouble
    wait_for(qtbot, lambda: trouble.sentence == "“Statement.pdf”: Needs a password.")
    assert trouble.button.text() == "Enter password…"
    ask(qtbot, hearth, "Where is the key of the cellar?")
    wait_for(qtbot, lambda: bool(chips(hearth)))
    view = shown_answer(hearth)
    assert view is not None
    assert "blue flower pot" in view.item.text
    assert hearth.attachments.of(hearth.chat.current_id) == ()
    assert view.item.backing is not None
    assert view.item.backing.notes == ("1 document is still being read or can't be read: not part of this.",)


def is_collection(hearth: Hearth, name: str) -> bool:
    return any(each.name == name for each in hearth.documents.collections)


def test_two_folders_let_go_add_up(qtbot: QtBot, hearth: Hearth, tmp_path: Path) -> None:
    from app.documents.dialogs import FolderDialog

    for folder, words in (("Letters", "The zeppelin lands on Tuesday."), ("Bills", "The piano costs nine hundred.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder.lower()}.txt").write_text(words)
        let_go(hearth.chat_view.page, tmp_path / folder)
        wait_for(qtbot, lambda: any(each.isVisible() for each in hearth.window.findChildren(FolderDialog)))
        dialog = next(each for each in hearth.window.findChildren(FolderDialog) if each.isVisible())
        dialog.follow.setChecked(folder == "Letters")
        dialog.yes.click()
        wait_for(qtbot, lambda: not any(each.isVisible() for each in hearth.window.findChildren(FolderDialog)))
        wait_for(qtbot, partial(is_collection, hearth, folder))
    wait_for(qtbot, lambda: bool(hearth.answers.scope.documents))
    names = {each.id: each.name for each in hearth.documents.collections}
    followed = {each.name: bool(each.folder) for each in hearth.documents.collections}
    scope = hearth.answers.scope
    assert scope.collection is not None
    assert names[scope.collection] == "Letters"
    assert followed == {"Letters": True, "Bills": False}
    assert [hearth.documents.views[each].name for each in scope.documents] == ["bills.txt"]
    ask(qtbot, hearth, "What does the piano cost?")
    wait_for(qtbot, lambda: bool(chips(hearth)))
    assert "bills.txt" in chips(hearth)[0].accessibleName()
    assert hearth.runtime.conversations.read(hearth.chat.current_id).scope == DocumentScope(
        scope.collection, scope.documents
    )
