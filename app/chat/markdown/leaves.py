"""What can be open between two lines of Markdown: quotations and items of lists, and one leaf in the innermost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.chat.markdown.formula_lines import OpenFormula
from app.chat.markdown.pieces import Bullet, Piece, Place

if TYPE_CHECKING:
    from app.chat.markdown.blocks import BlockReader


@dataclass(frozen=True)
class Quote:
    """A quotation is open."""


@dataclass(frozen=True)
class Item:
    """An item of a list is open. ``shown`` once its mark was given out; ``blank`` while nothing stands in it."""

    kind: str
    number: int | None
    width: int
    blank: bool
    shown: bool = False


@dataclass(frozen=True)
class Words:
    """A paragraph is open. ``begun`` once a part of it was given out, ``given`` letters of it since the last break."""

    text: str
    kind: str = "p"
    begun: bool = False
    given: int = 0


@dataclass(frozen=True)
class Fence:
    """Code between fences is open."""

    mark: str
    indent: int


@dataclass(frozen=True)
class Indented:
    """Code by indentation is open; ``blanks`` belong to it only if more follows."""

    blanks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table is open."""

    columns: int


@dataclass(frozen=True)
class Pending:
    """A formula without its end so far. If that never comes, its lines are read again as what else they are."""

    open: OpenFormula
    before: BlockReader
    parts: tuple[tuple[str, bool], ...]
    pieces: tuple[Piece, ...]


Nest = tuple[Quote | Item, ...]
Leaf = Words | Fence | Indented | Grid | Pending


def place_in(nest: Nest) -> Place:
    """Where something in the innermost of these stands."""
    steps, bars = 0, []
    for part in nest:
        if isinstance(part, Quote):
            bars.append(steps)
        steps += 1 if isinstance(part, Quote) else 2
    return Place(steps, tuple(bars), any(isinstance(part, Item) for part in nest))


def bullet_of(nest: Nest, depth: int) -> Bullet | None:
    """The mark of the item that is so deep in the nest, if it has not been given out."""
    part = nest[depth]
    if not isinstance(part, Item) or part.shown:
        return None
    return Bullet(sum(isinstance(outer, Item) for outer in nest[:depth]), part.number, part.kind)


def shown(nest: Nest) -> Nest:
    """The same after the marks of all its items were given out."""
    return tuple(replace(part, shown=True) if isinstance(part, Item) and not part.shown else part for part in nest)
