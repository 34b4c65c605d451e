"""Text, web pages, books, mail and archives."""

from __future__ import annotations

import pytest

from runtime.documents.reading import BlockKind, ReadingEnd
from tests.documents_made import office, texts, zips
from tests.documents_made.sound import sound_files
from tests.runtime.documents.readers.conftest import ReadBytes


@pytest.mark.parametrize("encoding", texts.ENCODED)
def test_text_in_any_encoding(read: ReadBytes, encoding: str) -> None:
    words = texts.ENCODED[encoding]
    reading = read("plain.txt", words.encode(encoding))
    assert reading.result.end is ReadingEnd.READ
    assert reading.text.strip() == words.strip()


def test_a_web_page(read: ReadBytes) -> None:
    reading = read("page.html", texts.HTML.encode())
    assert (reading.result.facts.title, reading.result.facts.language) == ("Die Mühle", "de")
    assert [(b.kind, b.level) for b in reading.blocks if b.level] == [(BlockKind.HEADING, 1), (BlockKind.HEADING, 2)]
    assert reading.block("Sie steht").text == "Sie steht am Bach.\nSeit 1801."
    assert reading.block("1801 |").text == "1801 |  | 12"
    assert reading.block("1801 |").header == "Jahr | Säcke | Preis"
    assert reading.block("Unsichtbar").hidden
    assert reading.block("a = 1").text == "a = 1\n  b = 2"
    assert "never shown" not in reading.text
    assert "color" not in reading.text


def test_markdown(read: ReadBytes) -> None:
    reading = read("book.md", texts.MARKDOWN.encode())
    assert reading.result.facts.title == "The mill book"
    assert [(b.text, b.level) for b in reading.blocks if b.level] == [("The mill", 1), ("Parts", 2), ("Last words", 1)]
    assert reading.block("granite").kind is BlockKind.LIST_ITEM
    assert reading.block("Wheel | 12").header == "Part | Price"
    assert reading.block("# no heading").kind is BlockKind.CODE


def test_a_table_with_semicolons(read: ReadBytes) -> None:
    reading = read("people.csv", texts.CSV.encode())
    assert reading.block("Carl").text == "Carl; the great | Braunschweig | 77"
    assert reading.block("Carl").header == "Name | City | Age"


def test_rich_text_without_its_pictures(read: ReadBytes) -> None:
    assert read("note.rtf", texts.RTF.encode()).text == "The millärs wheel\nTurns slowly € a day.\nAfter the picture."


def test_a_book_has_its_chapters_in_order(read: ReadBytes) -> None:
    reading = read("book.epub", texts.epub(3))
    assert reading.result.facts.title == "The mill book"
    assert [page.label for page in reading.pages] == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_a_mail_with_attachments(read: ReadBytes) -> None:
    attached = {"lease.docx": office.docx(), "rubbish.bin": b"\0\1\2" * 500, "inner.eml": texts.mail("Inner")}
    reading = read("letter.eml", texts.mail("Das Mühlrad", attached))
    assert reading.result.facts.title == "Das Mühlrad"
    assert reading.pages[0].blocks[-1].text == "Hello miller."
    assert {page.part for page in reading.pages} == {"", "lease.docx", "inner.eml"}
    assert reading.result.problem_parameters == {"parts_failed": 1, "first_failed": "rubbish.bin"}


def test_a_box_of_mails(read: ReadBytes) -> None:
    reading = read("letters.mbox", texts.mailbox(3))
    assert [page.label for page in reading.pages] == ["Letter 1", "Letter 2", "Letter 3"]


def test_an_outlook_message(read: ReadBytes) -> None:
    reading = read("letter.msg", texts.msg(body="Dear miller. " * 600))
    assert reading.result.facts.title == "The mill"
    assert reading.text.count("Dear miller.") == 600
    assert (reading.pages[1].part, reading.pages[1].blocks[0].text) == ("grain.txt", "grain list")


def test_an_archive_of_everything(read: ReadBytes) -> None:
    files = dict(sound_files())
    reading = read("all.zip", office.packed({f"folder/{name}": content for name, content in files.items()}))
    assert reading.result.end is ReadingEnd.READ
    parts = {page.part.split("/")[1] for page in reading.pages}
    assert parts == set(files)
    assert [page.number for page in reading.pages] == list(range(1, len(reading.pages) + 1))
    assert "folder/all.zip/a/lease.docx" in {page.part for page in reading.pages}


@pytest.mark.parametrize(
    "name", [n for n in sound_files() if n not in ("plain.txt", "turn.py", "people.csv", "book.md")]
)
def test_the_content_tells_the_kind_whatever_the_name_says(read: ReadBytes, name: str) -> None:
    content = sound_files()[name]
    named, misnamed = read(name, content), read("misnamed.bin", content)
    assert misnamed.result.facts == named.result.facts
    assert misnamed.text == named.text


def test_kinds_that_nobody_reads_are_named(read: ReadBytes) -> None:
    for content, kind in (
        (b"\x7fELF" + b"\0" * 99, "program"),
        (b"\0" * 99, "binary"),
    ):
        result = read("file.pdf", content).result
        assert (result.end, result.problem_parameters) == (ReadingEnd.UNSUPPORTED, {"reason": kind})


def test_an_edit_moves_no_cut_far_from_it(read: ReadBytes) -> None:
    paragraphs = [f"Paragraph number {i} of a long text. " * 12 for i in range(800)]
    before = {page.blocks for page in read("long.txt", "\n\n".join(paragraphs).encode()).pages}
    paragraphs.insert(30, "One sentence more.")
    after = {page.blocks for page in read("long.txt", "\n\n".join(paragraphs).encode()).pages}
    assert len(before) > 5
    assert len(after - before) <= 2


def test_a_locked_archive_asks_for_its_password(read: ReadBytes) -> None:
    content = zips.locked({"a/note.txt": b"The turnip is locked away. " * 20}, "open sesame")
    # "0" passes the format's own test of one byte, and rubbish would come out.
    for password, reason in (("", {}), ("wrong one", {"reason": "wrong"}), ("0", {"reason": "wrong"})):
        reading = read("locked.zip", content, password=password)
        told = {name: value for name, value in reading.result.problem_parameters.items() if name == "reason"}
        assert (reading.result.end, told, reading.pages) == (ReadingEnd.NEEDS_PASSWORD, reason, [])
    reading = read("locked.zip", content, password="open sesame")
    assert (reading.result.end, reading.pages[0].part) == (ReadingEnd.READ, "a/note.txt")
    assert "The turnip is locked away." in reading.text


def test_an_archive_locked_in_another_way_says_so(read: ReadBytes) -> None:
    for password in ("", "a password"):
        result = read("aes.zip", zips.locked_with_aes(), password=password).result
        assert (result.end, result.problem_parameters["reason"]) == (ReadingEnd.NEEDS_PASSWORD, "unopenable")
