"""The formats of text and blocks in the theme in force."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from app.theme.theme import Theme

READING = 15
# Marks the tables that are blocks of code.
CODE_CARD = int(QTextFormat.Property.UserProperty) + 1
CARD_PADDING = 12
HEADING_SIZES = {"h1": 22, "h2": 19, "h3": 17}
LINE_HEIGHT_PERCENT = 140.0
PARAGRAPH_GAP = 10.0


@dataclass(frozen=True)
class Formats:
    """Makes formats; cheap enough to be made anew for each rendering."""

    theme: Theme

    def text(self, size: int = READING, weight: QFont.Weight = QFont.Weight.Normal) -> QTextCharFormat:
        """Running text."""
        made = QTextCharFormat()
        made.setFont(self.theme.font(size, weight))
        made.setForeground(self._brush("text"))
        return made

    def heading(self, tag: str) -> QTextCharFormat:
        """h1 to h6."""
        return self.text(HEADING_SIZES.get(tag, READING), QFont.Weight.DemiBold)

    def code(self, size: int = 13) -> QTextCharFormat:
        """Code in a card."""
        made = QTextCharFormat()
        made.setFont(self.theme.font(size, mono=True))
        made.setForeground(self._brush("text"))
        return made

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

    def coloured(self, around: QTextCharFormat, token: str) -> QTextCharFormat:
        """The same in the colour of a token."""
        made = QTextCharFormat(around)
        made.setForeground(self._brush(token))
        return made

    def paragraph(self, *, gap: float = PARAGRAPH_GAP, above: float = 0.0) -> QTextBlockFormat:
        """A paragraph with air below it."""
        made = QTextBlockFormat()
        made.setLineHeight(LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        made.setBottomMargin(gap)
        made.setTopMargin(above)
        return made

    def tight(self) -> QTextBlockFormat:
        """A line in a code card."""
        made = QTextBlockFormat()
        made.setLineHeight(130.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        return made

    def card(self) -> QTextTableFormat:
        """A block of code. The view paints the rounded ground under it, which Qt's tables can't."""
        made = QTextTableFormat()
        made.setProperty(CODE_CARD, True)
        made.setBorder(0)
        made.setCellPadding(CARD_PADDING)
        made.setCellSpacing(0)
        made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        made.setTopMargin(2)
        made.setBottomMargin(12)
        return made

    def grid(self) -> QTextTableFormat:
        """A table of the text."""
        made = QTextTableFormat()
        made.setBorder(1)
        made.setBorderBrush(self._brush("line"))
        made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        made.setBorderCollapse(True)
        made.setCellPadding(7)
        made.setCellSpacing(0)
        made.setTopMargin(2)
        made.setBottomMargin(12)
        return made

    def quote(self) -> QTextTableFormat:
        """A quotation: a bar, then the text."""
        made = QTextTableFormat()
        made.setBorder(0)
        made.setCellPadding(0)
        made.setCellSpacing(0)
        made.setBottomMargin(8)
        made.setColumnWidthConstraints(
            [
                QTextLength(QTextLength.Type.FixedLength, 3),
                QTextLength(QTextLength.Type.FixedLength, 14),
                QTextLength(QTextLength.Type.PercentageLength, 100),
            ]
        )
        return made

    def _brush(self, token: str) -> QBrush:
        return QBrush(QColor(getattr(self.theme.tokens, token)))
