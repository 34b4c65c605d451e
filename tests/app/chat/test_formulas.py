"""Formulas: read as LaTeX, drawn away from the UI thread, copied as their source; strangers' text harms nothing."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.chat.markdown.formulas import LARGEST_SIDE, Drawing, Formula, draw, formula_shelf
from app.chat.markdown.renderer import MarkdownRenderer
from app.chat.messages.answer_view import AnswerView
from app.chat.messages.items import MessageItem
from app.chat.messages.message_copy import selected_text
from app.theme.theme import Theme

PICTURE = "\ufffc"
HOSTILE = (
    r"\frac{",
    "{" * 500,
    "{" * 20 + "x" + "}" * 20,
    r"\frac{\frac{\frac{\frac{\frac{a}{b}}{c}}{d}}{e}}{f}" * 15,
    r"\left(" * 300,
    r"\sqrt{" * 60 + "x" + "}" * 60,
    "x" * 100_000,
    r"\begin{pmatrix}",
    r"\includegraphics{/etc/passwd}",
    r"\input{/etc/passwd}",
    r"\href{file:///etc/passwd}{x}",
    r'\text{<script>alert("x")</script> & "quotes" </svg>}',
    r"\color{red\"/><image href='file:///etc/passwd'/>}{x}",
    r"\def\a{\a\a}\a",
    "\x00\x01\ud800",
    "日本語 + 😀",
    "&amp;&lt;",
    "",
)


def formula(source: str, *, display: bool = False) -> Formula:
    return Formula(source, display, 16.0, 2.0, "#102030")


def inked(image: QImage) -> list[QColor]:
    """The dots that are not empty."""
    dots = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return [dot for dot in dots if dot.alpha() > 200]


def document_of(text: str, theme: Theme) -> QTextDocument:
    document = QTextDocument()
    MarkdownRenderer(document, theme).set_text(text)
    return document


@pytest.mark.parametrize("source", [r"x^2 + 1", r"\frac{a}{b}", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}"])
@pytest.mark.parametrize("display", [True, False])
def test_latex_becomes_ink_in_the_colour_of_the_text(qapp: QApplication, source: str, display: bool) -> None:
    drawing = draw(formula(source, display=display))
    assert drawing.width > 10
    assert drawing.height > 8
    ink = inked(drawing.image)
    assert len(ink) > 30
    for dot in ink:
        assert max(abs(dot.red() - 0x10), abs(dot.green() - 0x20), abs(dot.blue() - 0x30)) <= 2


def test_a_fraction_is_set_not_spelled(qapp: QApplication) -> None:
    """Higher than a line and narrower than its source would be."""
    drawing, source = draw(formula(r"\frac{a}{b}")), draw(formula(r"\frac{a}{"))
    assert drawing.height > 16
    assert drawing.width < source.width / 2


@pytest.mark.parametrize("source", HOSTILE)
def test_what_is_no_latex_shows_as_it_is_and_nothing_breaks(qapp: QApplication, source: str) -> None:
    drawing = draw(formula(source))
    assert isinstance(drawing, Drawing)
    assert 0 < drawing.width <= LARGEST_SIDE
    assert 0 < drawing.height <= LARGEST_SIDE


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("It is $x^2$ here.", 1),
        (r"It is \(x^2\) here.", 1),
        ("$$\nx^2\n$$", 1),
        ("\\[\nx^2\n\\]", 1),
        ("text $$x^2$$ text", 1),
        ("- $a$\n- $b$", 2),
        ("| $a$ | $b$ |\n|---|---|\n| $c$ | d |", 3),
        ("> quoted $a$", 1),
        ("It costs $5 and $6.", 0),
        ("From $10 to $20", 0),
        ("`$x$` and\n\n```\n$$x$$\n```", 0),
        (r"escaped \$x\$", 0),
        ("an open $x", 0),
    ],
)
def test_what_counts_as_a_formula(theme: Theme, text: str, formulas: int) -> None:
    assert document_of(text, theme).toPlainText().count(PICTURE) == formulas


def test_a_picture_takes_its_place_when_it_is_drawn(qtbot: QtBot, theme: Theme) -> None:
    source = r"\int_0^{17} \frac{x}{x^2 + 1}\,dx"
    view = AnswerView(MessageItem("a", "assistant", f"See:\n\n$$\n{source}\n$$\n\nand ${source}$.", "", "complete"))
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    document = view._view.document()

    def sizes() -> list[float]:
        found = []
        for position in range(document.characterCount()):
            if document.characterAt(position) == PICTURE:
                cursor = QTextCursor(document)
                cursor.setPosition(position + 1)
                found.append(cursor.charFormat().toImageFormat().height())
        return found

    guessed = sizes()
    qtbot.waitUntil(lambda: len(sizes()) == 2 and all(a != b for a, b in zip(sizes(), guessed, strict=True)))
    assert min(sizes()) > 40
    again = AnswerView(MessageItem("b", "assistant", f"${source}$", "", "complete"))
    qtbot.addWidget(again)
    assert not again._renderer.formulas.awaited


def test_a_formula_wider_than_the_page_is_made_to_fit(theme: Theme) -> None:
    source = " + ".join(f"x_{{{number}}}" for number in range(60))
    document = QTextDocument()
    document.setTextWidth(300)
    renderer = MarkdownRenderer(document, theme)
    renderer.set_text(f"$$\n{source}\n$$")
    shelf = formula_shelf()
    shelf.wait()
    QApplication.sendPostedEvents(shelf)
    for awaited in list(renderer.formulas.awaited):
        assert renderer.formulas.place(awaited)
    cursor = QTextCursor(document)
    cursor.setPosition(1)
    assert cursor.charFormat().toImageFormat().width() == pytest.approx(300)


def test_a_wide_formula_is_fitted_again_when_the_page_changes(qtbot: QtBot, theme: Theme) -> None:
    source = " + ".join(f"y_{{{number}}}" for number in range(60))
    document = QTextDocument()
    document.setTextWidth(300)
    renderer = MarkdownRenderer(document, theme)
    renderer.set_text(f"$$\n{source}\n$$\n\n- in a list $${source}$$")
    shelf = formula_shelf()
    shelf.wait()
    QApplication.sendPostedEvents(shelf)
    for awaited in list(renderer.formulas.awaited):
        assert renderer.formulas.place(awaited)

    def widths() -> list[float]:
        places = [n + 1 for n, letter in enumerate(document.toRawText()) if letter == PICTURE]
        found = []
        for place in places:
            cursor = QTextCursor(document)
            cursor.setPosition(place)
            found.append(cursor.charFormat().toImageFormat().width())
        return found

    assert widths() == pytest.approx([300, 260])
    for page in (500, 200):
        document.setTextWidth(page)
        fitted = pytest.approx([page, page - 40])
        qtbot.waitUntil(lambda fitted=fitted: bool(widths() == fitted))  # type: ignore[misc]
    document.setTextWidth(10_000)
    qtbot.waitUntil(lambda: min(widths()) > 500 and max(widths()) < 5_000)


def test_copying_gives_the_source(theme: Theme) -> None:
    document = document_of("Here $a+b$ is, and\n\n$$\nc\n$$\n\n**end**", theme)
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    assert selected_text(cursor) == "Here $a+b$ is, and\n$$c$$\nend"
    cursor.setPosition(6)
    cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    assert selected_text(cursor) == " is, and\n$$c$$\nend"
