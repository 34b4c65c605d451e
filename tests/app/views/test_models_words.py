"""Words that break where they should, and the layouts that hold them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.models.pile import Pile
from app.theme.theme import Theme
from app.widgets.flow import Flow
from app.widgets.words import Figures, breakable, facts, path_words

SOFT = "\u200b"


def test_long_names_may_break() -> None:
    assert breakable("mlx-community/Qwen3-8B") == f"mlx-{SOFT}community/{SOFT}Qwen3-{SOFT}8B"
    assert max(len(run) for run in breakable("x" * 100).split(SOFT)) == 16
    assert breakable("Everyday helper, 4.9 GB.") == f"Everyday helper, 4.{SOFT}9 GB."
    assert breakable("مساعد" * 8) == "مساعد" * 8


def test_a_path_reads_from_the_left() -> None:
    assert path_words("/a/b") == f"\u2066/a/{SOFT}b\u2069"
    assert path_words("") == ""


@pytest.mark.parametrize(("scale", "whole"), [(1.0, True), (2.0, False)])
def test_facts_break_between_them_unless_the_text_is_large(theme: Theme, scale: float, whole: bool) -> None:
    theme.choose("light", scale)
    try:
        assert (" " not in facts("about 38 words a second · 4.9 GB").replace("· ", "")) == whole
    finally:
        theme.choose("system", 1.0)


def _boxes(count: int) -> list[QWidget]:
    made = [QWidget() for _n in range(count)]
    for each in made:
        each.setFixedSize(100, 20)
    return made


def test_a_flow_goes_on_in_the_next_line_and_is_mirrored(qtbot: QtBot, theme: Theme) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    flow = Flow(parent=owner)
    boxes = _boxes(3)
    for each in boxes:
        flow.addWidget(each)
    owner.resize(220, 100)
    owner.show()
    qtbot.waitUntil(lambda: boxes[2].y() > boxes[0].y())
    assert [box.x() for box in boxes] == [0, 108, 0]
    assert flow.heightForWidth(220) == 46
    assert flow.heightForWidth(400) == 20
    owner.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: [box.x() for box in boxes] == [120, 12, 120])
    boxes[0].hide()
    qtbot.waitUntil(lambda: [box.x() for box in boxes[1:]] == [120, 12])


def test_a_pile_keeps_heights_and_order(qtbot: QtBot, theme: Theme) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    pile = Pile(10, owner)
    boxes = _boxes(3)
    for each in boxes:
        pile.insert(0, each)
    owner.resize(200, 30)
    owner.show()
    qtbot.waitUntil(lambda: [box.y() for box in boxes] == [60, 30, 0])
    assert pile.heightForWidth(200) == 80
    pile.insert(2, boxes[2])
    qtbot.waitUntil(lambda: [box.y() for box in boxes] == [30, 0, 60])


def test_figures_ask_for_room_only_when_they_need_another_height(qtbot: QtBot, theme: Theme) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    pile = Pile(0, owner)
    figures = Figures()
    pile.insert(0, figures)
    owner.resize(200, 200)
    figures.say("1 of 4 GB")
    owner.show()
    qtbot.waitUntil(lambda: figures.height() > 0)
    one_line = figures.height()
    figures.say("2 of 4 GB")
    assert figures.findChildren(QLabel)[0].text() == "2 of 4 GB"
    figures.say("2 of 4 GB · 18 MB a second · about 2 minutes left")
    qtbot.waitUntil(lambda: figures.height() >= 2 * one_line - 2)
    figures.say("")
    assert not figures.isVisible()
