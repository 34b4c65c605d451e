"""Followed folders: what happens in them is known a moment later, and what a person forgot stays forgotten."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from runtime.documents.followed import Unwanted, difference, known_below
from runtime.documents.service import DocumentService
from runtime.documents.standing import FileStamp
from runtime.documents.views import DocumentViewState
from tests.runtime.documents.service.conftest import House, found, the_one, until


def followed(house: House) -> tuple[DocumentService, int]:
    service = house.open()
    collection = service.watch(str(house.files))
    assert service.wait(timeout_s=30)
    until(lambda: str(house.files) in service._keeping._watch._watches)
    return service, collection


def test_new_edited_renamed_and_deleted_files_are_followed(house: House) -> None:
    one = house.write("one.txt", "The turnip stands here.")
    house.write("other.txt", "Something else stays.")
    service, collection = followed(house)
    first = the_one(service, one)
    assert first.collections == (collection,)

    house.write("deep/er/two.txt", "A parsnip came later.")
    until(lambda: found(service, "parsnip"))
    assert the_one(service, str(house.files / "deep/er/two.txt")).collections == (collection,)

    house.write("one.txt", "The artichoke stands here now.")
    until(lambda: found(service, "artichoke"))
    assert found(service, "turnip") == []

    os.rename(one, house.files / "renamed.txt")
    until(lambda: service.document_at(one) is None)
    assert the_one(service, str(house.files / "renamed.txt")).id == first.id

    os.rename(house.files / "deep", house.files / "shallow")
    until(lambda: service.document_at(str(house.files / "shallow/er/two.txt")))
    assert service.status().documents == 3

    os.unlink(house.files / "renamed.txt")
    until(lambda: service.document(first.id) is None)
    assert found(service, "artichoke") == []
    assert (service.status().documents, service.collections()[0].documents) == (2, 2)


def test_what_happened_while_closed_is_seen_at_the_next_start(house: House) -> None:
    one, two = house.write("one.txt", "The turnip stands here."), house.write("two.txt", "A second thing.")
    service, _ = followed(house)
    ids = {the_one(service, one).id, the_one(service, two).id}
    service.close()
    os.rename(one, house.files / "uno.txt")
    house.write("two.txt", "A parsnip instead.")
    house.write("three.txt", "A third thing.")
    again = house.open()
    until(lambda: found(again, "parsnip") and again.status().documents == 3)
    assert again.wait(timeout_s=30)
    assert {the_one(again, str(house.files / "uno.txt")).id, the_one(again, two).id} == ids


def test_what_a_person_forgot_is_not_taken_in_again(house: House) -> None:
    one = house.write("one.txt", "The turnip stands here.")
    house.write("two.txt", "A second thing.")
    service, _ = followed(house)
    service.forget([the_one(service, one).id])
    house.write("three.txt", "A third thing.")
    until(lambda: found(service, "third thing"))
    assert service.document_at(one) is None
    service.close()
    again = house.open()
    until(lambda: again._keeping._folders)
    house.write("one.txt", "The turnip was edited.")
    house.write("four.txt", "A fourth thing.")
    until(lambda: found(again, "fourth"))
    assert again.document_at(one) is None
    again.add([one])
    assert again.wait(timeout_s=30)
    assert found(again, "turnip") == ["one.txt"]


def test_a_folder_that_is_away_loses_nothing(house: House) -> None:
    one = house.write("one.txt", "The turnip stands here.")
    service, _ = followed(house)
    first = the_one(service, one).id
    service.close()
    os.rename(house.files, house.folder / "away")
    gone = house.open()
    until(lambda: the_one(gone, one).state is DocumentViewState.GONE)
    assert found(gone, "turnip") == []
    gone.close()
    os.rename(house.folder / "away", house.files)
    back = house.open()
    until(lambda: the_one(back, one).state is DocumentViewState.READY)
    assert (the_one(back, one).id, found(back, "turnip")) == (first, ["one.txt"])


def test_a_single_file_that_went_is_gone_and_not_forgotten(house: House) -> None:
    one = house.write("one.txt", "The turnip stands here.")
    house.read(one).close()
    shutil.move(one, house.folder / "elsewhere.txt")
    service = house.open()
    until(lambda: the_one(service, one).state is DocumentViewState.GONE)


def test_following_no_longer_keeps_the_documents(house: House) -> None:
    one = house.write("one.txt", "The turnip stands here.")
    service, collection = followed(house)
    service.unwatch(collection)
    until(lambda: not service._keeping._folders)
    house.write("two.txt", "Not seen.")
    assert (service.collections()[0].folder, the_one(service, one).collections) == (None, (collection,))


def test_two_folders_of_one_name_are_two_collections(house: House) -> None:
    for place in ("a/Letters", "b/Letters"):
        house.write(f"{place}/{place[0]}.txt", f"A letter from {place}")
    service = house.open()
    first = service.watch(str(house.files / "a/Letters"))
    second = service.watch(str(house.files / "b/Letters"))
    assert service.watch(str(house.files / "a/Letters")) == first
    assert [one.name for one in service.collections()] == ["Letters", "Letters (2)"]
    assert service.wait(timeout_s=30)
    assert [len(service.documents(one)) for one in (first, second)] == [1, 1]


def test_a_difference_is_told_apart() -> None:
    known = {"/a": (1, 10, 100), "/b": (2, 20, 200), "/c": (3, 30, 300), "/d": (4, 40, 400)}
    there = {"/a": FileStamp(10, 100), "/b": FileStamp(21, 201), "/x": FileStamp(30, 300), "/y": FileStamp(1, 1)}
    told = difference(known, there, lambda _document, _path: True)
    assert (told.new, told.changed, told.moved, told.missing) == ((("/y", FileStamp(1, 1)),), (2,), ((3, "/x"),), (4,))
    other = difference(known, there, lambda _document, _path: False)
    assert (other.moved, sorted(other.missing)) == ((), [3, 4])
    assert known_below({"/a/b": (1, 1, 1), "/ab": (2, 1, 1), "/a": (3, 1, 1)}, ["/a"]).keys() == {"/a/b", "/a"}


def test_unwanted_paths_are_kept_without_their_names(tmp_path: Path) -> None:
    unwanted = Unwanted(tmp_path / "unwanted")
    unwanted.add(["/secret/name.txt"])
    assert "/secret/name.txt" in Unwanted(tmp_path / "unwanted")
    assert b"secret" not in (tmp_path / "unwanted").read_bytes()
    unwanted.remove(["/secret/name.txt"])
    assert "/secret/name.txt" not in Unwanted(tmp_path / "unwanted")


# --- what folders do in real life -------------------------------------------------------------------------------------


def test_a_file_moved_between_two_followed_folders_keeps_what_is_known_of_it(house: House) -> None:
    one = house.write("a/one.txt", "The turnip stands here.")
    house.write("b/two.txt", "A parsnip stands there.")
    service = house.open()
    first, second = service.watch(str(house.files / "a")), service.watch(str(house.files / "b"))
    assert service.wait(timeout_s=30)
    until(lambda: len(service._keeping._watch._watches) == 2)
    known = the_one(service, one)
    assert known.collections == (first,)
    os.rename(one, house.files / "b/one.txt")
    until(lambda: service.document_at(str(house.files / "b/one.txt")))
    moved = the_one(service, str(house.files / "b/one.txt"))
    assert (moved.id, moved.collections, moved.state) == (known.id, (second,), DocumentViewState.READY)
    assert service.document_at(one) is None


def test_an_editor_that_saves_by_renaming_is_one_edit(house: House) -> None:
    one = house.write("one.txt", "The turnip stands here.")
    service, _ = followed(house)
    known = the_one(service, one).id
    for number in range(3):
        house.write(".one.txt.swp", "not looked at")
        house.write("one.txt.tmp", f"The artichoke stands here, draft {number}.")
        os.replace(house.files / "one.txt.tmp", one)
    (house.files / ".one.txt.swp").unlink()
    until(lambda: found(service, "draft 2"))
    # As others do it: the old file is put aside first, and the new one is made in its place.
    os.rename(one, house.files / "one.txt~")
    house.write("one.txt", "The salsify stands here.")
    os.unlink(house.files / "one.txt~")
    until(lambda: found(service, "salsify"))
    assert (the_one(service, one).id, service.status().documents) == (known, 1)


def test_a_followed_folder_that_goes_away_amid_it_all_and_comes_back(house: House) -> None:
    one = house.write("stick/one.txt", "The turnip stands here.")
    place = house.files / "stick"
    service = house.open()
    service.watch(str(place))
    assert service.wait(timeout_s=30)
    until(lambda: str(place) in service._keeping._watch._watches)
    known = the_one(service, one).id
    os.rename(place, house.folder / "elsewhere")
    until(lambda: the_one(service, one).state is DocumentViewState.GONE)
    assert found(service, "turnip") == []
    os.rename(house.folder / "elsewhere", place)
    until(lambda: the_one(service, one).state is DocumentViewState.READY)
    assert (the_one(service, one).id, found(service, "turnip")) == (known, ["one.txt"])
    # And it is followed again.
    house.write("stick/two.txt", "A parsnip came later.")
    until(lambda: found(service, "parsnip"))


def test_links_in_circles_and_closed_folders_end(house: House) -> None:
    house.write("one.txt", "The turnip stands here.")
    house.write("closed/two.txt", "Nobody may look.")
    (house.files / "circle").symlink_to(house.files, target_is_directory=True)
    (house.files / "itself").symlink_to(house.files / "itself")
    closed = house.files / "closed"
    closed.chmod(0)
    try:
        service, _ = followed(house)
        states = {view.name: view.state for view in service.documents()}
        assert states.pop("one.txt") is DocumentViewState.READY
        assert states.pop("itself") is DocumentViewState.UNREADABLE
        # Root looks into every folder.
        assert set(states) <= {"two.txt"}
        house.write("three.txt", "A parsnip came later.")
        until(lambda: found(service, "parsnip"))
    finally:
        closed.chmod(0o700)
