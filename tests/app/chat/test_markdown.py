"""Markdown of strangers: streamed equals rendered at once, and nothing but words comes out of it."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QTextDocument
from pytestqt.qtbot import QtBot

from app.chat.markdown.renderer import MarkdownRenderer
from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import MessageItem
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


LONG_LINE = "some words in a **row**, and `more` of them. "
LONG = {
    "fence": "```python\n" + 'def f():\n    """Says\n    nothing."""\n    return 1\n\n' * 800,
    "list": "".join(f"{n}. item {n} with **some** words\n" for n in range(1, 1200)),
    "nested list": "".join("   " * (n % 4) + f"- item {n} with some words\n" for n in range(1200)),
    "table": "| n | words |\n|---|---|\n" + "".join(f"| {n} | some **words** |\n" for n in range(1000)),
    "paragraph": LONG_LINE * 1000,
    "paragraph of lines": "some words in a line\n" * 2000,
    "one word": "x" * 40_000,
    "quotation": "> words of a quotation\n" * 1500,
    "mixed": (LONG_ANSWER + "\n\n") * 40,
}
ATOMS = (
    *("a", "b c", "- ", "* ", "1. ", "2) ", "> ", "    ", "  ", " ", "\n", "\n", "\n\n", "```", "```py\n", "~~~", "# "),
    *("---", "===", "| a | b |", "|---|---|", "| 1 | 2 |\n" * 9, "$$", "\\[", "\\]", "$x$", "**", "`", "*", "_", "\t"),
    *("[q]: http://x\n", "[q]", "[z](http://y)", "words in a row. " * 30, "x" * 250, '"""', "/*", "\r\n", "\u2028"),
    *("😀", "&#10;", "<b>", "\\", "def f():\n" * 4, "\ufffc", "\ufdd0"),
)


def rendered(text: str, theme: Theme) -> tuple[QTextDocument, MarkdownRenderer]:
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme)
    renderer.set_text(text)
    renderer.finish()
    return document, renderer


def streamed(text: str, theme: Theme, chance: random.Random, largest: int) -> tuple[QTextDocument, MarkdownRenderer]:
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme)
    while len(renderer.text) < len(text):
        place = len(renderer.text)
        renderer.append(text[place : place + chance.randint(1, largest)])
    renderer.finish()
    return document, renderer


def assert_same(text: str, theme: Theme, chance: random.Random, largest: int) -> None:
    whole, at_once = rendered(text, theme)
    document, renderer = streamed(text, theme, chance, largest)
    assert document.toHtml() == whole.toHtml()
    assert renderer.codes == at_once.codes
    assert renderer.text == text


@pytest.mark.parametrize("name", SAMPLES)
def test_streamed_in_random_slices_equals_rendered_at_once(theme: Theme, name: str) -> None:
    for seed in range(25):
        assert_same(SAMPLES[name], theme, random.Random(seed), 12)


@pytest.mark.parametrize("largest", [1, 5, 40, 400])
def test_any_text_streamed_equals_rendered_at_once(theme: Theme, largest: int) -> None:
    for seed in range(12 if largest == 1 else 25):
        chance = random.Random(seed * 1000 + largest)
        text = "".join(chance.choice(ATOMS) for _ in range(chance.randint(1, 40)))
        assert_same(text, theme, chance, largest)


@pytest.mark.parametrize("name", LONG)
def test_a_long_block_streamed_equals_rendered_at_once(theme: Theme, name: str) -> None:
    assert_same(LONG[name][:12_000], theme, random.Random(1), 700)


@pytest.mark.parametrize("name", LONG)
def test_a_piece_changes_only_the_end_of_a_long_document(theme: Theme, name: str) -> None:
    text = LONG[name]
    document, renderer = rendered(text[:-400], theme)
    changes: list[int] = []
    document.contentsChange.connect(lambda _place, removed, added: changes.append(max(removed, added)))
    for start in range(len(text) - 400, len(text), 16):
        renderer.append(text[start : start + 16])
    assert len(changes) >= 25
    assert max(changes) < 2_500


def test_a_long_text_is_rendered_in_slices_and_may_go_on_meanwhile(qtbot: QtBot, theme: Theme) -> None:
    text = LONG["mixed"]
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme)
    renderer.set_text(text)
    assert renderer.busy
    begun = document.characterCount()
    renderer.append("And a **last** word.")
    assert renderer.busy
    qtbot.waitUntil(lambda: not renderer.busy, timeout=20_000)
    assert document.characterCount() > begun
    assert document.toHtml() == rendered(text + "And a **last** word.", theme)[0].toHtml()


def test_a_short_text_is_there_at_once(theme: Theme) -> None:
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme)
    renderer.set_text(LONG_ANSWER)
    assert not renderer.busy
    assert document.toPlainText().endswith("about the moon.")


def test_another_renderer_of_the_document_ends_the_first(qtbot: QtBot, theme: Theme) -> None:
    document = QTextDocument()
    first = MarkdownRenderer(document, theme)
    first.set_text(LONG["mixed"])
    second = MarkdownRenderer(document, theme)
    second.set_text("only this")
    with qtbot.waitSignal(document.destroyed, raising=False, timeout=50):
        pass
    assert document.toPlainText() == "only this"
    assert not second.busy


def links(document: QTextDocument) -> list[str]:
    found = []
    for number in range(document.blockCount()):
        pieces = document.findBlockByNumber(number).begin()
        while not pieces.atEnd():
            found.append(pieces.fragment().charFormat().anchorHref())
            pieces += 1
    return [address for address in found if address]


def test_addresses_may_stand_below_the_links_that_name_them(theme: Theme) -> None:
    text = "See [this][1] and [2].\n\nMore.\n\n[1]: https://example.org/one\n[2]: https://example.org/two"
    expected = ["https://example.org/one", "https://example.org/two"]
    assert links(rendered(text, theme)[0]) == expected
    assert links(streamed(text, theme, random.Random(3), 9)[0]) == expected


def test_colours_of_code_go_on_over_a_long_string(theme: Theme) -> None:
    code = 'x = """\n' + "for nothing in words\n" * 40 + '"""\nfor y in x: pass'
    document, _renderer = rendered(f"```python\n{code}\n```", theme)
    inside, behind = document.findBlockByNumber(35), document.lastBlock()
    string, keyword = QColor(theme.tokens.syntax_string), QColor(theme.tokens.syntax_keyword)
    assert [form.format.foreground().color() for form in inside.textFormats()] == [string]
    assert behind.textFormats()[0].format.foreground().color() == keyword


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
