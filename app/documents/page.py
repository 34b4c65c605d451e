"""The page "Documents": search above, documents or places found below, and a page of one of them beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QWidget,
)

from app.documents import asking
from app.documents.dialogs import FolderDialog
from app.documents.drop_area import LET_GO, PROMISE, SLIM
from app.documents.left import Left
from app.documents.page_view import PageView
from app.documents.shown import (
    CollectionRows,
    DocumentRow,
    Findings,
    Group,
    PageShown,
    Progress,
)
from app.theme.theme import current_theme
from app.widgets.drop_overlay import DropOverlay

BESIDE = 880
LIST_BESIDE, LEAST_BESIDE = 400, 320
ANYWHERE = "All documents"


class DocumentsPage(QWidget):
    """Shows what it is given and says what is wanted.

    Signals:
        dropped: paths of files and folders.
        folders_agreed: folders, and whether they are to be followed.
        files_wanted, folder_wanted: the buttons; who listens opens the system's dialog.
        act_requested: an Act (never FORGET) and a DocumentRow.
        forget_agreed: ids of documents; the person has agreed.
        unfollow_agreed: id of a collection; the person has agreed.
        search_requested: words, the id of a collection (0: everywhere), and whether they are still being typed.
        hit_chosen: a HitRow.
        pause_requested: True to pause.
        page_left: the page of a document was closed.
        back_requested: return to the conversation.
    """

    dropped = Signal(list)
    folders_agreed = Signal(list, bool)
    files_wanted = Signal()
    folder_wanted = Signal()
    act_requested = Signal(object, object)
    forget_agreed = Signal(object)
    unfollow_agreed = Signal(int)
    search_requested = Signal(str, int, bool)
    hit_chosen = Signal(object)
    pause_requested = Signal(bool)
    page_left = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("page", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.left = Left()
        left = self.left
        self.field, self.scope, self.back, self.lists = left.field, left.scope, left.back, left.lists
        self.files_button, self.folder_button, self.problem = left.files_button, left.folder_button, left.problem
        self.viewer = PageView()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(self.left)
        self._split.addWidget(self.viewer)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._split)
        self.viewer.hide()
        self.overlay = DropOverlay(self, "folder-open", LET_GO, PROMISE)
        self._connect()
        self.set_scopes(())
        self.show_findings(Findings())
        self.begin: QWidget = self.field
        current_theme().changed.connect(self._dress)
        self._dress()

    def _connect(self) -> None:
        self.back.clicked.connect(self.back_requested)
        for each in (self.files_button.clicked, self.lists.files_wanted):
            each.connect(self.files_wanted)
        for each in (self.folder_button.clicked, self.lists.folder_wanted):
            each.connect(self.folder_wanted)
        self.overlay.dropped.connect(self.dropped)
        self.field.typing.connect(lambda words: self._search(words, typing=True))
        self.field.rested.connect(lambda words: self._search(words, typing=False))
        self.scope.activated.connect(lambda _row: self._search(self.field.words, typing=False))
        hits, known = self.lists.found.hits, self.lists.known
        self.field.left_downwards.connect(self._enter_list)
        self.field.entered.connect(hits.open_first)
        hits.left_upwards.connect(self.field.setFocus)
        hits.chosen.connect(self.hit_chosen)
        known.list.act_requested.connect(self.act_requested)
        known.list.forget_requested.connect(self.ask_to_forget)
        known.list.unfollow_requested.connect(self._ask_to_unfollow)
        known.progress.pause_requested.connect(self.pause_requested)
        self.viewer.closed.connect(self.close_page)
        self.viewer.step_requested.connect(hits.step)
        for key, slot in (
            ("F3", lambda: hits.step(1)),
            ("Shift+F3", lambda: hits.step(-1)),
        ):
            shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_documents(self, collections: tuple[CollectionRows, ...], counts: dict[Group, int]) -> None:
        """All documents by collection, and how many are in each group."""
        self.lists.show_documents(collections, counts)
        self.set_scopes(tuple((each.id, each.name) for each in collections if each.id))
        for each in (self.field, self.scope, self.files_button, self.folder_button):
            each.setVisible(not self.lists.empty)
        self._fit()
        self.begin = self.lists.begin_button if self.lists.empty else self.field
        if self.hasFocus():
            self.begin.setFocus()

    def change_document(self, row: DocumentRow) -> bool:
        """One document stands elsewhere now; False if all are to be shown anew."""
        return self.lists.change(row)

    def show_counts(self, counts: dict[Group, int]) -> None:
        """How many documents are in each group."""
        self.lists.known.show_counts(counts)

    def show_progress(self, progress: Progress) -> None:
        """What is under way over all."""
        self.lists.known.progress.show_progress(progress)

    def show_total(self, line: str) -> None:
        """How much can be searched."""
        self.lists.known.slim.setText(f"{line} {SLIM}" if line else SLIM)

    def show_findings(self, findings: Findings) -> None:
        """What was found."""
        self.lists.show_findings(findings)
        self.viewer.show_steps(bool(findings.hits))

    def show_problem(self, sentence: str) -> None:
        """One sentence above the list; "" takes it away."""
        self.problem.say(sentence)

    def set_scopes(self, collections: tuple[tuple[int, str], ...]) -> None:
        """Where can be searched; with nothing to choose there is no box."""
        wanted = [(0, ANYWHERE), *collections]
        known = [(self.scope.itemData(at), self.scope.itemText(at)) for at in range(self.scope.count())]
        if known != wanted:
            chosen = self.scope.currentData()
            self.scope.clear()
            for each, name in wanted:
                self.scope.addItem(name, each)
            self.scope.setCurrentIndex(max(self.scope.findData(chosen), 0))
        self.scope.setEnabled(bool(collections))
        self._fit()

    def show_page(self, page: PageShown) -> None:
        """A page of a document, beside the list or in its place."""
        opening = self.viewer.isHidden()
        self.viewer.show()
        if opening:
            self._split.setSizes([LIST_BESIDE, max(self.width() - LIST_BESIDE, LEAST_BESIDE)])
        self._fit()
        self.viewer.show_page(page)
        if opening and not self.left.isVisible():
            self.viewer.setFocus()

    def close_page(self) -> None:
        """Only the list again."""
        if self.viewer.isHidden():
            return
        inside = self.viewer.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.viewer.hide()
        self._fit()
        if inside:
            self._enter_list()
        self.page_left.emit()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        if not self.left.isVisible():
            self.close_page()
        self.field.setFocus()
        self.field.selectAll()

    # --- what happens ---------------------------------------------------------------------------------------------

    def _search(self, words: str, *, typing: bool) -> None:
        self.search_requested.emit(words, self.scope.currentData() or 0, typing)

    def _enter_list(self) -> None:
        if self.lists.currentWidget() is self.lists.found:
            self.lists.found.hits.enter()
        else:
            self.lists.known.list.setFocus(Qt.FocusReason.TabFocusReason)

    def ask_about_folders(self, folders: Sequence[str]) -> None:
        """Whether folders are to be followed. The page itself may be hidden."""
        dialog = FolderDialog(folders, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.agreed.connect(self.folders_agreed)
        dialog.open()

    def ask_to_forget(self, rows: tuple[DocumentRow, ...]) -> None:
        """Whether documents are to be forgotten for good."""
        ids = tuple(row.id for row in rows)
        asking.about_forgetting(self, [row.name for row in rows], lambda: self.forget_agreed.emit(ids))

    def _ask_to_unfollow(self, collection: int, name: str) -> None:
        asking.about_unfollowing(self, name, lambda: self.unfollow_agreed.emit(collection))

    # --- room and keys --------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        reading = not self.viewer.isHidden()
        beside = self.width() >= BESIDE * max(1.0, current_theme().text_scale * 0.85)
        self.left.setVisible(not reading or beside)
        narrow = reading and beside
        for each in (self.files_button, self.folder_button):
            each.setVisible(not narrow and not self.lists.empty)
        self.scope.setVisible(self.scope.isEnabled() and not narrow and not self.lists.empty)
        self.lists.known.slim.setVisible(not narrow)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard belongs to one of the parts. A focus proxy would do, were Tab not to jump to it from outside."""
        self.begin.setFocus(event.reason())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Escape closes the page that is open; the window must not take it for "stop answering"."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._closes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that nobody inside had a use for."""
        if self._closes(event):
            self.close_page()
        else:
            super().keyPressEvent(event)

    def _closes(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and not self.viewer.isHidden()

    def _dress(self) -> None:
        self._split.setStyleSheet(f"QSplitter::handle {{ background: {current_theme().tokens.line}; }}")
        self._fit()
