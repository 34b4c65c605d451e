"""Where the question is made: its files, its text, and Send, which is Stop while an answer comes."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.chat.composer.attachment_bar import AttachmentBar, AttachmentChip
from app.chat.composer.question_field import QuestionField
from app.chat.composer.read_all_offer import ReadAllOffer
from app.chat.composer.scope_chip import ScopeChip
from app.chat.composer.waiting_line import ScopeTrouble, WaitingLine
from app.widgets.buttons import IconButton
from app.widgets.labels import PlainLabel

FOOTNOTE = "AI can be wrong. Check what matters."


class Composer(QWidget):
    """The field, its buttons and the small line under it. Typing is always possible; sending may not be.

    Signals:
        send_requested: the question.
        stop_requested: the answer under way should end.
        draft_changed: what is typed and not sent.
        files_dropped: local paths, whether dropped, pasted or chosen with the paperclip.
        attachment_removed: the place of the file that should go.
        image_pasted: a picture came that is neither a file nor text.
        text_cut: what was pasted was longer than the field takes; its beginning is there.
        edit_last_requested: the up arrow, while nothing is typed.
        about_to_ask: the field has the keyboard now, or something is typed in it.
    """

    send_requested = Signal(str)
    stop_requested = Signal()
    draft_changed = Signal(str)
    files_dropped = Signal(list)
    attachment_removed = Signal(int)
    image_pasted = Signal()
    text_cut = Signal()
    edit_last_requested = Signal()
    about_to_ask = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answering = False
        self._available = True
        self._folder = ""
        self.field = QuestionField()
        self._attachments = AttachmentBar()
        self._hint = PlainLabel(role="caption")
        self.attach_button = IconButton("paperclip", "Add a file", "text2", 18, square=34)
        self.send_button = IconButton("arrow-up", "Send", "on_accent", 20, square=34)
        self.send_button.setProperty("kind", "send")
        self.scope = ScopeChip()
        self.read_all = ReadAllOffer()
        self.waiting = WaitingLine()
        self.trouble = ScopeTrouble()
        self._build()
        self._connect()
        self._refresh()

    def _build(self) -> None:
        self._frame = QFrame()
        self._frame.setObjectName("composer")
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self.attach_button, 0, Qt.AlignmentFlag.AlignBottom)
        bottom.addWidget(self.scope, 0, Qt.AlignmentFlag.AlignVCenter)
        bottom.addWidget(self._hint, 1)
        bottom.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignBottom)
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(10, 10, 10, 8)
        inside.setSpacing(2)
        inside.addWidget(self._attachments)
        text = QHBoxLayout()
        text.setContentsMargins(4, 2, 0, 0)
        text.addWidget(self.field)
        inside.addLayout(text)
        inside.addLayout(bottom)
        footnote = PlainLabel(FOOTNOTE, "caption", wrap=False)
        footnote.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for line in (self.trouble, self.waiting, self.read_all):
            layout.addWidget(line)
        layout.addWidget(self._frame)
        layout.addWidget(footnote)
        self.setFocusProxy(self.field)

    def _connect(self) -> None:
        self.field.submitted.connect(self._send)
        self.field.textChanged.connect(self._on_text)
        self.field.focus_changed.connect(self._mark)
        self.field.files_dropped.connect(self.files_dropped)
        self.field.image_pasted.connect(self.image_pasted)
        self.field.text_cut.connect(self.text_cut)
        self.field.edit_last_requested.connect(self.edit_last_requested)
        self._attachments.removed.connect(self.attachment_removed)
        self.attach_button.clicked.connect(self._choose_files)
        self.send_button.clicked.connect(self._send_or_stop)

    # --- what others set ------------------------------------------------------------------------------------------

    def text(self) -> str:
        """What is typed."""
        return self.field.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace what is typed; the cursor goes to its end."""
        if text != self.text():
            self.field.set_text(text)

    def set_placeholder(self, words: str) -> None:
        """What the empty field says."""
        self.field.setPlaceholderText(words)

    def set_attachments(self, chips: tuple[AttachmentChip, ...]) -> None:
        """The files that go with the question."""
        if not self._attachments.set_chips(chips):
            self.field.setFocus()
        # New widgets stand at the end of the whole window's order.
        order = [self.field, *self._attachments.buttons, self.attach_button]
        order += [self.scope.open_button, self.scope.clear_button, self.send_button]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def take_files(self, paths: list[str]) -> None:
        """Files were chosen, or dropped beside the field: report them, and be ready for the question."""
        self.files_dropped.emit(paths)
        self.field.setFocus()

    def set_answering(self, answering: bool) -> None:
        """While true, Send is Stop."""
        self._answering = answering
        self._refresh()

    def set_available(self, available: bool, hint: str) -> None:
        """Whether a question can be sent now, and if not, why."""
        self._available = available
        self._hint.setText(hint)
        self._refresh()

    def set_private(self, private: bool) -> None:
        """Another ground, so that a chat that is not kept can't be mistaken for one that is."""
        self._set_look("private", private)
        for inside in self._frame.findChildren(QWidget):  # their rules look at the frame
            inside.style().unpolish(inside)
            inside.style().polish(inside)

    # --- what a person does ---------------------------------------------------------------------------------------

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, "Add files to your question", self._folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Add")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.take_files)
        dialog.directoryEntered.connect(self._remember)
        dialog.open()

    def _remember(self, folder: str) -> None:
        self._folder = folder

    def _send_or_stop(self) -> None:
        if self._answering:
            self.stop_requested.emit()
        else:
            self._send()

    def _send(self) -> None:
        if self._available and not self._answering and self.text().strip():
            self.send_requested.emit(self.text().strip())

    def _on_text(self) -> None:
        self.draft_changed.emit(self.text())
        if self.field.hasFocus() and self.text():
            self.about_to_ask.emit()
        self._refresh()

    def _refresh(self) -> None:
        self.send_button.show_icon("square" if self._answering else "arrow-up")
        self.send_button.rename("Stop" if self._answering else "Send")
        self.send_button.setEnabled(self._answering or (self._available and bool(self.text().strip())))

    def _mark(self, active: bool) -> None:
        self._set_look("active", active)
        if active:
            self.about_to_ask.emit()

    def _set_look(self, name: str, on: bool) -> None:
        self._frame.setProperty(name, "true" if on else "false")
        self._frame.style().unpolish(self._frame)
        self._frame.style().polish(self._frame)
