"""PDF files: structure, labels, columns, passwords, repair, what people wrote into them, what is hidden in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.documents.reader_process import ReaderProcess
from runtime.documents.reading import BlockKind, ReadingEnd
from runtime.errors import DocumentUnopened
from tests.documents_made import pdfs
from tests.documents_made.pdf_writer import PdfWriter
from tests.runtime.documents.readers.conftest import ReadBytes


def test_a_report_has_headings_paragraphs_and_rows_with_the_years_above_them(read: ReadBytes) -> None:
    reading = read("report.pdf", pdfs.report(2))
    assert reading.result.end is ReadingEnd.READ
    assert (reading.result.facts.pages, reading.result.facts.language) == (2, "en-US")
    heading = reading.block("Part 2.")
    assert (heading.kind, heading.level) == (BlockKind.HEADING, 1)
    row = reading.block("Net sales $")
    assert (row.kind, row.header) == (BlockKind.TABLE_ROW, "(In millions) 2023 2022 2021")
    assert row.box is not None
    left, bottom, right, top = row.box
    assert (round(left), round(right), round(top - bottom)) == (72, 501, 12)
    paragraphs = [block for block in reading.pages[0].blocks if block.kind is BlockKind.PARAGRAPH]
    assert all(block.text[0].isupper() and block.text[-1] == "." for block in paragraphs[:-1])
    assert len(paragraphs) > 5


def test_two_columns_are_read_one_after_the_other(read: ReadBytes) -> None:
    content, told = pdfs.two_columns()
    reading = read("article.pdf", content)
    paragraphs = [" ".join(b.text.split()) for b in reading.blocks if b.kind is BlockKind.PARAGRAPH]
    assert paragraphs == told


def test_pages_have_the_names_that_the_document_gives_them(read: ReadBytes) -> None:
    assert [page.label for page in read("book.pdf", pdfs.labelled()).pages] == ["i", "ii", "1", "2"]


def test_words_broken_at_line_ends_are_whole(read: ReadBytes) -> None:
    assert "administration decided" in read("letter.pdf", pdfs.hyphens()).text


def test_hidden_words_are_marked(read: ReadBytes) -> None:
    reading = read("application.pdf", pdfs.hidden())
    assert [block.hidden for block in reading.blocks] == [False, True, True, False]


def test_a_password_opens_what_it_should(read: ReadBytes) -> None:
    locked = pdfs.encrypted("secret")
    without, wrong, right = (read("locked.pdf", locked, password=word) for word in ("", "guess", "secret"))
    assert (without.result.end, without.result.problem_parameters) == (ReadingEnd.NEEDS_PASSWORD, {})
    assert (wrong.result.end, wrong.result.problem_parameters) == (ReadingEnd.NEEDS_PASSWORD, {"reason": "wrong"})
    assert (right.result.end, right.result.pages_read) == (ReadingEnd.READ, 2)


def test_a_file_cut_short_is_repaired(read: ReadBytes) -> None:
    reading = read("cut.pdf", pdfs.cut_short(6))
    assert (reading.result.end, len(reading.pages)) == (ReadingEnd.REPAIRED, 6)
    assert "Part 4." in reading.text


def test_answers_in_a_form_and_comments_are_read(read: ReadBytes) -> None:
    notes = [block.text for block in read("form.pdf", pdfs.form()).blocks if block.kind is BlockKind.NOTE]
    assert notes == ["Surname: Feldkirchner", "Please check the zeppelin clause"]


def test_an_attachment_is_a_part_with_its_name(read: ReadBytes) -> None:
    reading = read("mail.pdf", pdfs.with_attachment("zebra.txt", b"a zebra in an attachment"))
    assert [(page.number, page.part) for page in reading.pages] == [(1, ""), (2, "zebra.txt")]


def test_pages_that_are_pictures_are_told(read: ReadBytes) -> None:
    mixed = read("mixed.pdf", pdfs.scan([["a picture of words"]], text_pages=1))
    assert (mixed.result.end, mixed.result.picture_pages) == (ReadingEnd.READ, (2,))
    assert [page.picture for page in mixed.pages] == [False, True]
    only = read("scan.pdf", pdfs.scan([["a picture of words"]]))
    assert (only.result.end, only.result.picture_pages) == (ReadingEnd.PICTURES_ONLY, (1,))


def test_a_page_is_drawn_and_words_are_found_on_it(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdfs.report(2))
    drawn = reader.render_page(path, 2, 800)
    assert (drawn.width_px, drawn.height_px) == (800, 1035)
    assert drawn.png.startswith(b"\x89PNG")
    boxes = reader.passage_boxes(path, 2, "COST OF\n  sales")
    assert len(boxes) == 1
    left, bottom, right, top = boxes[0]
    assert (round(left), round(right)) == (72, 129)
    assert bottom < top
    assert reader.passage_boxes(path, 2, "words that are not there") == ()
    (word,) = reader.passage_boxes(path, 2, "COST OF\n  sales", [(10, 15)])
    assert left < word[0] < word[2] == pytest.approx(right, abs=1)
    assert word[1:4:2] == pytest.approx((bottom, top), abs=1)


def test_what_does_not_open_says_why(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(pdfs.encrypted("secret"))
    with pytest.raises(DocumentUnopened) as caught:
        reader.render_page(path, 1, 300)
    assert (caught.value.name, caught.value.end) == ("locked.pdf", "needs_password")
    assert reader.render_page(path, 1, 300, password="secret").width_px == 300
    with pytest.raises(DocumentUnopened):
        reader.render_page(path, 99, 300, password="secret")


def test_a_total_in_larger_letters_is_a_row_and_no_heading(read: ReadBytes) -> None:
    writer = PdfWriter()
    page = writer.page()
    for y, size, words in (
        (700, 11.5, "Segment results"),
        (670, 10, "Income grew in all regions and in both halves of the year, as the table shows."),
        (640, 11.5, "Total operating income $ 22,998 $ 23,076"),
        (610, 11.5, "It is described in the notes below, and nowhere else in this report."),
        (580, 10, "The notes are part of the report and were audited together with it by the auditors."),
    ):
        page.text(72, y, words, size=size)
    kinds = [block.kind for block in read("totals.pdf", writer.content()).blocks]
    assert kinds[:4] == [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.TABLE_ROW, BlockKind.PARAGRAPH]
    assert BlockKind.HEADING not in kinds[1:]
