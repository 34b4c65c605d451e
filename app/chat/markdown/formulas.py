"""Formulas as pictures: LaTeX drawn by ziamath away from the UI thread, and kept for the next time.

Nothing is run and nothing is read from outside: ziamath turns the source into paths of the font that it brings.
"""

from __future__ import annotations

import contextlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

# Pictures have this many dots to a pixel, so that they are sharp on every screen.
DOTS = 2.0
KEPT = 1000
LONGEST_SOURCE = 1000
# Drawing takes about 3 ms for each unit; every level of nesting doubles it (measured: 1 s at ten levels).
LARGEST_COST = 160.0
LARGEST_SIDE = 6000.0


@dataclass(frozen=True)
class Formula:
    """What a picture depends on. ``axis`` is how far above the line of writing its middle must be, in pixels."""

    source: str
    display: bool
    pixels: float
    axis: float
    colour: str

    @property
    def guessed_size(self) -> tuple[float, float]:
        """About the width and height of the picture, for the moment until it is there."""
        letters = len([letter for letter in self.source if letter.isalnum() or letter in "+-="])
        return max(letters, 1) * self.pixels * 0.45, self.pixels * (2.2 if self.display else 1.3)


@dataclass(frozen=True)
class Drawing:
    """A picture and its size in pixels of the page."""

    image: QImage
    width: float
    height: float


def draw(formula: Formula) -> Drawing:
    """The picture of a formula; one that can't be read as LaTeX shows its source. Any thread."""
    try:
        return _typeset(formula)
    except Exception:  # the source is a stranger's, and the library raises whatever its parser meets
        return _as_source(formula)


def _typeset(formula: Formula) -> Drawing:
    if len(formula.source) > LONGEST_SOURCE or _cost(formula.source) > LARGEST_COST:
        raise ValueError("too long or too deep")
    import ziamath

    ziamath.config.svg2 = False
    made = ziamath.Math.fromlatex(formula.source, size=formula.pixels, color=formula.colour, inline=not formula.display)
    renderer = QSvgRenderer(QByteArray(made.svg().encode()))
    box = renderer.viewBoxF()
    if not renderer.isValid() or box.isEmpty() or max(box.width(), box.height()) > LARGEST_SIDE:
        raise ValueError("nothing to show")
    top, bottom = box.top(), box.bottom()
    if not formula.display:
        half = max(-top - formula.axis, bottom + formula.axis)
        top, bottom = -formula.axis - half, -formula.axis + half
    image = _canvas(box.width(), bottom - top)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, box.top() - top, box.width(), box.height()))
    painter.end()
    return Drawing(image, box.width(), bottom - top)


def _as_source(formula: Formula) -> Drawing:
    font = QFont("monospace")
    font.setPixelSize(max(1, round(formula.pixels * 0.9)))
    metrics = QFontMetricsF(font)
    words = " ".join(formula.source.split())
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, LARGEST_SIDE / 10)
    width, height = metrics.horizontalAdvance(shown) + 2, metrics.height()
    image = _canvas(width, height)
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(QColor(formula.colour))
    painter.drawText(QRectF(0, 0, width, height), Qt.AlignmentFlag.AlignCenter, shown)
    painter.end()
    return Drawing(image, width, height)


def _canvas(width: float, height: float) -> QImage:
    image = QImage(max(1, round(width * DOTS)), max(1, round(height * DOTS)), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(DOTS)
    image.fill(Qt.GlobalColor.transparent)
    return image


_OPENS_OR_CLOSES = re.compile(r"\\(left|begin|right|end)\b|[{}]")


def _cost(source: str) -> float:
    """How much work the nesting of a source makes."""
    depth, cost = 0, 0.0
    for mark in _OPENS_OR_CLOSES.finditer(source):
        if mark.group() == "}" or mark.group(1) in ("right", "end"):
            depth = max(depth - 1, 0)
        else:
            depth += 1
            cost += 2.0 ** min(depth, 20)
    return cost


class FormulaShelf(QObject):
    """Keeps the newest pictures and has missing ones drawn. Lives on the UI thread.

    Signals:
        drawn: a Formula whose picture is there now.
    """

    drawn = Signal(object)
    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drawings: OrderedDict[Formula, Drawing] = OrderedDict()
        self._asked: set[Formula] = set()
        # One after the other: Python's lock would let several do no more.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._arrived.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def drawing(self, formula: Formula) -> Drawing | None:
        """The picture, or None while it is being drawn; :attr:`drawn` follows."""
        found = self._drawings.get(formula)
        if found is not None:
            self._drawings.move_to_end(formula)
        elif formula not in self._asked:
            self._asked.add(formula)
            self._pool.start(_Drawing(formula, self._arrived))
        return found

    def wait(self) -> None:
        """Until everything asked for is drawn (tests, and the end)."""
        self._pool.waitForDone()

    def _keep(self, formula: Formula, drawing: Drawing) -> None:
        self._asked.discard(formula)
        self._drawings[formula] = drawing
        if len(self._drawings) > KEPT:
            self._drawings.popitem(last=False)
        self.drawn.emit(formula)


class _Drawing(QRunnable):
    def __init__(self, formula: Formula, arrived: object) -> None:
        super().__init__()
        self._formula = formula
        self._arrived = arrived

    def run(self) -> None:
        drawing = draw(self._formula)
        with contextlib.suppress(RuntimeError):  # the window was closed meanwhile
            self._arrived.emit(self._formula, drawing)  # type: ignore[attr-defined]


@cache
def formula_shelf() -> FormulaShelf:
    """The one shelf of the process."""
    return FormulaShelf()
