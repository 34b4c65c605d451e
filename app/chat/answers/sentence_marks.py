"""Shows in an answer's text what became of each sentence, and tells it of the one under the mouse."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from app.chat.answers.placing import PICTURE, Placement
from app.chat.answers.shown import MarkKind, SentenceMark, Span
from app.chat.markdown.renderer import TIMER
from app.chat.messages.text_view import TextView
from app.theme.theme import current_theme
from app.widgets.slices import Slices

# Text that still comes into the document is looked at again after so long.
AGAIN_MS = 40
# Marks cost time with every drawing; no answer that people read has so many sentences.
AT_MOST = 300


class SentenceMarks(QObject):
    """Owns the marks of one text. Lives with its view, on the UI thread."""

    def __init__(self, view: TextView) -> None:
        super().__init__(view)
        self._view = view
        self._markdown = ""
        self._marks: tuple[SentenceMark, ...] = ()
        self._placed: list[tuple[SentenceMark, list[Span]]] = []
        self._slices = Slices(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(AGAIN_MS)
        self._later.timeout.connect(self._place)
        view.note_at = self.note_at
        view.document().contentsChanged.connect(self._on_contents)

    def say(self, markdown: str, marks: tuple[SentenceMark, ...]) -> None:
        """The text that is in the view, and its sentences."""
        if (markdown, marks) != (self._markdown, self._marks):
            self._markdown, self._marks = markdown, marks[:AT_MOST]
            self._place()

    def dress(self) -> None:
        """Other colours."""
        self._show()

    def at(self, position: int) -> SentenceMark | None:
        """The sentence at a place of the document."""
        return next(
            (mark for mark, spans in self._placed if any(first <= position < last for first, last in spans)), None
        )

    def note_at(self, position: int) -> str:
        """What became of the sentence at a place of the document; "" where there is none."""
        mark = self.at(position)
        return mark.note if mark is not None else ""

    def spans_of(self, kind: MarkKind) -> list[list[Span]]:
        """Where the sentences of a kind stand in the document."""
        return [spans for mark, spans in self._placed if mark.kind is kind]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_contents(self) -> None:
        if self._marks:
            self._later.start()

    def _place(self) -> None:
        document = self._view.document()
        if self._marks and any(timer.isActive() for timer in document.findChildren(QTimer, TIMER)):
            self._later.start()
            return
        self._later.stop()
        if not self._marks:
            self._placed = []
            self._show()
            return
        self._slices.begin(self._placing())
        self._slices.go_on()

    def _placing(self) -> Iterator[None]:
        placement = Placement(self._markdown, self._view.document())
        yield from placement.read()
        self._placed = [(mark, placement.spans(mark.start, mark.stop)) for mark in self._marks]
        self._show()

    def _show(self) -> None:
        missing = [span for spans in self.spans_of(MarkKind.MISSING) for span in spans]
        self._view.mark_under([self._underline(part) for span in missing for part in self._written(span)])

    def _written(self, span: Span) -> list[Span]:
        """A stretch without the pictures of formulas in it: a ground is drawn over pictures, not under them."""
        document, first, parts = self._view.document(), span[0], []
        for place in range(span[0], span[1] + 1):
            if place == span[1] or document.characterAt(place) == PICTURE:
                if first < place:
                    parts.append((first, place))
                first = place + 1
        return parts

    def _underline(self, span: Span) -> QTextEdit.ExtraSelection:
        """Dots and a ground in the colour of a warning: the dots tell it without any colour."""
        made = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        look.setUnderlineColor(QColor(current_theme().tokens.warn))
        look.setBackground(QColor(current_theme().tokens.warn_bg))
        made.format = look
        cursor = QTextCursor(self._view.document())
        last = self._view.document().characterCount() - 1
        cursor.setPosition(min(span[0], last))
        cursor.setPosition(min(span[1], last), QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        return made
