"""The left side of the page: the drop area while there is nothing, the list of documents, or what was found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from app.documents.bars import GroupBar, ProgressStrip
from app.documents.drop_area import SLIM, DropArea
from app.documents.hits_view import HitsView
from app.documents.list_view import DocumentListView
from app.documents.shown import CollectionRows, DocumentRow, Findings, FindState, Group
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.page import Card

LEAST_LIST = 200


class KnownList(QWidget):
    """All documents, with the bars above them."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = ProgressStrip()
        self.groups = GroupBar()
        self.list = DocumentListView()
        self.slim = PlainLabel(SLIM, "caption")
        frame = Card()
        frame.rows.setContentsMargins(6, 6, 4, 6)
        frame.rows.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.progress)
        layout.addWidget(self.groups)
        layout.addWidget(frame, 1)
        layout.addWidget(self.slim)
        self.groups.chosen.connect(self.list.lines.set_group)
        current_theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.list.setMinimumHeight(current_theme().px(LEAST_LIST))

    def show_counts(self, counts: dict[Group, int]) -> None:
        """How many documents are in each group."""
        self.groups.show_counts(counts)
        if self.list.lines.group is not Group.ALL and not counts.get(self.list.lines.group):
            self.groups.choose(Group.ALL)
            self.groups.show_counts(counts)


class FoundList(QWidget):
    """What a search found, with a line above it."""

    def __init__(self) -> None:
        super().__init__()
        self.line = PlainLabel(role="section")
        self.hint = PlainLabel(role="facts")
        self.hits = HitsView()
        self.hits.setMinimumHeight(LEAST_LIST)
        self._frame = Card()
        self._frame.rows.setContentsMargins(6, 6, 4, 6)
        self._frame.rows.addWidget(self.hits)
        self._rest = QFrame()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.line)
        layout.addWidget(self.hint)
        layout.addWidget(self._frame, 1)
        layout.addWidget(self._rest, 1)

    def show_findings(self, findings: Findings) -> None:
        """What was found; while it is being looked for, what was found before stays."""
        before = self.line.text()
        self.line.say(findings.line)
        self.hint.say(findings.hint)
        if findings.state is not FindState.LOOKING or not findings.hits:
            self.hits.hits.set_hits(findings.hits)
        self._frame.setVisible(bool(findings.hits))
        self._rest.setVisible(not findings.hits)
        if findings.state is not FindState.LOOKING and findings.line and findings.line != before and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, findings.line))


class Lists(QStackedWidget):
    """Shows one of the three.

    Signals:
        files_wanted, folder_wanted: the buttons of the drop area.
    """

    files_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.loaded = self._searching = False
        self._count = 0
        files, folder = button("Add files…", "primary"), button("Add a folder…")
        files.clicked.connect(self.files_wanted)
        folder.clicked.connect(self.folder_wanted)
        self.nothing = DropArea(files, folder)
        self.begin_button = files
        self.known = KnownList()
        self.found = FoundList()
        self._blank = QWidget()
        self._blank.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for each in (self._blank, self.nothing, self.known, self.found):
            self.addWidget(each)

    @property
    def empty(self) -> bool:
        """Nothing was added yet."""
        return self.loaded and not self._count

    def show_documents(self, collections: tuple[CollectionRows, ...], counts: dict[Group, int]) -> None:
        """All documents."""
        self.loaded, self._count = True, counts.get(Group.ALL, 0) + sum(bool(each.follows) for each in collections)
        self.known.list.lines.set_collections(collections)
        self.known.show_counts(counts)
        self._choose()

    def change(self, row: DocumentRow) -> bool:
        """One document stands elsewhere now; False if all are to be shown anew."""
        return self.known.list.lines.change(row)

    def show_findings(self, findings: Findings) -> None:
        """What was found; IDLE goes back to the documents."""
        self._searching = findings.state is not FindState.IDLE
        self.found.show_findings(findings)
        self._choose()

    def _choose(self) -> None:
        if self._searching:
            self.setCurrentWidget(self.found)
        elif not self.loaded:
            self.setCurrentWidget(self._blank)
        else:
            self.setCurrentWidget(self.known if self._count else self.nothing)
