"""The service as a whole: it goes on where it stopped, forgets for good, tells what changes, and learns meaning."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runtime.documents.announcing import MANY
from runtime.documents.embeddings.process import EmbedderProcess
from runtime.documents.queue_of_files import QueueOfFiles, Turn
from runtime.documents.views import DocumentViewState
from runtime.errors import DocumentUnopened
from runtime.events import DocumentChanged, DocumentRemoved, DocumentsProgress
from tests.documents_made import pdfs
from tests.runtime.documents.embeddings.kit import BERT, make_model
from tests.runtime.documents.service.conftest import House, found, the_one, until

State = DocumentViewState


def test_what_was_added_is_a_row_at_once_and_read_at_the_next_start(house: House) -> None:
    paths = [house.write(f"{number}.txt", f"The turnip number {number}.") for number in range(5)]
    service = house.open(start=False)
    service.add(paths)
    assert {view.state for view in service.documents()} == {State.WAITING}
    service.close()
    again = house.open()
    assert again.wait(timeout_s=30)
    assert {view.state for view in again.documents()} == {State.READY}
    assert len(found(again, "turnip")) == 5


def test_one_process_reads_and_another_may_add(house: House) -> None:
    reading, other = house.open(), house.open()
    until(lambda: reading._keeping.works_here)
    other.add([house.write("one.txt", "The turnip stands here.")])
    assert other.wait(timeout_s=30)
    assert not other._keeping.works_here
    assert found(reading, "turnip") == ["one.txt"]
    reading.close()
    until(lambda: other._keeping.works_here)
    house.read(house.write("two.txt", "A parsnip."), service=other)
    assert found(other, "parsnip") == ["two.txt"]


def test_pausing_holds_everything_still(house: House) -> None:
    service = house.open()
    service.pause()
    service.add([house.write("one.txt", "The turnip stands here.")])
    assert not service.wait(timeout_s=0.3)
    assert (service.status().paused, service.documents()[0].state) == (True, State.WAITING)
    service.resume()
    assert service.wait(timeout_s=30)
    assert service.documents()[0].state is State.READY


def test_nothing_is_left_of_what_was_forgotten(house: House) -> None:
    secret = house.write("zyzzyva-letter.txt", "The quokkaphant sleeps. " * 50)
    kept = house.write("other.txt", "Something else stays.")
    service = house.read(secret, kept)
    assert found(service, "quokkaphant")
    service.forget([the_one(service, secret).id])
    assert (found(service, "quokkaphant"), service.status().documents) == ([], 1)
    until(lambda: not service._index.purge_is_due)
    service.close()
    left = b"".join(one.read_bytes() for one in house.paths.home.rglob("*") if one.is_file()).lower()
    assert b"quokka" not in left
    assert b"zyzzyva" not in left
    assert b"something else" in left


def test_forgetting_while_it_is_read_leaves_nothing(house: House) -> None:
    path = house.write("report.pdf", pdfs.report(400))
    service = house.open()
    service.add([path])
    until(lambda: service.documents()[0].state is State.READING)
    service.forget([service.documents()[0].id])
    assert service.wait(timeout_s=30)
    assert service.status().documents == 0
    assert service.search("theory") == ()


def test_changes_are_told_at_most_ten_times_a_second(house: House) -> None:
    paths = [house.write(f"{number}.txt", f"The turnip number {number}.") for number in range(60)]
    begun = time.monotonic()
    service = house.read(*paths)
    service.forget([the_one(service, paths[0]).id])
    until(
        lambda: any(isinstance(event, DocumentRemoved) or event == DocumentChanged(MANY, "") for event in house.events)
    )
    until(lambda: house.events[-1] == DocumentsProgress(59, 59, False))
    assert len(house.events) <= 10 * (time.monotonic() - begun) + 10
    assert DocumentChanged(MANY, "") in house.events


def test_a_single_change_is_told_with_its_state(house: House) -> None:
    service = house.read(house.write("one.txt", "The turnip stands here."))
    until(lambda: DocumentChanged(1, "ready") in house.events)
    service.forget([1])
    until(lambda: DocumentRemoved(1) in house.events)


def test_pages_are_shown_with_the_words_marked(house: House) -> None:
    path = house.write("report.pdf", pdfs.report(2))
    service = house.read(path)
    view = the_one(service, path)
    hit = service.search("theory", documents=[view.id])[0]
    assert service.page_image(view.id, hit.page, 300).png.startswith(b"\x89PNG")
    assert service.passage_boxes(view.id, hit.page, hit.text[:60])
    page = service.page_text(view.id, hit.page)
    assert page is not None
    assert hit.text[:40] in page.text
    assert service.page_text(view.id, 99) is None
    with pytest.raises(DocumentUnopened):
        service.page_image(view.id, 99, 300)
    with pytest.raises(DocumentUnopened):
        service.page_image(12345, 1, 300)


def test_meaning_is_learnt_behind_the_words_and_makes_way(house: House, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", BERT)
    service = house.open(embedder=lambda: EmbedderProcess(model))
    service.make_way(True)
    service.add([house.write("one.txt", "red lamp. " * 40), house.write("two.txt", "blue river. " * 40)])
    assert service.wait(timeout_s=30)
    status = service.status()
    assert (status.by_state[State.LEARNING], status.learnt, status.busy) == (2, 0, True)
    assert found(service, "lamp") == ["one.txt"]
    service.make_way(False)
    assert service.wait(meaning=True, timeout_s=30)
    status = service.status()
    assert (status.by_state[State.READY], status.learnt == status.passages > 0, status.busy) == (2, True, False)
    assert {view.meaning for view in service.documents()} == {1.0}
    assert "one.txt" in found(service, "lamp")


def test_a_damaged_index_is_begun_anew(house: House) -> None:
    path = house.write("one.txt", "The turnip stands here.")
    house.read(path).close()
    (house.paths.home / "documents.db").write_bytes(b"this is no index" * 1000)
    service = house.read(path)
    assert found(service, "turnip") == ["one.txt"]


def test_a_collection_is_searched_alone(house: House) -> None:
    service = house.open()
    mine = service.make_collection("Mine")
    service.add([house.write("one.txt", "The turnip stands here.")], mine)
    service.add([house.write("two.txt", "Another turnip.")])
    assert service.wait(timeout_s=30)
    assert [hit.name for hit in service.search("turnip", collection=mine)] == ["one.txt"]
    service.remove_collection(mine)
    assert (service.collections(), service.status().documents) == ((), 2)


def test_the_line_gives_each_once_and_wishes_first() -> None:
    line = QueueOfFiles()
    line.add([1, 2, 3])
    line.add([3], Turn.ASKED, forced=True)
    assert line.take(0.0) == (3, True)
    line.add([3])
    assert line.take(0.0) == (1, False)
    line.drop([2])
    # The one that a worker still has is not given to another.
    assert line.take(0.0) is None
    line.done(3)
    assert line.take(0.0) == (3, False)
    line.done(3)
    line.done(1)
    assert line.idle
    line.close()
    line.add([4])
    assert line.take(0.0) is None
