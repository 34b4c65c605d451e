"""An answer: thinking folded away, Markdown, what is the matter with it, and its buttons."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.chat.answers.backing_view import BackingView
from app.chat.answers.shown import SourceShown
from app.chat.markdown.formulas import Formula, formula_shelf
from app.chat.markdown.inlines import SOURCE_SCHEME
from app.chat.markdown.renderer import COPY_SCHEME, MarkdownRenderer
from app.chat.messages.items import NAME_LENGTH, MessageItem, Notice
from app.chat.messages.message_copy import answer_data, with_sources
from app.chat.messages.message_foot import MessageFoot
from app.chat.messages.message_notice import NoticeFrame
from app.chat.messages.message_thought import Thinking
from app.chat.messages.message_view import SIDE_MARGIN, MessageView, settle
from app.theme.theme import current_theme
from app.widgets.labels import Pill, PlainLabel
from app.widgets.layouts import empty


class AnswerView(MessageView):
    """What the model said: thinking folded away, Markdown, buttons and the small line below."""

    def __init__(self, item: MessageItem, parent: QWidget | None = None) -> None:
        super().__init__(item, MessageFoot(), parent)
        self._backing = BackingView(self._view)
        self._renderer = self._fresh_renderer()
        self._status = PlainLabel(role="facts")
        self._thinking: Thinking | None = None
        self._badge = Pill()
        self._notice: Notice | None = None
        self._notice_place = QVBoxLayout()
        self._build()
        self._view.anchorClicked.connect(self._on_link)
        current_theme().changed.connect(self._render_again)
        formula_shelf().drawn.connect(self._on_formula)
        self._backing.acted.connect(lambda act: self.answer_act.emit(self.item.id, act))
        self._backing.unfolded.connect(self.unfolded)
        self._renderer.set_text(item.text)
        self._status.say("")
        self._show_all()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIDE_MARGIN, 6, SIDE_MARGIN, 8)
        layout.setSpacing(6)
        layout.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addWidget(self._status)
        layout.addLayout(self._backing.above)
        layout.addWidget(self._view)
        layout.addLayout(self._backing.below)
        layout.addLayout(self._notice_place)
        layout.addWidget(self._foot)

    # --- what others set ------------------------------------------------------------------------------------------

    def set_item(self, item: MessageItem) -> None:
        """Show another state of the answer, or another answer. Text that is shown already is left as it is."""
        before, self.item = self.item, item
        if self._cites() != self._renderer.cites:
            self._render_again()
        elif item.text != before.text:
            self._renderer.set_text(item.text)
        self._show_all()

    def append(self, text: str, *, thinking: bool) -> None:
        """The next piece."""
        if thinking:
            self.item = replace(self.item, thinking=self.item.thinking + text)
        else:
            self.item = replace(self.item, text=self.item.text + text)
            self._renderer.append(text)
            self._view.show()
            self._backing.begun()
        self._show_thinking()
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
        """Some parts know their height only for a width."""
        inner = width - 2 * SIDE_MARGIN
        self._foot.fit_width(inner)
        if self._thinking is not None:
            self._thinking.fit_width(inner)
            settle(self._thinking)
        settle(*self._backing.parts, self._foot)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        self._view.setVisible(bool(self.item.text))
        self._badge.say(self._badge_word())
        self._backing.say(self.item.backing, self.item.text)
        self._show_end()

    def _render_again(self) -> None:
        self._renderer = self._fresh_renderer()
        self._renderer.set_text(self.item.text)
        self._backing.dress()

    def _fresh_renderer(self) -> MarkdownRenderer:
        return MarkdownRenderer(self._view.document(), current_theme(), self._cites())

    @property
    def _sources(self) -> tuple[SourceShown, ...]:
        return self.item.backing.sources if self.item.backing is not None else ()

    def _copied_markdown(self) -> str:
        return with_sources(self.item.text, self._sources)

    def _cites(self) -> dict[int, str] | None:
        return self.item.backing.cites if self.item.backing is not None else None

    def _show_thinking(self) -> None:
        if self._thinking is None and self.item.thinking:
            # Most answers have none, and every widget costs a conversation that is scrolled through.
            made = self._thinking = Thinking()
            made.unfolded.connect(self.unfolded)
            made.height_changed.connect(self.height_changed)
            column = self.layout()
            assert isinstance(column, QVBoxLayout)
            column.insertWidget(1, made)
        if self._thinking is not None:
            self._thinking.say(self._thinking_words(), self.item.thinking)

    def _thinking_words(self) -> str:
        if self.item.state == "streaming" and not self.item.text:
            return "Thinking …"
        return f"Thought for {self.item.thought}" if self.item.thought else "Thought about it"

    def _show_end(self) -> None:
        ended = self.item.state != "streaming"
        self._foot.say(self.item)
        self._foot.setVisible(ended)
        self._show_notice()
        if ended:
            self._status.say("")
            badge = self._badge_word()
            by = f"Answer, {badge}" if badge else "Answer"
            self.setAccessibleName(f"{by}: {self.item.text[:NAME_LENGTH]}")
        else:
            self.setAccessibleName("Answer, being written")
        self._describe()
        self.setAccessibleDescription(f"{self.accessibleDescription()} {self._backing.spoken}".strip())
        self._show_thinking()
        self.height_changed.emit()

    def _badge_word(self) -> str:
        return (self.item.backing.badge if self.item.backing is not None else "") or self.item.badge

    def _show_notice(self) -> None:
        if self.item.notice == self._notice:
            return  # the same buttons stay where they are, with the keyboard on them
        self._notice = self.item.notice
        empty(self._notice_place)
        if self._notice is not None:
            frame = NoticeFrame(self._notice)
            frame.acted.connect(lambda action: self.notice_action.emit(self.item.id, action))
            self._notice_place.addWidget(frame)
            frame.put_after(self._view)

    def _on_formula(self, formula: Formula) -> None:
        if self._renderer.formulas.place(formula):
            self.height_changed.emit()

    def _on_link(self, address: QUrl) -> None:
        if address.scheme() == COPY_SCHEME:
            number = int(address.path())
            if number < len(self._renderer.codes):
                QApplication.clipboard().setText(self._renderer.codes[number])
                self.copied.emit(self.item.id)
        elif address.scheme() == SOURCE_SCHEME:
            self.answer_act.emit(self.item.id, self._backing.source_at(int(address.path()), self._view.textCursor()))
        elif address.scheme() in ("http", "https", "mailto") and self.item.backing is None:
            self.link_chosen.emit(address.toString())

    def _copy(self) -> None:
        self._renderer.finish()
        QApplication.clipboard().setMimeData(answer_data(self.item.text, self._view.document(), self._sources))
        self.copied.emit(self.item.id)
