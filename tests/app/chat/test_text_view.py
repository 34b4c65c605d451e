"""The text of a message as it is seen: grounds of code, bars of quotations, lines of tables; nothing is loaded."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QTextBrowser
from pytestqt.qtbot import QtBot

from app.chat.markdown.grounds import grounds
from app.chat.markdown.renderer import MarkdownRenderer
from app.chat.messages.text_view import TextView
from app.theme.theme import Theme


def test_a_view_loads_nothing_and_follows_nothing(qtbot: QtBot, theme: Theme) -> None:
    view = TextView()
    qtbot.addWidget(view)
    loaded = view.loadResource(2, QUrl("file:///etc/passwd"))
    assert isinstance(loaded, QImage)
    assert not view.openLinks()
    assert isinstance(view, QTextBrowser)


def test_a_table_of_many_rows_is_one_to_the_eye(qtbot: QtBot, theme: Theme) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    MarkdownRenderer(view.document(), theme).set_text("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 40)
    view.show()
    line, picture = QColor(theme.tokens.line), view.grab().toImage()
    ratio = picture.devicePixelRatio()
    heights = [y for y in range(picture.height()) if picture.pixelColor(round(20 * ratio), y) == line]
    steps = {b - a for a, b in pairwise(heights)}
    assert len(heights) == 42
    assert len(steps) == 1


def test_only_what_is_seen_is_looked_at_for_painting(qtbot: QtBot, theme: Theme) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    renderer = MarkdownRenderer(view.document(), theme)
    renderer.set_text("```\ncode\n```\n\n> said\n\n" * 200)
    renderer.finish()
    everything = grounds(view.document(), 0, view.document().size().height())
    seen = grounds(view.document(), 2000, 2400)
    assert (len(everything.cards), len(everything.bars)) == (200, 200)
    assert 2 <= len(seen.cards) <= 8
    assert all(1800 < card.center().y() < 2600 for card in seen.cards)


def test_the_ground_of_code_reaches_around_all_its_lines(qtbot: QtBot, theme: Theme) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    MarkdownRenderer(view.document(), theme).set_text("words\n\n```\n" + "code\n" * 30 + "```\n\nwords")
    layout, document = view.document().documentLayout(), view.document()
    [whole] = grounds(document, 0, document.size().height()).cards
    first, last = layout.blockBoundingRect(document.begin().next()), layout.blockBoundingRect(document.lastBlock())
    assert whole.top() < first.top()
    assert whole.bottom() < last.top()
    middle = grounds(document, 300, 320).cards[0]
    assert middle.top() < 280
    assert middle.bottom() > 340


def test_a_card_at_the_end_is_not_cut_off(qtbot: QtBot, theme: Theme) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    MarkdownRenderer(view.document(), theme).set_text("```\ncode\n```")
    [card] = grounds(view.document(), 0, 1000).cards
    assert card.bottom() < view.height()


def test_a_long_line_of_code_is_wrapped(qtbot: QtBot, theme: Theme) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(300, 400)
    view.show()
    MarkdownRenderer(view.document(), theme).set_text("```\n" + "word " * 40 + "\n```")
    line = view.document().lastBlock()
    assert line.layout().lineCount() > 3
    assert all(line.layout().lineAt(n).naturalTextWidth() <= 300 for n in range(line.layout().lineCount()))
