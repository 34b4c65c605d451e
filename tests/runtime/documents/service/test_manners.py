"""When learning and recognising hold still: on battery, while a chat answers, and for what a model does not know."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.api import AnswerDelta, AnswerFinished, Event, Paths, Runtime
from runtime.documents import crew
from runtime.documents.embeddings.process import EmbedderProcess
from runtime.documents.learning_work import BATCH_PASSAGES
from runtime.documents.power import Power
from runtime.documents.readers.recognising import recogniser
from runtime.documents.service import DocumentService
from runtime.documents.views import DocumentViewState as State
from runtime.documents.views import WaitsFor
from tests.documents_made import pdfs
from tests.runtime.documents.embeddings.kit import BERT, make_model
from tests.runtime.documents.service.conftest import House, found, the_one, until

WORDS = "The lamp number {} stands under the tree, near the blue house, and the river runs over a stone.\n\n"


def on_battery(house: House, folder: Path, *, wanted: bool = False) -> DocumentService:
    model = make_model(folder, BERT)
    service = DocumentService(
        house.paths,
        house.events.append,
        embedder=lambda: EmbedderProcess(model),
        on_battery=lambda: True,
        works_on_battery=wanted,
    )
    house.keep(service)
    service.start()
    return service


def test_on_battery_words_are_read_and_meaning_waits_for_power(house: House, tmp_path: Path) -> None:
    service = on_battery(house, tmp_path / "model")
    house.read(house.write("one.txt", "red lamp. " * 40), service=service)
    status = service.status()
    assert (status.waits_for, status.learnt, status.busy) == (WaitsFor.POWER, 0, True)
    assert (found(service, "lamp"), service.documents()[0].state) == (["one.txt"], State.LEARNING)
    service.work_on_battery(True)
    assert service.wait(meaning=True, timeout_s=30)
    assert (service.status().waits_for, service.status().busy) == (None, False)


def test_a_person_may_want_it_on_battery_too(house: House, tmp_path: Path) -> None:
    service = on_battery(house, tmp_path / "model", wanted=True)
    house.read(house.write("one.txt", "red lamp. " * 40), service=service)
    assert service.wait(meaning=True, timeout_s=30)


@pytest.mark.skipif(not recogniser(), reason="nothing here reads words in pictures")
def test_scans_wait_for_power_unless_somebody_asks_for_one(house: House, tmp_path: Path) -> None:
    service = on_battery(house, tmp_path / "model")
    service.add(
        [house.write("asked.pdf", pdfs.small_scan(["Turnip"])), house.write("other.pdf", pdfs.small_scan(["Pea"]))]
    )
    until(lambda: service.status().by_state[State.RECOGNISING] == 2)
    assert service.status().waits_for is WaitsFor.POWER
    asked = the_one(service, str(house.files / "asked.pdf"))
    service.recognise(asked.id)
    until(lambda: service.status().by_state[State.RECOGNISING] == 1)
    assert the_one(service, asked.path).state is not State.RECOGNISING
    service.work_on_battery(True)
    assert service.wait(meaning=True, timeout_s=60)
    assert service.status().waits_for is None
    assert service.status().by_state[State.RECOGNISING] == 0


@pytest.mark.skipif(not recogniser(), reason="nothing here reads words in pictures")
def test_pictures_that_waited_for_power_are_read_before_the_next_start_has_read_all(
    house: House, tmp_path: Path
) -> None:
    service = on_battery(house, tmp_path / "model")
    path = house.write("scan.pdf", pdfs.small_scan(["Turnip"]))
    service.add([path])
    assert service.wait(timeout_s=60)
    assert the_one(service, path).state is State.RECOGNISING
    service.close()
    again = house.open()
    assert again.wait(timeout_s=60)
    assert found(again, "turnip") == ["scan.pdf"]


@pytest.mark.parametrize(("cores", "files"), [(1, 2), (2, 2), (3, 2), (4, 3), (8, 4), (64, 4)])
def test_reading_leaves_a_core_to_the_person(cores: int, files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "free_children", lambda: cores)
    assert crew.readers_side_by_side() == files


def test_power_is_asked_for_seldom_and_noticed() -> None:
    asked: list[bool] = []
    plugged = threading.Event()

    def ask() -> bool:
        asked.append(True)
        return not plugged.is_set()

    seldom = Power(ask, look_every_s=3600.0)
    assert [seldom.awaited for _ in range(5)] == [True] * 5
    assert len(asked) == 1
    often = Power(ask, look_every_s=0.0)
    before = often.awaited
    plugged.set()
    assert (before, often.awaited) == (True, False)
    assert Power(ask, allowed=True).awaited is False


def test_what_the_model_does_not_know_is_left_to_the_words(house: House, tmp_path: Path) -> None:
    model = replace(make_model(tmp_path / "model", BERT), languages=frozenset({"en"}))
    service = house.open(embedder=lambda: EmbedderProcess(model))
    german = "Der Vermieter zahlt die Kaution zurück, wenn die Schlüssel wieder da sind. "
    house.read(house.write("german.txt", german * 60), service=service)
    house.read(house.write("mixed.txt", (WORDS.format(1) * 12 + (german * 9 + "\n\n")) * 4), service=service)
    assert service.wait(meaning=True, timeout_s=30)
    status = service.status()
    assert (status.by_state[State.READY], status.learnt, status.busy) == (2, status.passages, False)
    assert 0 < status.foreign < status.passages
    # Nothing is stored for them, so none can be near to a question; and they are found.
    assert service._index.vectors_stored(model.model_id) == status.passages - status.foreign
    assert "german.txt" in found(service, "Kaution")
    # The passages that stay keep what is known of them when the file is read again.
    house.read(house.write("german.txt", german * 60 + "Und noch ein Satz."), service=service)
    service.read_again(1)
    assert service.wait(meaning=True, timeout_s=30)
    assert service.status().learnt == service.status().passages


class Room:
    """A Runtime that notes what its documents did at every piece of an answer."""

    def __init__(self, home: Path) -> None:
        paths = Paths.below(home)
        paths.prepare()
        self.seen: list[tuple[WaitsFor | None, int]] = []
        self.finished = threading.Event()
        self.runtime = Runtime(paths, self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, AnswerDelta):
            status = self.runtime.documents.status()
            self.seen.append((status.waits_for, status.learnt))
        elif isinstance(event, AnswerFinished):
            self.finished.set()


def test_learning_makes_way_for_a_real_answer(tmp_path: Path) -> None:
    room = Room(tmp_path / "home")
    with room.runtime as runtime:
        text = tmp_path / "long.txt"
        text.write_text("".join(WORDS.format(number) * 7 for number in range(500)))
        documents = runtime.documents
        documents.start()
        documents.add([str(text)])
        until(lambda: documents.status().learnt > 0)
        conversation = runtime.conversations.create()
        runtime.guide.ask(conversation, "How do I rename a chat?")
        assert room.finished.wait(60)
        assert len(room.seen) > 3
        assert {waits for waits, _learnt in room.seen} == {WaitsFor.ANSWER}
        # What was on its way when the answer began may still have come.
        assert room.seen[-1][1] - room.seen[0][1] <= BATCH_PASSAGES
        at_its_end = documents.status()
        assert at_its_end.learnt < at_its_end.passages
        until(lambda: documents.status().learnt > at_its_end.learnt)
        assert documents.status().waits_for is None


def test_nobody_who_types_waits_for_vectors(house: House, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", BERT)
    service = house.open(embedder=lambda: EmbedderProcess(model))
    house.read(house.write("one.txt", "red lamp. " * 40), service=service)
    assert service.wait(meaning=True, timeout_s=30)
    service.close()
    again = house.open(embedder=lambda: EmbedderProcess(model))
    index, asked = again._index, again._embedders.asked
    assert asked is not None
    asked.warm_up()
    until(lambda: asked.pid is not None)
    assert again.search("lamp", typing=True)
    assert not index.has_loaded_vectors(model.model_id)
    again.warm_up()
    assert index.has_loaded_vectors(model.model_id)
    assert again.search("lamp", typing=True)
