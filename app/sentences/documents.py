"""Where a document stands and what was found in it, in lay words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app import wording
from runtime.api import DocumentsStatus, DocumentView, DocumentViewState, Hit, WaitsFor

State = DocumentViewState
Marks = tuple[tuple[int, int], ...]
SECONDS_A_PICTURE = 2
EXCERPT_CHARS = 260
LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
UNITS = {
    "pptx": "slide", "odp": "slide", "xlsx": "sheet", "ods": "sheet", "epub": "chapter", "mbox": "message",
}  # fmt: skip
STILL = {
    State.WAITING: "Waiting for its turn",
    State.UNSUPPORTED: "This kind can't be read: save it as PDF",
    State.EMPTY: "Empty: there is nothing in it to read",
    State.GONE: "The file is not there any more",
}
TOO_LARGE = {
    "time": "Too large: reading it would take too long",
    "memory": "Too large: reading it would need too much memory",
    "pixels": "Too large: its pictures have too many dots",
    "unpacked": "Too large once unpacked",
    "depth": "Too many files inside files",
    "parts": "Too many files inside it",
    "pages": "Too many pages",
}


def pages_of(view: DocumentView, number: int) -> str:
    """ "412 pages", "1 slide", in the word of its kind."""
    unit = UNITS.get(view.format, "page")
    return f"{number:,} {unit if number == 1 else f'{unit}s'}"


def line_of(view: DocumentView) -> str:
    """Where it stands: "Ready · 412 pages", "Reading page 40 of 412", "Needs a password". Never empty."""
    worded = _WORDED.get(view.state)
    return worded(view) if worded is not None else STILL.get(view.state, "Waiting for its turn")


def _ready(view: DocumentView) -> str:
    parts = ["Ready", pages_of(view, view.pages) if view.pages else "", LANGUAGES.get(view.language[:2], "")]
    if view.reason == "repaired":
        parts.append("the file was damaged, its text could be read")
    missing = str(view.parameters.get("language_missing") or "")
    if missing:
        parts.append(f"read without the recognition of {LANGUAGES.get(missing[:2], missing)}, which is not installed")
    if view.pages_without_text:
        plural = view.pages_without_text != 1
        parts.append(f"{pages_of(view, view.pages_without_text)} {'are pictures' if plural else 'is a picture'}")
    failed = _number(view, "parts_failed") - _number(view, "parts_locked")
    if failed > 0:
        parts.append(f"{wording.count(failed, 'part')} could not be read")
    parts.append(_locked_parts(view))
    return " · ".join(filter(None, parts))


def _number(view: DocumentView, name: str) -> int:
    value = view.parameters.get(name)
    return value if isinstance(value, int) else 0


def _locked_parts(view: DocumentView) -> str:
    number = _number(view, "parts_locked")
    if not number:
        return ""
    files = wording.count(number, "file")
    if view.parameters.get("password_wrong"):
        return f"that password did not open {files} in it"
    return f"{files} in it {'needs' if number == 1 else 'need'} a password"


def _percent(share: float) -> int:
    """Never 100 while something is left."""
    return min(round(100 * share), 99)


def _learning(view: DocumentView) -> str:
    learning = f"Ready for words, still learning what it means: {_percent(view.meaning)} %"
    return " · ".join(filter(None, (learning, _locked_parts(view))))


def _reading(view: DocumentView) -> str:
    unit = UNITS.get(view.format, "page")
    if view.pages and view.pages > 1:
        return f"Reading {unit} {min(view.pages_read + 1, view.pages):,} of {view.pages:,}"
    return f"Reading · {pages_of(view, view.pages_read)} so far" if view.pages_read > 1 else "Reading"


def _recognising(view: DocumentView) -> str:
    of = f": page {min(view.pages_read + 1, view.pages):,} of {view.pages:,}" if view.pages else ""
    left = f" · {wording.duration(view.seconds_left)} left" if view.seconds_left is not None else ""
    return f"Reading the text in its pictures{of}{left}"


def _pictures_only(view: DocumentView) -> str:
    if view.reason == "no_text":
        return "Pictures: no words were found in them"
    if view.parameters.get("scrambled_pages"):
        return _scrambled(view)
    if view.reason == "recognition":
        return "These pages are pictures, and nothing on this computer can read the text in them"
    seconds = _seconds_of_pictures(view)
    what = "This is a picture" if (view.pages or 1) == 1 else "These pages are pictures"
    it = "it" if (view.pages or 1) == 1 else "them"
    return f"{what}: read the text in {it}? {wording.duration(seconds).capitalize()}"


def _scrambled(view: DocumentView) -> str:
    if view.reason == "recognition":
        return "The letters in this file are scrambled, and nothing on this computer can read its pages as pictures"
    takes = wording.duration(_seconds_of_pictures(view)).capitalize()
    return f"The letters in this file are scrambled: read its pages as pictures? {takes}"


def _seconds_of_pictures(view: DocumentView) -> float:
    return view.seconds_left or SECONDS_A_PICTURE * (view.pages_without_text or view.pages or 1)


def _needs_password(view: DocumentView) -> str:
    return {
        "wrong": "That password did not open it",
        "unopenable": "Locked in a way that Hearth can't open",
    }.get(view.reason, "Needs a password")


def _damaged(view: DocumentView) -> str:
    if view.pages_read:
        return f"Damaged: only {pages_of(view, view.pages_read)} could be read"
    return "Damaged: it can't be opened"


def _too_large(view: DocumentView) -> str:
    line = TOO_LARGE.get(view.reason, "Too large")
    return f"{line} · {pages_of(view, view.pages_read)} read" if view.pages_read else line


def _unreadable(view: DocumentView) -> str:
    return "You have no permission to read it" if view.reason == "permission" else "It could not be read"


_WORDED = {
    State.READY: _ready,
    State.LEARNING: _learning,
    State.READING: _reading,
    State.RECOGNISING: _recognising,
    State.PICTURES_ONLY: _pictures_only,
    State.NEEDS_PASSWORD: _needs_password,
    State.DAMAGED: _damaged,
    State.TOO_LARGE: _too_large,
    State.UNREADABLE: _unreadable,
}


# --- on their way -----------------------------------------------------------------------------------------------------

SHOW = "Show documents"


def taken_line(names: Sequence[str], what: str = "file", *, for_chat: bool = False) -> str:
    """What becomes of files or folders; ``for_chat``: they were let go on a conversation, which is answered from them
    from now on."""
    if len(names) == 1:
        named = f"“{names[0]}”" if what == "file" else f"The {what} “{names[0]}”"
        rest = "this chat is answered from it" if for_chat else "you can search it there"
        return f"{named} goes to your documents; {rest}."
    rest = "this chat is answered from them" if for_chat else "you can search them there"
    return f"{wording.count(len(names), what)} go to your documents; {rest}."


# --- all together -----------------------------------------------------------------------------------------------------

SEARCHED = (State.READY, State.LEARNING, State.RECOGNISING, State.DAMAGED, State.TOO_LARGE)
UNDER_WAY = (State.WAITING, State.READING, State.RECOGNISING)


def progress_line(status: DocumentsStatus) -> str:
    """What is under way over all; "" when nothing is."""
    coming = sum(status.by_state.get(state, 0) for state in UNDER_WAY)
    learning = status.by_state.get(State.LEARNING, 0)
    if not coming and not learning:
        return ""
    left = f" · {wording.duration(status.seconds_left)} left" if status.seconds_left is not None else ""
    if status.waits_for is WaitsFor.POWER and not status.by_state.get(State.READING, 0):
        rest = f"{wording.count(coming, 'document')} to read" if coming else "learning what your documents mean"
        return f"Waiting for power, to save the battery · {rest}"
    if status.paused:
        what = f"{wording.count(coming, 'document')} to read" if coming else "still learning what they mean"
        return f"Paused · {what}"
    if coming:
        done = status.documents - coming
        return f"Reading your documents: {done:,} of {status.documents:,} done{left}"
    share = _percent(status.learnt / status.passages) if status.passages else 0
    return f"Every word can be found. Still learning what your documents mean: {share} %{left}"


def total_line(views: Iterable[DocumentView]) -> str:
    """ "21,340 pages can be searched."; "" while there are none. Pages that are pictures can't."""
    number = sum(max(view.pages_read - view.pages_without_text, 0) for view in views if view.state in SEARCHED)
    return f"{number:,} {'page' if number == 1 else 'pages'} can be searched." if number else ""


def progress_share(status: DocumentsStatus) -> float | None:
    """How much of what :func:`progress_line` tells is done, 0 to 1; None when nothing is under way."""
    coming = sum(status.by_state.get(state, 0) for state in UNDER_WAY)
    if coming:
        return (status.documents - coming) / status.documents if status.documents else None
    if status.by_state.get(State.LEARNING, 0):
        return status.learnt / status.passages if status.passages else 0.0
    return None


# --- what was found ---------------------------------------------------------------------------------------------------


def where(hit: Hit) -> str:
    """ "Page 12 · Termination", "Invoice.pdf · Page 1": where in the document it stands."""
    page = f"Page {hit.label or hit.page}" if hit.page else ""
    if hit.label and not hit.label.isalnum():
        page = hit.label
    heading = " ".join(hit.heading.split())
    # The subject of a mail is both what its page is called and its heading.
    return " · ".join(filter(None, (hit.part, page, "" if heading == page else heading)))


def found_line(number: int, words: str, limit: int) -> str:
    """Above what was found."""
    if not number:
        return f"Nothing found for “{words}”."
    most = "The best " if number >= limit else ""
    return f"{most}{wording.count(number, 'place')}"


def nothing_hint(status: DocumentsStatus | None) -> str:
    """What else could be tried when nothing was found."""
    coming = sum(status.by_state.get(state, 0) for state in UNDER_WAY) if status is not None else 0
    if coming:
        return f"{wording.count(coming, 'document')} still to be read. Or try fewer or other words."
    return "Try fewer or other words."


def excerpt(text: str, marks: Marks, chars: int = EXCERPT_CHARS) -> tuple[str, Marks]:
    """About so many letters around the first marked words, in one line, with the marks in them."""
    line, marks = _in_one_line(text, marks)
    first = marks[0][0] if marks else 0
    begin = 0 if first < chars // 2 else line.rfind(" ", 0, first - chars // 4) + 1
    end = len(line) if len(line) - begin <= chars else max(line.rfind(" ", begin, begin + chars), begin + chars // 2)
    before, after = "… " if begin else "", " …" if end < len(line) else ""
    by = len(before) - begin
    moved = tuple((max(a, begin) + by, min(b, end) + by) for a, b in marks if a < end and b > begin)
    return f"{before}{line[begin:end].rstrip()}{after}", moved


def _in_one_line(text: str, marks: Marks) -> tuple[str, Marks]:
    """Each run of white space is one space."""
    kept: list[str] = []
    places: list[int] = []
    for letter in text:
        places.append(len(kept))
        if not letter.isspace():
            kept.append(letter)
        elif kept and kept[-1] != " ":
            kept.append(" ")
    places.append(len(kept))
    return "".join(kept), tuple((places[a], places[b]) for a, b in marks if a < b < len(places))


def marks_on_page(hit_text: str, marks: Marks, page_text: str, start: int, stop: int) -> Marks:
    """Where words of a hit stand on its page; a hit's text may begin with the header row of its table."""
    body = page_text[start:stop]
    at = hit_text.find(body) if body else -1
    if at < 0:
        return ()
    return tuple((a - at + start, b - at + start) for a, b in marks if a >= at and b - at <= len(body))
