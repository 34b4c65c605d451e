"""The page "Archive and bin": what was put away, how it comes back, and how it goes for good."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.keeping.kept import KeptRow
from app.keeping.kept_section import KeptSection
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.page import Card, ColumnPage, TurningRow
from app.widgets.sure import ask, shortened

__all__ = ["KeepingPage", "KeptRow"]
PAGE_WIDTH = 760
GONE = "This can't be undone."


class KeepingPage(ColumnPage):
    """Shows archived conversations and the bin, and says what is to come back or to go.

    Signals:
        restore_requested: kind and id of what comes back.
        bin_requested: id of an archived conversation.
        purge_requested: kind and id of what goes for good; the person has agreed.
        empty_requested: everything in the bin goes for good; the person has agreed.
        import_requested, export_all_requested: the buttons below.
    """

    restore_requested = Signal(str, str)
    bin_requested = Signal(str)
    purge_requested = Signal(str, str)
    empty_requested = Signal()
    import_requested = Signal()
    export_all_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PAGE_WIDTH, centred=False, parent=parent)
        self.archived = KeptSection(
            "Archived chats",
            "Out of the list, and kept for as long as you like.",
            "archive",
            "No archived chats",
            "Archive a chat to tidy the list without losing anything.",
        )
        self.binned = KeptSection(
            "In the bin",
            "What lies here for 30 days is deleted for good.",
            "trash-2",
            "The bin is empty",
            "Chats and messages that you delete wait here, in case you change your mind.",
        )
        self.empty_button = button("Empty the bin…", "danger")
        self.import_button = button("Import chats…")
        self.export_button = button("Save all chats…")
        self.binned.head.addWidget(self.empty_button)
        self._fill()
        self._connect()
        self.set_rows((), ())
        current_theme().changed.connect(self._align)
        self._align()

    def _fill(self) -> None:
        self.column.addWidget(PlainLabel("Archive and bin", "title"))
        self.column.addWidget(self.archived)
        self.column.addWidget(self.binned)
        self.column.addSpacing(16)
        copies = Card()
        copies.rows.setSpacing(12)
        copies.rows.addLayout(_way("From a file that Hearth or ChatGPT wrote.", self.import_button))
        copies.rows.addLayout(_way("Into one file that you can keep wherever you like.", self.export_button))
        self.column.addWidget(copies)

    def _connect(self) -> None:
        for section in (self.archived, self.binned):
            section.more_shown.connect(self._order)
            section.restore_requested.connect(lambda row: self.restore_requested.emit(row.kind, row.id))
        self.archived.away_requested.connect(lambda row: self.bin_requested.emit(row.id))
        self.binned.away_requested.connect(self._ask_to_purge)
        self.empty_button.clicked.connect(self._ask_to_empty)
        self.import_button.clicked.connect(self.import_requested)
        self.export_button.clicked.connect(self.export_all_requested)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes here begins in one place. A proxy would do so too, and Tab would pass over all before it."""
        self.import_button.setFocus(event.reason())

    def set_rows(self, archived: tuple[KeptRow, ...], binned: tuple[KeptRow, ...]) -> None:
        """What was put away, the latest first."""
        self.archived.set_rows(archived)
        self.binned.set_rows(binned)
        self.empty_button.setVisible(bool(binned))
        self._order()

    def _order(self) -> None:
        """Tab goes as the page is read: rows that came later would come last, after all other pages."""
        read = (
            *(*self.archived.controls(), self.empty_button, *self.binned.controls()),
            *(self.import_button, self.export_button),
        )
        self.setTabOrder(self.import_button, read[0])  # where the page has its place among others
        for control, following in itertools.pairwise(read):
            self.setTabOrder(control, following)

    def _align(self) -> None:
        """The two sentences below begin at one edge."""
        both = (self.import_button, self.export_button)
        for each in both:
            each.setMinimumWidth(0)
            each.ensurePolished()
        widest = max(each.sizeHint().width() for each in both)
        for each in both:
            each.setMinimumWidth(widest)

    def _ask_to_purge(self, row: KeptRow) -> None:
        ask(
            self,
            f"Delete “{shortened(row.title)}” for good?",
            GONE,
            "Delete for good",
            lambda: self.purge_requested.emit(row.kind, row.id),
        )

    def _ask_to_empty(self) -> None:
        question = f"Delete {contents(self.binned.rows)} for good?"
        ask(self, question, GONE, "Empty the bin", self.empty_requested.emit)


def contents(rows: tuple[KeptRow, ...]) -> str:
    """ "3 chats and 1 message": what the bin holds."""
    messages = sum(row.kind == "message" for row in rows)
    counted = ((len(rows) - messages, "chat"), (messages, "message"))
    return " and ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counted if n)


def _way(sentence: str, control: QPushButton) -> TurningRow:
    row = TurningRow()
    row.setSpacing(12)
    words = QVBoxLayout()
    words.addWidget(PlainLabel(sentence, "facts"))
    row.addWidget(control)
    row.addLayout(words, 1)
    return row
