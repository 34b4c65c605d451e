"""Files within a file that only a password opens: the rest is read at once, they are when it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.documents.reader_process import ReaderProcess
from runtime.documents.reading import ReadingEnd
from runtime.errors import DocumentUnopened
from tests.documents_made import office, pdfs, texts, zips
from tests.runtime.documents.readers.conftest import ReadBytes, Reading

OPEN = {"b/note.txt": b"Anyone can read of the parsnip.", "c.csv": b"a,b\n1,2\n"}
LOCKED = {"a/first.txt": b"The turnip is locked away.", "z/last.txt": b"So is the swede."}


def pages_of(reading: Reading) -> list[tuple[int, str]]:
    return [(page.number, page.part) for page in reading.pages]


def test_locked_members_stop_nothing_and_are_counted(read: ReadBytes) -> None:
    content = zips.locked(LOCKED, "open sesame", OPEN)
    for password in ("", "wrong one"):
        reading = read("some.zip", content, password=password)
        assert (reading.result.end, pages_of(reading)) == (ReadingEnd.READ, [(1, "b/note.txt"), (2, "c.csv")])
        assert reading.result.problem_parameters == {
            "parts_failed": 2, "first_failed": "a/first.txt", "parts_locked": 2, "password_wrong": bool(password),
        }  # fmt: skip


def test_the_password_adds_pages_and_moves_none(read: ReadBytes) -> None:
    reading = read("some.zip", zips.locked(LOCKED, "open sesame", OPEN), password="open sesame")
    assert pages_of(reading) == [(1, "b/note.txt"), (2, "c.csv"), (3, "a/first.txt"), (4, "z/last.txt")]
    assert (reading.result.end, reading.result.problem_parameters) == (ReadingEnd.READ, {})
    assert "The turnip is locked away." in reading.text


@pytest.mark.parametrize("kind", ["zip", "mail", "pdf"])
def test_a_locked_pdf_within_another_file_asks_for_its_password(read: ReadBytes, kind: str) -> None:
    slip = pdfs.encrypted("secret")
    name, content, others = {
        "zip": ("all.zip", office.packed({"slip.pdf": slip, "note.txt": "The rest of it."}), 1),
        "mail": ("letter.eml", texts.mail(attachments={"slip.pdf": slip, "grain.txt": b"The rest of it."}), 2),
        "pdf": ("cover.pdf", pdfs.with_attachment("slip.pdf", slip), 1),
    }[kind]
    without, wrong, right = (read(name, content, password=word) for word in ("", "guess", "secret"))
    for reading, was_wrong in ((without, False), (wrong, True)):
        assert (reading.result.end, len(reading.pages)) == (ReadingEnd.READ, others)
        assert reading.result.problem_parameters["parts_locked"] == 1
        assert reading.result.problem_parameters["password_wrong"] is was_wrong
    assert pages_of(right)[:others] == pages_of(without)
    assert pages_of(right)[others:] == [(others + 1, "slip.pdf"), (others + 2, "slip.pdf")]
    assert right.result.problem_parameters == {}


def test_where_all_that_is_in_it_is_locked_the_file_is(read: ReadBytes) -> None:
    content = office.packed({"slip.pdf": pdfs.encrypted("secret")})
    for password, told in (("", {}), ("guess", {"reason": "wrong"})):
        result = read("slip.zip", content, password=password).result
        assert result.end is ReadingEnd.NEEDS_PASSWORD
        assert {name: value for name, value in result.problem_parameters.items() if name == "reason"} == told
    assert len(read("slip.zip", content, password="secret").pages) == 2


def test_an_archive_in_an_archive_opens_with_the_same_password(read: ReadBytes) -> None:
    content = office.packed({"inner.zip": zips.locked(LOCKED, "open sesame"), "note.txt": "The rest of it."})
    assert read("outer.zip", content).result.problem_parameters["parts_locked"] == 1
    reading = read("outer.zip", content, password="open sesame")
    assert pages_of(reading) == [(1, "note.txt"), (2, "inner.zip/a/first.txt"), (3, "inner.zip/z/last.txt")]


def test_a_locked_page_is_not_drawn_without_its_password(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(office.packed({"slip.pdf": pdfs.encrypted("secret"), "open.pdf": pdfs.report(1)}))
    assert reader.render_page(path, 1, 200).width_px == 200
    with pytest.raises(DocumentUnopened) as caught:
        reader.render_page(path, 2, 200)
    assert caught.value.end == "needs_password"
    assert reader.render_page(path, 2, 200, password="secret").width_px == 200
