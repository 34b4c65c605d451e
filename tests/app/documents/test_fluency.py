"""500 documents and more: no widget for each, and nothing that keeps the window waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from app.documents import row_painter
from runtime.documents.views import DocumentView
from tests import made_up_documents as made
from tests.documents_scene import Scene


def test_lines_are_drawn_not_made(scene: Scene) -> None:
    scene.open(made.many(20))
    few = len(scene.page.findChildren(QWidget))
    scene.documents.views |= {view.id: view for view in made.many(2000, first=1000)}
    scene.controller.refresh()
    scene.until(lambda: scene.page.lists.known.list.lines.rowCount() == 2020)
    assert len(scene.page.findChildren(QWidget)) == few


def test_only_what_is_seen_is_drawn(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.open(made.many(5000))
    view = scene.page.lists.known.list
    drawn: list[str] = []
    monkeypatch.setattr(row_painter, "_draw_two", lambda _painter, _area, first, _second: drawn.append(first[0]))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    view.viewport().grab()
    assert 0 < len(set(drawn)) < 30


def test_a_flood_of_news_is_gathered(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.open(made.many(500))
    asked: list[int] = []
    everything = scene.documents.documents

    def counted(collection: int | None = None) -> tuple[DocumentView, ...]:
        asked.append(1)
        return everything(collection)

    monkeypatch.setattr(scene.documents, "documents", counted)
    for view in made.many(500):
        scene.documents.put(replace(view, pages_read=1, pages=2, language="de"))
    scene.until(lambda: all(view.pages == 2 for view in scene.controller.views.values()))
    assert len(asked) <= 3
