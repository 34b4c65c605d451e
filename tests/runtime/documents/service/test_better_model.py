"""A model for more languages: downloaded as any other, never taken for one that chats, put to work and taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.api import DownloadPhase, OfferedModel, Paths, Runtime
from runtime.documents.embeddings.models import BUILT_IN, downloaded_model
from runtime.documents.views import DocumentViewState as State
from runtime.errors import ModelNotFound
from tests.hub import Fault, Kind, LoopbackHub
from tests.runtime.documents.embeddings.kit import XLMR, make_model
from tests.runtime.documents.service.conftest import until

NAME = "made/small-encoder"
ENGLISH = "The landlord returns the deposit when the keys are back and nothing is broken. "
GERMAN = "Der Vermieter zahlt die Kaution zurück, wenn die Schlüssel da sind und nichts kaputt ist. "


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        yield made


@pytest.fixture
def offered(hub: LoopbackHub, tmp_path: Path) -> OfferedModel:
    model = make_model(tmp_path / "encoder", XLMR)
    repository = hub.add_repository(NAME, tmp_path / "encoder")
    sha256 = hashlib.sha256((tmp_path / "encoder" / "model.safetensors").read_bytes()).hexdigest()
    return OfferedModel(
        model=replace(model, model_id="small@1", repository=NAME, folder=""),
        revision=repository.commit,
        download_bytes=repository.size_bytes,
        language_count=100,
        licence="mit",
        sha256={"model.safetensors": sha256},
    )


@pytest.fixture
def runtime(hub: LoopbackHub, offered: OfferedModel, tmp_path: Path) -> Iterator[Runtime]:
    paths = Paths.below(tmp_path / "home")
    paths.prepare()
    with Runtime(paths, endpoint=hub.endpoint, offered=offered) as made:
        yield made


def write_documents(folder: Path) -> list[str]:
    (folder / "english.txt").write_text(ENGLISH * 30)
    (folder / "german.txt").write_text(GERMAN * 30)
    return [str(folder / "english.txt"), str(folder / "german.txt")]


def fetch(runtime: Runtime) -> None:
    runtime.downloads.start(runtime.download_request(NAME))
    end = runtime.downloads.wait(NAME, 30)
    assert end is not None
    assert end.phase is DownloadPhase.DONE, end


def test_it_takes_over_once_it_has_learnt_all_and_gives_back_when_it_goes(runtime: Runtime, tmp_path: Path) -> None:
    documents = runtime.documents
    documents.start()
    documents.add(write_documents(tmp_path))
    assert documents.wait(meaning=True, timeout_s=60)
    before = documents.status()
    assert (before.model, before.asked_model) == (BUILT_IN.model_id, BUILT_IN.model_id)
    # What is in a language that the model does not know counts as learnt, and is found by words.
    assert 0 < before.foreign < before.learnt == before.passages
    assert (before.busy, before.by_state[State.READY]) == (False, 2)

    fetch(runtime)
    until(lambda: documents.status().model == "small@1")
    assert documents.wait(meaning=True, timeout_s=60)
    until(lambda: documents.status().asked_model == "small@1")
    after = documents.status()
    assert (after.foreign, after.learnt, after.by_state[State.READY]) == (0, after.passages, 2)
    assert documents._index.vectors_stored(BUILT_IN.model_id) == 0
    assert {hit.name for hit in documents.search("Kaution")} == {"german.txt", "english.txt"}

    runtime.library.remove(NAME)
    until(lambda: documents.status().model == BUILT_IN.model_id)
    assert documents.wait(meaning=True, timeout_s=60)
    until(lambda: documents._index.vectors_stored("small@1") == 0)
    assert documents.status().learnt == after.passages


def test_the_vectors_of_before_serve_until_all_is_learnt_anew(runtime: Runtime, tmp_path: Path) -> None:
    documents = runtime.documents
    documents.start()
    documents.add(write_documents(tmp_path))
    assert documents.wait(meaning=True, timeout_s=60)
    documents.close()
    vars(runtime).pop("documents")
    fetch(runtime)
    # Opened and not started, as a command does that only asks.
    asking = runtime.documents
    status = asking.status()
    assert (status.model, status.asked_model) == ("small@1", BUILT_IN.model_id)
    assert (status.learnt, status.busy) == (0, True)
    # What can be found by meaning now is ready, whoever found it.
    assert status.by_state[State.READY] == 2
    asking.ask_here()
    assert asking.search("what happens to the money I paid at the start")[0].name == "english.txt"


def test_it_is_no_model_for_chats(runtime: Runtime) -> None:
    fetch(runtime)
    assert runtime.library.models() == ()
    (here,) = runtime.library.apart()
    assert (here.repository, here.verified, here.problem) == (NAME, True, None)
    with pytest.raises(ModelNotFound):
        runtime.model_to_use(None)
    assert runtime.library.verify(NAME).wrong_files == ()
    found = runtime.fitting.recommend(runtime.fitting.computer())
    assert NAME not in {choice.edition.repository for choice in found.choices}


def test_a_download_that_breaks_off_goes_on_where_it_was(
    hub: LoopbackHub, runtime: Runtime, offered: OfferedModel
) -> None:
    hub.faults.add(Fault(Kind.CUT, path="*model.safetensors", after_bytes=5000))
    fetch(runtime)
    assert hub.faults.struck == 1
    assert runtime.document_model() is not None
    ranges = [one.headers["range"] for one in hub.requests if "range" in one.headers]
    assert any(not asked.startswith("bytes=0-") for asked in ranges), ranges


def test_only_the_very_model_that_was_offered_is_taken(runtime: Runtime, offered: OfferedModel) -> None:
    assert runtime.document_model() is None
    fetch(runtime)
    models = runtime.models_paths.models
    found = runtime.document_model()
    assert found is not None
    assert (found.model_id, Path(found.folder).parent) == ("small@1", models)
    assert downloaded_model(models, replace(offered, revision="0" * 40)) is None
    assert downloaded_model(models, replace(offered, sha256={"model.safetensors": "0" * 64})) is None
    (Path(found.folder) / "tokenizer.json").write_text("{}")
    assert downloaded_model(models, offered) is None
