"""The embedder in its own process answers as the one here does, and its deaths, silences and stops are ordinary."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.local import LocalEmbedder
from runtime.documents.embeddings.models import EmbeddingModel
from runtime.documents.embeddings.process import DEATHS_ALLOWED, EmbedderLimits, EmbedderProcess
from runtime.documents.embeddings.texts import BATCH_TEXTS
from runtime.errors import EngineDied, EngineOutOfMemory, HearthError, ModelDamaged, ModelFolderMissing, UnexpectedError
from tests.runtime.documents.embeddings.kit import BERT, make_model

WAIT_S = 30.0
TEXTS = ["red lamp", "the river runs over a stone", "cloud", "half \ud83d pair", ""]


@pytest.fixture
def model(tmp_path: Path) -> EmbeddingModel:
    return make_model(tmp_path, BERT)


@pytest.fixture
def embedder(model: EmbeddingModel) -> Iterator[EmbedderProcess]:
    made = EmbedderProcess(model)
    yield made
    made.close()


class Embedding:
    """A call of ``embed`` on a thread of its own."""

    def __init__(self, embedder: EmbedderProcess, texts: list[str]) -> None:
        self.cancel = CancelToken()
        self._ends: queue.Queue[np.ndarray | BaseException] = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(embedder, texts))
        self._thread.start()

    def _run(self, embedder: EmbedderProcess, texts: list[str]) -> None:
        try:
            self._ends.put(embedder.embed(texts, self.cancel))
        except BaseException as error:
            self._ends.put(error)

    def end(self) -> np.ndarray | BaseException:
        found = self._ends.get(timeout=WAIT_S)
        self._thread.join()
        return found

    @property
    def ended(self) -> bool:
        return not self._ends.empty()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def running_pid(embedder: EmbedderProcess, but_not: int | None = None) -> int:
    wait_for(lambda: embedder.pid not in (None, but_not))
    pid = embedder.pid
    assert pid is not None
    return pid


def test_it_answers_as_the_embedder_here_does(model: EmbeddingModel, embedder: EmbedderProcess) -> None:
    here = LocalEmbedder(model)
    np.testing.assert_array_equal(embedder.embed(TEXTS), here.embed(TEXTS))
    np.testing.assert_array_equal(embedder.embed_query("blue desk"), here.embed_query("blue desk"))
    assert embedder.token_counts(TEXTS) == here.token_counts(TEXTS)
    assert embedder.embed([]).shape == (0, here.dimensions)
    facts = [(e.model_id, e.dimensions, e.languages, e.max_tokens) for e in (embedder, here)]
    assert facts[0] == facts[1]


def test_english_only_is_asked_of_the_child(model: EmbeddingModel) -> None:
    english = replace(model, languages=frozenset({"en"}))
    embedder = EmbedderProcess(english)
    try:
        assert embedder.speaks("the red lamp")
        assert not embedder.speaks("красная лампа")
    finally:
        embedder.close()


def test_many_texts_come_back_in_their_order(model: EmbeddingModel, embedder: EmbedderProcess) -> None:
    texts = [f"{word} lamp {'stone ' * (at % 9)}" for at, word in enumerate(["red", "blue", "green"] * 60)]
    assert len(texts) > 2 * BATCH_TEXTS
    here = LocalEmbedder(model).embed(texts)
    np.testing.assert_array_equal(embedder.embed(texts), here)


def test_on_mlx_passages_and_questions_are_answered_from_their_own_threads(model: EmbeddingModel) -> None:
    embedder = EmbedderProcess(model, Computing.MLX)
    try:
        exact = LocalEmbedder(model, Computing.ONNX_FLOAT32)
        np.testing.assert_allclose(embedder.embed(TEXTS), exact.embed(TEXTS), atol=2e-5)
        assert embedder.embed_query("red lamp") @ exact.embed_query("red lamp") > 0.97
    finally:
        embedder.close()


def test_a_death_in_the_middle_is_made_good(model: EmbeddingModel, embedder: EmbedderProcess) -> None:
    embedder.pause()
    work = Embedding(embedder, TEXTS)
    os.kill(running_pid(embedder), signal.SIGKILL)
    embedder.resume()
    np.testing.assert_array_equal(work.end(), LocalEmbedder(model).embed(TEXTS))


def test_a_death_while_nobody_asks_is_made_good(embedder: EmbedderProcess) -> None:
    before = embedder.embed(TEXTS)
    os.kill(running_pid(embedder), signal.SIGKILL)
    wait_for(lambda: embedder.pid is None)
    np.testing.assert_array_equal(embedder.embed(TEXTS), before)


def test_two_deaths_over_one_request_end_it_and_too_many_end_all(embedder: EmbedderProcess) -> None:
    embedder.pause()
    work = Embedding(embedder, TEXTS)
    first = running_pid(embedder)
    os.kill(first, signal.SIGKILL)
    second = running_pid(embedder, but_not=first)
    os.kill(second, signal.SIGKILL)
    found = work.end()
    assert isinstance(found, EngineDied)
    assert found.exit_code == -signal.SIGKILL
    embedder.resume()
    assert len(embedder.embed(TEXTS)) == len(TEXTS)
    assert DEATHS_ALLOWED == 3
    os.kill(running_pid(embedder), signal.SIGKILL)
    wait_for(lambda: embedder.pid is None)
    with pytest.raises(EngineDied):
        embedder.embed(TEXTS)


def test_one_that_hangs_is_replaced(model: EmbeddingModel) -> None:
    embedder = EmbedderProcess(model, limits=EmbedderLimits(silence_s=4.0))
    try:
        before = embedder.embed(TEXTS)
        hanging = running_pid(embedder)
        os.kill(hanging, signal.SIGSTOP)
        np.testing.assert_array_equal(embedder.embed(TEXTS), before)
        assert running_pid(embedder) != hanging
    finally:
        embedder.close()


def test_questions_go_on_while_passages_hold_still(embedder: EmbedderProcess) -> None:
    embedder.pause()
    work = Embedding(embedder, TEXTS)
    assert np.linalg.norm(embedder.embed_query("red lamp")) == pytest.approx(1, abs=1e-5)
    assert embedder.token_counts(["red"]) == [3]
    assert not work.ended
    embedder.resume()
    assert isinstance(work.end(), np.ndarray)


def test_a_stop_ends_the_wait_and_leaves_the_child_at_work(embedder: EmbedderProcess) -> None:
    embedder.embed_query("red")
    pid = embedder.pid
    embedder.pause()
    work = Embedding(embedder, TEXTS * 100)
    work.cancel.cancel()
    assert isinstance(work.end(), Cancelled)
    embedder.resume()
    assert len(embedder.embed(TEXTS)) == len(TEXTS)
    assert embedder.pid == pid


def test_closing_tells_who_waits(embedder: EmbedderProcess) -> None:
    embedder.pause()
    work = Embedding(embedder, TEXTS)
    running_pid(embedder)
    embedder.close()
    assert isinstance(work.end(), Cancelled)
    with pytest.raises(Cancelled):
        embedder.embed_query("red")


def test_at_rest_it_takes_no_memory_and_comes_back(embedder: EmbedderProcess) -> None:
    before = embedder.embed(TEXTS)
    assert embedder.rest()
    assert embedder.pid is None
    np.testing.assert_array_equal(embedder.embed(TEXTS), before)
    embedder.pause()
    work = Embedding(embedder, TEXTS)
    wait_for(lambda: not embedder.rest())
    embedder.resume()
    assert isinstance(work.end(), np.ndarray)


def test_a_model_that_can_not_be_loaded_is_told_as_itself(model: EmbeddingModel, tmp_path: Path) -> None:
    def failure(of: EmbeddingModel, limits: EmbedderLimits | None = None) -> HearthError:
        embedder = EmbedderProcess(of, limits=limits)
        try:
            with pytest.raises(HearthError) as caught:
                embedder.embed(TEXTS)
            return caught.value
        finally:
            embedder.close()

    assert isinstance(failure(model.at(tmp_path / "nowhere")), ModelFolderMissing)
    assert isinstance(failure(replace(model, dimensions=33)), ModelDamaged)
    if sys.platform == "linux":
        # Not even room for the libraries: whichever of them notices, the caller gets an error and the app lives.
        assert isinstance(
            failure(model, EmbedderLimits(memory_bytes=1024)), EngineOutOfMemory | UnexpectedError | EngineDied
        )


def test_passages_come_last_and_questions_do_not(embedder: EmbedderProcess) -> None:
    embedder.embed(["red"])
    if sys.platform == "linux":
        child = psutil.Process(embedder.pid)
        nice = sorted(os.getpriority(os.PRIO_PROCESS, thread.id) for thread in child.threads())
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert nice[0] == own
        assert nice[-1] > own


def test_it_does_not_outlive_the_app(model: EmbeddingModel) -> None:
    program = (
        "import sys\n"
        "from runtime.documents.embeddings.models import EmbeddingModel\n"
        "from runtime.documents.embeddings.process import EmbedderProcess\n"
        f"embedder = EmbedderProcess(EmbeddingModel('small', 32, None, 'made/here', folder={model.folder!r}))\n"
        "embedder.embed_query('red')\n"
        "print(embedder.pid, flush=True)\n"
        "embedder.pause()\n"
        "embedder.embed(['lamp'])\n"
    )
    app = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    child = psutil.Process(int(app.stdout.readline()))
    app.kill()
    app.wait()
    app.stdout.close()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_asking_brings_none_of_the_libraries_into_the_app() -> None:
    program = (
        "import sys; import runtime.documents.embeddings.process, runtime.documents.embedder;"
        "print(sorted({'numpy', 'mlx', 'onnxruntime', 'tokenizers', 'safetensors', 'psutil'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
