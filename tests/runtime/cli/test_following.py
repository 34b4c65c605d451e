"""What ``hearth get`` and slow work show while they run: words for every state, and what a held job makes of it."""

from __future__ import annotations

import argparse
import itertools
import queue
from types import SimpleNamespace
from typing import Any, cast

import pytest

from runtime.api import (
    DownloadChanged,
    DownloadPhase,
    DownloadRequest,
    Hold,
    Runtime,
    WorkChanged,
    WorkKind,
    WorkState,
)
from runtime.cli import get, work
from runtime.cli.output import plain_words
from runtime.errors import CopyDamaged, HubUnreachable

REQUEST = DownloadRequest("a/b")


@pytest.mark.parametrize("phase", list(DownloadPhase))
def test_every_state_of_a_download_has_a_line(phase: DownloadPhase) -> None:
    problem = HubUnreachable("hub.example").problem()
    for hold, place, checked, stalled, retry in itertools.product(
        (None, *Hold), (-1, 0, 2), (0, 10**9), (False, True), (None, 20.0)
    ):
        event = DownloadChanged(
            "a/b",
            phase,
            done_bytes=10**9,
            total_bytes=4 * 10**9,
            hold=hold,
            place=place,
            checked_bytes=checked,
            stalled=stalled,
            retry_in_s=retry,
            problem=problem,
        )
        line = get.progress_line(event)
        assert line.startswith(phase)
        assert "25.0%" in line
        assert len(line) <= 100
        assert "None" not in line


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (DownloadChanged("a/b", DownloadPhase.HELD, hold=Hold.BATTERY), "the computer runs on battery"),
        (DownloadChanged("a/b", DownloadPhase.QUEUED, place=2), "place 2 in the queue"),
        (DownloadChanged("a/b", DownloadPhase.VERIFYING, checked_bytes=12_000_000), "12.0 MB checked"),
        (DownloadChanged("a/b", DownloadPhase.TRANSFERRING, stalled=True), "nothing is arriving"),
        (DownloadChanged("a/b", DownloadPhase.TRANSFERRING, bytes_per_s=2e6, seconds_left=9.0), "2.0 MB/s  9 s left"),
        (
            DownloadChanged(
                "a/b", DownloadPhase.WAITING, problem=HubUnreachable("hub.example").problem(), retry_in_s=20.0
            ),
            "download.hub_unreachable  next try in 20 s",
        ),
    ],
)
def test_what_a_state_waits_for_is_on_its_line(event: DownloadChanged, words: str) -> None:
    assert get.progress_line(event).endswith(words)


def follow(
    *told: DownloadChanged, anyway: bool = False, give_up_after_s: float = 60.0
) -> tuple[DownloadChanged, list[str]]:
    """Follow these events; the last one, and which jobs were asked to run anyway."""
    events: queue.Queue[DownloadChanged] = queue.Queue()
    for event in told:
        events.put(event)
    resumed: list[str] = []
    runtime = cast(Runtime, SimpleNamespace(downloads=SimpleNamespace(resume=resumed.append)))
    arguments = argparse.Namespace(anyway=anyway, give_up_after=give_up_after_s)
    return get._Following(runtime, events, REQUEST, arguments).to_the_end(), resumed


HELD = DownloadChanged("a/b", DownloadPhase.HELD, hold=Hold.NIGHT)
DONE = DownloadChanged("a/b", DownloadPhase.DONE)


def test_a_held_job_is_said_once_and_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    other = DownloadChanged("c/d", DownloadPhase.FAILED)
    last, resumed = follow(other, HELD, HELD, DownloadChanged("a/b", DownloadPhase.TRANSFERRING), DONE)
    assert last is DONE
    assert resumed == []
    assert capsys.readouterr().err.splitlines() == [
        "held: only at night, as the settings ask for it (--anyway downloads it now)"
    ]


def test_a_held_job_is_downloaded_anyway_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    last, resumed = follow(HELD, HELD, DONE, anyway=True)
    assert last is DONE
    assert resumed == ["a/b"]
    assert capsys.readouterr().err == ""


def test_only_a_network_that_is_gone_uses_up_the_patience() -> None:
    gone = DownloadChanged("a/b", DownloadPhase.WAITING, retry_in_s=30.0)
    assert follow(HELD, DONE, give_up_after_s=0.0)[0] is DONE
    assert follow(gone, DONE, give_up_after_s=20.0)[0] is gone
    assert follow(gone, HELD, gone, DONE, give_up_after_s=60.0)[0] is DONE


@pytest.mark.parametrize(("text", "limit"), [("5", 5_000_000), ("0.25", 250_000), ("0", 0)])
def test_a_limit_is_in_megabytes(text: str, limit: int) -> None:
    assert get._megabytes(text) == limit


@pytest.mark.parametrize("text", ["-1", "fast", "nan", "1e9"])
def test_a_limit_that_is_none(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        get._megabytes(text)


# --- slow work --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(WorkKind))
@pytest.mark.parametrize("state", list(WorkState))
def test_every_state_of_work_has_a_line(kind: WorkKind, state: WorkState) -> None:
    line = work.progress_line(WorkChanged("1", kind, "/m", state, "", 10**9, 4 * 10**9, 9.0))
    assert line.startswith(kind)
    assert state in line
    assert line.endswith("9 s left")
    assert work.progress_line(WorkChanged("1", kind, "/m", state)).endswith("0.0 MB")


def test_ctrl_c_stops_the_work_and_waits_for_its_end() -> None:
    stopped: list[str] = []
    end = WorkChanged("7", WorkKind.MOVE, "/m", WorkState.STOPPED)

    class Interrupted(queue.Queue[WorkChanged]):
        def get(self, block: bool = True, timeout: float | None = None) -> WorkChanged:
            if self.empty():
                raise KeyboardInterrupt
            return super().get(block, timeout)

    events = Interrupted()
    events.put(WorkChanged("6", WorkKind.VERIFY, "/m", WorkState.DONE))  # somebody else's
    events.put(WorkChanged("7", WorkKind.MOVE, "/m", WorkState.RUNNING))

    def stop(work_id: str) -> None:
        stopped.append(work_id)
        events.put(end)

    runtime = cast(Runtime, SimpleNamespace(housekeeping=SimpleNamespace(stop=stop)))
    assert work._follow(runtime, events, "7") is end
    assert stopped == ["7"]


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("end", "code"),
    [
        (WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.DONE), 0),
        (WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.DONE, wrong_files=("a",)), 5),
        (WorkChanged("1", WorkKind.MOVE, "/m", WorkState.STOPPED), 130),
        (
            WorkChanged("1", WorkKind.BRING_BACK, "/c", WorkState.FAILED, problem=CopyDamaged("/c", "a").problem()),
            5,
        ),
    ],
)
def test_how_work_ended_is_an_exit_code(
    end: WorkChanged, code: int, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = argparse.Namespace(json=as_json)
    assert work.report_work(end, arguments, plain_words(), "All is well.") == code
    said: Any = capsys.readouterr()
    assert ("All is well." in said.out) is (code == 0 and not as_json)
    assert bool(said.out) is (as_json or code == 0)
