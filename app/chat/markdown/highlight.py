"""Colours for code, by Pygments, which is imported only when there is code to colour."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

# A line longer than this stays without colours.
LONGEST_COLOURED = 1_000
# The first prefix that matches decides; token types are dotted paths.
_TOKENS = (
    ("Token.Keyword", "syntax_keyword"),
    ("Token.Operator.Word", "syntax_keyword"),
    ("Token.Literal.String", "syntax_string"),
    ("Token.Literal.Number", "syntax_number"),
    ("Token.Name.Function", "syntax_name"),
    ("Token.Name.Class", "syntax_name"),
    ("Token.Name.Builtin", "syntax_name"),
    ("Token.Name.Tag", "syntax_name"),
    ("Token.Comment", "text3"),
)
# What goes on over the end of a line and changes how the next one reads.
_GOES_ON = ("Token.Literal.String", "Token.Comment.Multiline")

Coloured = list[tuple[str, str]]


@dataclass(frozen=True)
class ColouredLine:
    """Pieces of a line with the theme token that colours each; ``opener`` is the line that began what goes on here."""

    pieces: Coloured
    opener: str = ""


def coloured(lines: list[str], language: str, opener: str = "") -> list[ColouredLine]:
    """The colours of each line. ``opener`` is the line above them whose string or comment has not ended."""
    lexer = _lexer(language) if language else None
    if lexer is None or any(len(line) > LONGEST_COLOURED for line in lines):
        return [ColouredLine([(line, "text")] if line else []) for line in lines]
    above = [opener] if opener else []
    return _Sorting([*above, *lines]).sorted(lexer)[len(above) :]


class _Sorting:
    """Puts the tokens of several lines to their lines."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._made: list[ColouredLine] = []
        self._pieces: Coloured = []
        self._group = ""
        self._group_line = 0

    def sorted(self, lexer: Any) -> list[ColouredLine]:
        """What each line is made of."""
        from pygments import lex

        for kind, text in lex("\n".join(self._lines), lexer):
            token, group = _meaning(kind)
            if group != self._group:
                self._group, self._group_line = group, len(self._made)
            for number, part in enumerate(text.split("\n")):
                if number:
                    self._end_line()
                if part:
                    self._pieces.append((part, token))
        self._end_line()
        whole = [ColouredLine([(line, "text")] if line else []) for line in self._lines]
        # A lexer that gives back other text than it was given must not change the code.
        same = len(self._made) == len(whole) and all(
            "".join(text for text, _ in made.pieces) == line for made, line in zip(self._made, self._lines, strict=True)
        )
        return self._made if same else whole

    def _end_line(self) -> None:
        self._made.append(ColouredLine(self._pieces, self._lines[self._group_line] if self._group else ""))
        self._pieces = []


@cache
def _meaning(kind: object) -> tuple[str, str]:
    path = str(kind)
    token = next((token for prefix, token in _TOKENS if path.startswith(prefix)), "text")
    group = next((prefix for prefix in _GOES_ON if path.startswith(prefix)), "")
    return token, group


@cache
def prepare() -> None:
    """Import in the background what colouring needs, once, before the first code comes."""
    threading.Thread(target=_lexer, args=("python",), name="highlight", daemon=True).start()


@cache
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
