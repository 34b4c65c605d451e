"""One reading process for the tests of a file, and a folder to put files into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.documents.reader_process import ReaderProcess, ReadingResult
from runtime.documents.reading import Block, Page


class Reading:
    """What came of one file."""

    def __init__(self, result: ReadingResult, pages: list[Page]) -> None:
        self.result = result
        self.pages = pages

    @property
    def blocks(self) -> list[Block]:
        """All blocks of all pages."""
        return [block for page in self.pages for block in page.blocks]

    @property
    def text(self) -> str:
        """Everything that was read."""
        return "\n".join(block.text for block in self.blocks)

    def block(self, words: str) -> Block:
        """The one block with these words in it."""
        (found,) = [block for block in self.blocks if words in block.text]
        return found


ReadBytes = Callable[..., Reading]


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    """A reading process, ended afterwards."""
    with ReaderProcess() as process:
        yield process


@pytest.fixture
def read(reader: ReaderProcess, tmp_path: Path) -> ReadBytes:
    """Puts bytes into a file of a name and reads it."""

    def put_and_read(name: str, content: bytes, **options: str) -> Reading:
        path = tmp_path / name
        path.write_bytes(content)
        pages: list[Page] = []
        result = reader.read(path, pages.append, **options)  # type: ignore[arg-type]
        return Reading(result, pages)

    return put_and_read
