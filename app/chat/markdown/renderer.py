"""Renders Markdown into the end of a QTextDocument while it streams in. What is settled is not touched again.

Streamed text ends as the same document as text rendered at once: only the text decides what is settled when. Long
text is rendered in slices between which the event loop runs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor, QTextDocument

from app.chat.markdown.code_card import COPY_SCHEME
from app.chat.markdown.flow import labels_used
from app.chat.markdown.formats import Formats
from app.chat.markdown.formula_pictures import FormulaPictures
from app.chat.markdown.highlight import prepare
from app.chat.markdown.text_reader import TextReader
from app.chat.markdown.writer import PieceWriter
from app.theme.theme import Theme

__all__ = ["COPY_SCHEME", "TIMER", "MarkdownRenderer"]

TIMER = "rendering"
# So much is rendered at once whatever it takes; then only until the slice is over.
AT_ONCE = 1_000
SLICE_S = 0.008
# So much goes into the document between two looks at the clock.
EDIT = 500
# Links whose address stands further down are made when the text has paused.
PAUSE_MS = 250


class MarkdownRenderer:
    """Owns what was rendered into one document so far. Lives on the UI thread; the document's newest one renders.

    ``cites``, for answers over documents: what stands behind the number of each source. Links are plain text then.
    """

    def __init__(self, document: QTextDocument, theme: Theme, cites: Mapping[int, str] | None = None) -> None:
        self.cites = cites
        for old in document.findChildren(QTimer, TIMER):
            old.stop()
            old.deleteLater()
        prepare()
        self._document = document
        self._formats = Formats(theme)
        self.text = ""
        self.formulas = FormulaPictures(document)
        self._timer = QTimer(document)
        self._timer.setObjectName(TIMER)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        # A page that gets narrower than what stands on it says nothing of its size.
        document.documentLayout().update.connect(self._on_layout)
        self._begin({})

    @property
    def codes(self) -> list[str]:
        """The blocks of code, as copying gives them."""
        return [card.code for card in self._writer.cards]

    @property
    def busy(self) -> bool:
        """Whether some of the text is still to be rendered."""
        return self._timer.isActive()

    def set_text(self, text: str) -> None:
        """Render from the start."""
        self.text = text
        self._begin({})
        self._work(AT_ONCE, pause_ms=0)
        if self._complete:
            self._go_on()

    def append(self, text: str) -> None:
        """Add text to the end; only what is not settled is rendered again."""
        self.text += text
        self._reader.text = self.text
        if self._complete:
            self._work(AT_ONCE)

    def finish(self) -> None:
        """Render all there is before this returns."""
        while self.busy:
            self._timer.stop()
            self._go_on()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _begin(self, known: dict[str, Any]) -> None:
        self._timer.stop()
        self._document.clear()
        self.formulas.forget_after(0)
        self._reader = TextReader(self.text)
        self._writer = PieceWriter(self._document, self._formats, self.formulas, known, self.cites)
        self._known = known
        self._complete = True

    def _go_on(self) -> None:
        self.formulas.refit()
        if not self._complete:
            self._work(0, pause_ms=0)
        else:
            self._make_late_links()

    def _work(self, at_least: int, pause_ms: int = PAUSE_MS) -> None:
        """Render until the slice is over, and at least so many characters."""
        begun, until = self._reader.place, time.perf_counter() + SLICE_S
        self._edit()
        while not self._complete:
            if self._reader.place - begun >= at_least and time.perf_counter() >= until:
                self._timer.start(0)
                return
            self._edit()
        if self._writer.defined != self._known:
            self._timer.start(pause_ms)

    def _edit(self) -> None:
        """Render a little more in one change of the document."""
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        self._writer.take_back()
        self._writer.write(self._reader.settled(EDIT))
        self._writer.settle()
        self._complete = self._reader.at_end
        if self._complete:
            self._writer.write(self._reader.open())
        cursor.endEditBlock()

    def _make_late_links(self) -> None:
        """Render again if words above were links to addresses that came further down."""
        known, defined = self._known, self._writer.defined
        changed = {label for label in known | defined if known.get(label) != defined.get(label)}
        self._known = defined
        if changed and labels_used(self.text, changed):
            self._begin(defined)
            self._work(AT_ONCE, pause_ms=0)

    def _on_layout(self) -> None:
        if self.formulas.crowded and not self._timer.isActive():
            self._timer.start(0)
