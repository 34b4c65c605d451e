"""The formats of text and blocks in the theme in force."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTableFormat,
)

from app.chat.markdown.pieces import Bullet, Place
from app.theme.theme import Theme

READING = 15
# Marks the paragraphs that are one block of code, and the steps of indentation with the bar of a quotation.
CODE_CARD = int(QTextFormat.Property.UserProperty) + 1
QUOTE_BARS = int(QTextFormat.Property.UserProperty) + 3
# Marks the cells of tables with their row and column.
TABLE_CELL = int(QTextFormat.Property.UserProperty) + 4
FIRST_CELL = "0 0"
CARD_PADDING = 12
CARD_GAP = 10
LABEL_GAP = 6
# A line of code too long for its card goes on below, this much further in.
HANGING = 16
STEP = 20
HEADING_SIZES = {"h1": 22, "h2": 19, "h3": 17}
LINE_HEIGHT_PERCENT = 140.0
PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
PARAGRAPH_GAP = 10.0
BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)


@dataclass(frozen=True)
class Formats:
    """Makes formats. Those of text are kept, for setting up a font takes its time."""

    theme: Theme
    _kept: dict[tuple[int, QFont.Weight, bool], QTextCharFormat] = field(default_factory=dict, compare=False)

    @property
    def step(self) -> float:
        """How wide a step of indentation is."""
        return STEP * self.theme.text_scale

    def text(self, size: int = READING, weight: QFont.Weight = QFont.Weight.Normal) -> QTextCharFormat:
        """Running text."""
        return self._letters(size, weight)

    def heading(self, tag: str) -> QTextCharFormat:
        """h1 to h6."""
        return self.text(HEADING_SIZES.get(tag, READING), QFont.Weight.DemiBold)

    def code(self, size: int = 13) -> QTextCharFormat:
        """Code in a card."""
        return self._letters(size, QFont.Weight.Normal, mono=True)

    def _letters(self, size: int, weight: QFont.Weight, mono: bool = False) -> QTextCharFormat:
        kept = self._kept.get((size, weight, mono))
        if kept is None:
            kept = self._kept[size, weight, mono] = QTextCharFormat()
            kept.setFont(self.theme.font(size, weight, mono=mono))
            kept.setForeground(self._brush("text"))
        return QTextCharFormat(kept)

    def inline_code(self, around: QTextCharFormat) -> QTextCharFormat:
        """Code inside a sentence."""
        made = QTextCharFormat(around)
        made.setFont(self.theme.font(14, mono=True))
        made.setBackground(self._brush("bubble"))
        return made

    def link(self, around: QTextCharFormat, address: str) -> QTextCharFormat:
        """A link that shows its address before it is followed."""
        made = QTextCharFormat(around)
        made.setAnchor(True)
        made.setAnchorHref(address)
        made.setToolTip(address)
        made.setForeground(self._brush("accent"))
        made.setFontUnderline(True)
        return made

    def cite(self, around: QTextCharFormat, address: str, says: str) -> QTextCharFormat:
        """The number of a source: small, on a ground of its own."""
        made = self.link(around, address)
        made.setFont(self.theme.font(12, QFont.Weight.DemiBold))
        made.setFontUnderline(False)
        made.setBackground(self._brush("soft"))
        made.setToolTip(says)
        return made

    def coloured(self, around: QTextCharFormat, token: str) -> QTextCharFormat:
        """The same in the colour of a token."""
        made = QTextCharFormat(around)
        made.setForeground(self._brush(token))
        return made

    def paragraph(
        self, *, gap: float = PARAGRAPH_GAP, above: float = 0.0, steps: int = 0, bars: tuple[int, ...] = ()
    ) -> QTextBlockFormat:
        """A paragraph with air below it, so many steps in; before some of them stands a bar."""
        made = QTextBlockFormat()
        made.setLineHeight(LINE_HEIGHT_PERCENT, PROPORTIONAL)
        made.setBottomMargin(gap)
        made.setTopMargin(above)
        made.setIndent(steps)
        if bars:
            made.setProperty(QUOTE_BARS, " ".join(map(str, bars)))
        return made

    def bullet(self, bullet: Bullet, steps: int) -> QTextListFormat:
        """An item of a list. Each is a list of its own to Qt, which would lay out a long one anew for each item."""
        made = QTextListFormat()
        made.setIndent(steps)
        if bullet.number is None:
            made.setStyle(BULLETS[bullet.depth % len(BULLETS)])
        else:
            made.setStyle(QTextListFormat.Style.ListDecimal)
            made.setStart(bullet.number)
            made.setNumberSuffix(bullet.ending)
        return made

    def rule(self, steps: int) -> QTextBlockFormat:
        """A line across."""
        made = self.paragraph(gap=12, steps=steps)
        made.setProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth, 1)
        made.setBackground(self._brush("line"))
        return made

    def cell(self, y: int, x: int) -> QTextBlockFormat:
        """The text of a table's cell."""
        made = self._tight()
        made.setProperty(TABLE_CELL, f"{y} {x}")
        return made

    def _tight(self) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setLineHeight(130.0, PROPORTIONAL)
        return made

    def code_line(self, card: int, place: Place, *, last: bool) -> QTextBlockFormat:
        """A line of code, always from left to right. The view paints the ground under all lines of a card."""
        made = self._tight()
        made.setProperty(CODE_CARD, card + 1)
        made.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        made.setIndent(place.steps)
        made.setLeftMargin(CARD_PADDING + HANGING)
        made.setTextIndent(-HANGING)
        made.setRightMargin(CARD_PADDING)
        made.setBottomMargin(CARD_PADDING + CARD_GAP if last else 0)
        if place.bars:
            made.setProperty(QUOTE_BARS, " ".join(map(str, place.bars)))
        return made

    @staticmethod
    def above_card(follows: str) -> float:
        """The air above the first line of a card. Of two margins that meet, Qt takes the larger one."""
        if follows == "code":
            return 2 * CARD_PADDING + CARD_GAP
        return CARD_PADDING + (2 if follows == "nothing" else CARD_GAP)

    def before_table(self) -> QTextBlockFormat:
        """The empty paragraph that Qt keeps before a table."""
        return QTextBlockFormat()

    def grid(self, steps: int, shares: tuple[int, ...]) -> QTextTableFormat:
        """A table of the text; with shares of the width for its columns it fills the width. The view paints lines."""
        made = QTextTableFormat()
        made.setBorder(1)
        made.setBorderBrush(self._brush("line"))
        made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
        made.setBorderCollapse(False)
        made.setCellPadding(7)
        made.setCellSpacing(0)
        made.setTopMargin(2)
        made.setBottomMargin(12)
        made.setLeftMargin(steps * self.step)
        if shares:
            made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            made.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, share) for share in shares])
        return made

    def _brush(self, token: str) -> QBrush:
        return QBrush(QColor(getattr(self.theme.tokens, token)))
