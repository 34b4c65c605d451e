"""Finds the characters of an answer's Markdown in the document that was made of it.

Reads the Markdown as the renderer does and lays what it says beside the document, paragraph by paragraph: what can't be
found is left out, and never shifts what follows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from markdown_it.tree import SyntaxTreeNode
from PySide6.QtGui import QTextDocument

from app.chat.answers.shown import Span
from app.chat.markdown.inlines import parser
from app.chat.markdown.lines import cleaned
from app.chat.markdown.pieces import CodeLine, DisplayFormula, Flow, Piece, Row, Table
from app.chat.markdown.text_reader import pieces_of

PICTURE, LINE_BREAK = "\ufffc", "\u2028"
# So far on a letter is looked for that the source writes in another way, such as an entity.
NEAR = 12
NOWHERE = -1


class Placement:
    """Where each character of a Markdown text stands in its document, in the 16-bit units that Qt counts.

    Nothing is known before :meth:`read` has come to its end.
    """

    def __init__(self, markdown: str, document: QTextDocument) -> None:
        self._markdown = markdown
        self._seen = document.toRawText()
        self._sources: list[int] = []
        self._spans: list[Span] = []

    def read(self) -> Iterator[None]:
        """Read it paragraph by paragraph; in between, other things can be done."""
        units = _units(self._seen)
        pairs: list[tuple[int, int]] = []
        at = 0
        for text, places in _paragraphs(self._markdown):
            yield
            found = self._seen.find(text, at)
            if found < 0 or not text:
                continue
            at = found + len(text)
            pairs += [(place, found + n) for n, place in enumerate(places) if place != NOWHERE]
        pairs.sort()
        self._sources = [source for source, _place in pairs]
        self._spans = [(units[place], units[place + 1]) for _source, place in pairs]

    def spans(self, start: int, stop: int) -> list[Span]:
        """The stretches of the document that the characters ``start`` to ``stop`` of the Markdown became."""
        first, last = bisect_left(self._sources, start), bisect_left(self._sources, stop)
        joined: list[Span] = []
        for a, b in self._spans[first:last]:
            if joined and joined[-1][1] == a:
                joined[-1] = (joined[-1][0], b)
            else:
                joined.append((a, b))
        return joined


def _units(text: str) -> list[int] | range:
    """Where each character begins as Qt counts; signs such as emoji take two."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return range(len(text) + 1)
    places, at = [], 0
    for letter in text:
        places.append(at)
        at += 2 if letter > "\uffff" else 1
    return [*places, at]


def _paragraphs(markdown: str) -> Iterator[tuple[str, list[int]]]:
    """What is seen of each piece, and for each of its characters the place in the Markdown."""
    source, at = cleaned(markdown), 0
    for piece in pieces_of(markdown):
        for text in _texts(piece):
            known, at = _lines_in(source, text, at)
            yield _plain(text, known) if isinstance(piece, Flow | Table | Row) else (text, known)


def _texts(piece: Piece) -> Iterable[str]:
    match piece:
        case Flow(text=text) | CodeLine(text=text):
            return (text,)
        case Table(cells=cells) | Row(cells=cells):
            return cells
        case DisplayFormula():
            return ()
    return ()


def _lines_in(source: str, text: str, at: int) -> tuple[list[int], int]:
    """For each character of a piece its place in the source, line by line; and how far the source is used up."""
    places: list[int] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            places.append(places[-1] + 1 if places and places[-1] != NOWHERE else NOWHERE)
        found, length = source.find(line, at), len(line)
        if found < 0 and "|" in line:  # a cell's bar is written with a backslash before it
            found, length = source.find(line.replace("|", "\\|"), at), len(line) + line.count("|")
        if found < 0:
            places += [NOWHERE] * len(line)
        else:
            places += range(found, found + len(line))
            at = found + length
    return places, at


def _plain(text: str, known: list[int]) -> tuple[str, list[int]]:
    """Running text without its marks. Each character is looked for behind the one before it."""
    seen: list[str] = []
    places: list[int] = []
    at = 0
    for shown, written in _leaves(text):
        found = text.find(written, at)
        if found < 0:
            for letter in shown:
                near = text.find(letter, at, at + NEAR)
                places.append(known[near] if near >= 0 else NOWHERE)
                at = near + 1 if near >= 0 else at
        elif shown == written:
            places += known[found : found + len(written)]
            at = found + len(written)
        else:
            places += [known[found]] * len(shown)
            at = found + len(written)
        seen.append(shown)
    return "".join(seen), places


def _leaves(text: str) -> Iterator[tuple[str, str]]:
    """What is seen of running text bit by bit, and how the source may have written it."""
    for token in parser(plain=True).parseInline(text) if text else ():
        yield from _leaves_in(SyntaxTreeNode(token.children or ()).children)


def _leaves_in(nodes: Iterable[SyntaxTreeNode]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        match node.type:
            case "softbreak":
                yield " ", "\n"
            case "hardbreak":
                yield LINE_BREAK, "\n"
            case "math_inline" | "math_inline_double":
                yield PICTURE, node.content
            case "text" | "html_inline" | "code_inline":
                yield cleaned(node.content.replace("\n", " ")), cleaned(node.content)
            case _:
                yield from _leaves_in(node.children or ())
