"""One sentence about an answer, with up to two things to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.chat.messages.items import Notice
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.page import TurningRow


class NoticeFrame(QFrame):
    """A sentence on its ground: a warm one for trouble, a quiet one for an offer.

    Signals:
        acted: the id of an action.
    """

    acted = Signal(str)

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer" if notice.offer else "notice")
        row = TurningRow()
        self.setLayout(row)
        row.setContentsMargins(14, 10, 10, 10)
        row.addWidget(PlainLabel(notice.sentence), 1)
        self._buttons = []
        for rank, (action_id, label) in enumerate(notice.actions[:2]):
            act = button(label, "primary" if notice.offer and rank == 0 else "secondary")
            act.clicked.connect(lambda _checked=False, chosen=action_id: self.acted.emit(str(chosen)))
            row.addWidget(act)
            self._buttons.append(act)

    def put_after(self, earlier: QWidget) -> None:
        """The keyboard comes to the buttons right after it was in ``earlier``."""
        for act in self._buttons:
            QWidget.setTabOrder(earlier, act)
            earlier = act
