"""Formulas in a document: where their pictures stand, how large they are, and what copying them gives."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtGui import QFontMetricsF, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat, QTextImageFormat

from app.chat.markdown.formulas import Drawing, Formula, formula_shelf

# The LaTeX source of a formula's picture, for who copies it.
FORMULA_SOURCE = int(QTextFormat.Property.UserProperty) + 2


class FormulaPictures:
    """Owns which pictures one document still waits for. Lives on the UI thread."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        # Where they stand, in the order of the text: what is above a place that is written never changes its length.
        self._places: list[_Picture] = []
        self._sizes: dict[Formula, tuple[float, float]] = {}
        self._page = document.textWidth()
        self.awaited: set[Formula] = set()

    def insert(
        self, cursor: QTextCursor, source: str, style: QTextCharFormat, *, display: bool, inset: float = 0.0
    ) -> None:
        """Put a formula at the cursor, which writes on in ``style``; its picture follows if it is not there yet.

        ``inset`` is how much narrower than the page the place is.
        """
        metrics = QFontMetricsF(style.font())
        formula = Formula(
            source.strip(),
            display,
            style.font().pixelSize() * (1.15 if display else 1.05),
            metrics.xHeight() / 4,  # where Qt puts the middle of a picture in a line
            style.foreground().color().name(),
        )
        picture = QTextImageFormat()
        picture.setName(_name(formula))
        picture.setProperty(FORMULA_SOURCE, f"$${formula.source}$$" if display else f"${formula.source}$")
        if not display:
            picture.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        picture.setFont(style.font())
        drawing = formula_shelf().drawing(formula)
        if drawing is None:
            self.awaited.add(formula)
            width, height = formula.guessed_size
        else:
            width, height = self._shown(formula, drawing, inset)
        picture.setWidth(width)
        picture.setHeight(height)
        if not self._places:
            self._page = self._document.textWidth()
        self._places.append(_Picture(cursor.position(), formula, inset))
        cursor.insertImage(picture)
        cursor.setCharFormat(style)

    def place(self, formula: Formula) -> bool:
        """Put a picture that has been drawn meanwhile into its places; True if it was awaited here."""
        drawing = formula_shelf().drawing(formula)
        if formula not in self.awaited or drawing is None:
            return False
        self.awaited.discard(formula)
        for picture in self._places:
            if picture.formula == formula:
                self._resize(picture, self._shown(formula, drawing, picture.inset))
        return True

    @property
    def crowded(self) -> bool:
        """Whether the page has another width now than what the pictures were fitted to."""
        return bool(self._places) and self._document.textWidth() != self._page

    def forget_after(self, position: int) -> None:
        """What stood there is taken back."""
        while self._places and self._places[-1].position >= position:
            self._places.pop()

    def refit(self) -> None:
        """Give every picture its size for the width that the page has now."""
        before, self._page = self._page, self._document.textWidth()
        if before == self._page:
            return
        for picture in self._places:
            natural = self._sizes.get(picture.formula)
            if natural is None:
                continue
            share, earlier = _share(natural[0], self._page - picture.inset), _share(natural[0], before - picture.inset)
            if share != earlier:
                self._resize(picture, (natural[0] * share, natural[1] * share))

    def _resize(self, picture: _Picture, size: tuple[float, float]) -> None:
        cursor = QTextCursor(self._document)
        cursor.setPosition(picture.position)
        cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
        style = cursor.charFormat().toImageFormat()
        if style.isValid():
            style.setWidth(size[0])
            style.setHeight(size[1])
            cursor.setCharFormat(style)

    def _shown(self, formula: Formula, drawing: Drawing, inset: float) -> tuple[float, float]:
        """Hand the picture to the document; its size, no wider than its place."""
        self._document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(_name(formula)), drawing.image)
        self._sizes[formula] = (drawing.width, drawing.height)
        share = _share(drawing.width, self._document.textWidth() - inset)
        return drawing.width * share, drawing.height * share


@dataclass(frozen=True)
class _Picture:
    """Where one stands, and how much narrower than the page its place is."""

    position: int
    formula: Formula
    inset: float


def _share(width: float, room: float) -> float:
    return min(1.0, room / width) if room > 0 else 1.0


def _name(formula: Formula) -> str:
    return f"formula:{hash(formula) & 0xFFFFFFFFFFFFFFFF:x}"
