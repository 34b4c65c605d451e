"""Pictures of the page "Documents": ``python -m tests.screenshots_documents FOLDER [--dark] [--scale 2] [--text 2.0]``.

The page with its presenter and controllers, and made-up documents behind them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screenshots import Camera, parsed

if TYPE_CHECKING:
    from tests.documents_scene import Scene

WAIT_S = 10.0


def main() -> int:
    """Take all pictures."""
    _Photographer(parsed(__doc__)).take_all()
    return 0


class _Photographer(Camera):
    """Sets the page up, takes a picture, and clears it again."""

    def take_all(self) -> None:
        """Every state in turn."""
        from PySide6.QtCore import Qt

        for name in ("nothing", "drop", "indexing", "paused", "ready", "failed", "scan", "menu", "many", "long"):
            self._shot(name, getattr(self, f"_{name}"))
        for name in ("search", "search_none", "search_page", "page_text", "page_narrow", "folder", "password"):
            self._shot(name.replace("_", "-"), getattr(self, f"_{name}"))
        self._application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._shot("rtl", self._ready)
        self._shot("rtl-search", self._search_page)

    # --- the scenes -----------------------------------------------------------------------------------------------

    def _nothing(self, scene: Scene) -> None:
        scene.open()

    def _drop(self, scene: Scene) -> None:
        scene.open()
        scene.hover()

    def _indexing(self, scene: Scene) -> None:
        from tests import made_up_documents as made

        states = (made.State.WAITING, made.State.READING, made.State.READY, made.State.READY)
        views = [
            replace(view, state=states[at % 4], pages_read=view.pages // 3) if at % 4 < 2 and view.pages else view
            for at, view in enumerate(made.many(48))
        ]
        scene.open((*views, *made.every_state()[:3]), (made.OFFICE,))

    def _paused(self, scene: Scene) -> None:
        scene.documents.paused = True
        self._indexing(scene)

    def _ready(self, scene: Scene) -> None:
        from tests import made_up_documents as made

        family = [replace(view, collections=(2,)) for view in made.every_state() if view.state is made.State.READY]
        scene.open((*family, *made.many(9, collections=())), (made.FAMILY,))

    def _failed(self, scene: Scene) -> None:
        from app.documents.shown import Group
        from tests import made_up_documents as made

        scene.open((*made.every_state(), *made.many(20)), (made.OFFICE,))
        scene.page.lists.known.groups.choose(Group.UNREAD)

    def _scan(self, scene: Scene) -> None:
        from tests import made_up_documents as made

        scene.open(made.every_state())

    def _menu(self, scene: Scene) -> None:
        self._scan(scene)
        view = scene.page.lists.known.list
        index = view.lines.index_of(5)
        view.setCurrentIndex(index)
        view.open_menu(index, view.viewport().mapToGlobal(view.visualRect(index).bottomLeft()))
        scene.shown = view.findChild(_menu_class())

    def _many(self, scene: Scene) -> None:
        from tests import made_up_documents as made

        scene.open((*made.many(500), *made.every_state()), (made.OFFICE,))
        bar = scene.page.lists.known.list.verticalScrollBar()
        bar.setValue(bar.maximum() // 3)

    def _long(self, scene: Scene) -> None:
        from runtime.documents.rows import Collection
        from tests import made_up_documents as made

        name = "A very long name of a document that somebody never shortened " * 4
        unbroken = "scan_" + "0123456789_" * 30
        arabic = "عقد إيجار الشقة في شارع النخيل ٢٠٢٤.pdf"
        scene.open(
            (
                made.document(1, f"{name}.pdf", made.State.PICTURES_ONLY, pages=30, pages_without_text=30),
                made.document(2, f"{unbroken}.pdf", made.State.NEEDS_PASSWORD),
                made.document(3, arabic),
                made.document(4, "租赁合同（二〇二四年）.pdf", language="zh"),
            ),
            (Collection(5, "Papers " * 30, f"{made.HOME}/" + "a-deep-folder/" * 20, 0),),
        )

    def _search(self, scene: Scene) -> None:
        self._scan(scene)
        scene.search("notice")

    def _search_none(self, scene: Scene) -> None:
        self._scan(scene)
        scene.search("zeppelin")

    def _search_page(self, scene: Scene) -> None:
        self._search(scene)
        scene.page.lists.found.hits.open_first()
        scene.until(lambda: bool(scene.page.viewer.canvas.boxes_shown()) and scene.drawn())

    def _page_text(self, scene: Scene) -> None:
        self._search(scene)
        scene.page.lists.found.hits.open_first()
        scene.until(scene.looking)
        scene.page.viewer.show_as_text(True)

    def _page_narrow(self, scene: Scene) -> None:
        scene.page.resize(700, 620)
        self._search_page(scene)

    def _folder(self, scene: Scene) -> None:
        from app.documents.dialogs import FolderDialog

        self._ready(scene)
        scene.page.ask_about_folders([f"{Path.home()}/Contracts"])
        scene.shown = scene.page.findChild(FolderDialog)

    def _password(self, scene: Scene) -> None:
        from app.documents.dialogs import PasswordDialog

        self._scan(scene)
        row = scene.page.lists.known.list.lines.document(scene.page.lists.known.list.lines.index_of(4))
        scene.page.act_requested.emit(row.act, row)  # type: ignore[union-attr]
        scene.shown = scene.page.findChild(PasswordDialog)

    # --- the camera -----------------------------------------------------------------------------------------------

    def _shot(self, name: str, arrange: Callable[[Scene], None]) -> None:
        from tests.documents_scene import Scene

        scene = Scene(self._pause)
        scene.page.resize(*map(int, self._arguments.size.split("x")))
        arrange(scene)
        self._pause(0.4)
        suffix = ("-dark" if self._arguments.dark else "") + (
            f"@{self._arguments.scale}x" if self._arguments.scale > 1 else ""
        )
        (scene.shown or scene.page).grab().save(str(self._arguments.folder / f"documents-{name}{suffix}.png"))
        scene.close()
        self._pause(0.02)

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._application.processEvents()
            time.sleep(0.005)


def _menu_class() -> type:
    from PySide6.QtWidgets import QMenu

    return QMenu


if __name__ == "__main__":
    sys.exit(main())
