"""Words in pictures: by the program that is installed, or said to be missing."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from PIL import Image

from runtime.documents.reader_messages import OrderEnded, RecognisePages
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.readers.orders import OrderWork
from runtime.documents.readers.outcomes import Damaged
from runtime.documents.readers.recognising import is_doubtful, paragraphs_of, recogniser
from runtime.documents.readers.recognising_macos import vision_blocks
from runtime.documents.readers.recognition_languages import chosen_languages, system_language
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


@pytest.mark.parametrize(
    ("document", "system", "known", "names", "missing"),
    [
        ("en", "de_DE", ("eng", "deu"), "eng", ""),
        ("de", "en_GB", ("eng", "deu"), "deu", ""),
        ("de-CH", "en_GB", ("eng",), "eng", "deu"),
        ("", "de_DE", ("eng", "deu"), "deu+eng", ""),
        ("", "de_DE", ("eng",), "eng", "deu"),
        ("", "", ("eng", "deu"), "eng", ""),
        ("", "en_US", ("eng",), "eng", ""),
        ("zh", "zh_TW", ("chi_sim", "chi_tra"), "chi_sim", ""),
        ("", "zh_TW", ("chi_sim", "chi_tra", "eng"), "chi_tra+eng", ""),
        ("fr", "", ("deu", "spa"), "deu", "fra"),
        ("fr", "", (), "", "fra"),
    ],
)
def test_the_document_s_language_is_asked_for_then_the_computer_s(
    document: str, system: str, known: tuple[str, ...], names: str, missing: str
) -> None:
    chosen = chosen_languages(document, known, system)
    assert (chosen.names, chosen.missing_name) == (names, missing)
    assert bool(chosen.missing) == bool(missing)


def test_the_computer_s_language_is_read_from_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    assert system_language() == "pt_BR"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert system_language() == "pt_BR"


def test_mostly_guesses_are_doubted() -> None:
    head = "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext"
    row = "5\t1\t1\t1\t1\t1\t100\t200\t50\t20\t{}\tHello"
    assert is_doubtful("\n".join((head, row.format("12.5"), row.format("88"))))
    assert not is_doubtful("\n".join((head, row.format("96"), row.format("88"))))
    assert not is_doubtful(head)


def test_what_the_mac_s_own_reader_says_is_placed_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's part is stood in for: it can be had on a Mac alone."""
    box = SimpleNamespace(origin=SimpleNamespace(x=0.1, y=0.8), size=SimpleNamespace(width=0.5, height=0.1))
    line = SimpleNamespace(
        boundingBox=lambda: box, topCandidates_=lambda _count: [SimpleNamespace(string=lambda: "Seven sacks")]
    )
    asked: list[list[str]] = []
    request = MagicMock(results=lambda: [line], setRecognitionLanguages_=asked.append)
    vision, foundation = MagicMock(), MagicMock()
    vision.VNRecognizeTextRequest.alloc().init.return_value = request
    handler = vision.VNImageRequestHandler.alloc().initWithData_options_.return_value
    handler.performRequests_error_.return_value = (True, None)
    monkeypatch.setitem(sys.modules, "Vision", vision)
    monkeypatch.setitem(sys.modules, "Foundation", foundation)
    picture = Image.new("L", (400, 200))
    (block,) = vision_blocks(picture, 2.0, "deu+eng+tlh")
    assert (block.text, block.box) == ("Seven sacks", (20.0, 80.0, 120.0, 90.0))
    assert asked == [["de-DE", "en-US"]]
    handler.performRequests_error_.return_value = (False, "no")
    with pytest.raises(Damaged):
        vision_blocks(picture, 2.0, "eng")
