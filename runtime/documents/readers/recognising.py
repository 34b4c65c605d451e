"""Words in pictures of pages, by the Tesseract program if this computer has it; nothing is written to the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

from runtime.documents.reader_messages import Box
from runtime.documents.readers.outcomes import Damaged, Unsupported
from runtime.documents.reading import Block, BlockKind

PLACES = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin")
_PAGE_TIMEOUT_S = 120.0
_MOST_OUTPUT_BYTES = 16 * 1024 * 1024
# Below this the program itself takes its reading for a guess.
_CONFIDENCE_AT_LEAST = 30.0
_SMALLEST_DOTS = 32
_COLUMNS = 12
_LEVEL_WORD = "5"


def recogniser() -> str:
    """The program's place, "" if there is none."""
    found = shutil.which("tesseract") or next(
        (f"{folder}/tesseract" for folder in PLACES if os.access(f"{folder}/tesseract", os.X_OK)), ""
    )
    return found or ""


def languages_known(program: str) -> tuple[str, ...]:
    """The languages that it can read, as it names them."""
    try:
        said = subprocess.run([program, "--list-langs"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return ()
    names = (said.stdout + b"\n" + said.stderr).decode("utf-8", "replace").splitlines()
    return tuple(name.strip() for name in names if name.strip() and " " not in name.strip() and name.strip() != "osd")


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

    def blocks(self, picture: Any, dots_a_point: float) -> tuple[Block, ...]:
        """The words of a grey picture as paragraphs with their boxes. Raises Damaged when the program fails."""
        if min(picture.size) < _SMALLEST_DOTS:
            return ()
        page = b"P5\n%d %d\n255\n" % picture.size + picture.tobytes()
        command = [
            self._program,
            "stdin",
            "stdout",
            "-l",
            self.languages,
            "--dpi",
            str(round(72 * dots_a_point)),
            "tsv",
        ]
        try:
            done = subprocess.run(
                command,
                input=page,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_PAGE_TIMEOUT_S,
                check=False,
                # One thread a page: pages are read side by side by several processes.
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Damaged("recognition") from error
        if done.returncode != 0:
            raise Damaged("recognition")
        return paragraphs_of(done.stdout[:_MOST_OUTPUT_BYTES].decode("utf-8", "replace"), picture.height, dots_a_point)


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
