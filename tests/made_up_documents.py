"""Made-up but believable documents behind the calls that the window makes, for pictures and tests of its screens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from runtime.documents.reader_process import DrawnPage
from runtime.documents.rows import Collection, Hit, PageText
from runtime.documents.views import DocumentsStatus, DocumentView, DocumentViewState
from runtime.errors import DocumentUnopened
from runtime.events import DocumentChanged, DocumentRemoved, DocumentsProgress, Event

State = DocumentViewState
HOME = "/home/mira/Documents"
A4 = (595.0, 842.0)
LEFT, TOP, LINE, LETTER = 72.0, 742.0, 17.0, 11.0
LEASE: tuple[tuple[str, str] | str, ...] = (
    ("§ 11", "Use of the rooms"),
    "The rooms are let as a dwelling. Any other use, and letting a part of them to",
    "others, needs the landlord's consent in writing beforehand.",
    "",
    ("§ 12", "Termination"),
    "The tenant may end this agreement at the end of any month. Notice must be given",
    "in writing, three months before, and must reach the landlord by the third working",
    "day of the month. For the landlord the period grows by three months after five",
    "and after eight years of the tenancy.",
    "",
    "If the tenant leaves before the period has ended, the rent is owed until its end,",
    "unless the landlord lets the rooms to someone else before.",
    "",
    ("§ 13", "Deposit"),
    "The deposit is three times the monthly rent without heating, kept apart from the",
    "landlord's own money. It is returned within six months after the handover, with",
    "its interest, less what the landlord may rightly claim.",
    "",
    ("§ 14", "Small repairs"),
    "Repairs of things that the tenant often uses are paid by the tenant up to 100 euro",
    "each, and up to 300 euro in a year.",
)
WORDS = "notice"


def page_lines() -> list[str]:
    """The lines of the lease's page, headings joined."""
    return ["  ".join(line) if isinstance(line, tuple) else line for line in LEASE]


def page_words() -> str:
    """The text of the lease's page."""
    return "\n".join(page_lines())


def document(number: int, name: str, state: DocumentViewState = State.READY, **more: object) -> DocumentView:
    """A document in a folder."""
    kind = name.rpartition(".")[2].lower()
    values: dict[str, object] = {
        "folder": HOME,
        "size_bytes": 240_000 + 7_919 * number,
        "format": kind,
        "language": "en",
        "pages": 12,
        "pages_read": 12,
        "meaning": 1.0,
        **more,
    }
    return DocumentView(id=number, path=f"{values['folder']}/{name}", name=name, state=state, **values)  # type: ignore[arg-type]


def every_state() -> tuple[DocumentView, ...]:
    """A document in each state that a person can meet."""
    none: dict[str, object] = {"pages": None, "pages_read": 0, "language": "", "meaning": 0.0}
    return (
        document(1, "Rental agreement 2024.pdf", pages=14, pages_read=14),
        document(2, "Heat pump manual.pdf", State.READING, pages=412, pages_read=39, meaning=0.0),
        document(3, "Thesis draft 7.docx", State.LEARNING, pages=212, pages_read=212, meaning=0.4),
        document(4, "Tax assessment 2023.pdf", State.NEEDS_PASSWORD, **none),
        document(
            5,
            "Scanned letters from the clinic.pdf",
            State.PICTURES_ONLY,
            **{**none, "pages": 30},
            pages_without_text=30,
        ),
        document(
            6,
            "Notes of the general meeting.pdf",
            State.RECOGNISING,
            pages=12,
            pages_read=3,
            seconds_left=34.0,
            language="",
        ),
        document(7, "Backup of old mails.mbox", State.TOO_LARGE, **none, reason="unpacked"),
        document(8, "Kitchen plan.dwg", State.UNSUPPORTED, **none),
        document(9, "Invoice 0117.pdf", State.DAMAGED, **none),
        document(10, "Untitled.txt", State.EMPTY, **none),
        document(11, "Salaries.xlsx", State.UNREADABLE, **none, reason="permission"),
        document(12, "Shopping list.odt", State.GONE, **none),
        document(13, "Insurance policy.pdf", reason="repaired", pages=31, pages_read=31, language="de"),
        document(14, "Medical reports 2019 to 2024.pdf", pages=96, pages_read=96, pages_without_text=8),
        document(15, "Letter to the landlord.odt", State.WAITING, **none),
    )


SUBJECTS = ("Invoice", "Contract", "Report", "Minutes", "Offer", "Letter", "Statement", "Manual", "Plan", "Survey")
KINDS = ("pdf", "pdf", "pdf", "docx", "xlsx", "eml", "odt", "pptx")


def many(count: int, *, first: int = 100, collections: tuple[int, ...] = (1,)) -> tuple[DocumentView, ...]:
    """So many documents of a followed folder."""
    made = []
    for at in range(count):
        name = (
            f"{SUBJECTS[at % len(SUBJECTS)]} {2015 + at % 11}-{1 + at % 12:02} No {at + 1:03}.{KINDS[at % len(KINDS)]}"
        )
        pages = 1 + (at * 37) % 180
        made.append(
            document(first + at, name, pages=pages, pages_read=pages, folder=f"{HOME}/Office", collections=collections)
        )
    return tuple(made)


class MadeUpDocuments:
    """Answers as the engine's service does; what is asked for is done at once and told as events. Any thread."""

    def __init__(
        self,
        views: Iterable[DocumentView] = (),
        collections: Iterable[Collection] = (),
        on_event: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        self.lock = threading.Lock()
        self.views = {view.id: view for view in views}
        self.known = {each.id: each for each in collections}
        self.on_event = on_event
        self.paused = False
        self.asked: list[tuple[object, ...]] = []
        self.hold: threading.Event | None = None
        self.hits: tuple[Hit, ...] | None = None
        self.search_error: Exception | None = None

    # --- what is asked for ----------------------------------------------------------------------------------------

    def start(self) -> None:
        self.asked.append(("start",))

    def add(self, paths: Sequence[str], collection: int | None = None) -> None:
        self.asked.append(("add", tuple(paths), collection))
        for path in paths:
            number = max(self.views, default=0) + 1
            view = document(number, path.rpartition("/")[2], State.WAITING, pages=None, pages_read=0)
            self.put(replace(view, path=path, collections=(collection,) if collection else ()))

    def watch(self, folder: str) -> int:
        self.asked.append(("watch", folder))
        number = max(self.known, default=0) + 1
        self.known[number] = Collection(number, folder.rpartition("/")[2], folder, 0)
        return number

    def make_collection(self, name: str) -> int:
        number = next((each.id for each in self.known.values() if each.name == name), max(self.known, default=0) + 1)
        self.known[number] = Collection(number, name, None, 0)
        return number

    def document_at(self, path: str) -> DocumentView | None:
        return next((view for view in self.views.values() if view.path == path), None)

    def unwatch(self, collection: int) -> None:
        self.asked.append(("unwatch", collection))
        self.known[collection] = replace(self.known[collection], folder=None)

    def forget(self, document_ids: Iterable[int]) -> None:
        wanted = tuple(document_ids)
        self.asked.append(("forget", wanted))
        for each in wanted:
            self.views.pop(each, None)
            self.on_event(DocumentRemoved(each))

    def password(self, document_id: int, text: str) -> None:
        self.asked.append(("password", document_id, text))
        right = text == "right"
        state, reason = (State.READY, "") if right else (State.NEEDS_PASSWORD, "wrong")
        self.put(replace(self.views[document_id], state=state, reason=reason, pages=4, pages_read=4 * right))

    def read_again(self, document_id: int) -> None:
        self.asked.append(("read_again", document_id))
        self.put(replace(self.views[document_id], state=State.READING, pages=9, pages_read=2))

    def recognise(self, document_id: int) -> None:
        self.asked.append(("recognise", document_id))
        self.put(replace(self.views[document_id], state=State.RECOGNISING, pages_read=0, seconds_left=90.0))

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def put(self, view: DocumentView) -> None:
        """A document stands so now."""
        self.views[view.id] = view
        self.on_event(DocumentChanged(view.id, view.state.value))
        self.on_event(DocumentsProgress(0, len(self.views), busy=True))

    # --- what is told ---------------------------------------------------------------------------------------------

    def documents(self, collection: int | None = None) -> tuple[DocumentView, ...]:
        return tuple(v for v in self.views.values() if collection is None or collection in v.collections)

    def document(self, document_id: int) -> DocumentView | None:
        return self.views.get(document_id)

    def collections(self) -> tuple[Collection, ...]:
        return tuple(sorted(self.known.values(), key=lambda each: each.name))

    def status(self) -> DocumentsStatus:
        by_state = dict.fromkeys(State, 0)
        for view in self.views.values():
            by_state[view.state] += 1
        coming = by_state[State.WAITING] + by_state[State.READING] + by_state[State.RECOGNISING]
        pages = sum(view.pages_read for view in self.views.values())
        learnt = sum(round(3 * view.pages_read * view.meaning) for view in self.views.values())
        left = 12.0 * coming if coming and not self.paused else None
        return DocumentsStatus(len(self.views), by_state, pages, 3 * pages, learnt, coming > 0, self.paused, left)

    def search(
        self,
        query: str,
        *,
        collection: int | None = None,
        documents: Sequence[int] | None = None,
        limit: int = 20,
        typing: bool = False,
    ) -> tuple[Hit, ...]:
        self.asked.append(("search", query, collection, typing))
        if self.hold is not None:
            self.hold.wait(10)
        if self.search_error is not None:
            raise self.search_error
        if self.hits is not None:
            return self.hits
        return found(query)[:limit]

    def page_text(self, document_id: int, page: int) -> PageText | None:
        view = self.views.get(document_id)
        if view is None or page > (view.pages or 1):
            return None
        width, height = A4 if view.format == "pdf" else (0.0, 0.0)
        return PageText(document_id, page, "", "", page_words(), width, height, False, False, ())

    def page_image(self, document_id: int, page: int, width_px: int) -> DrawnPage:
        self.asked.append(("draw", document_id, page, width_px))
        view = self.views[document_id]
        if view.format != "pdf":
            raise DocumentUnopened(view.name, "unsupported")
        return drawn_page(page, width_px)

    def warm_up(self) -> None:
        self.asked.append(("warm up",))

    def make_way(self, needed: bool) -> None:
        self.asked.append(("make way", needed))

    def word_boxes(
        self, document_id: int, page: int, text: str, words: Sequence[tuple[int, int]]
    ) -> tuple[tuple[float, float, float, float], ...]:
        from PySide6.QtGui import QFont, QFontMetricsF

        self.asked.append(("words", document_id, page, tuple(text[a:b] for a, b in words)))
        font = QFont("Inter")
        font.setPixelSize(110)
        letters = QFontMetricsF(font)
        begin, boxes = page_words().index(text), []
        for a, b in words:
            before = page_words()[: begin + a].split("\n")
            left = LEFT + letters.horizontalAdvance(before[-1]) / 10
            for at, line in enumerate(text[a:b].split("\n"), len(before) - 1):
                bottom = TOP - at * LINE - 3.5
                boxes.append((left, bottom, left + letters.horizontalAdvance(line) / 10, bottom + LETTER + 3))
                left = LEFT
        return tuple(boxes)

    def passage_boxes(self, document_id: int, page: int, text: str) -> tuple[tuple[float, float, float, float], ...]:
        from PySide6.QtGui import QFont, QFontMetricsF

        font = QFont("Inter")
        font.setPixelSize(110)
        letters = QFontMetricsF(font)
        squeezed = "".join(text.split())
        boxes = []
        for at, line in enumerate(page_lines()):
            if line and "".join(line.split()) in squeezed:
                bottom = TOP - at * LINE - 3.5
                boxes.append((LEFT, bottom, LEFT + letters.horizontalAdvance(line) / 10, bottom + LETTER + 3))
        return tuple(boxes)


def found(query: str) -> tuple[Hit, ...]:
    """Places of the word that is looked for, best first."""
    page = page_words()
    start, stop = page.index("The tenant may end"), page.index("of the tenancy.") + len("of the tenancy.")
    first = page[start:stop]
    others = (
        (
            *(13, "Insurance policy.pdf", 8, "Ending the insurance"),
            "Either side may end the policy with one month's notice to the end of the insured year. The insurer "
            "confirms the notice in writing within two weeks.",
        ),
        (
            *(3, "Thesis draft 7.docx", 41, "3.2 Attention and interruption"),
            "Readers rarely notice that a word was repeated at the end of a line, a finding that goes back to early "
            "work on reading and that we could repeat with 64 people.",
        ),
        (
            *(2, "Heat pump manual.pdf", 212, "Safety notice"),
            "Safety notice: switch the pump off at the main switch before the cover is opened. Wait for five minutes "
            "until the capacitors are empty.",
        ),
        (
            *(14, "Medical reports 2019 to 2024.pdf", 5, "Appointments"),
            "Please give us notice at least 24 hours before if you can't keep your appointment.",
        ),
    )
    hits = [Hit(1, 9, "§ 12 Termination", 1.1, first, start, stop, _marks(first, query), "Rental agreement 2024.pdf")]
    for number, name, at, heading, text in others:
        hits.append(Hit(number, at, heading, 0.9, text, 0, len(text), _marks(text, query), name))
    return tuple(hit for hit in hits if hit.highlights)


def _marks(text: str, query: str) -> tuple[tuple[int, int], ...]:
    marks, folded = [], text.casefold()
    for word in query.casefold().split():
        at = folded.find(word)
        while at >= 0:
            marks.append((at, at + len(word)))
            at = folded.find(word, at + 1)
    return tuple(sorted(marks))


def drawn_page(number: int, width_px: int) -> DrawnPage:
    """The lease's page as a picture."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
    from PySide6.QtGui import QColor, QFont, QImage, QPainter

    scale = width_px / A4[0]
    image = QImage(width_px, round(A4[1] * scale), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    font = QFont("Inter")
    painter.setPen(QColor("#222222"))
    for at, line in enumerate(LEASE):
        heading = isinstance(line, tuple)
        text = "  ".join(line) if isinstance(line, tuple) else line
        font.setPixelSize(11)
        font.setBold(heading)
        painter.setFont(font)
        painter.drawText(QPointF(LEFT, A4[1] - TOP + at * LINE), text)
    font.setPixelSize(9)
    painter.setFont(font)
    painter.setPen(QColor("#777777"))
    painter.drawText(QRectF(0, 790, A4[0], 20), Qt.AlignmentFlag.AlignHCenter, f"Rental agreement · {number}")
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return DrawnPage(image.width(), image.height(), bytes(data.data()))


OFFICE = Collection(1, "Office", f"{HOME}/Office", 500)
FAMILY = Collection(2, "Family papers", f"{HOME}/Family papers", 15)
