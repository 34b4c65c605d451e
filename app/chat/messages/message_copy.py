"""What copying an answer puts on the clipboard: its Markdown, and rich text that looks right on any ground."""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from app.chat.answers.shown import SourceShown
from app.chat.markdown.formula_pictures import FORMULA_SOURCE
from app.chat.markdown.inlines import SOURCE_SCHEME
from app.chat.markdown.renderer import COPY_SCHEME

PICTURE = "\ufffc"
_STYLE = re.compile(r'style="[^"]*"')
_SOURCE = re.compile(rf'<a href="{SOURCE_SCHEME}:[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_OWN_LOOK = re.compile(r"(?<![-\w])(color|background-color|font-family|font-size)\s*:[^;\"]*;?")


def answer_data(markdown: str, document: QTextDocument, sources: tuple[SourceShown, ...] = ()) -> QMimeData:
    """The Markdown as text and the document as HTML; formulas are their LaTeX source in both. Numbers of sources would
    say nothing elsewhere: the sources that the answer names go with it."""
    data = QMimeData()
    data.setText(with_sources(markdown, sources))
    whole = document.clone()
    lines = [_source_line(source) for source in sources if source.cited]
    if lines:
        cursor = QTextCursor(whole)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for line in ("", *lines):
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
            cursor.insertText(line)
    data.setHtml(_html(whole))
    return data


def with_sources(markdown: str, sources: tuple[SourceShown, ...]) -> str:
    """The Markdown of an answer, with the sources that it names."""
    lines = [_source_line(source) for source in sources if source.cited]
    # Two spaces: each stands on a line of its own.
    return "\n\n".join(filter(None, (markdown, "  \n".join(lines))))


def _source_line(source: SourceShown) -> str:
    return f"[{source.number}] {source.name}, {source.where}"


def selected_data(cursor: QTextCursor) -> QMimeData:
    """What is selected, as text and as HTML."""
    data, chosen = QMimeData(), _chosen(cursor)
    data.setText(chosen.toPlainText())
    data.setHtml(_html(chosen))
    return data


def selected_text(cursor: QTextCursor) -> str:
    """What is selected as plain text: formulas as their source, without our buttons."""
    return _chosen(cursor).toPlainText()


def _chosen(cursor: QTextCursor) -> QTextDocument:
    chosen = QTextDocument()
    QTextCursor(chosen).insertFragment(cursor.selection())
    _write_formulas(chosen)
    _remove_buttons(chosen)
    return chosen


def _html(document: QTextDocument) -> str:
    """Without what is only for this screen: our buttons, pictures, colours and fonts. Pale text pasted is no text."""
    whole = document.clone()
    _write_formulas(whole)
    _remove_buttons(whole)
    html = _SOURCE.sub(r"\1", whole.toHtml())  # a way into this window leads nowhere in another
    return _STYLE.sub(lambda style: _OWN_LOOK.sub("", style.group()), html)


def _write_formulas(document: QTextDocument) -> None:
    places = [n for n, letter in enumerate(document.toRawText()) if letter == PICTURE]
    for place in reversed(places):
        cursor = QTextCursor(document)
        cursor.setPosition(place)
        cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
        source = cursor.charFormat().property(FORMULA_SOURCE)
        cursor.insertText(str(source or ""), QTextCharFormat())


def _remove_buttons(document: QTextDocument) -> None:
    """The line above a block of code, with its language and its way to copy."""
    found = []
    block = document.begin()
    while block.isValid():
        if has_button(block):
            found.append(block.position())
        block = block.next()
    for place in reversed(found):
        cursor = QTextCursor(document)
        cursor.setPosition(place)
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()


def has_button(block: QTextBlock) -> bool:
    """Whether a line is the one above a block of code, with its language and its way to copy."""
    pieces = block.begin()
    while not pieces.atEnd():
        if pieces.fragment().charFormat().anchorHref().startswith(f"{COPY_SCHEME}:"):
            return True
        pieces += 1
    return False
