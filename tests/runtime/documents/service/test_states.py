"""Every file ends in exactly one state, and the person can do something about most of them."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from runtime.documents.readers import recognising
from runtime.documents.views import DocumentViewState
from runtime.errors import RecognitionMissing
from tests.documents_made import pdfs, zips
from tests.documents_made.sound import sound_files
from tests.runtime.documents.service.conftest import House, found, the_one, until

State = DocumentViewState


def test_every_kind_of_file_is_read_and_the_counts_add_up(house: House) -> None:
    for name, content in sound_files().items():
        house.write(name, content)
    house.write("nothing.txt", b"")
    house.write("program.exe", b"MZ\x90\x00" + bytes(200))
    house.write("cut.docx", sound_files()["lease.docx"][:700])
    for ignored in (".hidden.txt", "~$lease.docx", "half.tmp", ".git/config.txt"):
        house.write(ignored, "not looked at")
    service = house.read(str(house.files))
    status = service.status()
    assert status.documents == len(sound_files()) + 3 == sum(status.by_state.values())
    assert not status.busy
    states = {view.name: view.state for view in service.documents()}
    pictures = {"scan.pdf", "photo.png", "photo.jpg", "fax.tiff"}
    # With a program for it their words are read by themselves.
    expected = State.READY if recognising.recogniser() else State.PICTURES_ONLY
    assert {states[name] for name in pictures} == {expected}
    assert states["nothing.txt"] is State.EMPTY
    assert states["program.exe"] is State.UNSUPPORTED
    assert states["cut.docx"] is State.DAMAGED
    assert {name for name, state in states.items() if state is State.READY} - pictures == set(sound_files()) - pictures
    assert "lease.docx" in found(service, "tenant pays the rent")
    report = the_one(service, str(house.files / "report.pdf"))
    assert (report.pages, report.pages_read, report.format, report.folder) == (3, 3, "pdf", str(house.files))


def test_a_file_that_is_not_there_is_told_as_one_that_cannot_be_read(house: House) -> None:
    service = house.read(str(house.files / "nowhere.pdf"))
    assert [view.state for view in service.documents()] == [State.UNREADABLE]


@pytest.mark.skipif(sys.platform == "darwin", reason="names there are always UTF-8")
def test_a_name_that_is_no_text_is_read_all_the_same(house: House) -> None:
    path = os.path.join(os.fsencode(house.files), b"caf\xe9.txt")
    with open(path, "wb") as stream:
        stream.write(b"An unusual parsnip")
    service = house.read(str(house.files))
    assert [view.state for view in service.documents()] == [State.READY]
    assert len(found(service, "parsnip")) == 1


def test_a_cut_pdf_is_repaired_and_says_so(house: House) -> None:
    path = house.write("cut.pdf", pdfs.cut_short())
    view = the_one(house.read(path), path)
    assert (view.state, view.reason) == (State.READY, "repaired")
    assert view.pages_read > 0


def test_a_locked_file_is_read_once_its_password_is_given(house: House) -> None:
    path = house.write("locked.pdf", pdfs.encrypted("open sesame"))
    service = house.read(path)
    view = the_one(service, path)
    assert (view.state, view.reason) == (State.NEEDS_PASSWORD, "")
    service.password(view.id, "wrong one")
    assert service.wait(timeout_s=30)
    assert (the_one(service, path).state, the_one(service, path).reason) == (State.NEEDS_PASSWORD, "wrong")
    service.password(view.id, "open sesame")
    assert service.wait(timeout_s=30)
    assert the_one(service, path).state is State.READY
    assert service.page_image(view.id, 1, 200).width_px == 200
    home = b"".join(one.read_bytes() for one in house.paths.home.rglob("*") if one.is_file())
    assert b"sesame" not in home


def test_what_failed_is_read_when_the_file_is_mended(house: House) -> None:
    path = house.write("letter.docx", sound_files()["lease.docx"][:700])
    service = house.read(path)
    assert the_one(service, path).state is State.DAMAGED
    house.write("letter.docx", sound_files()["lease.docx"])
    service.add([path])
    assert service.wait(timeout_s=30)
    assert the_one(service, path).state is State.READY


def test_what_was_read_of_a_file_that_got_worse_is_not_found_any_more(house: House) -> None:
    path = house.write("letter.txt", "An unusual parsnip")
    service = house.read(path)
    house.write("letter.txt", b"")
    service.add([path])
    assert service.wait(timeout_s=30)
    assert the_one(service, path).state is State.EMPTY
    assert found(service, "parsnip") == []


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
def test_a_scan_is_read_by_itself(house: House) -> None:
    path = house.write("scan.pdf", pdfs.small_scan(["seven sacks of flour"]))
    service = house.read(path)
    view = the_one(service, path)
    assert (view.state, view.pages_without_text, view.parameters["pictures_left"]) == (State.READY, 0, 0)
    assert found(service, "sacks of flour") == ["scan.pdf"]


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
def test_a_wish_to_read_the_pictures_outlives_a_restart(house: House) -> None:
    path = house.write("mixed.pdf", pdfs.small_scan(["seven sacks of flour"], text_pages=4))
    service = house.read(path)
    view = the_one(service, path)
    assert (view.state, view.pages_without_text) == (State.READY, 1)
    service.pause()
    service.recognise(view.id)
    service.close()
    again = house.open()
    until(lambda: found(again, "sacks of flour"))
    assert again.wait(timeout_s=60)
    assert the_one(again, path).pages_without_text == 0


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
def test_a_scan_is_read_when_the_program_comes_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = house.write("scan.pdf", pdfs.small_scan(["seven sacks of flour"]))
    with monkeypatch.context() as without:
        without.setenv("PATH", "")
        without.setattr(recognising, "PLACES", ())
        service = house.read(path)
        view = the_one(service, path)
        assert (view.state, view.reason) == (State.PICTURES_ONLY, "recognition")
        service.close()
    again = house.open()
    until(lambda: found(again, "sacks of flour"))


def test_a_locked_archive_is_read_once_its_password_is_given(house: House) -> None:
    path = house.write("locked.zip", zips.locked({"a/note.txt": b"The turnip is locked away."}, "open sesame"))
    service = house.read(path)
    view = the_one(service, path)
    assert (view.state, view.reason) == (State.NEEDS_PASSWORD, "")
    for password, state, reason in (
        ("wrong one", State.NEEDS_PASSWORD, "wrong"),
        ("open sesame", State.READY, ""),
    ):
        service.password(view.id, password)
        assert service.wait(timeout_s=30)
        assert (the_one(service, path).state, the_one(service, path).reason) == (state, reason)
    assert found(service, "turnip") == ["locked.zip"]


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
def test_a_scan_is_read_when_asked(house: House) -> None:
    path = house.write("scan.pdf", pdfs.scan([["The miller counts"], ["seven sacks of flour"]], text_pages=4))
    service = house.read(path)
    view = the_one(service, path)
    assert (view.state, view.pages_without_text) == (State.READY, 2)
    service.recognise(view.id)
    assert the_one(service, path).state is State.RECOGNISING
    assert service.wait(timeout_s=60)
    view = the_one(service, path)
    assert (view.state, view.pages_without_text, view.parameters["recognised"]) == (State.READY, 0, 2)
    hit = service.search("sacks of flour")[0]
    page = service.page_text(view.id, hit.page)
    assert page is not None
    assert page.recognised


def test_without_a_recogniser_the_person_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(recognising, "PLACES", ())
    with pytest.raises(RecognitionMissing):
        house.open(start=False).recognise(1)
