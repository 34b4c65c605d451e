"""Words in pictures of pages, by the Tesseract program if this computer has it; nothing is written to the disk."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

from runtime.documents.reader_messages import Box
from runtime.documents.readers.outcomes import Damaged, Unsupported
from runtime.documents.readers.recognising_macos import VISION, VISION_LANGUAGES, has_vision, vision_blocks
from runtime.documents.reading import Block, BlockKind

PLACES = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin")
# A child of lowest priority on a busy computer may get a thirtieth of a core.
PAGE_TIMEOUT_S = 240.0
_ASK_TIMEOUT_S = 20
_MOST_OUTPUT_BYTES = 16 * 1024 * 1024
# Below this the program itself takes its reading for a guess.
_CONFIDENCE_AT_LEAST = 30.0
# A page that lies on its side gives many words and hardly a sure one.
_DOUBTFUL_MEAN = 60.0
_SMALLEST_DOTS = 32
_COLUMNS = 12
_LEVEL_WORD = "5"
_ORIENTATION = "osd"


@dataclass(frozen=True)
class Recognition:
    """What reads pictures on this computer: the program's place, what it calls itself ("tesseract 5.3.0"), and its
    languages. ``program`` "" means that nothing does."""

    program: str = ""
    name: str = ""
    languages: tuple[str, ...] = ()


def recognition() -> Recognition:
    """What this computer has. Runs the program twice: some 50 ms."""
    program = recogniser()
    if not program:
        return Recognition()
    if program == VISION:
        return Recognition(program, "macOS", VISION_LANGUAGES)
    first = next(iter(_said(program, "--version").splitlines()), "")
    return Recognition(program, " ".join(first.split()[:2]), languages_known(program))


def recogniser() -> str:
    """The program's place; ``VISION`` where the system itself reads; "" if there is none."""
    found = shutil.which("tesseract") or next(
        (f"{folder}/tesseract" for folder in PLACES if os.access(f"{folder}/tesseract", os.X_OK)), ""
    )
    return found or (VISION if has_vision() else "")


def languages_known(program: str) -> tuple[str, ...]:
    """The languages that it can read, as it names them; () when it does not answer."""
    return tuple(name for name in _data_known(program) if name != _ORIENTATION)


@functools.lru_cache(maxsize=4)
def _data_known(program: str) -> tuple[str, ...]:
    if program == VISION:
        return VISION_LANGUAGES
    names = [line.strip() for line in _said(program, "--list-langs").splitlines()]
    return tuple(name for name in names if name and " " not in name)


def _said(program: str, question: str) -> str:
    try:
        said = subprocess.run([program, question], capture_output=True, timeout=_ASK_TIMEOUT_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return (said.stdout + b"\n" + said.stderr).decode("utf-8", "replace").strip()


class Recogniser:
    """One program for one order. Raises Unsupported("recognition") where none is installed."""

    def __init__(self, languages: str) -> None:
        self._program = recogniser()
        if not self._program:
            raise Unsupported("recognition")
        known = languages_known(self._program)
        wanted = [name for name in languages.split("+") if name in known]
        # Its own choice is English: where that is not installed, whatever is.
        self.languages = "+".join(wanted) or ("eng" if "eng" in known or not known else known[0])
        self._sees_orientation = _ORIENTATION in _data_known(self._program)

    def blocks(self, picture: Any, dots_a_point: float) -> tuple[Block, ...]:
        """The words of a grey picture as paragraphs with their boxes. Raises Damaged when the program fails."""
        if min(picture.size) < _SMALLEST_DOTS:
            return ()
        if self._program == VISION:
            return vision_blocks(picture, dots_a_point, self.languages)
        page = b"P5\n%d %d\n255\n" % picture.size + picture.tobytes()
        options = ["-l", self.languages, "--dpi", str(round(72 * dots_a_point))]
        table = self._table(page, options)
        if self._sees_orientation and is_doubtful(table):
            turned = self._table(page, [*options, "--psm", "1"])
            table = turned if mean_confidence(turned) > mean_confidence(table) else table
        return paragraphs_of(table, picture.height, dots_a_point)

    def _table(self, page: bytes, options: list[str]) -> str:
        try:
            with subprocess.Popen(
                [self._program, "stdin", "stdout", *options, "tsv"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # One thread a page: pages are read side by side by several processes.
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            ) as running:
                said = _answer(running, page)
        except (OSError, subprocess.SubprocessError) as error:
            raise Damaged("recognition") from error
        if running.returncode != 0:
            raise Damaged("recognition")
        return said[:_MOST_OUTPUT_BYTES].decode("utf-8", "replace")


_running: set[subprocess.Popen[bytes]] = set()


def _answer(running: subprocess.Popen[bytes], page: bytes) -> bytes:
    _running.add(running)
    try:
        return running.communicate(page, PAGE_TIMEOUT_S)[0]
    except BaseException:
        running.kill()
        raise
    finally:
        _running.discard(running)


def end_programs() -> None:
    """End what runs, for a process that is about to end itself. Any thread."""
    for running in list(_running):
        running.kill()


def is_doubtful(table: str) -> bool:
    """Whether most of the words are guesses: the page may lie on its side."""
    return 0.0 < mean_confidence(table) < _DOUBTFUL_MEAN


def mean_confidence(table: str) -> float:
    """How sure the program is of its words, 0 to 100; 0 without any."""
    found = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == _COLUMNS and cells[0] == _LEVEL_WORD and cells[11].strip():
            try:
                found.append(float(cells[10]))
            except ValueError:
                continue
    return sum(found) / len(found) if found else 0.0


def paragraphs_of(table: str, height_px: int, dots_a_point: float) -> tuple[Block, ...]:
    """The program's table of words as paragraphs; places in points from the lower left corner."""
    paragraphs: dict[tuple[str, str], dict[str, list[str]]] = {}
    edges: dict[tuple[str, str], list[int]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != _COLUMNS or cells[0] != _LEVEL_WORD or not cells[11].strip():
            continue
        try:
            left, top, width, height = map(int, cells[6:10])
            sure = float(cells[10]) >= _CONFIDENCE_AT_LEAST
        except ValueError:
            continue
        if not sure:
            continue
        key = (cells[2], cells[3])
        paragraphs.setdefault(key, {}).setdefault(cells[4], []).append(cells[11])
        around = edges.setdefault(key, [left, top, left + width, top + height])
        around[:] = [
            min(around[0], left), min(around[1], top), max(around[2], left + width), max(around[3], top + height)
        ]  # fmt: skip
    found = []
    for key, lines in paragraphs.items():
        x0, y0, x1, y1 = edges[key]
        box: Box = tuple(round(v / dots_a_point, 1) for v in (x0, height_px - y1, x1, height_px - y0))  # type: ignore[assignment]
        found.append(Block(BlockKind.PARAGRAPH, "\n".join(" ".join(words) for words in lines.values()), box=box))
    return tuple(found)
