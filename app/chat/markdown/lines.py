"""What a line of Markdown begins with: white space to the column, and the marks of all kinds of blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it.rules_block.table import escapedSplit

TAB = 4
WHITE = " \t"
# What Qt's documents keep for themselves, or would take for the end of a paragraph.
_SPACES = dict.fromkeys(map(ord, "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")
_FOREIGN = re.compile("[\x00\ufdd0\ufdd1\ufffc\ud800-\udfff]")

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)(.*)")
_HEADING_END = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_ITEM = re.compile(r"(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)")
_BELOW_HEAD = re.compile(r"[-:|][-:| \t]*$")
_COLUMN = re.compile(r":?-+:?$")


def cleaned(text: str) -> str:
    """The text without what would break a document of Qt."""
    if text.isascii() and "\r" not in text and text.isprintable():
        return text
    return _FOREIGN.sub("\ufffd", text).translate(_SPACES)


class Rest(NamedTuple):
    """What is left of a line, and the column where that begins."""

    text: str
    column: int = 0

    @property
    def blank(self) -> bool:
        """Nothing but white space."""
        return not self.text or self.text.isspace()

    @property
    def indent(self) -> int:
        """How many columns of white space it begins with."""
        if self.text[:1] not in WHITE:
            return 0
        column = self.column
        for letter in self.text:
            if letter == " ":
                column += 1
            elif letter == "\t":
                column += TAB - column % TAB
            else:
                break
        return column - self.column

    @property
    def bare(self) -> str:
        """Without white space at its beginning."""
        return self.text.lstrip(WHITE)

    def without(self, columns: int) -> Rest:
        """Up to so many columns of white space taken away; a tab may be taken in part."""
        column, goal, place = self.column, self.column + columns, 0
        while place < len(self.text) and column < goal:
            if self.text[place] == " ":
                column += 1
            elif self.text[place] == "\t":
                column += TAB - column % TAB
            else:
                break
            place += 1
        return Rest(" " * (column - goal) + self.text[place:], min(column, goal))

    def after(self, letters: int) -> Rest:
        """Its white space and so many letters taken away."""
        column = self.column + self.indent + letters
        return Rest(self.bare[letters:], column)


@dataclass(frozen=True)
class ItemMark:
    """The mark of a list's item. ``width`` is how far in its text stands; ``kind`` tells lists apart."""

    kind: str
    number: int | None
    width: int
    rest: Rest


def item_mark(rest: Rest) -> ItemMark | None:
    """The item that a line begins, if it does."""
    found = _ITEM.match(rest.bare)
    if not found:
        return None
    indent, letters = rest.indent, len(found.group())
    behind = rest.after(letters)
    if behind.blank:
        spaces, text = 1, Rest("", behind.column)
    else:
        spaces = behind.indent if 1 <= behind.indent <= TAB else 1
        text = behind.without(spaces)
    number = int(found.group(2)) if found.group(2) else None
    return ItemMark(found.group(1) or found.group(3), number, indent + letters + spaces, text)


def heading(text: str) -> tuple[int, str] | None:
    """Level and words of a heading with hashes."""
    found = _HEADING.match(text)
    return (len(found.group(1)), _HEADING_END.sub("", found.group(2)).strip()) if found else None


def underline(text: str, *, whole: bool) -> int | None:
    """The level that a line gives to the text above it. One dash in an unfinished line may yet become anything."""
    found = _UNDERLINE.match(text)
    if not found or (not whole and len(found.group(1)) < 3):
        return None
    return 1 if text[0] == "=" else 2


def is_rule(text: str) -> bool:
    """A line across."""
    return bool(_RULE.match(text))


@dataclass(frozen=True)
class FenceMark:
    """What opens a block of code."""

    mark: str
    indent: int
    language: str


def fence_mark(rest: Rest) -> FenceMark | None:
    """The fence that a line is, if it is one."""
    found = _FENCE.match(rest.bare)
    if not found:
        return None
    words = (found.group(2) or found.group(4) or "").split()
    return FenceMark(found.group(1) or found.group(3), rest.indent, words[0][:30] if words else "")


def closes_fence(rest: Rest, mark: str) -> bool:
    """Whether a line ends a block of code."""
    text = rest.bare.rstrip(WHITE)
    return rest.indent < TAB and len(text) >= len(mark) and text == mark[0] * len(text)


def table_sides(head: str, below: str) -> tuple[str, ...]:
    """How the columns of a table lie, if these two lines begin one; otherwise nothing."""
    below = below.strip(WHITE)
    if "|" not in head or len(below) < 2 or not _BELOW_HEAD.match(below) or below[:2] in ("- ", "-\t"):
        return ()
    columns = below.split("|")
    if not columns[0].strip():
        columns = columns[1:]
    if columns and not columns[-1].strip():
        columns = columns[:-1]
    columns = [column.strip() for column in columns]
    if not columns or not all(_COLUMN.match(column) for column in columns):
        return ()
    if len(_split(head)) != len(columns):
        return ()
    return tuple(_side(column) for column in columns)


def _side(column: str) -> str:
    if column.endswith(":"):
        return "center" if column.startswith(":") else "right"
    return "left" if column.startswith(":") else ""


def _split(text: str) -> list[str]:
    cells = escapedSplit(text.strip(WHITE))
    if cells and not cells[0]:
        cells = cells[1:]
    if cells and not cells[-1]:
        cells = cells[:-1]
    return [cell.strip(WHITE) for cell in cells]


def table_cells(text: str, columns: int) -> tuple[str, ...]:
    """The cells of a row, as many as the head has."""
    return tuple([*_split(text), *[""] * columns][:columns])
