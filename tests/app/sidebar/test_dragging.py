"""Dragging by a real press and move; the desktop's part, which a test has no screen for, is played."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QColor, QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.sidebar.dragging import drag_pixmap
from app.sidebar.sidebar import Sidebar
from app.theme.theme import Theme
from tests.app.sidebar.conftest import FOLDERS, rows
from tests.app.sidebar.seeing import centre, lines

_LEFT, _NONE, _MOVE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.MoveAction


class Hand:
    """Drags a line of the list by the mouse and lets it go where ``over`` says."""

    def __init__(self, qtbot: QtBot, sidebar: Sidebar, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[tuple[object, ...]] = []
        self.lines: list[str] = []
        self.accepted = False
        self._qtbot, self._sidebar = qtbot, sidebar
        self._over: Callable[[], QPoint] = QPoint
        self._drags = 0
        sidebar.moved.connect(lambda *what: self.told.append(("moved", *what)))
        sidebar.pin_requested.connect(lambda *what: self.told.append(("pin", *what)))
        monkeypatch.setattr(QDrag, "exec", lambda drag, _actions: self._on_desktop(drag))

    def drag(self, conversation_id: str, over: Callable[[], QPoint]) -> None:
        self._over, before = over, self._drags
        viewport = self._sidebar.list.viewport()
        start = centre(self._sidebar, self._sidebar.list.rows.index_of(conversation_id))
        self._qtbot.mousePress(viewport, _LEFT, pos=start)
        for step in (4, 10, 30):
            self._qtbot.mouseMove(viewport, start + QPoint(step, 0))
        self._qtbot.mouseRelease(viewport, _LEFT, pos=start)
        assert self._drags <= before + 1

    @property
    def began(self) -> bool:
        return self._drags > 0

    def _on_desktop(self, drag: QDrag) -> Qt.DropAction:
        self._drags += 1
        self.accepted = self.hold(drag.mimeData(), self._over())
        self.lines = lines(self._sidebar)
        event = QDropEvent(self._over(), _MOVE, drag.mimeData(), _LEFT, _NONE)
        QApplication.sendEvent(self._sidebar.list.viewport(), event)
        return _MOVE

    def hold(self, data: QMimeData, point: QPoint) -> bool:
        """Enter and hover; whether it may be let go there."""
        viewport = self._sidebar.list.viewport()
        QApplication.sendEvent(viewport, QDragEnterEvent(point, _MOVE, data, _LEFT, _NONE))
        event = QDragMoveEvent(point, _MOVE, data, _LEFT, _NONE)
        QApplication.sendEvent(viewport, event)
        return event.isAccepted()


@pytest.fixture
def hand(qtbot: QtBot, sidebar: Sidebar, monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(qtbot, sidebar, monkeypatch)


def line(sidebar: Sidebar, text: str) -> Callable[[], QPoint]:
    return lambda: centre(sidebar, sidebar.list.rows.index(lines(sidebar).index(text)))


def below(sidebar: Sidebar) -> QPoint:
    return sidebar.list.viewport().rect().bottomLeft() - QPoint(-40, 4)


@pytest.mark.parametrize(
    ("what", "over", "told"),
    [
        ("dinner", "Work", [("moved", "dinner", "work")]),
        ("dinner", "Quarterly report", [("moved", "dinner", "work")]),
        ("dinner", "No chats in here yet", [("moved", "dinner", "home")]),
        ("dinner", "Pinned", [("pin", "dinner", True)]),
        ("report", "Shopping list", [("pin", "report", True)]),
        ("report", "Yesterday", [("moved", "report", "")]),
        ("report", "Dinner for six", [("moved", "report", "")]),
        ("list", "Dinner for six", [("pin", "list", False)]),
        ("list", "Work", [("moved", "list", "work"), ("pin", "list", False)]),
        ("dinner", "Letter to the tax office", []),
        ("report", "Work", []),
        ("list", "Pinned", []),
        ("dinner", "What to say", []),
    ],
)
def test_where_a_chat_can_go(hand: Hand, sidebar: Sidebar, what: str, over: str, told: list[object]) -> None:
    hand.drag(what, line(sidebar, over))
    assert hand.told == told
    assert hand.accepted is bool(told)


def test_below_the_last_line_is_out_of_folders(hand: Hand, sidebar: Sidebar) -> None:
    hand.drag("report", lambda: below(sidebar))
    assert hand.told == [("moved", "report", "")]


def test_a_private_chat_is_not_dragged(hand: Hand, sidebar: Sidebar) -> None:
    hand.drag("secret", line(sidebar, "Work"))
    assert not hand.began


def test_while_one_is_dragged_there_is_somewhere_to_pin_it(hand: Hand, sidebar: Sidebar) -> None:
    sidebar.set_conversations(tuple(row for row in rows() if not row.pinned), FOLDERS)
    assert "Pinned" not in lines(sidebar)
    hand.drag("dinner", line(sidebar, "Drop here to pin"))
    assert hand.lines[1:3] == ["Pinned", "Drop here to pin"]
    assert hand.told == [("pin", "dinner", True)]
    assert "Pinned" not in lines(sidebar)


def carried(conversation_id: str) -> QMimeData:
    data = QMimeData()
    data.setData("application/x-hearth-conversation", conversation_id.encode())
    return data


def test_a_frame_shows_where_it_would_land(hand: Hand, sidebar: Sidebar, theme: Theme) -> None:
    def framed(text: str) -> bool:
        area = sidebar.list.visualRect(sidebar.list.rows.index(lines(sidebar).index(text)))
        picture = sidebar.list.viewport().grab().toImage()
        return picture.pixel(area.left() + 1, area.center().y()) == QColor(theme.tokens.accent).rgb()

    data = carried("dinner")
    hand.hold(data, line(sidebar, "Work")())
    assert framed("Work")
    assert framed("Quarterly report")
    assert not framed("Shopping list")
    QApplication.sendEvent(sidebar.list.viewport(), QDragLeaveEvent())
    assert not framed("Work")


def test_a_folded_folder_opens_when_one_waits_over_it(qtbot: QtBot, hand: Hand, sidebar: Sidebar) -> None:
    folded: list[tuple[str, bool]] = []
    sidebar.folder_folded.connect(lambda *what: folded.append(what))
    sidebar.set_folded({"work"})
    data = carried("dinner")
    hand.hold(data, line(sidebar, "Work")())
    qtbot.waitUntil(lambda: "Quarterly report" in lines(sidebar))
    assert folded == [("work", False)]
    QApplication.sendEvent(sidebar.list.viewport(), QDragLeaveEvent())


def test_foreign_things_are_not_taken(hand: Hand, sidebar: Sidebar) -> None:
    text = QMimeData()
    text.setText("dinner")
    assert not hand.hold(text, line(sidebar, "Work")())
    unknown = carried("nobody")
    assert not hand.hold(unknown, line(sidebar, "Work")())


def test_the_title_hangs_under_the_pointer(theme: Theme) -> None:
    short, long = drag_pixmap("Tax", 1.0), drag_pixmap("A very long title " * 10, 2.0)
    assert short.width() < long.deviceIndependentSize().width() <= 226
    assert long.devicePixelRatio() == 2.0
    assert short.toImage().pixelColor(short.width() // 2, 4) == QColor(theme.tokens.raised)
