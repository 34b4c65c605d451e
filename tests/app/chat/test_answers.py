"""The row under an answer, what copying it gives, and the thought above it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import Act, Notice
from app.chat.messages.message_thought import ThoughtText
from app.theme.theme import Theme
from app.widgets.buttons import FoldButton
from tests.app.chat.message_views import (
    WIDTH,
    answer,
    answer_item,
    click,
    fit,
    named,
    offers,
    told,
)


def thought_of(view: AnswerView) -> ThoughtText:
    return view.findChildren(ThoughtText)[0]


def test_the_row_under_an_answer_offers_what_is_allowed(qtbot: QtBot, place: QWidget) -> None:
    view = answer(place)
    assert offers(view) == ["Copy", "Answer again", "Good answer", "Not a good answer", "More …"]
    heard = told(view)
    for name in ("Answer again", "Good answer", "Not a good answer"):
        click(qtbot, named(view, name))
    assert heard == [("a", "again"), ("a", "rate_good"), ("a", "rate_bad")]
    view.set_item(answer_item(acts=frozenset(Act)))
    assert offers(view)[0] == "Continue"
    assert "Read aloud" in offers(view)
    click(qtbot, named(view, "Continue"))
    click(qtbot, named(view, "Read aloud"))
    assert heard[3:] == [("a", "continue"), ("a", "read_out")]
    view.set_item(answer_item(acts=frozenset()))
    assert offers(view) == []


def test_a_thumb_is_lit_by_the_item_and_never_by_the_click(qtbot: QtBot, place: QWidget) -> None:
    view = answer(place, rating=1)
    good, bad = named(view, "Good answer"), named(view, "Not a good answer")
    assert (good.isChecked(), bad.isChecked()) == (True, False)
    click(qtbot, good)
    click(qtbot, bad)
    assert (good.isChecked(), bad.isChecked()) == (True, False)
    view.set_item(answer_item(rating=-1))
    assert (good.isChecked(), bad.isChecked()) == (False, True)
    view.set_item(answer_item())
    assert (good.isChecked(), bad.isChecked()) == (False, False)


def test_an_answer_under_way_has_no_row_until_it_ends(place: QWidget) -> None:
    view = answer(place, "", state="streaming")
    view.append("Half an ans", thinking=False)
    assert offers(view) == []
    view.finish("stopped", "3 s", None)
    assert "Copy" in offers(view)
    assert view.accessibleName() == "Answer: Half an ans"


def test_where_there_is_little_room_the_row_keeps_within_it(place: QWidget) -> None:
    more: dict[str, Any] = {"acts": frozenset(Act), "siblings": ("a", "b"), "pinned": True, "caption": "14 s"}
    view = answer(place, **more)
    assert "Read aloud" in offers(view)
    fit(view, 380)
    assert {"Continue", "Copy", "More …", "Later version"} <= set(offers(view))
    assert "Read aloud" not in offers(view)
    for control in view.findChildren(QAbstractButton):
        if control.isVisible():
            assert control.mapTo(view, control.rect().topRight()).x() <= 380
            assert min(control.width(), control.height()) >= 24
    fit(view, WIDTH)
    assert "Read aloud" in offers(view)


def test_copying_an_answer_gives_rich_text_for_any_ground(qtbot: QtBot, place: QWidget, theme: Theme) -> None:
    text = "So **bold**, $a+b$ and\n\n```python\nx = 1\n```\n\nthe end: color:red;"
    view = answer(place, text)
    before = view.text_view.toPlainText()
    copied: list[str] = []
    view.copied.connect(copied.append)
    click(qtbot, named(view, "Copy"))
    data = QApplication.clipboard().mimeData()
    html = data.html()
    assert data.text() == text
    assert "$a+b$" in html
    pasted = QTextDocument()
    pasted.setHtml(html)
    assert [line for line in pasted.toPlainText().split("\n") if line] == [
        *("So bold, $a+b$ and", "x = 1", "the end: color:red;")
    ]
    assert "font-weight:600" in html
    for ours in ("<img", "hearth-copy", ">Copy<", theme.tokens.text.lower(), "Inter"):
        assert ours not in html
    assert view.text_view.toPlainText() == before
    view.perform(Act.COPY_MARKDOWN)
    assert QApplication.clipboard().text() == text
    assert not QApplication.clipboard().mimeData().hasHtml()
    assert copied == ["a", "a"]


def test_buttons_of_a_notice_stay_when_it_is_said_again(qtbot: QtBot, place: QWidget) -> None:
    notice = Notice("It stopped.", (("go_on", "Go on"), ("again", "Once more")))
    view = answer(place, notice=notice)
    button = named(view, "Go on")
    qtbot.waitUntil(button.isVisible)
    view.text_view.setFocus()
    qtbot.keyClick(view.text_view, Qt.Key.Key_Tab)
    assert button.hasFocus()
    qtbot.keyClick(button, Qt.Key.Key_Tab)
    assert named(view, "Once more").hasFocus()
    view.set_item(answer_item(notice=Notice("It stopped.", notice.actions), pinned=True))
    assert named(view, "Once more").hasFocus()
    view.set_item(answer_item())
    assert "Go on" not in offers(view)


def test_thinking_can_be_read_while_it_goes_on(qtbot: QtBot, place: QWidget) -> None:
    view = answer(place, "", state="streaming")
    view.append("First", thinking=True)
    fold = named(view, "Thinking …")
    fit(view)
    click(qtbot, fold)
    shown = thought_of(view)
    heights = []
    for _ in range(30):
        view.append(" a thought of some words.\n", thinking=True)
        fit(view)
        heights.append(shown.height())
        assert shown.height() >= shown.document().size().height()
    assert heights == sorted(heights)
    assert shown.toPlainText() == view.item.thinking == shown.text()
    touched: list[int] = []
    shown.document().contentsChange.connect(lambda position, _removed, _added: touched.append(position))
    last_line = shown.document().lastBlock().position()
    view.append("and the end", thinking=True)
    assert min(touched) >= last_line - 1
    view.append("Yes.", thinking=False)
    assert fold.text() == "Thought about it"
    view.set_item(answer_item("Yes.", thinking=view.item.thinking, thought="12 s"))
    assert fold.text() == "Thought for 12 s"
    click(qtbot, fold)
    assert not shown.isVisible()


@pytest.mark.parametrize("word", ["word ", "字"])
def test_an_endless_thought_is_laid_out_in_pieces(place: QWidget, word: str) -> None:
    view = answer(place, "", state="streaming", thinking=word * 2000)
    view.findChildren(FoldButton)[0].click()
    for _ in range(500):
        view.append(word * 4, thinking=True)
    document = thought_of(view).document()
    longest, block = 0, document.begin()
    while block.isValid():
        longest, block = max(longest, block.length()), block.next()
    assert longest <= 3_100
    assert thought_of(view).toPlainText().replace("\n", "").replace(" ", "") == view.item.thinking.replace(" ", "")
