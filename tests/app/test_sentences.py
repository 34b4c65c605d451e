"""Facts of the engine as sentences: every code has one, and none promises what the figures don't."""

from __future__ import annotations

import pytest

from app import sentences
from runtime.api import DownloadChanged, DownloadPhase, ReasonCode, described_computer
from runtime.errors import HubUnreachable

GB = 1_000_000_000


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_reads_as_a_sentence(code: ReasonCode) -> None:
    figures = {"need_bytes": 5 * GB, "budget_bytes": 9 * GB, "tokens_per_s_low": 20.0, "download_bytes": 4 * GB}
    words = sentences.reason(code, figures)
    assert words.endswith(".")
    assert "{" not in words


def test_what_is_left_is_said_only_when_it_is_worth_it() -> None:
    code = ReasonCode.BEST_THAT_FITS
    assert "at least 4.0 GB" in sentences.reason(code, {"need_bytes": 5 * GB, "budget_bytes": 9 * GB})
    assert "leaves" not in sentences.reason(code, {"need_bytes": 5 * GB, "budget_bytes": 5 * GB + 10})


def test_the_computer_in_one_line() -> None:
    assert "Apple M2 · 16 GB memory" in sentences.computer(described_computer("Apple M2", 16))


@pytest.mark.parametrize("phase", list(DownloadPhase))
def test_every_phase_without_bytes_has_words(phase: DownloadPhase) -> None:
    problem = HubUnreachable("hub.example").problem()
    event = DownloadChanged("a/b", phase, done_bytes=1, total_bytes=2, bytes_per_s=1e6, problem=problem)
    silent = phase in (DownloadPhase.TRANSFERRING, DownloadPhase.DONE, DownloadPhase.CANCELLED)
    assert bool(sentences.download_phase(event)) is not silent
    assert bool(sentences.download_rate(event)) is (phase is DownloadPhase.TRANSFERRING)


def test_a_stall_is_said_and_shows_no_rate() -> None:
    event = DownloadChanged("a/b", DownloadPhase.TRANSFERRING, bytes_per_s=1e6, stalled=True)
    assert "Nothing is arriving" in sentences.download_phase(event)
    assert sentences.download_rate(event) == ""
