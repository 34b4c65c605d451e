"""What goes with a question, and what is passed on: real files, read as the app reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.bridge.tasks import TaskRunner
from app.controllers.attachments import AttachmentsController
from runtime.api import Problem
from runtime.chats.attachments import LIMIT_BYTES


class Desk:
    """The controller, and all that it told."""

    def __init__(self) -> None:
        self.runner = TaskRunner("attachments")
        self.attachments = AttachmentsController(self.runner, self.runner)
        self.passed_on: list[tuple[str, list[str]]] = []
        self.problems: list[Problem] = []
        self.changes: list[str] = []
        self.attachments.passed_on.connect(lambda chat, paths: self.passed_on.append((chat, paths)))
        self.attachments.failed.connect(self.problems.append)
        self.attachments.changed.connect(self.changes.append)

    @property
    def names(self) -> list[str]:
        return [attachment.name for attachment in self.attachments.of("chat")]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk()
    yield made
    made.runner.close()
    made.runner.deleteLater()


def test_text_stays_and_all_else_of_one_drop_is_passed_on_together(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "Letters"
    folder.mkdir()
    contents = {
        "scan.pdf": b"%PDF-1.4 all of it in letters that anybody can read",
        "note.txt": b"The key is under the mat.",
        "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "long.txt": b"word " * (LIMIT_BYTES // 5 + 1),
        "table.csv": b"month,rent\nMay,900\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    drop = [str(tmp_path / name) for name in ("scan.pdf", "note.txt", "Letters", "photo.png", "long.txt", "table.csv")]
    desk.attachments.add("chat", drop)
    qtbot.waitUntil(lambda: bool(desk.passed_on))
    elsewhere = [str(tmp_path / name) for name in ("scan.pdf", "Letters", "photo.png", "long.txt", "table.csv")]
    assert desk.passed_on == [("chat", elsewhere)]
    qtbot.waitUntil(lambda: not desk.attachments.reading)
    assert desk.names == ["note.txt"]
    assert desk.problems == []


def test_what_is_not_there_is_a_problem_and_does_not_hold_the_others_back(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4")
    desk.attachments.add("chat", [str(tmp_path / "scan.pdf"), str(tmp_path / "gone.txt")])
    qtbot.waitUntil(lambda: bool(desk.passed_on))
    assert desk.passed_on == [("chat", [str(tmp_path / "scan.pdf")])]
    assert [problem.code for problem in desk.problems] == ["document.unreadable"]


def test_a_drop_without_text_also_says_that_nothing_is_being_read(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4")
    desk.attachments.add("chat", [str(tmp_path / "scan.pdf")])
    assert desk.attachments.reading == 1
    # A question that waits for its files is sent by this.
    qtbot.waitUntil(lambda: desk.changes == ["chat"])
    assert desk.attachments.reading == 0
    assert desk.names == []
