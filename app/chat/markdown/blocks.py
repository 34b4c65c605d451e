"""Reads Markdown line by line. What a line has settled stays; only the leaf that is open can still change."""

from __future__ import annotations

import copy
from dataclasses import replace

from app.chat.markdown.flow import definitions
from app.chat.markdown.formula_lines import LONGEST_FORMULA, one_line_formula, opened_formula
from app.chat.markdown.leaves import (
    Fence,
    Grid,
    Indented,
    Item,
    Pending,
    Quote,
    Words,
)
from app.chat.markdown.lines import (
    TAB,
    ItemMark,
    Rest,
    cleaned,
    closes_fence,
    fence_mark,
    heading,
    is_rule,
    item_mark,
    table_cells,
    table_sides,
    underline,
)
from app.chat.markdown.open_blocks import OpenBlocks
from app.chat.markdown.pieces import (
    Code,
    CodeLine,
    DisplayFormula,
    Piece,
    Row,
    Rule,
    Table,
)

DEEPEST = 20
# A line may be read in parts of this length before it has ended; one of a table is better read as a whole.
PART = 600
TABLE_PART = 5_000


class BlockReader(OpenBlocks):
    """Owns what is open at the end of the lines read so far; a copy costs next to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._middle = ""
        self._ends = True

    def copy(self) -> BlockReader:
        """One that reads on by itself."""
        made = copy.copy(self)
        made._out = []
        return made

    def part_length(self, begins: str) -> int:
        """So much of a line can be read before its end has come."""
        if not self._middle and (isinstance(self._leaf, Grid) or begins.lstrip().startswith("|")):
            return TABLE_PART
        return PART

    def read(self, line: str, *, ends: bool = True, whole: bool = True) -> list[Piece]:
        """What the next line settles. ``ends`` is false for a part of it; ``whole`` is false if it may grow."""
        self._out = []
        self._feed(cleaned(line), ends, whole=whole)
        return self._out

    def close(self) -> list[Piece]:
        """What is open, as if the text had ended."""
        self._out = []
        self._close_to(0)
        return self._out

    # --- a line ---------------------------------------------------------------------------------------------------

    def _feed(self, line: str, ends: bool, *, whole: bool = True, formulas: bool = True) -> None:
        if self._middle:
            self._go_on(line, ends)
            return
        formulas = formulas and ("$$" in line or "\\[" in line)
        before, given = self.copy() if formulas else self, len(self._out)
        self._ends = ends
        self._line(Rest(line), whole, formulas)
        leaf = self._leaf
        if isinstance(leaf, Pending) and not leaf.parts:
            pieces = tuple(self._out[given:])
            del self._out[given:]
            self._leaf = Pending(leaf.open, before, ((line, ends),), pieces)
        elif isinstance(leaf, Pending):
            self._leaf = replace(leaf, parts=(*leaf.parts, (line, ends)))
        self._give_up_if_long()
        if not ends:
            self._middle = self._kind_of_middle(line)

    def _kind_of_middle(self, line: str) -> str:
        match self._leaf:
            case Words():
                return "words"
            case Pending():
                return "formula"
            case Fence() | Indented() if self._out and isinstance(self._out[-1], CodeLine):
                return "code"
            case Fence():
                return "skip"
            case _:
                return "skip" if self._out and isinstance(self._out[-1], Rule) else ""

    def _go_on(self, part: str, ends: bool) -> None:
        leaf, middle = self._leaf, self._middle
        if ends:
            self._middle = ""
        if middle == "words" and isinstance(leaf, Words):
            self._leaf = replace(leaf, text=leaf.text + part)
            self._give_away()
            if ends and self._leaf.kind != "p":
                self._close_leaf()
        elif middle == "code" and part:
            self._out.append(CodeLine(part, goes_on=True))
        elif middle == "formula" and isinstance(leaf, Pending):
            self._leaf = replace(leaf, open=leaf.open.longer(part), parts=(*leaf.parts, (part, ends)))
            self._end_formula(ends)
            self._give_up_if_long()

    def _line(self, rest: Rest, whole: bool, formulas: bool) -> None:
        rest, depth = self._matched(rest)
        if depth == len(self._nest) and self._taken(rest):
            return
        self._open(rest, depth, whole, formulas)

    def _matched(self, rest: Rest) -> tuple[Rest, int]:
        """How many of the open quotations and items a line belongs to, and what it has beyond them."""
        for depth, part in enumerate(self._nest):
            if isinstance(part, Quote):
                if rest.indent >= TAB or not rest.bare.startswith(">"):
                    return rest, depth
                rest = rest.after(1).without(1)
            else:
                if part.blank if rest.blank else rest.indent < part.width:
                    return rest, depth
                rest = rest.without(part.width)
                if part.blank:
                    self._nest = (*self._nest[:depth], replace(part, blank=False), *self._nest[depth + 1 :])
        return rest, len(self._nest)

    def _taken(self, rest: Rest) -> bool:
        """Whether the open leaf takes the line; one that doesn't is closed, unless it is a paragraph."""
        match self._leaf:
            case Fence(mark, indent):
                if closes_fence(rest, mark):
                    self._leaf = None
                else:
                    self._out.append(CodeLine(rest.without(indent).text))
                return True
            case Pending() as leaf:
                self._leaf = replace(leaf, open=leaf.open.with_line(rest.text))
                return self._end_formula(True) or True
            case Indented(blanks):
                if rest.blank:
                    self._leaf = Indented((*blanks, rest.without(TAB).text))
                    return True
                if rest.indent >= TAB:
                    self._out += [CodeLine(line) for line in (*blanks, rest.without(TAB).text)]
                    self._leaf = Indented()
                    return True
                self._leaf = None
            case Grid(columns):
                if not rest.blank and rest.indent < TAB and not _begins_other(rest):
                    self._out.append(Row(table_cells(rest.text, columns)))
                    return True
                self._leaf = None
        return False

    def _open(self, rest: Rest, depth: int, whole: bool, formulas: bool) -> None:
        while not rest.blank and not (rest.indent >= TAB and isinstance(self._leaf, Words)):
            if rest.indent >= TAB:
                self._close_to(depth)
                self._out.append(Code(self._begin(), ""))
                self._out.append(CodeLine(rest.without(TAB).text))
                self._leaf = Indented()
                return
            if self._opens_leaf(rest, depth, whole) or self._opens_formula(rest, depth, formulas):
                return
            mark = item_mark(rest)
            if depth < DEEPEST and rest.bare[0] == ">":
                self._close_to(depth)
                self._nest += (Quote(),)
                rest = rest.after(1).without(1)
            elif depth < DEEPEST and mark is not None and self._may_begin(mark, depth):
                number = self._number(mark, depth)
                self._close_to(depth)
                self._nest += (Item(mark.kind, number, mark.width, blank=mark.rest.blank),)
                rest = mark.rest
            else:
                break
            depth += 1
        self._add_words(rest, depth)

    def _add_words(self, rest: Rest, depth: int) -> None:
        if isinstance(self._leaf, Words) and not rest.blank:  # a quotation or an item may go on without its mark
            self._leaf = replace(self._leaf, text=f"{self._leaf.text}\n{rest.bare}")
        else:
            self._close_to(depth)
            if rest.blank:
                return
            self._leaf = Words(rest.bare)
        self._give_away()

    def _give_up_if_long(self) -> None:
        if isinstance(self._leaf, Pending) and self._leaf.open.length > LONGEST_FORMULA:
            self._give_up(self._leaf)

    def _give_up(self, leaf: Pending) -> None:
        self._nest, self._leaf, self._middle = leaf.before._nest, leaf.before._leaf, ""
        for part, ends in leaf.parts:
            self._feed(part, ends, formulas=False)

    # --- what a line may begin ------------------------------------------------------------------------------------

    def _may_begin(self, mark: ItemMark, depth: int) -> bool:
        """An item that breaks into a paragraph must have words, and the number 1 if it has one."""
        if isinstance(self._leaf, Words) and depth == len(self._nest):
            return not mark.rest.blank and mark.number in (None, 1)
        return True

    def _number(self, mark: ItemMark, depth: int) -> int | None:
        before = self._nest[depth] if depth < len(self._nest) else None
        if isinstance(before, Item) and before.kind == mark.kind and before.number is not None:
            return before.number + 1
        return mark.number

    def _opens_leaf(self, rest: Rest, depth: int, whole: bool) -> bool:
        bare = rest.bare
        if isinstance(self._leaf, Words) and depth == len(self._nest) and self._changes_words(self._leaf, bare, whole):
            return True
        if found := heading(bare):
            self._close_to(depth)
            self._leaf = Words(found[1], f"h{found[0]}")
            self._give_away()
            if self._ends:
                self._close_leaf()
            return True
        if fence := fence_mark(rest):
            self._close_to(depth)
            self._out.append(Code(self._begin(), fence.language))
            self._leaf = Fence(fence.mark, fence.indent)
            return True
        if is_rule(bare):
            self._close_to(depth)
            self._out.append(Rule(self._begin()))
            return True
        return False

    def _changes_words(self, leaf: Words, line: str, whole: bool) -> bool:
        """Whether a line makes a heading or the head of a table of what stands above it."""
        level = underline(line, whole=whole)
        if level and (leaf.begun or definitions(leaf.text)[0].strip()):
            self._leaf = replace(leaf, kind=leaf.kind if leaf.begun else f"h{level}")
            self._close_leaf()
            return True
        above, _, head = leaf.text.rpartition("\n")
        sides = table_sides(head, line) if above or not leaf.begun else ()
        if not sides:
            return False
        self._leaf = replace(leaf, text=above)
        self._close_leaf()
        self._out.append(Table(self._begin(), table_cells(head, len(sides)), sides))
        self._leaf = Grid(len(sides))
        return True

    def _opens_formula(self, rest: Rest, depth: int, several_lines: bool) -> bool:
        if isinstance(self._leaf, Words):
            return False
        complete = one_line_formula(rest.bare)
        opened = opened_formula(rest.bare) if several_lines and complete is None else None
        if complete is None and opened is None:
            return False
        self._close_to(depth)
        if complete is not None:
            self._out.append(DisplayFormula(self._begin(), complete[0]))
            if complete[1]:
                self._leaf = Words(complete[1])
        elif opened is not None:
            self._leaf = Pending(opened, self, (), ())
        return True


def _begins_other(rest: Rest) -> bool:
    """Whether a line ends the table before it."""
    bare = rest.bare
    return bool(
        bare[0] == ">" or item_mark(rest) is not None or heading(bare) or fence_mark(rest) is not None or is_rule(bare)
    )
