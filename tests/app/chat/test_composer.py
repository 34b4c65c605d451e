"""The composer's door for files, large pastes, and files dropped on the page, by real keys, mouse and drags."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QImage, QTextOption
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.chat_page import DROP_SENTENCE, DROP_TITLE, ChatPage
from app.chat.composer.attachment_bar import AttachmentBar, AttachmentChip
from app.chat.composer.composer import Composer
from app.chat.composer.question_field import CHARACTERS_AT_MOST, LONG_LINE
from app.theme.theme import Theme

LEASE, NOTES, TABLE = AttachmentChip("lease.txt", "12 kB"), AttachmentChip("notes.md"), AttachmentChip("t.csv", "1 kB")


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> ChatPage:
    made = ChatPage()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


@pytest.fixture
def composer(page: ChatPage) -> Composer:
    return page.composer


def remove_buttons(composer: Composer) -> list[QToolButton]:
    shown = [b for b in composer.findChildren(QToolButton) if b.isVisible()]
    return [b for b in shown if b.accessibleName().startswith("Remove ")]


def files(*paths: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return data


def text(words: str) -> QMimeData:
    data = QMimeData()
    data.setText(words)
    return data


# --- chips ------------------------------------------------------------------------------------------------------------


def test_chips_name_their_files_and_can_be_taken_away(qtbot: QtBot, page: ChatPage, composer: Composer) -> None:
    removed: list[int] = []
    page.composer.attachment_removed.connect(removed.append)
    bar = composer.findChild(AttachmentBar)
    assert bar is not None
    assert not bar.isVisible()
    composer.set_attachments((LEASE, NOTES))
    assert bar.isVisible()
    words = [label.text() for label in bar.findChildren(QLabel) if label.isVisible()]
    assert [word for word in words if word] == ["lease.txt", "· 12 kB", "notes.md"]
    buttons = remove_buttons(composer)
    assert [button.accessibleName() for button in buttons] == ["Remove lease.txt", "Remove notes.md"]
    assert all(min(button.width(), button.height()) >= 24 for button in buttons)
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert removed == [1]
    composer.set_attachments(())
    assert not bar.isVisible()


def test_the_keyboard_goes_from_the_question_over_its_files_to_send(qtbot: QtBot, composer: Composer) -> None:
    composer.set_text("What does it say?")
    composer.set_attachments((LEASE, NOTES))
    composer.field.setFocus()
    seen = []
    for _ in range(4):
        focus = QApplication.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus.accessibleName())
    assert seen == ["Remove lease.txt", "Remove notes.md", "Add a file", "Send"]


def test_the_keyboard_stays_where_a_file_was_taken_away(qtbot: QtBot, composer: Composer) -> None:
    chips = [LEASE, NOTES]
    composer.set_attachments(tuple(chips))

    def remove(place: int) -> None:
        del chips[place]
        composer.set_attachments(tuple(chips))

    composer.attachment_removed.connect(remove)
    first = remove_buttons(composer)[0]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Space)
    (left,) = remove_buttons(composer)
    assert left.accessibleName() == "Remove notes.md"
    assert left.hasFocus()
    qtbot.keyClick(left, Qt.Key.Key_Space)
    assert composer.field.hasFocus()


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_many_files_stay_within_the_field_and_scroll(
    page: ChatPage, composer: Composer, theme: Theme, scale: float, direction: Qt.LayoutDirection
) -> None:
    page.setLayoutDirection(direction)
    theme.choose("light", scale)
    try:
        composer.set_attachments(tuple(AttachmentChip(f"{n} " + "long name " * n, "1 kB") for n in range(20)))
        QApplication.processEvents()
        bar = composer.findChild(AttachmentBar)
        assert bar is not None
        width = bar.viewport().width()
        chips = [chip.parentWidget() for chip in bar.buttons]
        assert len(chips) == 20
        assert all(chip is not None and chip.x() >= 0 and chip.x() + chip.width() <= width for chip in chips)
        assert bar.verticalScrollBar().maximum() > 0
        assert bar.height() < 200
        bar.buttons[-1].setFocus()
        bar.ensureWidgetVisible(bar.buttons[-1])
        place = bar.buttons[-1].mapTo(bar.viewport(), QPoint(0, 0))
        assert bar.viewport().rect().contains(place)
    finally:
        theme.choose("system", 1.0)


def test_files_alone_are_no_question(qtbot: QtBot, composer: Composer) -> None:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    composer.set_attachments((LEASE,))
    assert not composer.send_button.isEnabled()
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.field, "So?")
    assert composer.send_button.isEnabled()
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert sent == ["So?"]


def test_the_paperclip_chooses_several_files(qtbot: QtBot, page: ChatPage, composer: Composer, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x")
    dropped: list[list[str]] = []
    page.composer.files_dropped.connect(dropped.append)
    composer._folder = str(tmp_path)
    assert composer.attach_button.accessibleName() == "Add a file"
    qtbot.mouseClick(composer.attach_button, Qt.MouseButton.LeftButton)
    dialog = composer.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.isVisible()
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    buttons = dialog.findChild(QDialogButtonBox)
    assert field is not None
    assert buttons is not None
    field.setText('"a.txt" "b.txt"')
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Open), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dropped == [[str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]])
    assert composer.field.hasFocus()


# --- pasting ----------------------------------------------------------------------------------------------------------


def test_a_pasted_picture_is_reported_unless_there_is_text(page: ChatPage, composer: Composer) -> None:
    pictures: list[int] = []
    page.composer.image_pasted.connect(lambda: pictures.append(1))
    clipboard = QApplication.clipboard()
    clipboard.setImage(QImage(QSize(4, 4), QImage.Format.Format_RGB32))
    composer.field.paste()
    assert len(pictures) == 1
    assert composer.text() == ""
    both = text("a cell of a table")
    both.setImageData(QImage(QSize(4, 4), QImage.Format.Format_RGB32))
    clipboard.setMimeData(both)
    composer.field.paste()
    assert len(pictures) == 1
    assert composer.text() == "a cell of a table"


def test_files_on_the_clipboard_are_reported(page: ChatPage, composer: Composer) -> None:
    dropped: list[list[str]] = []
    page.composer.files_dropped.connect(dropped.append)
    QApplication.clipboard().setMimeData(files("/tmp/a.txt", "/tmp/b.txt"))
    composer.field.paste()
    assert dropped == [["/tmp/a.txt", "/tmp/b.txt"]]
    assert composer.text() == ""


def test_more_than_the_field_takes_is_cut_and_said(page: ChatPage, composer: Composer) -> None:
    cuts: list[int] = []
    page.composer.text_cut.connect(lambda: cuts.append(1))
    composer.field.insertFromMimeData(text("some words\n" * 1000))
    assert cuts == []
    composer.field.insertFromMimeData(text("some words\n" * 60_000))
    assert len(composer.text()) == CHARACTERS_AT_MOST
    assert len(cuts) == 1
    composer.field.selectAll()
    composer.field.insertFromMimeData(text("all of it replaced"))
    assert composer.text() == "all of it replaced"
    assert len(cuts) == 1


def test_an_endless_line_is_broken_anywhere_until_it_is_gone(qtbot: QtBot, composer: Composer) -> None:
    mode = QTextOption.WrapMode
    composer.field.insertFromMimeData(text("x" * (LONG_LINE + 1)))
    assert composer.field.wordWrapMode() is mode.WrapAnywhere
    composer.field.undo()
    assert composer.text() == ""
    assert composer.field.wordWrapMode() is mode.WrapAtWordBoundaryOrAnywhere
    composer.set_text("x" * (LONG_LINE + 1))
    assert composer.field.wordWrapMode() is mode.WrapAnywhere
    composer.set_text("words between which a line may end")
    assert composer.field.wordWrapMode() is mode.WrapAtWordBoundaryOrAnywhere


# --- keys -------------------------------------------------------------------------------------------------------------


def test_up_in_an_empty_field_asks_for_the_last_question(qtbot: QtBot, page: ChatPage, composer: Composer) -> None:
    asked: list[int] = []
    page.composer.edit_last_requested.connect(lambda: asked.append(1))
    qtbot.keyClick(composer.field, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert asked == []
    qtbot.keyClick(composer.field, Qt.Key.Key_Up, Qt.KeyboardModifier.KeypadModifier)
    assert asked == [1]
    qtbot.keyClicks(composer.field, "a")
    qtbot.keyClick(composer.field, Qt.Key.Key_Up)
    assert asked == [1]


def test_typing_can_be_undone_but_not_past_what_was_sent(qtbot: QtBot, composer: Composer) -> None:
    composer.field.insertFromMimeData(text("from the clipboard"))
    composer.set_attachments((LEASE,))
    qtbot.keyClick(composer.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert composer.text() == ""
    qtbot.keyClicks(composer.field, "sent")
    composer.set_text("")
    qtbot.keyClick(composer.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert composer.text() == ""


# --- private ----------------------------------------------------------------------------------------------------------


def colour_at(page: ChatPage, widget: QWidget, place: QPoint) -> str:
    QApplication.processEvents()
    return str(page.grab().toImage().pixelColor(widget.mapTo(page, place)).name().upper())


def test_a_private_chat_has_another_ground(page: ChatPage, composer: Composer, theme: Theme) -> None:
    theme.choose("light", 1.0)
    composer.set_attachments((LEASE,))
    inside = QPoint(composer.field.width() - 4, 4)
    chip = composer.findChild(AttachmentBar).buttons[0].parentWidget()  # type: ignore[union-attr]
    assert chip is not None
    edge = QPoint(chip.width() // 2, 2)
    tokens = theme.tokens
    assert (colour_at(page, composer.field, inside), colour_at(page, chip, edge)) == (tokens.raised, tokens.soft)
    page.set_private(True)
    assert (colour_at(page, composer.field, inside), colour_at(page, chip, edge)) == (tokens.soft, tokens.raised)
    assert page.header.private_pill.isVisible()
    page.set_private(False)
    assert (colour_at(page, composer.field, inside), colour_at(page, chip, edge)) == (tokens.raised, tokens.soft)
    assert not page.header.private_pill.isVisible()
    theme.choose("system", 1.0)


# --- dropping ---------------------------------------------------------------------------------------------------------

ACTIONS, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def enter(widget: QWidget, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(QPoint(5, 5), ACTIONS, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    return event


def drop(widget: QWidget, data: QMimeData) -> QDropEvent:
    QApplication.sendEvent(widget, QDragMoveEvent(QPoint(5, 5), ACTIONS, data, LEFT, NONE))
    event = QDropEvent(QPointF(5, 5), ACTIONS, data, LEFT, NONE, QEvent.Type.Drop)
    QApplication.sendEvent(widget, event)
    return event


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QDragLeaveEvent())


@pytest.mark.parametrize("over", ["page", "field", "header"])
def test_files_over_any_part_of_the_page_are_invited(page: ChatPage, over: str) -> None:
    widget = {"page": page, "field": page.composer.field.viewport(), "header": page.header}[over]
    data = files("/tmp/a.txt")
    dropped: list[list[str]] = []
    page.composer.files_dropped.connect(dropped.append)
    page.composer.field.clearFocus()
    assert enter(widget, data).isAccepted()
    assert page.overlay.isVisible()
    assert page.overlay.geometry() == page.rect()
    assert [label.text() for label in page.overlay.findChildren(QLabel) if label.text()] == [DROP_TITLE, DROP_SENTENCE]
    # The overlay now lies under the mouse: the page is left for it.
    leave(widget)
    assert enter(page.overlay, data).isAccepted()
    QApplication.processEvents()
    assert page.overlay.isVisible()
    assert drop(page.overlay, data).isAccepted()
    assert not page.overlay.isVisible()
    assert dropped == [["/tmp/a.txt"]]
    assert page.composer.field.hasFocus()


def test_a_drop_before_the_overlay_was_entered_counts(page: ChatPage) -> None:
    dropped: list[list[str]] = []
    page.composer.files_dropped.connect(dropped.append)
    data = files("/tmp/a.txt")
    enter(page, data)
    drop(page, data)
    assert dropped == [["/tmp/a.txt"]]
    assert not page.overlay.isVisible()


@pytest.mark.parametrize("entered", [False, True])
def test_the_overlay_goes_when_the_files_do(qtbot: QtBot, page: ChatPage, entered: bool) -> None:
    data = files("/tmp/a.txt")
    enter(page, data)
    leave(page)
    if entered:
        enter(page.overlay, data)
        leave(page.overlay)
    qtbot.waitUntil(lambda: not page.overlay.isVisible())


def test_escape_or_a_click_takes_the_overlay_away_and_nothing_else(qtbot: QtBot, page: ChatPage) -> None:
    page.composer.field.setFocus()
    enter(page, files("/tmp/a.txt"))
    page.resize(700, 500)
    assert page.overlay.geometry() == page.rect()
    qtbot.keyClick(page.composer.field, Qt.Key.Key_A)
    assert page.overlay.isVisible()
    qtbot.keyClick(page.composer.field, Qt.Key.Key_Escape)
    assert not page.overlay.isVisible()
    enter(page, files("/tmp/a.txt"))
    qtbot.mouseClick(page.overlay, Qt.MouseButton.LeftButton)
    assert not page.overlay.isVisible()


def test_text_is_dropped_into_the_field_as_ever(page: ChatPage) -> None:
    data = text("dragged words")
    assert not enter(page, data).isAccepted()
    viewport = page.composer.field.viewport()
    assert enter(viewport, data).isAccepted()
    assert not page.overlay.isVisible()
    drop(viewport, data)
    assert page.composer.text() == "dragged words"
    assert not page.overlay.isVisible()
