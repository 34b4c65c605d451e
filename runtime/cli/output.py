"""What the commands print: text for people, one JSON document for programs, and the exit code of each problem."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from typing import Any

from runtime.errors import Problem

DONE, USAGE, STOPPED = 0, 2, 130
EXIT_CODES = {"download": 4, "model": 5, "inference": 6, "storage": 7, "hardware": 8, "document": 9}
UNEXPECTED = 70


@dataclasses.dataclass(frozen=True)
class Words:
    """The sentences of the window, handed in by it. Without them (Qt-free use) codes and figures are printed."""

    problem: Callable[[Problem], str]
    reason: Callable[[str, dict[str, Any]], str]
    computer: Callable[[Any], str]


def plain_words() -> Words:
    """Codes and figures instead of sentences."""
    return Words(
        problem=lambda problem: f"{problem.code} {problem.parameters}",
        reason=lambda code, _parameters: code,
        computer=lambda computer: str(getattr(computer, "chip", "")),
    )


def exit_code(problem: Problem) -> int:
    """4 download, 5 model, 6 engine, 7 storage, 8 hardware, 9 documents, 70 our mistake."""
    return EXIT_CODES.get(problem.code.split(".")[0], UNEXPECTED)


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False, default=_plain))


def report_problem(problem: Problem, words: Words, *, as_json: bool) -> int:
    """Say a problem on stderr (and as JSON on stdout when asked) and give its exit code."""
    if as_json:
        print_json({"problem": {"code": problem.code, "parameters": problem.parameters}})
    print(words.problem(problem), file=sys.stderr)
    return exit_code(problem)


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(type(value).__name__)
