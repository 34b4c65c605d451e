"""What Markdown is made of, once it is read: paragraphs, lines of code, rows of tables, in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bullet:
    """The mark before an item of a list. ``depth`` counts the lists around it."""

    depth: int
    number: int | None
    ending: str = "."


@dataclass(frozen=True)
class Place:
    """How far in something stands, in steps of indentation, and before which of them the bar of a quotation is."""

    steps: int = 0
    bars: tuple[int, ...] = ()
    listed: bool = False


@dataclass(frozen=True)
class Flow:
    """Running text. ``kind`` is p or h1 to h6; ``goes_on`` adds to the text before it."""

    place: Place
    kind: str
    text: str
    bullet: Bullet | None = None
    goes_on: bool = False


@dataclass(frozen=True)
class Code:
    """A block of code begins; its lines follow."""

    place: Place
    language: str


@dataclass(frozen=True)
class CodeLine:
    """A line of code, or the rest of a very long one."""

    text: str
    goes_on: bool = False


@dataclass(frozen=True)
class Table:
    """A table begins with its head; its rows follow. ``sides`` are left, right, center or ""."""

    place: Place
    cells: tuple[str, ...]
    sides: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A row of a table, with as many cells as its head has."""

    cells: tuple[str, ...]


@dataclass(frozen=True)
class DisplayFormula:
    """A formula on a line of its own."""

    place: Place
    source: str


@dataclass(frozen=True)
class Rule:
    """A line across."""

    place: Place


@dataclass(frozen=True)
class Definitions:
    """Addresses that links of the text name by a label, as markdown-it keeps them."""

    references: dict[str, Any]


Piece = Flow | Code | CodeLine | Table | Row | DisplayFormula | Rule | Definitions
