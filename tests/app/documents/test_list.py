"""The list of documents: what is shown, the one way on, and how it keeps up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QMessageBox

from app.documents.dialogs import FolderDialog, PasswordDialog
from app.documents.list_view import DocumentListView
from app.documents.shown import Group
from app.presenters.document_intake import SHOW_DOCUMENTS
from runtime.documents.views import DocumentViewState
from tests import made_up_documents as made
from tests.documents_scene import Scene

State = DocumentViewState


def listed(scene: Scene) -> DocumentListView:
    return scene.page.lists.known.list


def lines(scene: Scene) -> list[str]:
    model = listed(scene).lines
    return [str(model.index(at).data()) for at in range(model.rowCount())]


def press(scene: Scene, document_id: int) -> None:
    """Click the button that is drawn on a line."""
    view = listed(scene)

    def in_sight() -> bool:
        view.scrollTo(view.lines.index_of(document_id))
        return view.viewport().rect().contains(view.button_place(view.lines.index_of(document_id)))

    scene.until(in_sight)
    place = view.button_place(view.lines.index_of(document_id))
    assert not place.isEmpty()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place.center())


def test_nothing_yet_offers_to_add(scene: Scene) -> None:
    scene.open()
    assert scene.page.lists.nothing.isVisible()
    assert not scene.page.field.isVisible()
    assert scene.page.begin is scene.page.lists.begin_button


def test_groups_filter_and_add_up(scene: Scene) -> None:
    scene.open(made.every_state())
    groups = scene.page.lists.known.groups
    assert [groups.buttons[group].text() for group in Group] == [
        "All  15",
        "Ready  4",
        "Being read  3",
        "Need you  2",
        "Not readable  6",
    ]
    groups.buttons[Group.ASKING].click()
    assert lines(scene) == ["Scanned letters from the clinic.pdf", "Tax assessment 2023.pdf"]


def test_a_group_that_became_empty_gives_way_to_all(scene: Scene) -> None:
    scene.open(made.every_state())
    scene.page.lists.known.groups.choose(Group.ASKING)
    scene.documents.put(replace(scene.documents.views[4], state=State.READY))
    scene.documents.put(replace(scene.documents.views[5], state=State.READY))
    scene.until(lambda: listed(scene).lines.group is Group.ALL)
    assert len(lines(scene)) == 15


def test_a_password_is_asked_and_tried(scene: Scene) -> None:
    scene.open(made.every_state())
    press(scene, 4)
    (dialog,) = scene.page.findChildren(PasswordDialog)
    assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
    dialog.field.setText("wrong")
    dialog.yes.click()
    scene.until(lambda: "did not open" in listed(scene).lines.index_of(4).data(Qt.ItemDataRole.AccessibleTextRole))
    scene.until(lambda: not scene.page.findChildren(PasswordDialog))
    press(scene, 4)
    (again,) = scene.page.findChildren(PasswordDialog)
    again.field.setText("right")
    again.yes.click()
    scene.until(lambda: "Ready" in listed(scene).lines.index_of(4).data(Qt.ItemDataRole.AccessibleTextRole))


@pytest.mark.parametrize(("document", "asked"), [(5, "recognise"), (9, "read_again"), (14, "recognise")])
def test_the_one_way_on_is_a_button(scene: Scene, document: int, asked: str) -> None:
    scene.open(made.every_state())
    press(scene, document)
    scene.until(lambda: (asked, document) in scene.documents.asked)


def test_the_first_click_does_not_scroll(scene: Scene) -> None:
    scene.open(made.many(200))
    view = listed(scene)
    view.verticalScrollBar().setValue(3000)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 200))
    assert view.verticalScrollBar().value() == 3000


def test_return_does_what_the_button_does(scene: Scene) -> None:
    scene.open(made.every_state())
    view = listed(scene)
    view.setFocus()
    view.setCurrentIndex(view.lines.index_of(9))
    QTest.keyClick(view, Qt.Key.Key_Return)
    scene.until(lambda: ("read_again", 9) in scene.documents.asked)


def test_forgetting_asks_first_and_is_for_good(scene: Scene) -> None:
    scene.open(made.every_state())
    view = listed(scene)
    view.setFocus()
    view.setCurrentIndex(view.lines.index_of(9))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    box = scene.page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.text() == "Forget “Invoice 0117.pdf”?"
    assert not any(call[0] == "forget" for call in scene.documents.asked)
    next(each for each in box.buttons() if each.text() == "Forget").click()
    scene.until(lambda: not view.lines.index_of(9).isValid())
    assert ("forget", (9,)) in scene.documents.asked


def test_keeping_is_what_escape_does(scene: Scene) -> None:
    scene.open(made.every_state())
    view = listed(scene)
    view.setCurrentIndex(view.lines.index_of(9))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    box = scene.page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    scene.until(lambda: not box.isVisible())
    assert not any(call[0] == "forget" for call in scene.documents.asked)


def test_the_menu_has_everything_by_keyboard(scene: Scene) -> None:
    scene.open(made.every_state())
    view = listed(scene)
    view.setFocus()
    view.setCurrentIndex(view.lines.index_of(14))
    QTest.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = view.findChild(QMenu)
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == [
        "Open",
        "Ask about this…",
        "Read the pictures",
        "Read it again",
        "Show the file",
        "Forget this document…",
    ]
    menu.close()


def test_lines_change_in_place(scene: Scene) -> None:
    scene.open((*made.many(300), *made.every_state()), (made.OFFICE,))
    view = listed(scene)
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before, resets = bar.value(), []
    view.lines.modelReset.connect(lambda: resets.append(1))
    view.lines.rowsRemoved.connect(lambda: resets.append(1))
    scene.documents.put(replace(scene.documents.views[2], pages_read=200))
    scene.until(lambda: "201" in view.lines.index_of(2).data(Qt.ItemDataRole.AccessibleTextRole))
    assert bar.value() == before
    assert not resets


def test_what_comes_later_leaves_the_selection_alone(scene: Scene) -> None:
    scene.open(made.many(50))
    view = listed(scene)
    view.setCurrentIndex(view.lines.index_of(120))
    scene.presenter.take(["/home/mira/AAA first.pdf", "/home/mira/zzz last.pdf"])
    scene.until(lambda: len(lines(scene)) == 52)
    assert lines(scene)[0] == "AAA first.pdf"
    row = view.lines.document(view.currentIndex())
    assert row is not None
    assert row.id == 120


def test_what_is_selected_stays_so_while_others_come_and_go(scene: Scene) -> None:
    scene.open(made.many(60))
    view = listed(scene)
    view.selectAll()
    chosen = {row.id for row in view.chosen()}
    assert len(chosen) == 60
    between = [f"{view.lines.index(at).data()}.1" for at in (5, 20, 40)]
    scene.presenter.take([f"/home/mira/{name}" for name in between])
    scene.until(lambda: len(lines(scene)) >= 63)
    assert {row.id for row in view.chosen()} == chosen
    scene.controller.forget([101, 130])
    scene.until(lambda: not view.lines.index_of(130).isValid())
    assert {row.id for row in view.chosen()} == chosen - {101, 130}


def test_delete_forgets_what_is_selected_also_from_a_heading(scene: Scene) -> None:
    scene.open((*made.many(3), *made.every_state()), (made.OFFICE,))
    view = listed(scene)
    view.setFocus()
    view.setCurrentIndex(view.lines.index(0))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert not scene.page.findChildren(QMessageBox)
    view.selectAll()
    QTest.keyClick(view, Qt.Key.Key_Delete)
    (box,) = scene.page.findChildren(QMessageBox)
    assert box.text() == "Forget 18 documents?"
    QTest.keyClick(box, Qt.Key.Key_Escape)


def test_folders_fold_and_tell_what_they_follow(scene: Scene) -> None:
    scene.open((*made.many(5), *made.every_state()), (made.OFFICE,))
    view = listed(scene)
    view.setFocus()
    view.setCurrentIndex(view.lines.index(0))
    assert "follows /home/mira/Documents/Office" in view.lines.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert lines(scene)[:2] == ["Office", "Added one by one"]
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert len(lines(scene)) == 22


def folder_question(scene: Scene) -> FolderDialog:
    """The dialog about folders, once it is there."""
    shown: list[FolderDialog] = []

    def there() -> bool:
        shown[:] = [each for each in scene.page.findChildren(FolderDialog) if each.isVisible()]
        return bool(shown)

    scene.until(there)
    return shown[0]


@pytest.mark.parametrize("follow", [True, False])
def test_a_folder_is_followed_only_if_wanted(scene: Scene, tmp_path: Path, follow: bool) -> None:
    scene.open(made.many(3))
    call = ("watch", str(tmp_path)) if follow else ("add", (str(tmp_path),), None)
    scene.page.overlay.dropped.emit([str(tmp_path)])
    dialog = folder_question(scene)
    dialog.follow.setChecked(follow)
    dialog.yes.click()
    scene.until(lambda: call in scene.documents.asked)


def test_several_folders_are_one_question_and_files_beside_them_go_in_at_once(scene: Scene, tmp_path: Path) -> None:
    folders = [tmp_path / "letters", tmp_path / "contracts"]
    for folder in folders:
        folder.mkdir()
    scene.open(made.many(3))
    scene.page.overlay.dropped.emit([str(folders[0]), "/home/mira/a.pdf", str(folders[1])])
    scene.until(lambda: ("add", ("/home/mira/a.pdf",), None) in scene.documents.asked)
    dialog = folder_question(scene)
    assert "Add 2 folders?" in [label.text() for label in dialog.findChildren(QLabel)]
    assert not any(call[0] == "watch" for call in scene.documents.asked)
    dialog.yes.click()
    scene.until(
        lambda: (
            [call for call in scene.documents.asked if call[0] == "watch"]
            == [("watch", str(folder)) for folder in folders]
        )
    )


def test_a_drop_elsewhere_is_said_once_and_one_on_the_page_is_seen(scene: Scene) -> None:
    said: list[tuple[str, str, str]] = []
    scene.presenter.toasted.connect(lambda *toast: said.append(toast))
    scene.open(made.many(3))
    scene.presenter.take(["/home/mira/seen.pdf"])
    scene.until(lambda: len(lines(scene)) == 4)
    scene.page.hide()
    for name in ("a", "b", "c"):
        scene.presenter.take([f"/home/mira/{name}.pdf"])
    scene.until(lambda: bool(said))
    sentence, label, act = said[0]
    assert sentence == "3 files go to your documents; you can search them there."
    assert (label, act) == ("Show documents", SHOW_DOCUMENTS)
    scene.presenter.take(["/home/mira/Lease.pdf"])
    scene.until(lambda: len(said) == 2)
    assert said[1][0] == "“Lease.pdf” goes to your documents; you can search it there."


def test_files_are_taken_at_once(scene: Scene) -> None:
    scene.open()
    scene.page.overlay.dropped.emit(["/home/mira/a.pdf", "/home/mira/b.docx"])
    scene.until(lambda: len(lines(scene)) == 2)
    assert scene.page.field.isVisible()


def test_pausing_and_going_on(scene: Scene) -> None:
    scene.open(made.every_state())
    strip = scene.page.lists.known.progress
    assert strip.button.accessibleName() == "Pause"
    strip.button.click()
    scene.until(lambda: strip.button.accessibleName() == "Go on")
    assert scene.documents.paused
    assert strip.line.text() == "Paused · 3 documents to read"
    strip.button.click()
    scene.until(lambda: strip.button.accessibleName() == "Pause")
    assert not scene.documents.paused


def test_a_screen_reader_hears_name_state_and_key(scene: Scene) -> None:
    scene.open(made.every_state())
    view = listed(scene)
    index = view.lines.index_of(4)
    item = QAccessible.queryAccessibleInterface(view).child(index.row())
    assert item.text(QAccessible.Text.Name) == "Tax assessment 2023.pdf. Needs a password"
    assert item.text(QAccessible.Text.Description).startswith("Return asks for the password.")


def test_no_button_where_there_is_no_room(scene: Scene) -> None:
    scene.open(made.every_state())
    view = listed(scene)
    index = view.lines.index_of(5)
    assert not view.button_place(index).isEmpty()
    view.setFixedWidth(220)
    assert view.button_place(index).isEmpty()
    assert view.indexAt(QPoint(10, 10)).isValid()
