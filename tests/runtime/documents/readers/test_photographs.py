"""Photographs of telephones: opened where something can, named where nothing does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runtime.documents.reader_process import ReaderProcess
from runtime.documents.readers import pictures
from runtime.documents.reading import Page, ReadingEnd
from tests.documents_made import photographs
from tests.runtime.documents.readers.conftest import ReadBytes

OPENS = pytest.mark.skipif(not pictures.reads_photographs(), reason="needs pi_heif")
RECOGNISES = pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")


@OPENS
def test_a_photograph_is_a_page_to_be_recognised(read: ReadBytes) -> None:
    reading = read("IMG_0042.HEIC", photographs.heic())
    assert (reading.result.end, reading.result.picture_pages) == (ReadingEnd.PICTURES_ONLY, (1,))
    assert (reading.result.facts.format, reading.result.facts.pages) == ("picture", 1)


@OPENS
def test_it_is_drawn(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "IMG_0042.HEIC"
    path.write_bytes(photographs.heic())
    drawn = reader.render_page(path, 1, 200)
    assert (drawn.width_px, drawn.height_px) == (200, 60)


@OPENS
def test_a_broken_one_is_damaged(read: ReadBytes) -> None:
    for content in (photographs.heic()[:900], b"\0\0\0\x18ftypheic" + bytes(400)):
        assert read("broken.heic", content).result.end is ReadingEnd.DAMAGED


@pytest.mark.skipif(pictures.reads_photographs(), reason="it is opened here")
def test_where_nothing_opens_it_its_kind_is_named(read: ReadBytes) -> None:
    result = read("IMG_0042.HEIC", photographs.heic()).result
    assert (result.end, result.problem_parameters) == (ReadingEnd.UNSUPPORTED, {"reason": "heic"})


@RECOGNISES
@pytest.mark.parametrize("name", [pytest.param("photo.heic", marks=OPENS), "photo.avif"])
def test_its_words_are_read(reader: ReaderProcess, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(photographs.heic() if name.endswith("heic") else photographs.avif())
    pages: list[Page] = []
    reader.recognise(path, (1,), pages.append)
    words = " ".join(block.text for block in pages[0].blocks)
    assert " ".join(words.split()) == " ".join(photographs.PHOTOGRAPH_WORDS)
