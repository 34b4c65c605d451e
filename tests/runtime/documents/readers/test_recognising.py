"""Words in pictures: by the program that is installed, or said to be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.documents.reader_messages import OrderEnded, RecognisePages
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.readers.orders import OrderWork
from runtime.documents.readers.recognising import paragraphs_of, recogniser
from runtime.documents.reading import Page, ReadingEnd
from tests.documents_made import office, pdfs
from tests.documents_made.sound import PICTURE_WORDS, picture

installed = pytest.mark.skipif(not recogniser(), reason="no program for text recognition on this computer")


@installed
def test_scanned_pages_are_read_one_by_one(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdfs.scan([["The miller counts"], ["seven sacks of flour"]], text_pages=1))
    pages: list[Page] = []
    result = reader.recognise(path, (2, 3), pages.append)
    assert result.end is ReadingEnd.READ
    assert result.problem_parameters == {"recognised": 2, "unrecognised": 0, "languages": "eng"}
    assert [(page.number, page.recognised, page.blocks[0].text) for page in pages] == [
        (2, True, "The miller counts"),
        (3, True, "seven sacks of flour"),
    ]
    box = pages[0].blocks[0].box
    assert box is not None
    left, bottom, right, top = box
    assert (70 < left < 76, 695 < bottom < 702, 708 < top < 716, right < 200) == (True,) * 4


@installed
def test_pictures_within_other_files_are_read_too(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(
        office.packed({"note.txt": b"some words", "photo.png": picture("PNG"), "fax.tiff": picture("TIFF")})
    )
    pages: list[Page] = []
    reader.recognise(path, (), pages.append)
    assert [page.part for page in pages] == ["photo.png", "fax.tiff"]
    assert all(" ".join(PICTURE_WORDS) in " ".join(page.blocks[0].text.split()) for page in pages)


def test_without_a_program_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdfs.scan([["words"]]))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("runtime.documents.readers.recognising.PLACES", ())
    replies: list[object] = []
    OrderWork(RecognisePages(1, bytes(path)), replies.append).run()
    (ended,) = replies
    assert isinstance(ended, OrderEnded)
    assert (ended.end, ended.parameters["reason"]) == (ReadingEnd.UNSUPPORTED, "recognition")


def test_the_program_s_table_becomes_paragraphs_with_places() -> None:
    head = "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext"
    rows = (
        "5\t1\t1\t1\t1\t1\t100\t200\t50\t20\t96.1\tHello",
        "5\t1\t1\t1\t1\t2\t160\t200\t60\t20\t95\tmiller",
        "5\t1\t1\t1\t2\t1\t100\t230\t60\t20\t12.5\tgu3ss",
        "5\t1\t1\t1\t2\t2\t100\t230\t60\t20\t88\tagain",
        "5\t1\t2\t1\t1\t1\t100\t400\t60\t20\t90\tApart",
        "rubbish",
    )
    blocks = paragraphs_of("\n".join((head, *rows)), height_px=1000, dots_a_point=2.0)
    assert [(block.text, block.box) for block in blocks] == [
        ("Hello miller\nagain", (50.0, 375.0, 110.0, 400.0)),
        ("Apart", (50.0, 290.0, 80.0, 300.0)),
    ]
