"""Colours for code, by Pygments, which is imported only when there is code to colour."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_COLOURED = 40_000
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


def coloured(code: str, language: str) -> Iterator[tuple[str, str]]:
    """Pieces of the code with the theme token that colours each."""
    if not language or len(code) > LONGEST_COLOURED:
        yield code, "text"
        return
    from pygments import lex
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        yield code, "text"
        return
    for kind, piece in lex(code, lexer):
        path = str(kind)
        yield piece, next((token for prefix, token in _TOKENS if path.startswith(prefix)), "text")
