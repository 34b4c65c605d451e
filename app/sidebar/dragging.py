"""Dragging conversations: what is under the pointer, whether it may be dropped there, and how that looks."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QDrag, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from app.sidebar.arrangement import DAYS, PINNED, Place
from app.sidebar.rows import ConversationRow
from app.theme.theme import current_theme

MIME = "application/x-hearth-conversation"
WIDEST = 220
HOT_SPOT = QPoint(16, 14)


def make_drag(row: ConversationRow, source: QWidget) -> QDrag:
    """A drag that carries a conversation, ready to begin."""
    data = QMimeData()
    data.setData(MIME, row.id.encode())
    drag = QDrag(source)
    drag.setMimeData(data)
    drag.setPixmap(drag_pixmap(row.title, source.devicePixelRatioF()))
    drag.setHotSpot(HOT_SPOT)
    return drag


def dragged_id(data: QMimeData) -> str:
    """The conversation that is dragged; "" for anything else."""
    return bytes(data.data(MIME).data()).decode(errors="ignore") if data.hasFormat(MIME) else ""


def may_drop(row: ConversationRow | None, place: Place | None) -> bool:
    """Whether dropping there would change anything."""
    if row is None or row.private or place is None:
        return False
    if place == PINNED:
        return not row.pinned
    return place.kind in (DAYS.kind, "folder") and (row.pinned or row.folder_id != place.folder_id)


def drag_pixmap(title: str, ratio: float) -> QPixmap:
    """The title on a small card, to hang under the pointer."""
    theme = current_theme()
    font = theme.font(13)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, WIDEST - 24)
    card = QRect(0, 0, metrics.horizontalAdvance(shown) + 26, theme.px(13) + 18)
    pixmap = QPixmap(round(card.width() * ratio), round(card.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.tokens.control), 1))
    painter.setBrush(QColor(theme.tokens.raised))
    painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), 8, 8)
    painter.setFont(font)
    painter.setPen(QColor(theme.tokens.text))
    painter.drawText(card, Qt.AlignmentFlag.AlignCenter, shown)
    painter.end()
    return pixmap


def draw_target(painter: QPainter, area: QRect) -> None:
    """A frame around the section in which a conversation would land."""
    tokens = current_theme().tokens
    tint = QColor(tokens.accent)
    tint.setAlpha(28)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.accent), 2))
    painter.setBrush(tint)
    painter.drawRoundedRect(area.adjusted(1, 2, -1, -2), 8, 8)
