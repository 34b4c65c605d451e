"""A person's documents: let go on the conversation, read, found, opened at the place, followed, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFileOpenEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.application import FileOpener
from app.documents.dialogs import FolderDialog, PasswordDialog
from app.main import Hearth
from app.theme.theme import Theme
from runtime.documents.views import DocumentViewState
from tests.documents_made import pdfs
from tests.documents_made.pdf_writer import PdfWriter
from tests.e2e.fixtures import open_hearth, wait_for

SEARCHED = (DocumentViewState.READY, DocumentViewState.LEARNING)
PLACE = (72, 430)
SENTENCE = "The deposit is three monthly rents and comes back within six months."


def lease() -> bytes:
    """Three pages; on the second the sentence stands alone at its place."""
    writer = PdfWriter(title="Lease")
    writer.page().text(72, 700, "This agreement is made between the owner of the house and the tenant.")
    page = writer.page()
    page.text(72, 700, "The rent is paid on the first day of every month.")
    page.text(*PLACE, SENTENCE)
    writer.page().text(72, 700, "Both sides have read and signed all of the above.")
    return writer.content()


@pytest.fixture
def home(private_home: Path) -> Path:
    """The home of somebody who is past the first run, without a model."""
    (private_home / "settings.json").write_text('{"version": 1, "first_run_done": true}')
    return private_home


@pytest.fixture
def hearth(qtbot: QtBot, theme: Theme, home: Path) -> Iterator[Hearth]:
    with open_hearth(home, theme) as opened:
        wait_for(qtbot, lambda: opened._started)
        yield opened


def let_go(widget: QWidget, *paths: Path) -> QDropEvent:
    """What the system sends when files are dragged over a widget and dropped."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(9, 9), *how))
    dropped = QDropEvent(QPointF(9, 9), *how, QEvent.Type.Drop)
    QApplication.sendEvent(widget, dropped)
    return dropped


def states(hearth: Hearth) -> dict[str, DocumentViewState]:
    """Where each document stands, as the page knows it."""
    return {view.name: view.state for view in hearth.documents.views.values()}


def search(qtbot: QtBot, hearth: Hearth, words: str) -> list[str]:
    """Type words; the names of what was found."""
    page, found = hearth.documents_view.page, hearth.documents_view._search
    page.field.clear()
    qtbot.keyClicks(page.field, words)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: found.answered == words and not found.asking)
    hits = page.lists.found.hits.hits
    return [str(hits.index(at).data()) for at in range(hits.rowCount())]


def finds(qtbot: QtBot, hearth: Hearth, words: str, names: list[str]) -> None:
    """Ask again and again until the words are found in these documents: what changes on the disk is read in its own
    time. What was found by its meaning alone does not count."""
    found = hearth.documents_view._search

    def so() -> bool:
        if found.asking:
            return False
        if found.answered == words and [hit.name for hit in found.hits if hit.highlights] == names:
            return True
        found.find(words)
        return False

    wait_for(qtbot, so)


def say_yes(qtbot: QtBot, hearth: Hearth) -> None:
    """Agree to the question about a folder."""
    wait_for(qtbot, lambda: any(each.isVisible() for each in hearth.window.findChildren(FolderDialog)))
    next(each for each in hearth.window.findChildren(FolderDialog) if each.isVisible()).yes.click()


def test_a_pdf_let_go_on_the_conversation_is_found_and_opened_at_the_place(
    qtbot: QtBot, hearth: Hearth, tmp_path: Path
) -> None:
    note, contract = tmp_path / "note.txt", tmp_path / "Lease.pdf"
    note.write_text("The key is under the mat.")
    contract.write_bytes(lease())
    chat = hearth.chat_view.page
    assert let_go(chat, note, contract).isAccepted()
    toast = hearth.window._toast
    wait_for(qtbot, toast.isVisible)
    assert toast.accessibleName() == ("2 files go to your documents; this chat is answered from them.")
    assert toast.geometry().bottom() < chat.composer.mapTo(hearth.window, QPoint(0, 0)).y()
    assert hearth.attachments.of("") == ()  # only the guide is here, and it reads no files
    qtbot.mouseClick(toast._button, Qt.MouseButton.LeftButton)
    page = hearth.documents_view.page
    wait_for(qtbot, page.isVisible)
    wait_for(qtbot, lambda: states(hearth).get("Lease.pdf") in SEARCHED)
    assert search(qtbot, hearth, "deposit months")[0] == "Lease.pdf"
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    canvas = page.viewer.canvas
    wait_for(qtbot, lambda: page.viewer.shown is not None and page.viewer.shown.image is not None)
    wait_for(qtbot, lambda: bool(canvas.boxes_shown()))
    assert page.viewer.number.text() == "2"
    paper = canvas.page_place()
    scale = paper.width() / 612
    line = paper.top() + (792 - PLACE[1] - 4) * scale  # the middle of its letters
    marked = [box for box in canvas.boxes_shown() if box.top() < line < box.bottom()]
    assert len(marked) == 1
    assert abs(marked[0].left() - (paper.left() + PLACE[0] * scale)) < 4 * scale
    assert canvas.viewport().rect().contains(marked[0].center().toPoint())


def test_files_put_onto_the_icon_or_named_at_the_start_are_taken_in(
    qtbot: QtBot, theme: Theme, home: Path, tmp_path: Path
) -> None:
    for name in ("one.pdf", "two.pdf", "three.pdf"):
        (tmp_path / name).write_bytes(lease())
    folder = tmp_path / "Papers"
    folder.mkdir()
    (folder / "four.pdf").write_bytes(lease())
    with open_hearth(home, theme) as hearth:
        hearth.take_files([str(tmp_path / "one.pdf"), "--unknown"])
        opener = FileOpener()
        opener.file_opened.connect(lambda path: hearth.take_files([path]))
        for event in (QFileOpenEvent(str(tmp_path / "two.pdf")), QFileOpenEvent(QUrl.fromLocalFile(str(folder)))):
            assert opener.eventFilter(hearth.window, event)
        hearth.come_again([str(tmp_path / "three.pdf")])
        say_yes(qtbot, hearth)
        wait_for(qtbot, lambda: len(states(hearth)) == 4 and set(states(hearth).values()) <= set(SEARCHED))
        assert [each.folder for each in hearth.documents.collections] == [str(folder)]
    with open_hearth(home, theme) as again:
        again.window.show_documents()
        wait_for(qtbot, lambda: len(states(again)) == 4)
        assert len(search(qtbot, again, "deposit months")) >= 4


def test_a_folder_let_go_on_the_conversation_is_followed(qtbot: QtBot, hearth: Hearth, tmp_path: Path) -> None:
    folder = tmp_path / "Letters"
    folder.mkdir()
    (folder / "first.txt").write_text("The zeppelin lands on Tuesday.")
    (folder / "second.txt").write_text("Bring the ladder and the lantern.")
    let_go(hearth.chat_view.page, folder)
    say_yes(qtbot, hearth)
    hearth.window.show_documents()
    wait_for(qtbot, lambda: states(hearth).keys() == {"first.txt", "second.txt"})
    wait_for(qtbot, lambda: set(states(hearth).values()) <= set(SEARCHED))
    number = next(iter(view.id for view in hearth.documents.views.values() if view.name == "first.txt"))
    (folder / "first.txt").rename(folder / "arrival.txt")
    wait_for(qtbot, lambda: states(hearth).keys() == {"arrival.txt", "second.txt"})
    assert hearth.documents.views[number].name == "arrival.txt"
    (folder / "second.txt").write_text("Bring the umbrella and the lantern, and a warm coat.")
    finds(qtbot, hearth, "umbrella", ["second.txt"])
    finds(qtbot, hearth, "ladder", [])
    (folder / "second.txt").unlink()
    wait_for(qtbot, lambda: states(hearth).get("second.txt", DocumentViewState.GONE) is DocumentViewState.GONE)
    finds(qtbot, hearth, "umbrella", [])


def test_a_locked_document_opens_with_its_password_and_is_forgotten_for_good(
    qtbot: QtBot, hearth: Hearth, tmp_path: Path
) -> None:
    locked = tmp_path / "Statement.pdf"
    locked.write_bytes(pdfs.encrypted("secret"))
    hearth.window.show_documents()
    page = hearth.documents_view.page
    let_go(page, locked)
    wait_for(qtbot, lambda: states(hearth).get("Statement.pdf") is DocumentViewState.NEEDS_PASSWORD)
    view = page.lists.known.list
    (number,) = hearth.documents.views
    wait_for(qtbot, lambda: view.lines.index_of(number).isValid())
    for typed in ("wrong", "secret"):
        wait_for(qtbot, lambda: "assword" in view.lines.index_of(number).data(Qt.ItemDataRole.AccessibleTextRole))
        view.setCurrentIndex(view.lines.index_of(number))
        qtbot.keyClick(view, Qt.Key.Key_Return)
        dialog = next(each for each in page.findChildren(PasswordDialog) if each.isVisible())
        qtbot.keyClicks(dialog.field, typed)
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
        if typed == "wrong":
            wait_for(qtbot, lambda: hearth.documents.views[number].reason == "wrong")
    wait_for(qtbot, lambda: states(hearth)["Statement.pdf"] in SEARCHED)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    next(each for each in box.buttons() if each.text() == "Forget").click()
    wait_for(qtbot, lambda: not hearth.documents.views and page.lists.nothing.isVisible())
    assert locked.exists()
