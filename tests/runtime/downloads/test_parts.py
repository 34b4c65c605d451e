"""The small parts of a download: what may be fetched, how patience runs out, what the meter shows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from runtime.downloads.hub import hub_endpoint, is_allowed
from runtime.downloads.messages import CODEC, JobProgress, StartJob
from runtime.downloads.meter import RateMeter
from runtime.downloads.patience import Patience, Retries
from runtime.errors import Problem
from runtime.events import DownloadPhase


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("model.safetensors", True),
        ("model-00001-of-00002.safetensors", True),
        ("model.safetensors.index.json", True),
        ("config.json", True),
        ("chat_template.jinja", True),
        ("tokenizer.model", True),
        ("README.md", True),
        ("LICENSE", True),
        ("modeling_x.py", False),
        ("README.py", False),
        ("LICENSE.sh", False),
        ("pytorch_model.bin", False),
        ("model.gguf", False),
        ("weights.npz", False),
        ("model.safetensors.pkl", False),
        ("original/model.safetensors", False),
        ("../model.safetensors", False),
        ("/model.safetensors", False),
        ("C:model.safetensors", False),
        ("..", False),
        ("", False),
    ],
)
def test_the_allow_list(path: str, allowed: bool) -> None:
    assert is_allowed(path) is allowed


def test_delays_double_up_to_a_limit_and_only_progress_forgives() -> None:
    patience = Patience(first_delay_s=1.0, longest_delay_s=60.0, quiet_tries=3)
    retries = Retries(patience, draw=lambda: 0.5)
    delays = []
    for _ in range(9):
        retries.progressed(2)
        delays.append(retries.failed())
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert retries.tell
    retries.progressed(40_000)
    assert retries.failed() == 1
    assert not retries.tell


def test_jitter_spreads_and_retry_after_is_capped() -> None:
    patience = Patience(first_delay_s=1.0, retry_after_limit_s=120.0)
    assert Retries(patience, draw=lambda: 0.0).failed() == 0.75
    assert Retries(patience, draw=lambda: 1.0).failed() == 1.25
    assert Retries(patience, draw=lambda: 0.5).failed(retry_after_s=30.0) == 30.0
    assert Retries(patience, draw=lambda: 0.5).failed(retry_after_s=86400.0) == 120.0


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_meter_smooths_forecasts_and_notices_silence() -> None:
    clock = Clock()
    meter = RateMeter(clock)
    total = 10_000_000
    done = 0
    first = meter.read(done, total)
    assert (first.bytes_per_s, first.seconds_left, first.stalled) == (None, None, False)
    for _ in range(50):
        clock.now += 0.2
        done += 20_000
        reading = meter.read(done, total)
    assert reading.bytes_per_s == pytest.approx(100_000, rel=0.01)
    assert reading.seconds_left == pytest.approx((total - done) / 100_000, rel=0.01)
    for _ in range(20):  # ten times as fast for four seconds: the reading follows within the window
        clock.now += 0.2
        done += 200_000
        reading = meter.read(done, total)
    assert reading.bytes_per_s is not None
    assert 700_000 < reading.bytes_per_s < 1_000_000
    for _ in range(55):
        clock.now += 0.2
        reading = meter.read(done, total)
    assert reading.stalled
    assert reading.bytes_per_s == 0
    assert reading.seconds_left is None
    clock.now += 0.2
    assert not meter.read(done + 1, total).stalled
    assert meter.read(0, total).bytes_per_s is None, "bytes that went back begin a new count"


def test_messages_cross_the_wire_whole() -> None:
    order = StartJob("/models", "a/b", "main", "Title", "https://hub", "hf_secret", Patience(stall_s=3))
    progress = JobProgress(DownloadPhase.WAITING, "c" * 40, 1, 2, Problem("x", {"n": 1, "s": "t", "f": None}), 2.5)
    for message in (order, progress):
        assert CODEC.decode(CODEC.encode(message)) == message
    assert "hf_secret" not in repr(order)


def test_which_hub_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert hub_endpoint() == "https://huggingface.co"
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.example/")
    assert hub_endpoint() == "http://mirror.example"
    assert hub_endpoint("http://other.example") == "http://other.example"


def test_the_service_imports_no_hub_library() -> None:
    code = (
        "import sys, runtime.downloads.service\nsys.exit(str({'huggingface_hub', 'httpx2'} & set(sys.modules) or ''))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).stderr == b"\n"
