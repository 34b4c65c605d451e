"""Numbers as people feel them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app import wording


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (310_000_000, "310 MB"),
        (999_600_000, "1.0 GB"),
        (4_860_000_000, "4.9 GB"),
        (120e9, "120 GB"),
        (2.5e12, "2.5 TB"),
        (-5, "0 bytes"),
    ],
)
def test_size(size_bytes: float, words: str) -> None:
    assert wording.size(size_bytes) == words


@pytest.mark.parametrize(
    ("gib", "words"), [(16, "16 GB"), (7.5, "7.5 GB"), (15.6, "16 GB"), (512, "512 GB"), (0.5, "512 MB")]
)
def test_memory(gib: float, words: str) -> None:
    assert wording.memory(gib * 2**30) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (42, "about 40 seconds"),
        (70, "about a minute"),
        (130, "about 2 minutes"),
        (3500, "about an hour"),
        (3 * 3600, "about 3 hours"),
        (3 * 86400, "about 3 days"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


def test_part_of_uses_one_unit() -> None:
    assert wording.part_of(1_800_000_000, 4_900_000_000) == "1.8 of 4.9 GB"
    assert wording.part_of(450_000_000, 4_900_000_000) == "0.5 of 4.9 GB"
    assert wording.part_of(0, 310_000_000) == "0 of 310 MB"


@pytest.mark.parametrize(
    ("tokens_per_s", "words"),
    [
        (40, "about 30 words a second"),
        (1.2, "about a word a second"),
        (0.4, "about a word every 3 seconds"),
        (0, "about a word every 100 seconds"),
    ],
)
def test_words_a_second(tokens_per_s: float, words: str) -> None:
    assert wording.words_a_second(tokens_per_s) == words


NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-2, "today"),
        (0, "today"),
        (1, "yesterday"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (60, "8 weeks ago"),
        (61, "2 months ago"),
        (729, "23 months ago"),
        (731, "2 years ago"),
        (4000, "10 years ago"),
    ],
)
def test_days_ago(days: int, words: str) -> None:
    assert wording.days_ago(NOW, NOW - timedelta(days=days)) == words


def test_days_are_counted_where_the_person_is() -> None:
    then = datetime(2026, 5, 19, 23, 0, tzinfo=UTC)
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    assert wording.days_ago(NOW, then) == "yesterday"
    assert wording.days_ago(east, then) == "today"


@pytest.mark.parametrize(
    ("date_format", "first", "words"),
    [
        ("M/d/yy", True, "May 3, 2025"),
        ("%m/%d/%Y", True, "May 3, 2025"),
        ("dd.MM.yy", False, "3 May 2025"),
        ("%d/%m/%y", False, "3 May 2025"),
        ("yyyy-MM-dd", False, "3 May 2025"),
        ("", False, "3 May 2025"),
    ],
)
def test_dates_as_people_here_write_them(date_format: str, first: bool, words: str) -> None:
    assert wording.month_first(date_format) is first
    assert wording.day(NOW, datetime(2025, 5, 3, tzinfo=UTC), month_first=first) == words
    assert wording.day(NOW, datetime(2026, 5, 3, tzinfo=UTC), month_first=first) == ("May 3" if first else "3 May")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-05-03T10:00:00+00:00", datetime(2026, 5, 3, 10, tzinfo=UTC)),
        ("2026-05-03T10:00:00Z", datetime(2026, 5, 3, 10, tzinfo=UTC)),
        ("2026-05-03T10:00:00", datetime(2026, 5, 3, 10, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_moment_as_the_engine_writes_it(text: str, found: datetime | None) -> None:
    assert wording.moment(text) == found


@pytest.mark.parametrize(
    ("place", "words"),
    [(1, "Next"), (2, "Second"), (10, "Tenth"), (11, "11th"), (12, "12th"), (22, "22nd"), (31, "31st"), (113, "113th")],
)
def test_places_in_line(place: int, words: str) -> None:
    assert wording.place_in_line(place) == f"{words} in line"


def test_counts_and_hours() -> None:
    assert [wording.count(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert wording.count(2, "file is", "files are") == "2 files are"
    assert [wording.hour(of_day) for of_day in (0, 7, 23, 24)] == ["0:00", "7:00", "23:00", "0:00"]
