"""Markdown read line by line says the same as Markdown read as a whole."""

from __future__ import annotations

import random
from collections.abc import Iterable

from markdown_it.tree import SyntaxTreeNode

from app.chat.markdown.inlines import parser
from app.chat.markdown.pieces import Code, CodeLine, DisplayFormula, Flow, Place, Row, Rule, Table
from app.chat.markdown.text_reader import TextReader, pieces_of

LINES = """text
more **words**
- item
  - deeper
    - deepest
* another
1. one
   in it
2. two

```
```py
# Head
---
| a | b |
|---|---|
| 1 | 2 |

> quoted
> - listed

## Head #
===
    deep
***
-
1)
\\[ a \\]
- ```
> ```
a | b
~~~"""


def test_blocks_read_as_markdown_it_reads_them() -> None:
    for seed in range(2500):
        chance = random.Random(seed)
        text = "\n".join(chance.choice(LINES.split("\n")) for _ in range(chance.randint(1, 9))) + "\n"
        assert read_here(text) == read_there(text), text


def read_here(text: str) -> list[tuple[str, int, str]]:
    """Kind, indentation and words of all blocks as our reader finds them."""
    made: list[tuple[str, int, str]] = []
    for piece in pieces_of(text):
        match piece:
            case Flow(place, kind, words, bullet):
                made += [("item", place.steps, str(bullet.number))] if bullet else []
                made += [(kind, place.steps, stripped(words))] if words or not bullet else []
            case Code(place):
                made.append(("code", place.steps, ""))
            case CodeLine(words):
                made[-1] = (*made[-1][:2], f"{made[-1][2]}{words}\n")
            case Table(place, cells):
                made.append(("table", place.steps, str(cells)))
            case Row(cells):
                made[-1] = (*made[-1][:2], made[-1][2] + str(cells))
            case DisplayFormula(place, source):
                made.append(("formula", place.steps, source))
            case Rule(place):
                made.append(("hr", place.steps, ""))
    return made


KINDS = {"fence": "code", "code_block": "code", "table": "table", "math_block": "formula"}


def read_there(text: str) -> list[tuple[str, int, str]]:
    """The same by markdown-it, which reads the text as a whole."""
    made: list[tuple[str, int, str]] = []

    def walk(nodes: Iterable[SyntaxTreeNode], steps: int) -> None:
        for node in nodes:
            match node.type:
                case "blockquote":
                    walk(node.children, steps + 1)
                case "bullet_list" | "ordered_list":
                    for number, item in enumerate(node.children, int(node.attrs.get("start", 1))):
                        made.append(("item", steps + 2, str(number if node.type == "ordered_list" else None)))
                        walk(item.children, steps + 2)
                case _:
                    made.append((KINDS.get(node.type, node.tag), steps, words_of(node)))

    walk(SyntaxTreeNode(parser().parse(text)).children, 0)
    return made


def words_of(node: SyntaxTreeNode) -> str:
    if node.type in ("paragraph", "heading"):
        return stripped(node.children[0].content)
    if node.type == "table":
        rows = [row for part in node.children for row in part.children]
        return "".join(str(tuple(cell.children[0].content for cell in row.children)) for row in rows)
    return str(node.content)


def stripped(words: str) -> str:
    return "\n".join(line.strip() for line in words.strip().split("\n"))


def test_what_was_read_is_not_read_again() -> None:
    """However long a block is, what is still open at its end is short."""
    for text in ("```\n" + "code\n" * 5_000, "- item\n" * 5_000, "> words\n" * 5_000, "word " * 10_000, "x" * 50_000):
        reader = TextReader(text)
        while not reader.at_end:
            reader.settled(1_000)
        assert len(text) - reader.place < 700
        assert sum(len(piece.text) for piece in reader.open() if isinstance(piece, Flow | CodeLine)) < 2_000


def test_a_formula_without_its_end_is_read_as_the_words_it_is() -> None:
    pieces = list(pieces_of("$$\nx = 1\n\n- item\n" + "- more\n" * 1_000))
    assert pieces[0] == Flow(Place(), "p", "$$\nx = 1")
    assert len(pieces) == 1_002


def test_words_behind_a_formula_are_kept() -> None:
    assert list(pieces_of("\\[ x \\] and so on")) == [DisplayFormula(Place(), " x "), Flow(Place(), "p", "and so on")]


def test_one_dash_below_a_line_is_a_heading_only_when_its_line_has_ended() -> None:
    """Otherwise every list that streams in below a line would make it a heading for a moment."""
    assert next(iter(pieces_of("words\n-"))) == Flow(Place(), "p", "words\n-")
    assert next(iter(pieces_of("words\n-\n"))) == Flow(Place(), "h2", "words")
