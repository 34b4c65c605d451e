"""What the readers tell of locked parts and scrambled pages, as it stands in the index and behind a restart."""

from __future__ import annotations

import shutil

import pytest

from runtime.documents.views import DocumentViewState
from tests.documents_made import scrambled_pdfs, zips
from tests.runtime.documents.service.conftest import House, found, house, the_one

__all__ = ["house"]
State = DocumentViewState


def test_a_few_locked_files_of_an_archive_are_read_once_its_password_is_given(house: House) -> None:
    locked = {"a/first.txt": b"The turnip is locked away."}
    content = zips.locked(locked, "open sesame", {"b/note.txt": b"Anyone can read of the parsnip."})
    path = house.write("some.zip", content)
    service = house.read(path)
    view = the_one(service, path)
    assert (view.state, view.parameters["parts_locked"], view.parameters["password_wrong"]) == (State.READY, 1, False)
    assert (found(service, "parsnip"), found(service, "turnip")) == (["some.zip"], [])
    (before,) = service.search("parsnip")
    for password, told in (("wrong one", {"parts_locked": 1, "password_wrong": True}), ("open sesame", {})):
        service.password(view.id, password)
        assert service.wait(timeout_s=30)
        view = the_one(service, path)
        assert view.state is State.READY
        assert {
            name: view.parameters[name] for name in ("parts_locked", "password_wrong") if name in view.parameters
        } == told
    assert found(service, "turnip") == ["some.zip"]
    (after,) = service.search("parsnip")
    assert (after.page, after.part) == (before.page, before.part) == (1, "b/note.txt")
    service.close()
    again = house.open()
    again.add([path])
    assert again.wait(timeout_s=30)
    assert (found(again, "turnip"), the_one(again, path).id) == (["some.zip"], view.id)
    home = b"".join(one.read_bytes() for one in house.paths.home.rglob("*") if one.is_file())
    assert b"sesame" not in home


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
def test_a_scrambled_file_is_read_from_its_pictures(house: House) -> None:
    path = house.write("letter.pdf", scrambled_pdfs.drawn(["Seven sacks of flour are in the mill tonight."], None))
    service = house.read(path)
    view = the_one(service, path)
    assert (view.state, view.pages_without_text, view.parameters["scrambled_pages"]) == (State.READY, 0, 1)
    assert found(service, "sacks of flour") == ["letter.pdf"]
