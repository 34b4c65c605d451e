"""An answer: thinking folded away, Markdown, what is the matter with it, and its buttons."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QMimeData, Qt, QUrl, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.chat.items import NAME_LENGTH, MessageItem, Notice
from app.chat.markdown.formulas import Formula, formula_shelf
from app.chat.markdown.renderer import COPY_SCHEME, MarkdownRenderer
from app.chat.text_view import TextView
from app.theme.theme import current_theme
from app.widgets.buttons import FoldButton, IconButton, button
from app.widgets.labels import Pill, PlainLabel
from app.widgets.layouts import empty


class AnswerView(QWidget):
    """What the model said: thinking folded away, Markdown, buttons and the small line below.

    Signals:
        retry_requested, copied: the message's id.
        notice_action: the message's id and the action's.
        link_chosen: an address.
        height_changed: it needs another height.
    """

    retry_requested = Signal(str)
    copied = Signal(str)
    notice_action = Signal(str, str)
    link_chosen = Signal(str)
    height_changed = Signal()

    def __init__(self, item: MessageItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self._view = TextView()
        self._renderer = MarkdownRenderer(self._view.document(), current_theme())
        self._status = PlainLabel(role="facts")
        self._fold = FoldButton("")
        self._thought_frame = QFrame()
        self._thought_frame.setObjectName("thought")
        self._thought = PlainLabel(role="facts", hold=False)
        self._badge = Pill()
        self._notice_place = QVBoxLayout()
        self._foot = QWidget()
        self._caption = PlainLabel(role="caption", wrap=False)
        self._build()
        self._fold.toggled.connect(self._on_fold)
        self._view.anchorClicked.connect(self._on_link)
        self._view.height_changed.connect(self.height_changed)
        current_theme().changed.connect(self._render_again)
        formula_shelf().drawn.connect(self._on_formula)
        self._show_all()

    def _build(self) -> None:
        inside = QVBoxLayout(self._thought_frame)
        inside.setContentsMargins(12, 2, 0, 2)
        inside.addWidget(self._thought)
        copy = IconButton("copy", "Copy this answer", size=16)
        again = IconButton("rotate-ccw", "Answer again", size=16)
        copy.clicked.connect(self._copy)
        again.clicked.connect(lambda: self.retry_requested.emit(self.item.id))
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(4)
        for widget in (copy, again, self._caption):
            foot.addWidget(widget)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 8)
        layout.setSpacing(6)
        layout.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addWidget(self._thought_frame)
        layout.addWidget(self._status)
        layout.addWidget(self._view)
        layout.addLayout(self._notice_place)
        layout.addWidget(self._foot)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    # --- what others set ------------------------------------------------------------------------------------------

    def append(self, text: str, *, thinking: bool) -> None:
        """The next piece."""
        if thinking:
            self.item = replace(self.item, thinking=self.item.thinking + text)
            self._show_thinking()
        else:
            self.item = replace(self.item, text=self.item.text + text)
            self._renderer.append(text)
            self._show_thinking()
            self._view.show()
        self._status.say("")

    def set_status(self, text: str) -> None:
        """What is going on before the first word."""
        if not self.item.text:
            self._status.say(text)

    def finish(self, state: str, caption: str, notice: Notice | None) -> None:
        """The end of the answer."""
        self.item = replace(self.item, state=state, caption=caption, notice=notice)
        self._show_end()

    def fit_width(self, width: int) -> None:
        """Labels know their height only for a width."""
        self._thought.setFixedWidth(max(width - 20, 40))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        self._renderer.set_text(self.item.text)
        self._view.setVisible(bool(self.item.text))
        self._badge.say(self.item.badge)
        self._status.say("")
        self._show_thinking()
        self._show_end()

    def _render_again(self) -> None:
        self._renderer = MarkdownRenderer(self._view.document(), current_theme())
        self._renderer.set_text(self.item.text)
        self._show_thinking()

    def _show_thinking(self) -> None:
        thinking = bool(self.item.thinking)
        open_now = self._fold.isChecked()
        going_on = self.item.state == "streaming" and not self.item.text
        self._fold.setVisible(thinking)
        self._fold.setText("Thinking …" if going_on else "Thought about it")
        self._thought_frame.setVisible(thinking and open_now)
        if open_now:
            self._thought.setText(self.item.thinking)

    def _show_end(self) -> None:
        ended = self.item.state != "streaming"
        self._foot.setVisible(ended)
        self._caption.setText(self.item.caption)
        empty(self._notice_place)
        if self.item.notice is not None:
            self._notice_place.addWidget(self._notice(self.item.notice))
        if ended:
            self._status.say("")
            by = f"Answer, {self.item.badge}" if self.item.badge else "Answer"
            self.setAccessibleName(f"{by}: {self.item.text[:NAME_LENGTH]}")
        else:
            self.setAccessibleName("Answer, being written")
        self._show_thinking()
        self.height_changed.emit()

    def _notice(self, notice: Notice) -> QFrame:
        frame = QFrame()
        frame.setObjectName("offer" if notice.offer else "notice")
        row = QHBoxLayout(frame)
        row.setContentsMargins(14, 10, 10, 10)
        row.addWidget(PlainLabel(notice.sentence), 1)
        for rank, (action_id, label) in enumerate(notice.actions[:2]):
            act = button(label, "primary" if notice.offer and rank == 0 else "secondary")
            act.clicked.connect(
                lambda _checked=False, chosen=action_id: self.notice_action.emit(self.item.id, str(chosen))
            )
            row.addWidget(act)
        return frame

    def _on_formula(self, formula: Formula) -> None:
        if self._renderer.formulas.place(formula):
            self.height_changed.emit()

    def _on_fold(self, _opened: bool) -> None:
        self._show_thinking()
        self.height_changed.emit()

    def _on_link(self, address: QUrl) -> None:
        if address.scheme() == COPY_SCHEME:
            number = int(address.path())
            if number < len(self._renderer.codes):
                QApplication.clipboard().setText(self._renderer.codes[number])
                self.copied.emit(self.item.id)
        elif address.scheme() in ("http", "https", "mailto"):
            self.link_chosen.emit(address.toString())

    def _copy(self) -> None:
        data = QMimeData()
        data.setText(self.item.text)
        whole = QTextCursor(self._view.document())
        whole.select(QTextCursor.SelectionType.Document)
        data.setHtml(whole.selection().toHtml())
        QApplication.clipboard().setMimeData(data)
        self.copied.emit(self.item.id)
