"""Which lines the list has, in which order: sections when nothing is looked for, else what was found. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.sidebar.rows import ConversationRow, FolderRow, HitRow, day_heading

FOUND_AT_MOST = 100
LEAD = 16

Marks = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Place:
    """A section of the list, as somewhere to drop a conversation: "private", "pinned", "folder", "days", "found"."""

    kind: str
    folder_id: str = ""


PRIVATE, PINNED, DAYS, FOUND = Place("private"), Place("pinned"), Place("days"), Place("found")


@dataclass(frozen=True)
class Heading:
    """Words above a section."""

    text: str
    place: Place


@dataclass(frozen=True)
class FolderHeading:
    """A folder; its conversations follow unless it is folded."""

    folder: FolderRow
    count: int
    folded: bool

    @property
    def place(self) -> Place:
        """Where a conversation dropped here goes."""
        return Place("folder", self.folder.id)


@dataclass(frozen=True)
class Chat:
    """A conversation. ``marks`` are the parts of its title that were looked for."""

    row: ConversationRow
    place: Place
    marks: Marks = ()


@dataclass(frozen=True)
class Hit:
    """A message that was found."""

    row: HitRow
    place: Place = FOUND


@dataclass(frozen=True)
class Note:
    """A quiet sentence where there is nothing, or more than is shown."""

    text: str
    place: Place


Entry = Heading | FolderHeading | Chat | Hit | Note
Key = tuple[str, str]


def key_of(entry: Entry) -> Key:
    """What an entry is the same by, whatever its words say now."""
    match entry:
        case Chat():
            return "chat", entry.row.id
        case FolderHeading():
            return "folder", entry.folder.id
        case Hit():
            return "hit", entry.row.message_id
        case Note():
            return "note", f"{entry.place.kind} {entry.place.folder_id}"
    return "heading", entry.text


def arrange(
    rows: Iterable[ConversationRow],
    folders: Iterable[FolderRow],
    folded: frozenset[str],
    today: date,
    *,
    offer_pinned: bool = False,
) -> list[Entry]:
    """Private ones, pinned ones, each folder, then by day. ``offer_pinned``: show where to drop one to pin it."""
    folders = tuple(folders)
    private: list[Entry] = []
    pinned: list[Entry] = []
    filed: dict[str, list[Entry]] = {folder.id: [] for folder in folders}
    dated: dict[str, list[Entry]] = {}
    for row in rows:
        if row.private:
            private.append(Chat(row, PRIVATE))
        elif row.pinned:
            pinned.append(Chat(row, PINNED))
        elif row.folder_id in filed:
            filed[row.folder_id].append(Chat(row, Place("folder", row.folder_id)))
        else:
            heading = day_heading(row.updated_at.date(), today)
            dated.setdefault(heading, [Heading(heading, DAYS)]).append(Chat(row, DAYS))
    if offer_pinned and not pinned:
        pinned = [Note("Drop here to pin", PINNED)]
    if pinned:
        pinned.insert(0, Heading("Pinned", PINNED))
    entries = private + pinned
    for folder in folders:
        entries += _folder(folder, filed[folder.id], folder.id in folded)
    return entries + [entry for day in dated.values() for entry in day]


def _folder(folder: FolderRow, chats: list[Entry], folded: bool) -> list[Entry]:
    heading = FolderHeading(folder, len(chats), folded)
    if folded:
        return [heading]
    return [heading, *(chats or [Note("No chats in here yet", heading.place)])]


def arrange_found(rows: Iterable[ConversationRow], words: str, hits: Iterable[HitRow]) -> list[Entry]:
    """Titles that hold every word, then messages."""
    wanted = words.casefold().split()
    titled = [row for row in rows if all(word in row.title.casefold() for word in wanted)]
    entries: list[Entry] = [Heading("Chats", FOUND)] if titled else []
    entries += [Chat(row, FOUND, marks_of(row.title, words)) for row in titled[:FOUND_AT_MOST]]
    more = len(titled) - FOUND_AT_MOST
    if more > 0:
        entries.append(Note(f"{more:,} more. Add another word.", FOUND))
    found: list[Entry] = [Hit(trimmed(hit)) for hit in hits]
    return [*entries, Heading("In messages", FOUND), *found] if found else entries


def marks_of(text: str, words: str) -> Marks:
    """Where the words are in a text; places that touch or overlap become one."""
    pattern = "|".join(re.escape(word) for word in sorted(words.split(), key=len, reverse=True))
    found = re.finditer(f"(?:{pattern})+", text, re.IGNORECASE) if pattern else ()
    return tuple(match.span() for match in found)


def still_holds(hit: HitRow, words: str) -> bool:
    """Whether a hit for other words is one for these too."""
    text = f"{hit.title} {hit.excerpt}".casefold()
    return all(word in text for word in words.casefold().split())


def trimmed(hit: HitRow) -> HitRow:
    """The same hit on one line, cut at the front so that its first mark is seen in a narrow column."""
    excerpt = re.sub(r"\s", " ", hit.excerpt)
    cut = 0
    if hit.marks and hit.marks[0][0] > LEAD:
        cut = excerpt.find(" ", hit.marks[0][0] - LEAD, hit.marks[0][0]) + 1 or hit.marks[0][0] - LEAD
    lead = "… " if cut else ""
    marks = tuple((start - cut + len(lead), end - cut + len(lead)) for start, end in hit.marks)
    return HitRow(hit.conversation_id, hit.message_id, hit.title, lead + excerpt[cut:], marks, hit.when)
