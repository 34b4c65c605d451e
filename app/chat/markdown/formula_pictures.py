"""Formulas in a document: where their pictures stand, how large they are, and what copying them gives."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QFontMetricsF, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat, QTextImageFormat

from app.chat.markdown.formulas import Drawing, Formula, formula_shelf

# The LaTeX source of a formula's picture, for who copies it.
FORMULA_SOURCE = int(QTextFormat.Property.UserProperty) + 2


class FormulaPictures:
    """Owns which pictures one document still waits for. Lives on the UI thread."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self.awaited: set[Formula] = set()

    def insert(self, cursor: QTextCursor, source: str, style: QTextCharFormat, *, display: bool) -> None:
        """Put a formula at the cursor, which writes on in ``style``; its picture follows if it is not there yet."""
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
            width, height = self._shown(formula, drawing)
        picture.setWidth(width)
        picture.setHeight(height)
        cursor.insertImage(picture)
        cursor.setCharFormat(style)

    def place(self, formula: Formula) -> bool:
        """Put a picture that has been drawn meanwhile into its places; True if it was awaited here."""
        drawing = formula_shelf().drawing(formula)
        if formula not in self.awaited or drawing is None:
            return False
        self.awaited.discard(formula)
        width, height = self._shown(formula, drawing)
        name = _name(formula)
        for position in self._pictures(name):
            cursor = QTextCursor(self._document)
            cursor.setPosition(position)
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
            picture = cursor.charFormat().toImageFormat()
            picture.setWidth(width)
            picture.setHeight(height)
            cursor.setCharFormat(picture)
        return True

    def _pictures(self, name: str) -> list[int]:
        found: list[int] = []
        block = self._document.begin()
        while block.isValid():
            pieces = block.begin()
            while not pieces.atEnd():
                piece = pieces.fragment()
                if piece.charFormat().isImageFormat() and piece.charFormat().toImageFormat().name() == name:
                    found += range(piece.position(), piece.position() + piece.length())
                pieces += 1
            block = block.next()
        return found

    def _shown(self, formula: Formula, drawing: Drawing) -> tuple[float, float]:
        """Hand the picture to the document; its size, no wider than the page."""
        self._document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(_name(formula)), drawing.image)
        page = self._document.textWidth()
        share = min(1.0, page / drawing.width) if page > 0 else 1.0
        return drawing.width * share, drawing.height * share


def selected_text(cursor: QTextCursor) -> str:
    """What is selected as plain text, formulas as their source."""
    text = cursor.selection().toPlainText()
    if "\ufffc" not in text:
        return text
    document = cursor.document()
    sources = []
    for position in range(cursor.selectionStart(), cursor.selectionEnd()):
        if document.characterAt(position) == "\ufffc":
            at = QTextCursor(document)
            at.setPosition(position + 1)
            sources.append(str(at.charFormat().property(FORMULA_SOURCE) or ""))
    pieces = text.split("\ufffc")
    sources += [""] * (len(pieces) - 1 - len(sources))
    return "".join(piece + source for piece, source in zip(pieces, [*sources, ""], strict=False))


def _name(formula: Formula) -> str:
    return f"formula:{hash(formula) & 0xFFFFFFFFFFFFFFFF:x}"
