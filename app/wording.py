"""Numbers as people feel them: sizes, rates, durations. No Qt, no engine."""

from __future__ import annotations

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
