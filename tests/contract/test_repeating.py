"""A model that says the same for ever is ended, whatever it runs on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from runtime.events import EngineState, FinishReason
from runtime.inference.host import EngineHost
from runtime.inference.repeating import LEAST_CHARACTERS
from runtime.requests import Sampling
from tests.contract.recording import RecordedEngine

LONGEST_TOKENS = 3_500


@pytest.fixture
def stuck(tiny_model: Path, tmp_path: Path) -> Path:
    """The model without its layers' say: after a word it says that word."""
    folder = Path(shutil.copytree(tiny_model, tmp_path / "stuck"))
    weights = load_file(folder / "model.safetensors")
    for name, tensor in weights.items():
        if "o_proj" in name or "down_proj" in name:
            weights[name] = tensor * 0
    save_file(weights, folder / "model.safetensors", {"format": "mlx"})
    return folder


@pytest.fixture
def engine() -> Iterator[RecordedEngine]:
    recorded = RecordedEngine(EngineHost)
    yield recorded
    recorded.engine.close()


def test_an_answer_that_only_repeats_itself_is_ended_and_the_next_one_begins(
    engine: RecordedEngine, stuck: Path, tiny_model: Path
) -> None:
    assert engine.load(stuck).state is EngineState.READY
    request_id = engine.start("Hello", sampling=Sampling(temperature=0.0), max_tokens=LONGEST_TOKENS)
    finished = engine.finish(request_id)
    said = engine.text(request_id)
    assert finished.reason is FinishReason.REPEATED
    assert len(said) >= LEAST_CHARACTERS
    assert finished.statistics.answer_tokens < LONGEST_TOKENS
    assert engine.load(tiny_model).state is EngineState.READY
    assert engine.ask("What is the capital of France?")
