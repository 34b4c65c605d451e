"""Markdown of strangers: streamed equals rendered at once, and nothing but words comes out of it."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QTextBrowser
from pytestqt.qtbot import QtBot

from app.chat.answer_view import AnswerView
from app.chat.items import MessageItem
from app.chat.markdown.renderer import MarkdownRenderer
from app.chat.text_view import TextView
from app.theme.theme import Theme
from tests.tiny.corpus import LONG_ANSWER

SAMPLES = {
    "tour": LONG_ANSWER,
    "nested": "- a\n  - b\n    - c\n- d\n\n1. x\n2. y\n   ```py\n   code\n   ```\n\nend",
    "quote": "> one\n>\n> two\n\ntext\n\n---\n\n# Head *soft* `code`\n\n[link](https://example.org) ~~gone~~",
    "open fence": "text\n\n```python\nprint(1)\n\nprint(2)",
    "table last": "| a | b |\n|---|---|\n| 1 | **2** |",
    "code twice": "```\na\n```\n```js\nlet b = 1\n```\n",
    "html": "<b>bold?</b> <script>alert(1)</script>\n\n<div>block</div>",
    "breaks": "one  \ntwo\nthree\n\n\n\nfour",
    "formulas": "Say $x^2$ and \\(y\\).\n\n$$\n\\frac{a}{b}\n$$\n\n\\[\nz\n\\]\n\n- $5 and $6\n- $a$",
    "empty": "",
}


def rendered(text: str, theme: Theme) -> tuple[QTextDocument, MarkdownRenderer]:
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme)
    renderer.set_text(text)
    return document, renderer


@pytest.mark.parametrize("name", SAMPLES)
def test_streamed_in_random_slices_equals_rendered_at_once(theme: Theme, name: str) -> None:
    text = SAMPLES[name]
    whole, at_once = rendered(text, theme)
    for seed in range(25):
        chance = random.Random(seed)
        document = QTextDocument()
        renderer = MarkdownRenderer(document, theme)
        rest = text
        while rest:
            size = chance.randint(1, 12)
            renderer.append(rest[:size])
            rest = rest[size:]
        assert document.toPlainText() == whole.toPlainText()
        assert renderer.codes == at_once.codes
        assert renderer.text == text


def test_the_tour_reads_as_it_should(theme: Theme) -> None:
    document, renderer = rendered(LONG_ANSWER, theme)
    plain = document.toPlainText()
    for words in ("A small tour", "a line of code", "season", "snow", "Slow is smooth", "Close the window."):
        assert words in plain
    assert "**" not in plain
    assert "|" not in plain
    assert renderer.codes == ['def greet(name):\n    for turn in range(3):\n        print("hello", name, turn)']


def test_html_stays_text(theme: Theme) -> None:
    document, _renderer = rendered("<b>x</b> <img src='http://127.0.0.1/x.png'> <script>1</script>", theme)
    assert document.toPlainText() == "<b>x</b> <img src='http://127.0.0.1/x.png'> <script>1</script>"


def test_pictures_are_only_their_words(theme: Theme) -> None:
    document, _renderer = rendered("before ![a cat](http://127.0.0.1/cat.png) after ![x](file:///etc/passwd)", theme)
    assert "\ufffc" not in document.toPlainText()
    assert "a cat" in document.toPlainText()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "smb://x/y"])
def test_strange_links_can_not_be_clicked(theme: Theme, address: str) -> None:
    document, _renderer = rendered(f"[click]({address})", theme)
    assert 'href="' not in document.toHtml()


def test_a_view_loads_nothing_and_follows_nothing(qtbot: QtBot, theme: Theme) -> None:
    view = TextView()
    qtbot.addWidget(view)
    loaded = view.loadResource(2, QUrl("file:///etc/passwd"))
    assert isinstance(loaded, QImage)
    assert not view.openLinks()
    assert isinstance(view, QTextBrowser)


def test_links_and_code_copies_are_signals(qtbot: QtBot, theme: Theme) -> None:
    from PySide6.QtWidgets import QApplication

    item = MessageItem("1", "assistant", "[a](https://example.org/x)\n\n```\nx = 1\n```", "", "complete")
    view = AnswerView(item)
    qtbot.addWidget(view)
    chosen: list[str] = []
    view.link_chosen.connect(chosen.append)
    view._view.anchorClicked.emit(QUrl("https://example.org/x"))
    view._view.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert chosen == ["https://example.org/x"]
    view._view.anchorClicked.emit(QUrl("hearth-copy:0"))
    assert QApplication.clipboard().text() == "x = 1"


def test_a_line_of_a_million_characters_becomes_many_blocks(theme: Theme) -> None:
    document, _renderer = rendered("word " * 200_000, theme)
    assert document.blockCount() > 100
