"""What an answer over documents has beside its words: progress above, sources and lines below, marks in the text."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.chat.answers.answer_ground import AnswerGround
from app.chat.answers.reading_progress import ReadingProgress
from app.chat.answers.sentence_marks import SentenceMarks
from app.chat.answers.shown import AnswerWay, Backing, MarkKind, OpenSource
from app.chat.messages.text_view import TextView
from app.widgets.buttons import button
from app.widgets.flow import Flow
from app.widgets.labels import PlainLabel
from app.widgets.layouts import drop

SENTENCE_CHARS = 160


class BackingView(QObject):
    """Owns those parts of one answer. Each is made when it is first needed, for most answers need none.

    Signals:
        acted: an OpenSource or an AnswerWay.
        unfolded: the person opened something in it.
    """

    acted = Signal(object)
    unfolded = Signal()

    def __init__(self, text: TextView) -> None:
        super().__init__(text)
        self._text = text
        self._shown: Backing | None = None
        self._markdown = ""
        self.above, self.below = QVBoxLayout(), QVBoxLayout()
        self.ground: AnswerGround | None = None
        self.progress: ReadingProgress | None = None
        self.offer: OfferFrame | None = None
        self.marks: SentenceMarks | None = None

    @property
    def parts(self) -> list[QWidget]:
        """The widgets there are."""
        return [part for part in (self.progress, self.ground, self.offer) if part is not None]

    @property
    def spoken(self) -> str:
        """What a screen reader adds: how the answer was made, and the sentences that are in no document."""
        backing = self._shown
        if backing is None:
            return ""
        missing = [
            f"Not in your documents: “{_shortened(self._markdown[mark.start : mark.stop])}”"
            for mark in backing.marks
            if mark.kind is MarkKind.MISSING
        ]
        return " ".join(filter(None, (backing.spoken or backing.line, *missing, *backing.notes)))

    def say(self, backing: Backing | None, markdown: str) -> None:
        """What the answer stands on, and its words as they are now."""
        self._shown, self._markdown = backing, markdown
        if backing is not None or self.parts:
            self._say(backing or Backing(), markdown)

    def begun(self) -> None:
        """The first words came: reading is over."""
        if self.progress is not None:
            self.progress.hide()

    def dress(self) -> None:
        """Other colours, and the text was made anew."""
        if self.marks is not None:
            self.marks.dress()

    def source_at(self, number: int, cursor: QTextCursor) -> OpenSource:
        """A number in the text was chosen: with what bears out the sentence that it stands in."""
        mark = self.marks.at(cursor.position()) if self.marks is not None else None
        return OpenSource(number, mark.quote if mark is not None and mark.source == number else (0, 0))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _say(self, backing: Backing, markdown: str) -> None:
        self._say_progress(backing, begun=bool(markdown))
        if self.ground is None and (backing.sources or backing.line or backing.notes):
            self.ground = AnswerGround()
            self.ground.source_chosen.connect(lambda number: self.acted.emit(self._best_of(number)))
            self.ground.unfolded.connect(self.unfolded)
            self.below.insertWidget(0, self.ground)
        if self.ground is not None:
            self.ground.say(backing)
        if self.marks is None and backing.marks:
            self.marks = SentenceMarks(self._text)
        if self.marks is not None:
            self.marks.say(markdown, backing.marks)
        self._say_offer(backing)

    def _say_progress(self, backing: Backing, *, begun: bool) -> None:
        if self.progress is None and backing.reading is not None:
            self.progress = ReadingProgress()
            self.progress.stop_requested.connect(lambda: self.acted.emit(AnswerWay.STOP_READING))
            self.above.addWidget(self.progress)
        if self.progress is not None:
            if backing.reading is not None:
                self.progress.say(backing.reading)
            self.progress.setVisible(backing.reading is not None and not begun)

    def _say_offer(self, backing: Backing) -> None:
        told = (backing.offer, backing.ways)
        if self.offer is not None and self.offer.told != told:
            drop(self.offer)
            self.offer = None
        if self.offer is None and backing.offer:
            self.offer = OfferFrame(backing.offer, backing.ways)
            self.offer.acted.connect(self.acted)
            self.below.addWidget(self.offer)

    def _best_of(self, number: int) -> OpenSource:
        """A source from below the answer, at the words that bear out the first sentence it stands for."""
        marks = self._shown.marks if self._shown is not None else ()
        quotes = [mark.quote for mark in marks if mark.source == number and mark.quote[1] > mark.quote[0]]
        return OpenSource(number, quotes[0] if quotes else (0, 0))


class OfferFrame(QFrame):
    """Nothing was found: a sentence, and ways forward.

    Signals:
        acted: an AnswerWay.
    """

    acted = Signal(object)

    def __init__(self, sentence: str, ways: tuple[tuple[AnswerWay, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.told = (sentence, ways)
        self.setObjectName("offer")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(PlainLabel(sentence))
        # Beside a page there is little room: the buttons go on in the next line.
        row = Flow(8)
        column.addLayout(row)
        self.buttons = []
        for rank, (way, label) in enumerate(ways):
            made = button(label, "quiet" if rank else "secondary")
            made.clicked.connect(lambda _=False, way=way: self.acted.emit(way))
            row.addWidget(made)
            self.buttons.append(made)


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SENTENCE_CHARS else f"{line[:SENTENCE_CHARS].rstrip()} …"
