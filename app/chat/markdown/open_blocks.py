"""What is open between two lines of Markdown, and what it becomes when it ends."""

from __future__ import annotations

from dataclasses import replace

from app.chat.markdown.flow import LONGEST_PARAGRAPH, OPEN, PIECE, cut, definitions
from app.chat.markdown.leaves import Item, Leaf, Nest, Pending, Words, bullet_of, place_in, shown
from app.chat.markdown.pieces import Bullet, Definitions, DisplayFormula, Flow, Piece, Place


class OpenBlocks:
    """Owns the open quotations and items, the leaf in the innermost, and what has been given out."""

    def __init__(self) -> None:
        self._nest: Nest = ()
        self._leaf: Leaf | None = None
        self._out: list[Piece] = []

    def _give_up(self, leaf: Pending) -> None:
        """Read the lines of a formula again that has no end."""
        raise NotImplementedError

    def _end_formula(self, ends: bool) -> bool:
        leaf = self._leaf
        found = leaf.open.closed() if isinstance(leaf, Pending) and ends else None
        if not isinstance(leaf, Pending) or found is None:
            return False
        self._leaf = None
        self._out += leaf.pieces
        self._out.append(DisplayFormula(self._begin(), found[0]))
        if found[1]:
            self._leaf = Words(found[1])
        return True

    def _give_away(self) -> None:
        """Settle the beginning of a paragraph that has become long."""
        while isinstance(self._leaf, Words) and len(self._leaf.text) > OPEN:
            leaf = self._leaf
            if not leaf.begun and leaf.kind == "p":
                complete, _, last = leaf.text.rpartition("\n")
                rest, found = definitions(complete)
                if found:
                    self._out.append(Definitions(found))
                    self._leaf = replace(leaf, text=f"{rest}\n{last}".lstrip("\n"))
                    continue
            breaks = leaf.given > LONGEST_PARAGRAPH
            place = cut(leaf.text, at_sentence=leaf.given > LONGEST_PARAGRAPH - PIECE)
            self._flow(leaf, leaf.text[:place], breaks)
            given = place if breaks else leaf.given + place
            self._leaf = replace(leaf, text=leaf.text[place:], begun=True, given=given)

    def _flow(self, leaf: Words, text: str, breaks: bool = False) -> None:
        if leaf.begun:
            self._out.append(
                Flow(place_in(self._nest), leaf.kind, text.lstrip() if breaks else text, goes_on=not breaks)
            )
        else:
            bullet = self._own_bullet()
            self._out.append(Flow(self._begin(), leaf.kind, text, bullet))

    def _close_leaf(self) -> None:
        leaf, self._leaf = self._leaf, None
        if isinstance(leaf, Pending):
            self._give_up(leaf)
            self._close_leaf()
        elif isinstance(leaf, Words):
            text, found = (leaf.text, {}) if leaf.begun or leaf.kind != "p" else definitions(leaf.text)
            if found:
                self._out.append(Definitions(found))
            if text.strip() or (leaf.kind != "p" and not leaf.begun):
                self._flow(leaf, text.rstrip())

    def _close_to(self, depth: int) -> None:
        self._close_leaf()
        if any(isinstance(part, Item) and not part.shown for part in self._nest[depth:]):
            self._begin()
        self._nest = self._nest[:depth]

    def _own_bullet(self) -> Bullet | None:
        """The mark of the innermost item, for the words that begin it."""
        bullet = bullet_of(self._nest, len(self._nest) - 1) if self._nest else None
        if bullet is not None:
            self._nest = (*self._nest[:-1], *shown(self._nest[-1:]))
        return bullet

    def _begin(self) -> Place:
        """Where the next leaf stands. Items whose mark no words of their own bring get a line with it."""
        for depth in range(len(self._nest)):
            if (bullet := bullet_of(self._nest, depth)) is not None:
                self._out.append(Flow(place_in(self._nest[: depth + 1]), "p", "", bullet))
        self._nest = shown(self._nest)
        return place_in(self._nest)
