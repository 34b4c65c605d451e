"""What the guide tells a person to press must be there: every name on screen, key and command in its answers."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from app.__main__ import COMMANDS
from app.main import Hearth
from app.sidebar.view import ConversationView
from app.theme.theme import Theme
from assets.guide.recipe.grammar import load_topics
from runtime.api import Paths
from runtime.cli.main import build_parser

ROOT = Path(__file__).resolve().parent.parent.parent
ANSWERS = {topic.id: topic.answer for topic in load_topics()}
# Not of the app: a kind of file, variables that the hub's and the network's libraries read, the system's own key.
OUTSIDE = {".safetensors", "HF_ENDPOINT", "HTTPS_PROXY", "Ctrl+C"}
WIDGET_KEYS = {"F2", "Delete"}
KEYS = r"(Ctrl|Cmd)\+(Shift\+)?.|F\d+|Esc|Delete"


def names_on_screen() -> Iterator[str]:
    for topic_id, answer in ANSWERS.items():
        for name in re.findall(r"\*\*(.+?)\*\*", answer):
            yield f"{topic_id}:{name}"


def codes() -> set[str]:
    return {code for answer in ANSWERS.values() for code in re.findall(r"`(.+?)`", answer)}


def texts_of_the_window() -> list[re.Pattern[str]]:
    """Every text in the window's source, docstrings apart; a value put into a text stands for any words."""
    found: set[str] = set()
    for file in (ROOT / "app").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in node.values]
                found.add("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside | docstrings:
                found.add(re.escape(node.value))
    # A text that is a value alone would match everything.
    return [re.compile(pattern) for pattern in found if len(re.sub(r"\.\+|\W", "", pattern)) > 1]


@pytest.fixture(scope="module")
def window_texts() -> list[re.Pattern[str]]:
    return texts_of_the_window()


@pytest.mark.parametrize("place", sorted(set(names_on_screen())))
def test_a_name_in_an_answer_is_on_the_screen(place: str, window_texts: list[re.Pattern[str]]) -> None:
    name = place.partition(":")[2]
    assert any(text.fullmatch(name) for text in window_texts), f"the guide names {name!r}, which the window does not"


def test_a_name_that_is_nowhere_would_be_found_missing(window_texts: list[re.Pattern[str]]) -> None:
    assert not any(text.fullmatch("Empty the cellar") for text in window_texts)


def test_a_key_in_an_answer_does_something(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    paths = Paths.below(tmp_path / "home")
    paths.prepare()
    hearth = Hearth(paths, theme)
    keys = {action.shortcut().toString() for action in hearth.window.actions()}
    hearth.close()
    hearth.deleteLater()
    named = {
        code.replace("Cmd", "Ctrl")
        for code in codes()
        if re.fullmatch(r"(Ctrl|Cmd)\+(Shift\+)?.|F\d+|Esc|Delete", code)
    }
    assert {"Ctrl+N", "Esc", "F1"} <= named
    assert named - OUTSIDE - WIDGET_KEYS <= keys


def test_keys_of_the_list_do_something(qtbot: QtBot, theme: Theme) -> None:
    view = ConversationView()
    qtbot.addWidget(view)
    assert view.editTriggers() & QListView.EditTrigger.EditKeyPressed  # F2, by Qt
    assert QKeySequence(Qt.Key.Key_F2).toString() in WIDGET_KEYS
    assert "Key_Delete" in (ROOT / "app/sidebar/view.py").read_text(encoding="utf-8")


def test_a_command_in_an_answer_can_be_given() -> None:
    options = {option for parser in _parsers(build_parser()) for option in parser._option_string_actions}
    for code in codes():
        if code.startswith("hearth "):
            assert code.split()[1] in COMMANDS, code
        elif code.startswith("--"):
            assert code in options, code


def test_every_code_in_an_answer_is_looked_at() -> None:
    unknown = {code for code in codes() if not re.fullmatch(rf"hearth \w+|--[a-z]+|{KEYS}", code)}
    assert unknown <= OUTSIDE


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _parsers(inner)
