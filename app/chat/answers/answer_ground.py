"""What stands between an answer and its buttons: sources, what was read, what became of its sentences."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.chat.answers.shown import Backing, Tone
from app.chat.answers.source_chips import SourceChips
from app.widgets.labels import PlainLabel
from app.widgets.layouts import drop
from app.widgets.pictures import IconPicture

LOOKS = {
    Tone.PLAIN: ("file-text", "text2"),
    Tone.BUSY: ("hourglass", "text2"),
    Tone.GOOD: ("circle-check", "ok"),
    Tone.WARNED: ("triangle-alert", "warn"),
}


class ReadLine(QWidget):
    """An icon and a sentence, one thing for a screen reader."""

    def __init__(self, icon: str, token: str, line: str, spoken: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = PlainLabel(line, "facts")
        self.words.setAccessibleName(spoken or line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(IconPicture(icon, token, 16), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)


class AnswerGround(QWidget):
    """Shows sources and lines. Without any it is not there.

    Signals:
        source_chosen: the number of a source.
        unfolded: more of it is shown.
    """

    source_chosen = Signal(int)
    unfolded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips = SourceChips()
        self.chips.chosen.connect(self.source_chosen)
        self.chips.unfolded.connect(self.unfolded)
        self.line: ReadLine | None = None
        self.notes: list[ReadLine] = []
        self._told: tuple[object, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)
        self._column.setSpacing(6)
        self._column.addWidget(self.chips)

    def say(self, backing: Backing) -> None:
        """What the answer stands on."""
        self.chips.say(backing.sources)
        told = backing.line, backing.spoken, backing.notes, backing.tone
        if told != self._told:
            self._told = told
            self._say_lines(backing)
        self.setVisible(bool(backing.sources or backing.line or backing.notes))

    def _say_lines(self, backing: Backing) -> None:
        for old in (self.line, *self.notes):
            drop(old)
        self.line, self.notes = None, []
        if backing.line:
            self.line = ReadLine(*LOOKS[backing.tone], backing.line, backing.spoken)
        self.notes = [ReadLine("info", "text2", note) for note in backing.notes]
        for made in (self.line, *self.notes):
            if made is not None:
                self._column.addWidget(made)
