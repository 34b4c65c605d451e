"""Markdown, line by line: headings, lists, tables, fenced code, and a title from the front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runtime.documents.readers.flow import Flow
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import row_blocks
from runtime.documents.readers.text import CODE_CHARACTERS, PARAGRAPH_CHARACTERS, paragraphs, text_lines
from runtime.documents.reading import Block, BlockKind, DocumentFacts

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_ITEM = re.compile(r"^\s*([-*+]|\d{1,9}[.)])\s+\S")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_TABLE = re.compile(r"^\s*\|.*\|\s*$|^[^|]+(\s\|\s[^|]*)+$")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_TITLE = re.compile(r"^title:\s*[\"']?(.*?)[\"']?\s*$", re.I)
_FRONT_LINES = 100


def read_markdown(source: Source, out: Sink) -> None:
    """A Markdown file of any size."""
    reader = _Markdown(text_lines(source))
    flow = Flow(out)
    title = ""
    for block in reader.blocks():
        if block.kind is BlockKind.HEADING and not title:
            title = block.text
        flow.add(block)
    out.tell(DocumentFacts("markdown", reader.title or title))
    flow.end()


class _Markdown:
    """Goes through the lines once."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.title = ""
        self._run: list[str] = []
        self._size = 0
        self._kind = BlockKind.PARAGRAPH

    def blocks(self) -> Iterator[Block]:
        """All blocks, in order."""
        for number, line in enumerate(self._lines):
            if number == 0 and line.strip() == "---":
                self._skip_front()
            elif fence := _FENCE.match(line):
                yield from self._flush()
                yield from paragraphs(self._fenced(fence.group(1)), BlockKind.CODE, CODE_CHARACTERS)
            else:
                yield from self._line(line)
        yield from self._flush()

    def _line(self, line: str) -> Iterator[Block]:
        if heading := _HEADING.match(line):
            yield from self._flush()
            yield Block(BlockKind.HEADING, heading.group(2), level=len(heading.group(1)))
            return
        if len(self._run) == 1 and self._kind is BlockKind.PARAGRAPH and (under := _UNDERLINE.match(line)):
            text, self._run = self._run[0], []
            self._size = 0
            yield Block(BlockKind.HEADING, text.strip(), level=1 if under.group(1)[0] == "=" else 2)
            return
        kind = self._kind_of(line)
        begins = _ITEM.match(line) or kind is not self._kind or self._size + len(line) > PARAGRAPH_CHARACTERS
        if not line.strip() or begins:
            yield from self._flush()
        if line.strip():
            self._kind = kind
            self._run.append(line)
            self._size += len(line) + 1

    def _kind_of(self, line: str) -> BlockKind:
        if _ITEM.match(line) or (self._kind is BlockKind.LIST_ITEM and self._run and line.startswith("  ")):
            return BlockKind.LIST_ITEM
        in_table = self._kind is BlockKind.TABLE_ROW and bool(self._run)
        if (in_table and "|" in line) or (len(line) < PARAGRAPH_CHARACTERS and _TABLE.match(line)):
            return BlockKind.TABLE_ROW
        return BlockKind.PARAGRAPH

    def _flush(self) -> Iterator[Block]:
        run, self._run, self._size = self._run, [], 0
        if not run:
            return
        if self._kind is BlockKind.TABLE_ROW:
            yield from row_blocks(_cells(line) for line in run if not _RULE.match(line))
        else:
            yield Block(self._kind, "\n".join(line.strip() for line in run))

    def _fenced(self, fence: str) -> Iterator[str]:
        for line in self._lines:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                return
            yield line

    def _skip_front(self) -> None:
        for number, line in enumerate(self._lines):
            if line.strip() in ("---", "...") or number > _FRONT_LINES:
                return
            if found := _TITLE.match(line):
                self.title = found.group(1)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
