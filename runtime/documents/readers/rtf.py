"""Rich text files as paragraphs."""

from __future__ import annotations

import re

from runtime.documents.limits import MEBIBYTE
from runtime.documents.readers.flow import Flow
from runtime.documents.readers.outcomes import Damaged
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.readers.tables import row_blocks
from runtime.documents.reading import Block, BlockKind, DocumentFacts

MOST_BYTES = 64 * MEBIBYTE
_BINARY = re.compile(r"\\bin(\d{1,9}) ?")
# Pictures in hexadecimal are most of a large file, and nothing to read.
_HEXADECIMAL = re.compile(r"(?<![0-9a-fA-F\\'])[0-9a-fA-F\s]{512,}")
_BULLET = re.compile(r"^\s*([•·▪◦‣–*-]|\d{1,3}[.)])\s+")


def read_rtf(source: Source, out: Sink) -> None:
    """A .rtf file."""
    from striprtf.striprtf import rtf_to_text

    text = source.content(MOST_BYTES).decode("latin-1")
    out.tell(DocumentFacts("rtf"))
    text = _HEXADECIMAL.sub(" ", _BINARY.sub("", text))
    try:
        plain = rtf_to_text(text, errors="replace")
    except (ValueError, IndexError, KeyError, LookupError, TypeError, OverflowError) as error:
        raise Damaged("rtf") from error
    flow = Flow(out)
    rows: list[list[str]] = []
    for line in plain.split("\n"):
        if line.count("|") >= 2 and line.rstrip().endswith("|"):
            rows.append(line.rstrip().rstrip("|").split("|"))
            continue
        flow.extend(row_blocks(rows))
        rows = []
        if line.strip():
            flow.add(Block(BlockKind.LIST_ITEM if _BULLET.match(line) else BlockKind.PARAGRAPH, line))
    flow.extend(row_blocks(rows))
    flow.end()
