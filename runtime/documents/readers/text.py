"""Plain text and source code: paragraphs between empty lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runtime.documents.readers.encodings import encoding_of, lines_of
from runtime.documents.readers.flow import Flow
from runtime.documents.readers.outcomes import Unsupported
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.reading import Block, BlockKind, DocumentFacts

PARAGRAPH_CHARACTERS = 4_000
CODE_CHARACTERS = 2_000


def read_text(source: Source, out: Sink) -> None:
    """A text file of any size, piece by piece."""
    _read(source, out, BlockKind.PARAGRAPH, PARAGRAPH_CHARACTERS)


def read_code(source: Source, out: Sink) -> None:
    """Source code and data in text form: as it stands, with its indentation."""
    _read(source, out, BlockKind.CODE, CODE_CHARACTERS)


def text_lines(source: Source) -> Iterator[str]:
    """The lines of a file that was taken for text. Raises Unsupported if it is none after all."""
    encoding = encoding_of(source.head, whole=source.size_bytes <= len(source.head))
    if encoding is None:
        raise Unsupported("binary")
    return lines_of(source.open(), encoding)


def paragraphs(lines: Iterable[str], kind: BlockKind, most_characters: int) -> Iterator[Block]:
    """Runs of lines between empty ones; long runs in pieces."""
    run: list[str] = []
    size = 0
    for line in lines:
        if run and (not line.strip() or size + len(line) > most_characters):
            yield Block(kind, "\n".join(run))
            run, size = [], 0
        if line.strip():
            run.append(line)
            size += len(line) + 1
    if run:
        yield Block(kind, "\n".join(run))


def _read(source: Source, out: Sink, kind: BlockKind, most_characters: int) -> None:
    out.tell(DocumentFacts("code" if kind is BlockKind.CODE else "text"))
    flow = Flow(out)
    flow.extend(paragraphs(text_lines(source), kind, most_characters))
    flow.end()
