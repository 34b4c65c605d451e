"""The page by keyboard alone, and what a screen reader is told of its parts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.theme.theme import Theme
from app.window import SMALLEST
from tests import made_up_documents as made
from tests.documents_scene import Scene


def name_of(widget: QWidget) -> str:
    """What a screen reader says of it first."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def by_tab(scene: Scene, begin: QWidget) -> list[str]:
    """The names of all that Tab comes to, from one on until that one again."""
    scene.page.activateWindow()
    scene.until(scene.page.isActiveWindow)
    begin.setFocus(Qt.FocusReason.TabFocusReason)
    names: list[str] = []
    here: QWidget | None = begin
    while here is not None and len(names) < 60:
        names.append(name_of(here))
        QTest.keyClick(here, Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        if here is begin:
            return names
    raise AssertionError(f"Tab does not come around: {names}")


def test_tab_goes_from_top_to_bottom(scene: Scene) -> None:
    scene.open((*made.many(3), *made.every_state()), (made.OFFICE,))
    assert by_tab(scene, scene.page.back) == [
        "Back to the chat",
        "Add files…",
        "Add a folder…",
        "Search in all documents",
        "All documents",
        "Pause",
        "All: 18",
        "Documents",
    ]


def test_tab_goes_on_into_the_page_that_is_looked_at(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.search("notice")
    scene.page.lists.found.hits.open_first()
    scene.until(scene.drawn)
    assert by_tab(scene, scene.page.field) == [
        "Search in all documents",
        "What was found",
        "Show the file",
        "Close the document",
        "Previous page",
        "Page number",
        "Next page",
        "Smaller",
        "Larger",
        "Previous place found (Shift+F3)",
        "Next place found (F3)",
        "Show as text",
        "Rental agreement 2024.pdf, page 9",
        "Back to the chat",
    ]


def test_nothing_yet_is_reached_by_keyboard(scene: Scene) -> None:
    scene.open()
    assert by_tab(scene, scene.page.lists.begin_button) == ["Add files…", "Add a folder…", "Back to the chat"]


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_beside_the_sidebar_of_the_smallest_window_nothing_is_cut(scene: Scene, theme: Theme, scale: float) -> None:
    theme.choose("light", scale)
    try:
        width = SMALLEST[0] - round(248 * min(scale, 1.0))
        scene.page.resize(width, 520)
        scene.open((*made.many(3), *made.every_state()), (made.OFFICE,))
        scene.until(lambda: scene.page.left.horizontalScrollBar().maximum() == 0)
        assert scene.page.width() == width
    finally:
        theme.choose("system", 1.0)
