"""A page of a document beside or instead of the list: as a picture or as text, at the passage that was found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.documents import ink
from app.documents.page_canvas import PageCanvas
from app.documents.page_text import PageTextView
from app.documents.shown import PageShown
from app.theme.theme import current_theme
from app.widgets.buttons import IconButton, button
from app.widgets.flow import Flow
from app.widgets.labels import ElidedLabel, PlainLabel

SPOKEN_CHARS = 4000


class PageView(QWidget):
    """Shows one page and says which other is wanted.

    Signals:
        page_requested: a number from 1.
        width_wanted: how many pixels wide the page's picture is to be.
        step_requested: -1 or 1: the place before or after among what was found.
        file_requested, closed: the buttons.
    """

    page_requested = Signal(int)
    width_wanted = Signal(int)
    step_requested = Signal(int)
    file_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: PageShown | None = None
        self._as_text = False
        self.back_button = button("Back to the chat", "quiet")
        self.back_button.hide()
        self.title = ElidedLabel(role="subheading")
        self.close_button = IconButton("x", "Close the document")
        self.previous = IconButton("chevron-left", "Previous page")
        self.following = IconButton("chevron-right", "Next page")
        self.number = QLineEdit()
        self.number.setAccessibleName("Page number")
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.position = PlainLabel(role="facts", wrap=False)
        self.smaller = IconButton("minus", "Smaller")
        self.zoom = PlainLabel(role="facts", wrap=False)
        self.larger = IconButton("plus", "Larger")
        self.turn = button("Show as text", "quiet")
        self.up = IconButton("arrow-up", "Previous place found (Shift+F3)")
        self.down = IconButton("arrow-down", "Next place found (F3)")
        self.step = PlainLabel(role="facts", wrap=False)
        self.step.hide()
        self.file_button = IconButton("folder-open", "Show the file")
        self.note = PlainLabel(role="facts")
        self.canvas = PageCanvas()
        self.words = PageTextView()
        self._stack = QStackedWidget()
        self._build()
        self._connect()
        current_theme().changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.title, 1)
        for each in (self.file_button, self.close_button):
            head.addWidget(each)
        self._zooms = _group(self.smaller, self.zoom, self.larger)
        tools = Flow(12)
        self._steps = _group(self.up, self.step, self.down)
        pages = _group(self.previous, self.number, self.position, self.following)
        for group in (pages, self._zooms, self._steps, self.turn):
            tools.addWidget(group)
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self.words)
        top = QVBoxLayout()
        top.setContentsMargins(20, 20, 16, 8)
        top.setSpacing(8)
        top.addWidget(self.back_button, 0, Qt.AlignmentFlag.AlignLeading)
        top.addLayout(head)
        top.addLayout(tools)
        top.addWidget(self.note)
        edge = QFrame()
        edge.setFixedHeight(1)
        self._edge = edge
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(edge)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.closed)
        self.file_button.clicked.connect(self.file_requested)
        self.back_button.clicked.connect(self.closed)
        self.previous.clicked.connect(lambda: self._turn(-1))
        self.following.clicked.connect(lambda: self._turn(1))
        self.number.returnPressed.connect(self._jump)
        self.smaller.clicked.connect(lambda: self.canvas.step_zoom(-1))
        self.larger.clicked.connect(lambda: self.canvas.step_zoom(1))
        self.turn.clicked.connect(lambda: self.show_as_text(not self._as_text))
        self.up.clicked.connect(lambda: self.step_requested.emit(-1))
        self.down.clicked.connect(lambda: self.step_requested.emit(1))
        self.canvas.width_wanted.connect(self.width_wanted)
        self.canvas.zoomed.connect(self._say_zoom)
        for each in (self.canvas, self.words):
            each.turned.connect(self._turn)
        standard = QKeySequence.StandardKey
        for key, slot in (
            (QKeySequence(standard.ZoomIn), lambda: self.canvas.step_zoom(1)),
            (QKeySequence("Ctrl+="), lambda: self.canvas.step_zoom(1)),
            (QKeySequence(standard.ZoomOut), lambda: self.canvas.step_zoom(-1)),
            (QKeySequence("Ctrl+0"), lambda: self.canvas.set_zoom(1.0)),
            (QKeySequence("Alt+Left"), lambda: self._turn(-1)),
            (QKeySequence("Alt+Right"), lambda: self._turn(1)),
        ):
            shortcut = QShortcut(key, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_page(self, page: PageShown) -> None:
        """A page, or more of the one that is shown: its picture and its marks come later than its text."""
        before, self.shown = self.shown, page
        other = before is None or (before.document_id, before.number) != (page.document_id, page.number)
        self.title.setText(page.title)
        if other or not self.number.hasFocus():
            self.number.setText(str(page.number))
        self.position.setText(f"of {page.pages:,}" if page.pages else "")
        self.previous.setEnabled(page.number > 1)
        self.following.setEnabled(page.number < page.pages)
        self.note.say(page.note)
        self._show_text_of(before, page)
        if other or before is None or (before.width, before.height) != (page.width, page.height):
            self.canvas.begin(page.width, page.height)
        self.canvas.show_image(page.image)
        self.canvas.show_boxes(page.boxes, page.word_boxes)
        self._choose()
        self._say(page)

    def _show_text_of(self, before: PageShown | None, page: PageShown) -> None:
        def told(one: PageShown) -> tuple[object, ...]:
            return one.document_id, one.number, one.text, one.start, one.stop, one.words

        if before is None or told(before) != told(page):
            self.words.show_text(page.text, (page.start, page.stop), page.words)

    def show_as_text(self, as_text: bool) -> None:
        """Text or picture, where there are both."""
        self._as_text = as_text
        self._choose()

    def show_way_back(self, needed: bool) -> None:
        """Whether it takes the place of a conversation: the way back has words then."""
        self.back_button.setVisible(needed)
        self.close_button.setVisible(not needed)

    def show_steps(self, possible: bool, where: str = "") -> None:
        """Whether there are other places to go to; ``where`` says which of them this is."""
        self._steps.setVisible(possible)
        self.step.say(where)

    def _choose(self) -> None:
        drawn = self.shown is not None and self.shown.width > 0
        text = self._as_text or not drawn
        self.turn.setVisible(drawn)
        self.turn.setText("Show the page" if self._as_text else "Show as text")
        self._zooms.setVisible(not text)
        shown: QWidget = self.words if text else self.canvas
        other: QWidget = self.canvas if text else self.words
        focused = other.hasFocus()
        self._stack.setCurrentWidget(shown)
        if focused:
            shown.setFocus()

    def _say(self, page: PageShown) -> None:
        spoken = f"{page.title}, page {page.position or page.number}"
        self.canvas.setAccessibleName(spoken)
        self.canvas.setAccessibleDescription(page.text[page.start : page.start + SPOKEN_CHARS])
        self.words.setAccessibleName(spoken)
        self._say_zoom()

    def _say_zoom(self) -> None:
        self.zoom.setText(f"{round(self.canvas.zoom * 100)} %")

    # --- what is wanted -------------------------------------------------------------------------------------------

    def _turn(self, by: int) -> None:
        if self.shown is not None and 1 <= self.shown.number + by <= max(self.shown.pages, 1):
            self.page_requested.emit(self.shown.number + by)

    def _jump(self) -> None:
        text = self.number.text().strip()
        if self.shown is None:
            return
        if text.isdecimal() and 1 <= int(text) <= max(self.shown.pages, 1):
            self.page_requested.emit(int(text))
        else:
            self.number.setText(str(self.shown.number))
        self.number.selectAll()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard goes to what is read."""
        (self.words if self._stack.currentWidget() is self.words else self.canvas).setFocus(event.reason())

    def changeEvent(self, event: QEvent) -> None:
        """Where people read from the right, the next page is on the left."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._dress()

    def _dress(self) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = current_theme().px(16)
        self.back_button.setIconSize(QSize(side, side))
        self.back_button.setIcon(current_theme().icon("chevron-right" if mirrored else "chevron-left", "accent", side))
        self.previous.show_icon("chevron-right" if mirrored else "chevron-left")
        self.following.show_icon("chevron-left" if mirrored else "chevron-right")
        self._edge.setStyleSheet(f"background: {current_theme().tokens.line};")
        self.number.setFixedWidth(ink.width_of("00000", ink.Style(13)) + 22)
        self.zoom.setMinimumWidth(ink.width_of("300 %", ink.Style(13)) + 4)
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)


def _group(*widgets: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for each in widgets:
        row.addWidget(each)
    return made
