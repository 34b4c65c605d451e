"""Searching while typing, and the page that is opened at the passage."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from runtime.errors import ReaderUnavailable
from tests import made_up_documents as made
from tests.documents_scene import Scene


def found(scene: Scene) -> list[str]:
    hits = scene.page.lists.found.hits.hits
    return [str(hits.index(at).data()) for at in range(hits.rowCount())]


def open_first(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.search("notice")
    scene.page.lists.found.hits.open_first()
    scene.until(lambda: scene.drawn() and bool(scene.page.viewer.canvas.boxes_shown()))


def test_typing_finds_and_rest_finds_again_by_meaning(scene: Scene) -> None:
    scene.open(made.every_state())
    QTest.keyClicks(scene.page.field, "notice")
    scene.until(lambda: any(call[0] == "search" and call[-1] is False for call in scene.documents.asked))
    scene.until(lambda: not scene.searching.asking)
    searches = [call for call in scene.documents.asked if call[0] == "search"]
    assert searches[0][-1] is True
    assert searches[-1] == ("search", "notice", None, False)
    assert len(searches) < len("notice")
    assert found(scene)[0] == "Rental agreement 2024.pdf"
    assert scene.page.lists.found.line.text() == "5 places"


def test_a_late_answer_to_other_words_is_dropped(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.documents.hold = threading.Event()
    scene.searching.find("zeppelin", typing=True)
    scene.until(lambda: ("search", "zeppelin", None, True) in scene.documents.asked)
    scene.searching.find("nothing of this is asked for", typing=True)
    scene.searching.find("notice")
    answers: list[str] = []
    scene.searching.changed.connect(lambda: answers.append(scene.searching.answered))
    scene.documents.hold.set()
    scene.until(lambda: not scene.searching.asking)
    assert answers == ["notice"]
    assert not any("nothing of this" in str(call) for call in scene.documents.asked)
    assert len(found(scene)) == 5


def test_clearing_goes_back_to_the_documents(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.search("notice")
    assert scene.page.lists.found.isVisible()
    QTest.keyClick(scene.page.field, Qt.Key.Key_Escape)
    assert scene.page.field.text() == ""
    scene.until(scene.page.lists.known.isVisible)
    assert scene.searching.hits == ()


def test_nothing_found_says_what_else_could_help(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.search("zeppelin")
    assert scene.page.lists.found.line.text() == "Nothing found for “zeppelin”."
    assert scene.page.lists.found.hint.text() == "3 documents still to be read. Or try fewer or other words."


def test_a_search_that_can_not_be_answered_is_one_sentence(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.documents.search_error = RuntimeError("broken")
    scene.search("notice")
    assert scene.page.lists.found.line.text()
    assert "RuntimeError" not in scene.page.lists.found.line.text()


def test_a_collection_can_be_searched_alone(scene: Scene) -> None:
    scene.open((*made.many(3), *made.every_state()), (made.OFFICE,))
    assert scene.page.scope.isVisible()
    scene.page.scope.setCurrentIndex(1)
    scene.search("notice")
    scene.until(lambda: ("search", "notice", 1, False) in scene.documents.asked)


def test_return_opens_the_best_at_its_passage(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.search("notice")
    QTest.keyClick(scene.page.field, Qt.Key.Key_Return)
    scene.until(lambda: scene.drawn() and bool(scene.page.viewer.canvas.boxes_shown()))
    viewer = scene.page.viewer
    assert viewer.title.text() == "Rental agreement 2024.pdf"
    assert viewer.number.text() == "9"
    assert viewer.position.text() == "of 14"
    canvas, page = viewer.canvas, viewer.canvas.page_place()
    scale = page.width() / made.A4[0]
    for box in canvas.boxes_shown():
        assert page.left() < box.left() < box.right() < page.right()
    line = next(at for at, text in enumerate(made.page_lines()) if text.startswith("The tenant may end"))
    top = page.top() + (made.A4[1] - made.TOP + line * made.LINE - made.LETTER) * scale
    assert abs(canvas.boxes_shown()[0].top() - top) < 4 * scale


def test_the_words_looked_for_are_marked_on_the_page_as_well(scene: Scene) -> None:
    open_first(scene)
    canvas = scene.page.viewer.canvas
    scene.until(lambda: bool(canvas.words_shown()))
    assert ("words", 1, 9, ("Notice",)) in scene.documents.asked
    (word,) = canvas.words_shown()
    lines = canvas.boxes_shown()
    assert any(line.contains(word.center()) for line in lines)
    assert word.width() < min(line.width() for line in lines) / 2
    ground = canvas.viewport().grab().toImage()
    ratio = ground.devicePixelRatio()

    def colour(x: float, y: float) -> str:
        return ground.pixelColor(round(x * ratio), round(y * ratio)).name()

    middle = word.top() + 2
    assert colour(word.right() - 1, word.bottom() - 1) != colour(word.right() + 4, word.bottom() - 1)
    assert colour(word.center().x(), middle) != colour(lines[0].left() + 3, lines[0].top() + 2)
    scene.page.viewer.following.click()
    scene.until(lambda: scene.page.viewer.number.text() == "10")
    assert not canvas.words_shown()


def test_the_picture_is_as_sharp_as_it_is_shown(scene: Scene) -> None:
    open_first(scene)
    image = scene.page.viewer.shown.image if scene.page.viewer.shown else None
    assert image is not None
    width = scene.page.viewer.canvas.page_place().width()
    assert width <= image.width() <= width + 32
    scene.page.viewer.larger.click()
    scene.page.viewer.larger.click()
    scene.until(lambda: scene.documents.asked[-1][:3] == ("draw", 1, 9) and scene.documents.asked[-1][3] > width * 1.4)  # type: ignore[operator]
    assert scene.page.viewer.zoom.text() == "150 %"


def test_pages_are_turned_and_jumped_to(scene: Scene) -> None:
    open_first(scene)
    viewer = scene.page.viewer
    viewer.following.click()
    scene.until(lambda: viewer.number.text() == "10" and scene.drawn())
    assert not viewer.canvas.boxes_shown()
    viewer.number.setText("14")
    QTest.keyClick(viewer.number, Qt.Key.Key_Return)
    scene.until(lambda: viewer.shown is not None and viewer.shown.number == 14)
    assert not viewer.following.isEnabled()
    viewer.number.setText("99")
    QTest.keyClick(viewer.number, Qt.Key.Key_Return)
    assert viewer.number.text() == "14"
    viewer.canvas.setFocus()
    QTest.keyClick(viewer.canvas, Qt.Key.Key_Left)
    scene.until(lambda: viewer.shown is not None and viewer.shown.number == 13)


def test_a_document_without_pictures_is_text_with_its_words_marked(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.search("notice")
    hits = scene.page.lists.found.hits
    index = hits.hits.index(2)
    hits.clicked.emit(index)
    scene.until(lambda: scene.looking() and scene.page.viewer.words.isVisible())
    assert not scene.page.viewer.turn.isVisible()
    assert "The tenant may end" in scene.page.viewer.words.toPlainText()
    assert not any(call[0] == "draw" for call in scene.documents.asked)


def test_text_view_marks_the_passage(scene: Scene) -> None:
    open_first(scene)
    viewer = scene.page.viewer
    viewer.turn.click()
    assert viewer.words.isVisible()
    marked = [selection.cursor.selectedText() for selection in viewer.words.extraSelections()]
    assert marked[0].startswith("The tenant may end")
    assert "Notice" in marked[1:]
    viewer.turn.click()
    assert viewer.canvas.isVisible()


def test_a_page_that_can_not_be_drawn_is_shown_as_text(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_what: object) -> None:
        raise ReaderUnavailable("no")

    monkeypatch.setattr(scene.documents, "page_image", broken)
    scene.open(made.every_state())
    scene.search("notice")
    scene.page.lists.found.hits.open_first()
    scene.until(lambda: scene.page.viewer.words.isVisible() and bool(scene.page.viewer.note.text()))


def test_escape_closes_the_page_and_only_then_is_the_windows(scene: Scene) -> None:
    open_first(scene)
    viewer = scene.page.viewer
    for inside in (viewer.canvas, viewer.number, scene.page.lists.found.hits):
        inside.setFocus()
        QTest.keyClick(inside, Qt.Key.Key_Escape)
        assert viewer.isHidden(), inside
        scene.page.lists.found.hits.open_first()
        scene.until(lambda: not viewer.isHidden())
    viewer.turn.click()
    viewer.words.setFocus()
    QTest.keyClick(viewer.words, Qt.Key.Key_Escape)
    assert viewer.isHidden()
    assert scene.pages.page is None


def test_narrow_windows_show_one_at_a_time(scene: Scene) -> None:
    scene.page.resize(660, 600)
    open_first(scene)
    assert not scene.page.lists.isVisible()
    scene.page.viewer.close_button.click()
    assert scene.page.lists.isVisible()
    scene.page.resize(1100, 760)
    scene.page.lists.found.hits.open_first()
    scene.until(scene.page.viewer.isVisible)
    assert scene.page.lists.isVisible()


def test_steps_go_through_what_was_found(scene: Scene) -> None:
    open_first(scene)
    scene.page.viewer.down.click()
    scene.until(lambda: scene.page.viewer.title.text() == "Insurance policy.pdf")
    scene.page.viewer.up.click()
    scene.until(lambda: scene.page.viewer.title.text() == "Rental agreement 2024.pdf")


def test_forgetting_the_open_document_closes_its_page(scene: Scene) -> None:
    open_first(scene)
    scene.page.forget_agreed.emit((1,))
    assert scene.page.viewer.isHidden()
    scene.until(lambda: 1 not in scene.controller.views)


def test_down_goes_into_what_was_found_and_up_back(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.search("notice")
    scene.page.activateWindow()
    scene.page.field.setFocus()
    QTest.keyClick(scene.page.field, Qt.Key.Key_Down)
    scene.until(lambda: QApplication.focusWidget() is scene.page.lists.found.hits)
    QTest.keyClick(scene.page.lists.found.hits, Qt.Key.Key_Up)
    scene.until(lambda: QApplication.focusWidget() is scene.page.field)
