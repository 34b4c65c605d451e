"""The two questions of the page: whether a folder is to be followed, and the password of a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.labels import PlainLabel
from app.widgets.sure import shortened

WIDTH, WIDEST, EDGE = 440, 600, 24
FOLLOW = "Keep following this folder"
FOLLOW_SEVERAL = "Keep following these folders"
FOLLOWING = "New and changed files are read by themselves, and deleted ones leave the search."
KEPT = "It is kept until you close Hearth, and never written to disk."


class _Question(QDialog):
    """Heading, sentences, and two buttons."""

    def __init__(self, title: str, heading: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(min(current_theme().px(WIDTH), WIDEST))
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        self.rows.setSpacing(12)
        self.rows.addWidget(PlainLabel(heading, "heading"))

    def _end(self, yes: QPushButton) -> None:
        no = button("Not now", "quiet")
        no.clicked.connect(self.reject)
        yes.setDefault(True)
        yes.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(no)
        row.addWidget(yes)
        self.rows.addSpacing(4)
        self.rows.addLayout(row)


class FolderDialog(_Question):
    """What is to happen with folders.

    Signals:
        agreed: the folders, and whether they are to be followed.
    """

    agreed = Signal(list, bool)

    def __init__(self, folders: Sequence[str], parent: QWidget | None = None) -> None:
        one = len(folders) == 1
        name = shortened(Path(folders[0]).name or folders[0])
        heading = f"Add the folder “{name}”?" if one else f"Add {len(folders)} folders?"
        super().__init__("Add a folder" if one else "Add folders", heading, parent)
        where = "in it" if one else "in them"
        self.rows.addWidget(
            PlainLabel(f"All files {where} that can be read become searchable. They stay where they are.")
        )
        self.follow = QCheckBox(FOLLOW if one else FOLLOW_SEVERAL)
        self.follow.setChecked(True)
        self.follow.setAccessibleDescription(FOLLOWING)
        self.rows.addWidget(self.follow)
        self.rows.addWidget(PlainLabel(FOLLOWING, "caption"))
        self.yes = button("Add this folder" if one else "Add these folders", "primary")
        self._end(self.yes)
        self.accepted.connect(lambda: self.agreed.emit(list(folders), self.follow.isChecked()))


class PasswordDialog(_Question):
    """The password of one document.

    Signals:
        entered: what was typed.
    """

    entered = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None, *, wrong: bool = False) -> None:
        super().__init__("Password", f"“{shortened(name)}” needs a password", parent)
        if wrong:
            self.rows.addWidget(PlainLabel("The last one did not open it. Capital letters count.", "warning"))
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName("Password")
        self.rows.addWidget(self.field)
        self.rows.addWidget(PlainLabel(KEPT, "caption"))
        self.yes = button("Open", "primary")
        self.yes.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.yes.setEnabled(bool(text)))
        self._end(self.yes)
        self.accepted.connect(lambda: self.entered.emit(self.field.text()))
        self.field.setFocus()
