"""Numbers as people feel them: sizes, rates, durations, days. No Qt, no engine."""

from __future__ import annotations

from datetime import UTC, datetime

WORDS_PER_TOKEN = 0.75


def size(size_bytes: float) -> str:
    """ "4.9 GB", "310 MB": decimal units, as shops and disks count."""
    value = float(max(size_bytes, 0))
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    if unit in ("bytes", "kB", "MB") or value >= 99.5:
        return f"{value:.0f} {unit}"
    return f"{value:.1f} {unit}"


def memory(size_bytes: float) -> str:
    """ "16 GB": memory is sold in powers of two, so a 16 GiB machine reads as 16 GB."""
    gib = size_bytes / 1024**3
    if gib < 1:
        return f"{size_bytes / 1024**2:.0f} MB"
    return f"{gib:.0f} GB" if gib >= 9.95 or abs(gib - round(gib)) < 0.06 else f"{gib:.1f} GB"


def part_of(done_bytes: int, total_bytes: int) -> str:
    """ "1.8 of 4.9 GB": one unit for both, so that the eye compares numbers."""
    total, unit = size(total_bytes).rsplit(" ", 1)
    divisor = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]
    decimals = 1 if "." in total or float(total) < 10 else 0
    total = f"{total_bytes / divisor:.{decimals}f}"
    return f"{done_bytes / divisor:.{decimals}f} of {total} {unit}"


def duration(seconds: float) -> str:
    """ "a few seconds", "about 2 minutes", "about 3 hours": rounded, never a false precision."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {max(10, round(seconds / 10) * 10)} seconds"
    if seconds < 90:
        return "about a minute"
    minutes = seconds / 60
    if minutes < 55:
        return f"about {round(minutes)} minutes"
    hours = minutes / 60
    if hours < 1.5:
        return "about an hour"
    if hours < 36:
        return f"about {round(hours)} hours"
    return f"about {round(hours / 24)} days"


def rate(bytes_per_s: float) -> str:
    """ "22 MB a second"."""
    return f"{size(bytes_per_s)} a second"


def words_a_second(tokens_per_s: float) -> str:
    """ "about 18 words a second"; below one, "about a word every 3 seconds"."""
    words = tokens_per_s * WORDS_PER_TOKEN
    if words >= 1.5:
        return f"about {round(words)} words a second"
    if words >= 0.75:
        return "about a word a second"
    return f"about a word every {max(2, round(1 / max(words, 0.01)))} seconds"


def took(seconds: float) -> str:
    """ "9 s", "2 min": how long an answer took, for the small line under it."""
    if seconds < 1:
        return "under 1 s"
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_PLACES = ("Next", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")


def moment(text: str) -> datetime | None:
    """A time written as ISO 8601, as the engine keeps them; one without a zone is UTC. None for "" and nonsense."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def days_ago(now: datetime, then: datetime) -> str:
    """ "today", "yesterday", "3 days ago", "5 weeks ago", "4 months ago", "2 years ago": days as the calendar where
    ``now`` is counts them. A clock that was set back reads as today."""
    days = (now.date() - then.astimezone(now.tzinfo).date()).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    for length, unit, limit in ((1, "day", 14), (7, "week", 61), (30.44, "month", 730), (365.25, "year", None)):
        if limit is None or days < limit:
            return f"{int(days / length)} {unit}s ago"
    raise AssertionError("the last line has no limit")


def day(now: datetime, then: datetime, *, month_first: bool = False) -> str:
    """ "3 May", or "May 3" where people write it so; with the year when it is not this one."""
    local = then.astimezone(now.tzinfo)
    month = MONTHS[local.month - 1]
    words = f"{month} {local.day}" if month_first else f"{local.day} {month}"
    if local.year == now.year:
        return words
    return f"{words}, {local.year}" if month_first else f"{words} {local.year}"


def month_first(date_format: str) -> bool:
    """True when a date format as Qt or C writes it ("M/d/yy", "%m/%d/%y") has the month before the day."""
    month, of_month = date_format.find("M"), date_format.find("d")
    if "%" in date_format:
        month, of_month = date_format.find("%m"), date_format.find("%d")
    year_first = date_format.lower().lstrip("%").startswith("y")
    return 0 <= month < of_month and not year_first


def hour(of_day: int) -> str:
    """ "23:00": a full hour of the day."""
    return f"{of_day % 24}:00"


def place_in_line(place: int) -> str:
    """ "Next in line", "Second in line", "14th in line"; 1 is the next."""
    if 1 <= place <= len(_PLACES):
        return f"{_PLACES[place - 1]} in line"
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending} in line"


def count(number: int, one: str, many: str = "") -> str:
    """ "1 file", "2 files"."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def details(rows: dict[str, str]) -> str:
    """Lines "name: value" for experts, without those that have no value."""
    return "\n".join(f"{name}: {value}" for name, value in rows.items() if value)
