"""What the sidebar is given to show, and how it words the day of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class ConversationRow:
    """One conversation in the list. A private one is kept nowhere; ``answering``: its answer is being written."""

    id: str
    title: str
    updated_at: datetime
    folder_id: str = ""
    pinned: bool = False
    private: bool = False
    answering: bool = False


@dataclass(frozen=True)
class FolderRow:
    """A folder that conversations can lie in."""

    id: str
    name: str


@dataclass(frozen=True)
class HitRow:
    """A message that holds the words looked for. ``marks`` are (start, end) of the words in the excerpt."""

    conversation_id: str
    message_id: str
    title: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    when: datetime


def day_heading(when: date, today: date) -> str:
    """ "Today", "Yesterday", "Last 7 days", "Older"."""
    if when >= today:
        return "Today"
    if when == today - timedelta(days=1):
        return "Yesterday"
    return "Last 7 days" if when > today - timedelta(days=7) else "Older"


def short_day(when: date, today: date) -> str:
    """ "Today", "Yesterday", "Tue", "3 Mar", "3 Mar 2024": as little as says which day."""
    heading = day_heading(when, today)
    if heading in ("Today", "Yesterday"):
        return heading
    if heading == "Last 7 days":
        return WEEKDAYS[when.weekday()]
    day = f"{when.day} {MONTHS[when.month - 1]}"
    return day if when.year == today.year else f"{day} {when.year}"
