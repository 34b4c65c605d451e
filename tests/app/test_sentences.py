"""Facts of the engine as sentences: every state has words, and none promises what the figures don't."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app import sentences
from app.texts import Way
from runtime.api import (
    DownloadChanged,
    DownloadPhase,
    Fit,
    Hold,
    Problem,
    ReasonCode,
    WorkChanged,
    WorkKind,
    WorkState,
    described_computer,
)
from runtime.errors import CopyDamaged, HubUnreachable, TokenRequired

GB = 1_000_000_000
NOW = datetime(2026, 5, 20, 0, 30, tzinfo=timezone(timedelta(hours=2)))
NO_WAY = HubUnreachable("hub.example").problem()


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


# --- downloads --------------------------------------------------------------------------------------------------------


def every_state() -> list[DownloadChanged]:
    """Each phase with each flag and figure that it could carry, also those that make no sense together."""
    rates, retries = (None, 0.0, 2e7), (None, 0.0, 21.0)
    problems: tuple[Problem | None, ...] = (None, NO_WAY)
    return [
        DownloadChanged(
            "a/b",
            phase,
            done_bytes=done,
            total_bytes=total,
            bytes_per_s=rate,
            seconds_left=60.0 if rate else None,
            stalled=stalled,
            retry_in_s=retry,
            problem=problem,
            hold=hold,
            checked_bytes=checked,
            place=place,
        )
        for phase, (done, total), rate, stalled, retry, problem, hold, checked, place in itertools.product(
            DownloadPhase,
            ((0, 0), (0, 4 * GB), (2 * GB, 4 * GB)),
            rates,
            (False, True),
            retries,
            problems,
            (None, *Hold),
            (0, GB, 5 * GB),
            (-1, 0, 1, 14),
        )
    ]


def test_no_state_of_a_download_is_without_words() -> None:
    for event in every_state():
        flowing = event.phase is DownloadPhase.TRANSFERRING and not event.stalled and bool(event.bytes_per_s)
        phase, rate = sentences.download_phase(event), sentences.download_rate(event)
        assert bool(phase) is not flowing, event
        assert bool(rate) is flowing, event
        words = sentences.download_words(event)
        assert phase in words, event
        for said in (words, sentences.download_line(event, "Everyday helper")):
            assert said.strip(" ·:"), event
            assert not any(rubbish in said for rubbish in ("{", "None", "?", "  ", "..")), said
        assert bool(sentences.download_ways(event)) is (event.phase is DownloadPhase.FAILED), event


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (DownloadChanged("a/b", DownloadPhase.QUEUED, place=1), "Next in line"),
        (DownloadChanged("a/b", DownloadPhase.QUEUED, place=2), "Second in line"),
        (DownloadChanged("a/b", DownloadPhase.QUEUED), "Waiting for its turn"),
        (DownloadChanged("a/b", DownloadPhase.HELD, hold=Hold.BATTERY), "Waits until the computer is plugged in."),
        (DownloadChanged("a/b", DownloadPhase.HELD, hold=Hold.METERED), "Waits: this connection costs by the amount."),
        (
            DownloadChanged(
                "a/b",
                DownloadPhase.VERIFYING,
                done_bytes=4_400_000_000,
                total_bytes=9 * GB,
                checked_bytes=1_200_000_000,
            ),
            "Checking what is already here: 1.2 of 4.4 GB",
        ),
        (DownloadChanged("a/b", DownloadPhase.VERIFYING, total_bytes=GB), "Checking every byte …"),
        (
            DownloadChanged("a/b", DownloadPhase.WAITING, problem=NO_WAY, retry_in_s=21.0),
            "hub.example can't be reached. Nothing is lost: the download goes on by itself where it stopped. "
            "Next try in about 20 seconds.",
        ),
        (DownloadChanged("a/b", DownloadPhase.FAILED), "It did not work. What is here is kept."),
    ],
)
def test_what_a_download_waits_for(event: DownloadChanged, words: str) -> None:
    assert sentences.download_phase(event) == words


def test_the_night_begins_when_the_settings_say() -> None:
    event = DownloadChanged("a/b", DownloadPhase.HELD, hold=Hold.NIGHT)
    assert sentences.download_phase(event) == "Waits for the night. It begins at 23:00."
    assert "22:00" in sentences.download_phase(event, night=(22, 6))
    assert sentences.download_line(event, "Helper") == "Helper: Waits for the night. It begins at 23:00."


def test_whoever_counts_down_gets_the_sentence_without_the_next_try() -> None:
    event = DownloadChanged("a/b", DownloadPhase.WAITING, problem=NO_WAY, retry_in_s=21.0)
    assert "Next try" not in sentences.download_phase(event, next_try=False)
    assert sentences.download_next_try(21.0) == "Next try in about 20 seconds."


def test_a_stall_is_said_and_shows_no_rate() -> None:
    event = DownloadChanged("a/b", DownloadPhase.TRANSFERRING, bytes_per_s=1e6, stalled=True)
    assert "Nothing is arriving" in sentences.download_phase(event)
    assert sentences.download_rate(event) == ""


def test_a_failed_download_has_a_way_on() -> None:
    gated = TokenRequired("a/b", "https://hub.example/a/b").problem()
    event = DownloadChanged("a/b", DownloadPhase.FAILED, problem=gated)
    assert sentences.download_ways(event)[0] is Way.ENTER_TOKEN
    assert sentences.download_ways(DownloadChanged("a/b", DownloadPhase.FAILED)) == (Way.TRY_AGAIN,)


# --- work with models on disk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(WorkKind))
@pytest.mark.parametrize("state", list(WorkState))
def test_no_work_is_without_words(kind: WorkKind, state: WorkState) -> None:
    damaged: tuple[Problem | None, ...] = (None, CopyDamaged("/shelf", "model.safetensors").problem())
    for problem, total, wrong, left in itertools.product(damaged, (0, 4 * GB), ((), ("a", "b")), (None, 90.0)):
        event = WorkChanged("1", kind, "/models/a--b", state, "/shelf", 2 * GB, total, left, wrong, "/to", problem)
        for said in (sentences.work_title(event, "Everyday helper"), sentences.work_line(event)):
            assert said
            assert "{" not in said
            assert "None" not in said
        assert sentences.work_line(event)[-1] in ".…tBs%"


def test_work_in_figures_and_how_it_ended() -> None:
    running = WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.RUNNING, "", 1_200_000_000, 4_400_000_000, 130.0)
    assert sentences.work_title(running, "Quick helper") == "Checking Quick helper"
    assert sentences.work_line(running) == "1.2 of 4.4 GB · about 2 minutes left"
    assert sentences.work_fraction(running) == pytest.approx(0.2727, abs=0.001)
    right = WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.DONE)
    assert sentences.work_line(right) == "Every byte is right."
    wrong = WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.DONE, wrong_files=("a", "b"))
    assert sentences.work_done(wrong, mend_bytes=12_000_000) == "2 files are damaged. Mending fetches 12 MB again."
    one = WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.DONE, wrong_files=("a",))
    assert sentences.work_done(one) == "1 file is damaged. Mending fetches only what is wrong."
    shelved = WorkChanged("1", WorkKind.SHELVE, "/m", WorkState.DONE, "/disk", folder="/disk/a")
    assert "4.4 GB are free again" in sentences.work_done(shelved, freed_bytes=4_400_000_000)
    assert "/disk/a" in sentences.work_done(shelved)


# --- models here ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "used", "seen"),
    [
        (None, "not used yet", "not checked yet"),
        (NOW, "used today", "checked to the byte today"),
        (NOW + timedelta(days=3), "used today", "checked to the byte today"),
        (datetime(2026, 5, 19, 22, 10, tzinfo=UTC), "used today", "checked to the byte today"),
        (datetime(2026, 5, 19, 21, 0, tzinfo=UTC), "used yesterday", "checked to the byte yesterday"),
        (datetime(2026, 5, 3, 12, 0, tzinfo=UTC), "used 2 weeks ago", "checked to the byte on 3 May"),
        (datetime(2024, 2, 29, 12, 0, tzinfo=UTC), "used 2 years ago", "checked to the byte on 29 February 2024"),
    ],
)
def test_when_a_model_was_used_and_checked(then: datetime | None, used: str, seen: str) -> None:
    assert sentences.last_used(NOW, then) == used
    assert sentences.checked(NOW, then) == seen


def test_a_look_at_the_structure_does_not_pass_for_a_check_of_every_byte() -> None:
    assert sentences.checked(NOW, NOW, by_bytes=False) == "looked over today"
    assert sentences.checked(NOW, NOW, wrong=True) == "found damaged today"
    done = WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.DONE)
    assert "hold together" in sentences.work_line(done, by_bytes=False)
    assert "Every byte" not in sentences.work_line(done, by_bytes=False)
    damaged = WorkChanged("1", WorkKind.VERIFY, "/m", WorkState.DONE, wrong_files=("a",))
    assert "1 file is damaged" in sentences.work_line(damaged, by_bytes=False)


def test_facts_of_a_model_leave_out_what_is_not_known() -> None:
    facts = sentences.model_facts(
        name="Qwen3 8B",
        size_bytes=4_900_000_000,
        now=NOW,
        last_used_at=NOW,
        verified_at=datetime(2026, 5, 3, tzinfo=UTC),
        tokens_per_s=24.0,
        measured=True,
        fit=Fit.COMFORTABLE,
        month_first=True,
    )
    assert facts == (
        "Qwen3 8B · 4.9 GB on disk · fits · about 18 words a second, measured here · used today · "
        "checked to the byte on May 3"
    )
    bare = sentences.model_facts(size_bytes=GB, now=NOW, last_used_at=None, verified_at=None, owner_kind="lm_studio")
    assert bare == "1.0 GB on disk · not used yet · not checked yet · in LM Studio's folder"


def test_a_speed_says_where_it_comes_from() -> None:
    assert sentences.speed(24.0, measured=False) == "about 18 words a second, estimated"
    assert sentences.speed(None, measured=True) == ""


@pytest.mark.parametrize("kind", ["hugging_face", "lm_studio", "named", "by_hand"])
def test_every_other_owner_is_named(kind: str) -> None:
    assert sentences.owner(kind)
    assert sentences.owner("ours") == ""


@pytest.mark.parametrize("kind", ["free", "conditions", "non_commercial", "unknown"])
def test_every_kind_of_licence_has_lay_words(kind: str) -> None:
    assert sentences.licence(kind, "some-licence-1.0").endswith("(some-licence-1.0)")
    assert sentences.licence(kind) not in ("", sentences.licence_word(kind))
    assert len({sentences.licence_word(other) for other in ("free", "conditions", "non_commercial", "unknown")}) == 4
