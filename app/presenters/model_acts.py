"""What a person does on the page "Models", passed on to whoever does it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.models.page import ModelsPage
from app.presenters.model_controllers import ModelControllers
from app.texts import Way
from app.widgets.token_dialog import TokenDialog


class ModelActs(QObject):
    """Joins the page's wishes to the controllers.

    Signals:
        chat_wanted: go back to the conversation.
        stop_requested: the id of a row on the way that is to end.
    """

    chat_wanted = Signal()
    stop_requested = Signal(str)

    def __init__(self, page: ModelsPage, controllers: ModelControllers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page, self._c = page, controllers
        self._connect_page()
        self._connect_documents()
        self._connect_search_and_shelf()

    def _connect_page(self) -> None:
        page, here, way = self._page, self._page.here, self._page.way
        page.back_requested.connect(self.chat_wanted)
        page.shelve_requested.connect(self._shelve)
        page.place_shown.connect(self._on_place)
        here.chat_requested.connect(self._use)
        here.mend_requested.connect(self._mend)
        here.check_requested.connect(self._c.works.verify)
        here.reveal_requested.connect(reveal)
        here.remove_requested.connect(self._c.models.remove)
        here.restore_requested.connect(self._c.models.bring_back)
        here.purge_requested.connect(self._c.models.empty_bin)
        here.purge_all_requested.connect(lambda: self._c.models.empty_bin())
        here.suggestion_requested.connect(self._c.downloads.start)
        here.get_requested.connect(self._c.downloads.start)
        here.look_again_requested.connect(self._c.models.refresh)
        here.kept.move_requested.connect(self._c.works.move)
        here.kept.others_switched.connect(self._c.models.use_others)
        here.kept.folder_added.connect(self._c.models.name_folder)
        here.kept.folder_forgotten.connect(self._c.models.forget_folder)
        way.pause_requested.connect(self._c.downloads.pause)
        way.resume_requested.connect(self._c.downloads.resume)
        way.cancel_requested.connect(self._c.downloads.cancel)
        way.stop_requested.connect(self.stop_requested)
        way.first_requested.connect(lambda repository: self._c.downloads.move(repository, 0))
        way.earlier_requested.connect(lambda repository: self._move(repository, -1))
        way.later_requested.connect(lambda repository: self._move(repository, 1))
        way.way_requested.connect(self._on_way)

    def _connect_documents(self) -> None:
        documents, repository = self._page.here.documents, self._c.for_documents
        documents.download_requested.connect(lambda: self._c.downloads.start(repository))
        documents.pause_requested.connect(lambda: self._c.downloads.pause(repository))
        documents.resume_requested.connect(lambda: self._c.downloads.resume(repository))
        documents.cancel_requested.connect(lambda: self._c.downloads.cancel(repository))
        documents.mend_requested.connect(lambda: self._c.downloads.start(repository))
        documents.remove_requested.connect(self._remove_documents_model)

    def _remove_documents_model(self) -> None:
        if self._c.models.for_documents is not None:
            self._c.models.remove(self._c.models.for_documents.folder)

    def _connect_search_and_shelf(self) -> None:
        find, shelf = self._page.finder, self._page.shelf
        find.search_requested.connect(self._c.search.find)
        find.more_requested.connect(self._c.search.find_more)
        find.search_left.connect(self._c.search.leave)
        find.download_requested.connect(self._c.downloads.start)
        find.use_requested.connect(self._use)
        find.page_requested.connect(self._open_page)
        shelf.bring_back_requested.connect(self._c.works.bring_back)
        shelf.check_requested.connect(self._c.works.check_copy)
        shelf.reveal_requested.connect(reveal)
        shelf.shelf_added.connect(self._c.shelves.add)
        shelf.shelf_forgotten.connect(self._c.shelves.forget)
        shelf.shelf_revealed.connect(reveal)
        shelf.look_again_requested.connect(self._c.shelves.refresh)

    def _on_place(self, place: str) -> None:
        if place == "shelf":
            self._c.shelves.refresh()

    def _use(self, folder: str) -> None:
        self._c.models.use(folder)
        self.chat_wanted.emit()

    def _mend(self, folder: str) -> None:
        model = self._c.model(folder)
        if model is not None:
            self._c.downloads.repair(model)

    def _shelve(self, folder: str, shelf: str, free_after: bool) -> None:
        self._c.shelves.add(shelf)
        self._c.works.shelve(folder, shelf, free_after=free_after)

    def _move(self, repository: str, step: int) -> None:
        job = self._c.downloads.jobs.get(repository)
        if job is not None and job.place > 0:
            self._c.downloads.move(repository, job.place + step)

    def _on_way(self, repository: str, way: str) -> None:
        job = self._c.downloads.jobs.get(repository)
        parameters = job.problem.parameters if job and job.problem else {}
        match way:
            case Way.ENTER_TOKEN:
                self._ask_for_token(repository, str(parameters.get("page_url", "")))
            case Way.OPEN_PAGE:
                QDesktopServices.openUrl(QUrl(str(parameters.get("page_url", ""))))
            case Way.FREE_SPACE:
                reveal(str(parameters.get("folder", "")))
            case Way.ANOTHER_MODEL | Way.SMALLER_MODEL:
                self._page.show_place("find")
            case _:
                self._c.downloads.resume(repository)

    def _ask_for_token(self, repository: str, page_url: str) -> None:
        dialog = TokenDialog(page_url, self._page.window(), keychain=self._c.settings.keychain)
        token = dialog.token() if dialog.exec() else ""
        dialog.deleteLater()
        if token:
            self._c.downloads.enter_token(repository, token)

    def _open_page(self, repository: str) -> None:
        found = (judged.model for judged in self._c.search.found if judged.model.repository == repository)
        for model in found:
            QDesktopServices.openUrl(QUrl(model.page_url))


def reveal(path: str) -> None:
    """Show a folder in the file manager."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))
