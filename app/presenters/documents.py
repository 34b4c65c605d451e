"""Joins the page "Documents" with what the engine knows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app import texts
from app.controllers.document_pages import DocumentPagesController
from app.controllers.document_search import DocumentSearchController
from app.controllers.documents import DocumentsController
from app.documents.dialogs import PasswordDialog
from app.documents.page import DocumentsPage
from app.documents.shown import Act, CollectionRows, DocumentRow, Group, HitRow, Progress
from app.presenters.document_intake import DocumentIntake, Known
from app.presenters.document_reading import findings_of, page_of
from app.presenters.document_rows import counts, grouped, openable, row_of
from app.sentences import documents as sentences
from runtime.api import DocumentScope, DocumentView, Hit, Problem

Made = tuple[DocumentView, DocumentRow]
Arranged = tuple[dict[int, Made], tuple[CollectionRows, ...], dict[Group, int]]


class DocumentsPresenter(QObject):
    """Owns the page.

    Signals:
        chat_wanted: back to the conversation.
        ask_wanted: a DocumentScope that questions are to be asked about.
        toasted: a sentence, the label of a button and its id, for the window to show.
    """

    chat_wanted = Signal()
    ask_wanted = Signal(object)
    toasted = Signal(str, str, str)

    def __init__(
        self,
        documents: DocumentsController,
        search: DocumentSearchController,
        pages: DocumentPagesController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._documents, self._search, self._pages = documents, search, pages
        self.page = DocumentsPage()
        self._intake = DocumentIntake(documents, self.page, self)
        self._intake.toasted.connect(self.toasted)
        self._made: dict[int, Made] = {}
        self._hits: dict[HitRow, Hit] = {}
        self._arranging = 0
        self._since: set[int] = set()
        documents.changed.connect(self._show_all)
        documents.document_changed.connect(self._show_one)
        documents.status_changed.connect(self._show_status)
        documents.failed.connect(self._show_problem)
        search.changed.connect(self._show_findings)
        pages.changed.connect(self._show_page)
        self._connect_page()

    def _connect_page(self) -> None:
        page, documents = self.page, self._documents
        page.dropped.connect(lambda paths: self.take(paths))
        page.files_wanted.connect(self._choose_files)
        page.folder_wanted.connect(self._choose_folder)
        page.act_requested.connect(self.act)
        page.lists.known.list.ask_requested.connect(self._ask_about)
        page.forget_agreed.connect(self._forget)
        page.unfollow_agreed.connect(documents.unwatch)
        page.pause_requested.connect(documents.pause)
        page.search_requested.connect(self._find)
        page.hit_chosen.connect(self._open_hit)
        page.page_left.connect(self._pages.close)
        page.back_requested.connect(self.chat_wanted)
        page.viewer.page_requested.connect(self._pages.turn)
        page.viewer.width_wanted.connect(self._pages.draw)
        page.viewer.file_requested.connect(self._show_open_file)

    def opened(self) -> None:
        """The page came to the front."""
        self.page.show_problem("")
        self._documents.refresh()
        self._search.warm_up()

    def take(self, paths: list[str], known: Known | None = None) -> None:
        """Files and folders that were let go on this page or elsewhere in the window; ``known`` is told what they are
        as documents."""
        self._intake.take(paths, known)

    # --- what is shown --------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        """Wording ten thousand documents takes half a second: not on the UI thread."""
        views, collections = dict(self._documents.views), self._documents.collections
        before, self._since = self._made, set()
        self._arranging += 1

        def arrange() -> Arranged:
            made = {each: _row(view, before) for each, view in views.items()}
            rows = {each: row for each, (_view, row) in made.items()}
            return made, grouped(views.values(), collections, rows), counts(rows.values())

        self._documents.aside(arrange, self._on_arranged)

    def _on_arranged(self, arranged: Arranged) -> None:
        self._arranging -= 1
        if self._arranging:
            return
        self._made, collections, numbers = arranged
        self.page.show_documents(collections, numbers)
        for each in self._since:
            if each in self._documents.views:
                self._show_one(self._documents.views[each])
        page = self._pages.page
        if page is not None and page.document_id not in self._documents.views and page.view is not None:
            self.page.close_page()

    def _show_one(self, view: DocumentView) -> None:
        if self._arranging:
            self._since.add(view.id)
            return
        known, made = self._made.get(view.id), _row(view, self._made)
        if known is None or known[1].name != made[1].name or known[0].collections != view.collections:
            self._show_all()
            return
        self._made[view.id] = made
        if not self.page.change_document(made[1]):
            self._show_all()

    def _show_status(self) -> None:
        status = self._documents.status
        if status is not None:
            line, share = sentences.progress_line(status), sentences.progress_share(status)
            self.page.show_progress(Progress(line, share, status.paused))
            self.page.show_total(sentences.total_line(self._documents.views.values()))

    def _show_problem(self, problem: Problem) -> None:
        self.page.show_problem(texts.explain(problem).sentence)

    def _show_findings(self) -> None:
        findings = findings_of(self._search, self._documents.status)
        self._hits = dict(zip(findings.hits, self._search.hits, strict=False))
        self.page.show_findings(findings)

    def _show_page(self) -> None:
        page = self._pages.page
        if page is not None and (page.text is not None or page.problem is not None or page.view is not None):
            known = self._documents.views.get(page.document_id)
            self.page.show_page(page_of(page, known.name if known is not None else ""))

    # --- what is wanted -------------------------------------------------------------------------------------------

    def _choose_files(self) -> None:
        dialog = QFileDialog(self.page.window(), "Add files", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self._documents.add(paths))
        self._open_dialog(dialog)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self.page.window(), "Add a folder", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda folder: self.page.ask_about_folders([folder]))
        self._open_dialog(dialog)

    def _open_dialog(self, dialog: QFileDialog) -> None:
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Add")
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _find(self, words: str, collection: int, typing: bool) -> None:
        if words:
            self._search.find(words, collection=collection or None, typing=typing)
        else:
            self._search.leave()

    def _open_hit(self, row: HitRow) -> None:
        hit = self._hits.get(row)
        self._pages.open(row.document_id, max(row.page, 1), hit)

    def _forget(self, ids: tuple[int, ...]) -> None:
        self._documents.forget(ids)
        if self._pages.page is not None and self._pages.page.document_id in ids:
            self.page.close_page()

    def act(self, act: Act, row: DocumentRow) -> None:
        """What can be done with one document, done."""
        view = self._documents.views.get(row.id)
        if view is None:
            return
        match act:
            case Act.OPEN:
                if openable(view):
                    self._pages.open(view.id)
            case Act.ASK:
                self._ask_about((view.id,), 0)
            case Act.PASSWORD:
                self._ask_password(view)
            case Act.RECOGNISE:
                self._documents.recognise(view.id)
            case Act.AGAIN:
                self._documents.read_again(view.id)
            case Act.SHOW_FILE:
                show_file(view.path)
            case Act.FORGET:
                self.page.ask_to_forget((row,))

    def _ask_about(self, ids: tuple[int, ...], collection: int) -> None:
        self.ask_wanted.emit(DocumentScope(collection or None, ids))

    def _ask_password(self, view: DocumentView) -> None:
        dialog = PasswordDialog(view.name, self.page, wrong=view.reason == "wrong")
        dialog.setModal(True)
        dialog.entered.connect(lambda text: self._documents.password(view.id, text))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_open_file(self) -> None:
        page = self._pages.page
        view = self._documents.views.get(page.document_id) if page is not None else None
        if view is not None:
            show_file(view.path)


def _row(view: DocumentView, before: dict[int, Made]) -> Made:
    known = before.get(view.id)
    return known if known is not None and known[0] == view else (view, row_of(view))


def show_file(path: str) -> None:
    """Open the folder that a file lies in; of one that is gone, the nearest folder there is."""
    folder = Path(path).parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
