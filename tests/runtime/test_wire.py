"""The wire carries our dataclasses and nothing else."""

from __future__ import annotations

import io

import pytest

from runtime import wire
from runtime.errors import DiskFull
from runtime.events import AnswerDelta, AnswerFinished, Channel, DownloadChanged, DownloadPhase, FinishReason
from runtime.requests import ChatMessage, Generate, Role, Sampling

CODEC = wire.Codec(Generate, AnswerDelta, AnswerFinished, DownloadChanged, wire.Hello)

MESSAGES = [
    Generate("1", (ChatMessage(Role.USER, "zwei\nZeilen “und” \u2028 mehr 🔥"),), Sampling(temperature=0.5, seed=3)),
    AnswerDelta("1", "\x00 and \udbff".encode("utf-8", "replace").decode(), Channel.THINKING),
    AnswerFinished("1", FinishReason.FAILED, problem=DiskFull("/models", 10, 3).problem()),
    DownloadChanged("a/b", DownloadPhase.TRANSFERRING, done_bytes=2**40, bytes_per_s=0.25),
    wire.Hello(1, "engine", "cpu", {"memory": 3, "ok": True}),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_comes_back_equal(message: object) -> None:
    line = CODEC.encode(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert CODEC.decode(line) == message


@pytest.mark.parametrize(
    "line",
    [
        b"Loading weights: 100%\n",
        b"{}\n",
        b'{"type":"Hello"}\n',
        b'{"type":"Popen","body":{}}\n',
        b'{"type":"AnswerDelta","body":{"request_id":5,"text":"x"}}\n',
        b'{"type":"AnswerDelta","body":{"request_id":"5"}}\n',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(wire.WireError):
        CODEC.decode(line)


def test_a_type_outside_the_set_is_not_sent() -> None:
    with pytest.raises(wire.WireError):
        CODEC.encode(DiskFull("x", 1, 2).problem())


def test_a_line_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_LINE_BYTES", 100)
    with pytest.raises(wire.WireError):
        list(wire.read_lines(io.BytesIO(b"x" * 500)))
