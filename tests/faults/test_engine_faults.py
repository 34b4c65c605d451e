"""The worker dies, hangs or is left alone: each is an ordinary event with one end, and the next answer works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runtime.events import EngineState, FinishReason
from runtime.inference.host import EngineHost, Limits
from runtime.inference.transport import ProcessTransport
from tests.contract.recording import RecordedEngine
from tests.tiny.corpus import KNOWN_ANSWERS, LONG_ANSWER, LONG_QUESTION

FRANCE = "What is the capital of France?"
IMPATIENT = Limits(silence_s=3.0, stop_s=0.3, terminate_s=0.3)


@pytest.fixture
def engine(tiny_model: Path) -> Iterator[RecordedEngine]:
    recorded = RecordedEngine(lambda on_event: EngineHost(on_event, limits=IMPATIENT))
    assert recorded.load(tiny_model).state is EngineState.READY
    yield recorded
    recorded.engine.close()


def worker_pid(engine: RecordedEngine) -> int:
    assert isinstance(engine.engine, EngineHost)
    assert isinstance(engine.engine.worker, ProcessTransport)
    return engine.engine.worker.pid


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_death_in_mid_answer_keeps_the_text_and_the_next_answer_works(
    engine: RecordedEngine, how: signal.Signals
) -> None:
    request_id = engine.start(LONG_QUESTION)
    engine.wait(lambda: engine.deltas(request_id) >= 2)
    os.kill(worker_pid(engine), how)
    finished = engine.finish(request_id)
    assert finished.reason is FinishReason.FAILED
    assert finished.problem is not None
    assert finished.problem.code == "inference.engine_died"
    assert finished.problem.parameters["exit_code"] == -how
    said = engine.text(request_id)
    assert said
    assert LONG_ANSWER.startswith(said)
    engine.wait(lambda: engine.engine.state is EngineState.FAILED)
    assert engine.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]
    assert len(engine.ends(request_id)) == 1


def test_a_death_between_answers_is_told_and_mended(engine: RecordedEngine) -> None:
    os.kill(worker_pid(engine), signal.SIGKILL)
    engine.wait(lambda: engine.engine.state is EngineState.FAILED)
    assert engine.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]


def test_a_frozen_worker_is_noticed_and_replaced(engine: RecordedEngine) -> None:
    request_id = engine.start(LONG_QUESTION)
    engine.wait(lambda: engine.deltas(request_id) >= 1)
    os.kill(worker_pid(engine), signal.SIGSTOP)
    finished = engine.finish(request_id)
    assert finished.problem is not None
    assert finished.problem.code == "inference.engine_not_responding"
    assert engine.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]


def test_a_stop_that_is_not_heard_ends_by_force_and_the_model_comes_back(engine: RecordedEngine) -> None:
    request_id = engine.start(LONG_QUESTION)
    engine.wait(lambda: engine.deltas(request_id) >= 1)
    os.kill(worker_pid(engine), signal.SIGSTOP)
    engine.engine.stop(request_id)
    assert engine.finish(request_id).reason is FinishReason.STOPPED
    engine.wait(lambda: engine.engine.state is EngineState.READY)
    assert engine.ask(FRANCE) == KNOWN_ANSWERS[FRANCE]


def test_a_worker_that_can_not_start_says_so(tiny_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mlx").mkdir()
    (tmp_path / "mlx" / "__init__.py").write_text("raise ImportError('no mlx here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    recorded = RecordedEngine(EngineHost)
    failed = recorded.load(tiny_model)
    recorded.engine.close()
    assert failed.problem is not None
    assert failed.problem.code == "inference.engine_unavailable"
    assert "no mlx here" in str(failed.problem.parameters["detail"])


def test_a_worker_does_not_outlive_its_parent(tiny_model: Path) -> None:
    program = (
        "import sys, time\n"
        "from runtime.inference.host import EngineHost\n"
        "from runtime.requests import LoadModel\n"
        "engine = EngineHost(lambda event: None)\n"
        f"engine.load(LoadModel({str(tiny_model)!r}))\n"
        "while engine.loaded is None: time.sleep(0.02)\n"
        "print(engine.worker.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    deadline = time.monotonic() + 30
    while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_worker_asks_nobody_and_inherits_no_key(engine: RecordedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = psutil.Process(worker_pid(engine)).net_connections()
    assert connections == []
