"""Documents of office programs: structure, pages, sheets, slides, notes."""

from __future__ import annotations

import pytest

from runtime.documents.reading import BlockKind, ReadingEnd
from tests.documents_made import office
from tests.runtime.documents.readers.conftest import ReadBytes


def test_word_styles_tables_notes_and_pages(read: ReadBytes) -> None:
    reading = read("lease.docx", office.docx())
    assert (reading.result.facts.title, reading.result.facts.pages) == ("Lease", 2)
    assert [page.label for page in reading.pages] == ["1", "2", "notes"]
    kinds = [(block.kind, block.level) for block in reading.pages[0].blocks[:4]]
    assert kinds == [
        (BlockKind.HEADING, 1),
        (BlockKind.PARAGRAPH, 0),
        (BlockKind.HEADING, 2),
        (BlockKind.LIST_ITEM, 0),
    ]
    row = reading.block("January")
    assert (row.text, row.header) == ("January | 1,200", "Month | Rent")
    assert reading.pages[1].blocks[0].text.startswith("On the second page")
    assert reading.block("Nobody sees").hidden
    assert reading.block("footnote").kind is BlockKind.NOTE


def test_word_pages_without_marks_are_cut_at_sections(read: ReadBytes) -> None:
    body = "".join(
        office.word_paragraph(f"Section {i}", "Kop1") + office.word_paragraph("Words of it. " * 400) for i in range(9)
    )
    reading = read("long.docx", office.docx_of_body(body))
    assert reading.result.facts.pages is None
    assert len(reading.pages) > 3
    assert all(page.blocks[0].kind is BlockKind.HEADING for page in reading.pages)
    assert [block.text for block in reading.blocks if block.level == 1] == [f"Section {i}" for i in range(9)]


def test_slides_have_titles_tables_and_notes(read: ReadBytes) -> None:
    reading = read("slides.pptx", office.pptx(3))
    assert [page.label for page in reading.pages] == ["1", "2", "3"]
    assert (reading.pages[0].width, reading.pages[0].height) == (720.0, 540.0)
    assert reading.block("Slide title 2").kind is BlockKind.HEADING
    assert reading.block("Graz").header == "City | People"
    assert reading.block("Say this on slide 3").kind is BlockKind.NOTE


@pytest.mark.parametrize(
    ("name", "content", "sheet", "row", "header"),
    [
        ("sales.xlsx", office.xlsx(), "Sales", "Pump | 12 | 99.5", "Product | Units | Price"),
        ("harvest.ods", office.ods(), "Harvest", "1802 | 720", "Year | Sacks"),
    ],
)
def test_sheets_have_rows_with_their_header(
    read: ReadBytes, name: str, content: bytes, sheet: str, row: str, header: str
) -> None:
    reading = read(name, content)
    assert reading.pages[0].label == sheet
    assert reading.block(row).header == header


def test_a_long_sheet_is_several_pages_of_one_name(read: ReadBytes) -> None:
    rows: list[list[str | float]] = [["Name", "Number"]]
    rows += [[f"row {i}", i] for i in range(1200)]
    reading = read("long.xlsx", office.xlsx_of_sheets({"Long": office.table_sheet(rows)}))
    assert [(page.number, page.label) for page in reading.pages] == [(1, "Long"), (2, "Long"), (3, "Long")]
    assert reading.block("row 1199").header == "Name | Number"


def test_open_documents(read: ReadBytes) -> None:
    text = read("mill.odt", office.odt())
    assert (text.result.facts.title, text.result.facts.language) == ("A mill", "de-AT")
    assert text.block("About the mill").level == 2
    assert text.block("The wheel").text == "The wheel  turns slowly."
    assert text.block("At night").kind is BlockKind.NOTE
    assert text.block("Grain").kind is BlockKind.LIST_ITEM
    assert text.block("1801").header == "Year | Sacks"
    slides = read("harvest.odp", office.odp())
    assert [page.label for page in slides.pages] == ["page1", "page2"]
    assert slides.block("The harvest").kind is BlockKind.HEADING
    assert slides.block("Pause here").kind is BlockKind.NOTE


def test_locked_office_files_say_that_no_password_would_help_us(read: ReadBytes) -> None:
    result = read("locked.odt", office.odt(locked=True)).result
    assert (result.end, result.problem_parameters) == (ReadingEnd.NEEDS_PASSWORD, {"reason": "unopenable"})
