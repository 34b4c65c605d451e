"""A question in its bubble, and the field in which it is worded anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.chat.messages.edit_field import EditField
from app.chat.messages.items import Act
from app.chat.messages.message_chips import FileChip
from app.chat.messages.question_view import QuestionView
from tests.app.chat.message_views import (
    WIDTH,
    answer,
    click,
    fit,
    named,
    offers,
    question,
    question_item,
)


def painted(widget: QWidget) -> bool:
    """Whether anything is to be seen in it but its ground."""
    image: QImage = widget.grab().toImage()
    return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}) > 1


def test_a_questions_row_is_seen_when_the_mouse_or_the_keyboard_is_there(qtbot: QtBot, place: QWidget) -> None:
    view, other = question(place), answer(place, acts=frozenset())
    other.move(0, 500)
    edit = named(view, "Edit and send again")
    height = view.height()
    assert not painted(edit)
    qtbot.mouseMove(place, QPoint(300, 800))
    qtbot.mouseMove(view, QPoint(20, 20))
    assert painted(edit)
    qtbot.mouseMove(place, QPoint(300, 800))
    assert not painted(edit)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert painted(edit)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert edit.hasFocus()
    assert painted(named(view, "More …"))
    other.setFocus(Qt.FocusReason.TabFocusReason)
    assert not painted(edit)
    assert fit(view) == height


def test_a_question_is_shown_as_it_was_typed_and_no_wider(place: QWidget) -> None:
    typed = "<b>not bold</b>\n   **nor**   this"
    view = question(place, typed)
    assert view.text_view.toPlainText() == typed
    narrow = view._bubble.width()
    assert narrow < 300
    assert view._bubble.geometry().right() > WIDTH - 20
    view.set_item(question_item("many words " * 80))
    height = fit(view)
    assert narrow < view._bubble.width() <= WIDTH * 0.8
    assert fit(view) == height
    assert view.text_view.height() >= view.text_view.document().size().height()


def test_a_very_long_question_shows_its_beginning_until_asked(qtbot: QtBot, place: QWidget) -> None:
    text = "word " * 20_000
    view = question(place, text)
    folded = fit(view)
    assert len(view.text_view.toPlainText()) < 4_100
    opened: list[int] = []
    view.unfolded.connect(lambda: opened.append(1))
    click(qtbot, named(view, "Show all"))
    assert view.text_view.toPlainText() == text
    assert "Show all" not in offers(view)
    assert fit(view) > 5 * folded
    assert opened == [1]
    lines = question(place, "one\n" * 500)
    assert "Show all" in offers(lines)
    assert "Show all" not in offers(question(place, "word " * 900))


def test_files_of_a_question_are_chips(place: QWidget) -> None:
    names = ("letter.pdf", "a very long name " * 20 + ".pdf", "c", "d", "e", "f", "g")
    view = question(place, attachments=names)
    chips = [chip for chip in view.findChildren(FileChip) if chip.isVisible()]
    assert [chip.accessibleName() for chip in chips] == [f"File: {name}" for name in names[:4]]
    assert any(label.text() == "and 3 more files" for label in view.findChildren(QLabel))
    assert chips[1].width() <= WIDTH * 0.8
    assert max(chip.geometry().bottom() for chip in chips) <= view.text_view.geometry().bottom()
    assert "letter.pdf" in view.accessibleDescription()
    view.set_item(question_item(attachments=("c",)))
    assert [c.accessibleName() for c in view.findChildren(FileChip) if c.isVisible()] == ["File: c"]


def editor_of(view: QuestionView) -> EditField:
    return next(field for field in view.findChildren(EditField) if field.isVisible())


def test_f2_words_a_question_anew(qtbot: QtBot, place: QWidget) -> None:
    view = question(place, "How far is the moon?")
    edited: list[tuple[str, str]] = []
    view.edited.connect(lambda id_, text: edited.append((id_, text)))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F2)
    words = editor_of(view).words
    assert view.busy
    assert words.hasFocus()
    assert words.toPlainText() == "How far is the moon?"
    assert words.textCursor().atEnd()
    assert not view.text_view.isVisible()
    assert any(label.text() == "The earlier version is kept." for label in view.findChildren(QLabel))
    fit(view)
    one_line = words.height()
    qtbot.keyClick(words, Qt.Key.Key_End)
    qtbot.keyClick(words, Qt.Key.Key_Return)
    qtbot.keyClicks(words, "In miles.")
    assert words.height() > one_line
    qtbot.keyClick(words, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert edited == [("q", "How far is the moon?\nIn miles.")]
    assert view.text_view.isVisible()
    assert view.hasFocus()
    assert not view.busy


def test_blank_is_not_sent_and_escape_goes_no_further(qtbot: QtBot, place: QWidget) -> None:
    view = question(place)
    edited: list[tuple[str, str]] = []
    view.edited.connect(lambda id_, text: edited.append((id_, text)))
    click(qtbot, named(view, "Edit and send again"))
    field = editor_of(view)
    qtbot.keyClick(field.words, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(field.words, Qt.Key.Key_Backspace)
    assert field.words.toPlainText() == ""
    assert not field.send_button.isEnabled()
    qtbot.keyClick(field.words, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(field.words, Qt.Key.Key_Up)
    assert editor_of(view) is field
    for inside in (field.words, field.cancel_button):
        override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        override.ignore()
        QApplication.sendEvent(inside, override)
        assert override.isAccepted()
    qtbot.keyClick(field.words, Qt.Key.Key_Escape)
    assert not view.busy
    assert view.text_view.isVisible()
    assert edited == []
    view.begin_edit()
    click(qtbot, editor_of(view).send_button)
    assert edited == [("q", "A question?")]
    view.begin_edit()
    click(qtbot, editor_of(view).cancel_button)
    assert not view.busy


def test_the_field_grows_to_twelve_lines_and_stays_in_the_column(place: QWidget) -> None:
    view = question(place, "A question?")
    view.begin_edit()
    words = editor_of(view).words
    heights = []
    for lines in (1, 6, 12, 40):
        words.setPlainText("\n".join(["line"] * lines))
        fit(view)
        heights.append(words.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]
    for width in (WIDTH, 300):
        fit(view, width)
        assert editor_of(view).width() == width - 16
        for button in (editor_of(view).send_button, editor_of(view).cancel_button):
            assert button.mapTo(view, button.rect().topRight()).x() < width


def test_what_may_not_be_edited_is_not(qtbot: QtBot, place: QWidget) -> None:
    view = question(place, acts=frozenset({Act.COPY}))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F2)
    assert not view.busy
    assert offers(view) == ["Copy", "More …"]
