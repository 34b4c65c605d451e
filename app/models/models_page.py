"""What is here, what is coming, what would fit, and what would not."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMessageBox, QVBoxLayout, QWidget

from app.models.model_card import ModelCard, ModelCardView
from app.widgets.buttons import FoldButton, IconButton, button
from app.widgets.labels import PlainLabel
from app.widgets.layouts import drop
from app.widgets.page import ColumnPage, TurningRow

__all__ = ["ModelCard", "ModelsPage", "Section"]
PAGE_WIDTH = 860
_PLAIN = Qt.TextFormat.PlainText


@dataclass(frozen=True)
class Section:
    """Cards under a heading; a collapsed one opens on a click."""

    title: str
    cards: tuple[ModelCard, ...]
    collapsed: bool = False


class _SectionView(QWidget):
    """A heading (or a fold) and its cards."""

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[str, ModelCardView] = {}
        self.rows = QVBoxLayout()
        self.rows.setSpacing(10)
        self._body = QWidget()
        self._body.setLayout(self.rows)
        self.rows.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        self.fold: FoldButton | None = None
        if section.collapsed:
            self.fold = FoldButton(section.title)
            self.fold.toggled.connect(self._body.setVisible)
            self._body.setVisible(False)
            layout.addWidget(self.fold)
        else:
            layout.addWidget(PlainLabel(section.title, "section"))
        layout.addWidget(self._body)


class ModelsPage(ColumnPage):
    """The whole page. Cards are matched by id, so that progress four times a second moves nothing else.

    Signals:
        use_requested, download_requested, pause_requested, resume_requested, cancel_requested, remove_requested:
            with the model's id.
        folder_chosen: a folder with a model that is here already.
        back_requested: return to the conversation.
    """

    use_requested = Signal(str)
    download_requested = Signal(str)
    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    remove_requested = Signal(str)
    folder_chosen = Signal(str)
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PAGE_WIDTH, centred=False, parent=parent)
        self._sections: dict[str, _SectionView] = {}
        self._shown: tuple[Section, ...] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search models")
        self.search.setAccessibleName("Search models")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        add = button("Add a model you have …")
        add.clicked.connect(self._choose_folder)
        back = IconButton("arrow-left", "Back to the chat")
        back.clicked.connect(self.back_requested)
        title = QHBoxLayout()
        title.addWidget(back)
        title.addWidget(PlainLabel("Models", "title"), 1)
        tools = TurningRow()
        tools.setSpacing(10)
        tools.addWidget(self.search, 1)
        tools.addWidget(add)
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        self._footer = PlainLabel(role="caption")
        self._nothing = PlainLabel("Looking at what is here …", "secondary")
        self.column.addLayout(title)
        self.column.addWidget(
            PlainLabel(
                "A model is the part that answers you. It is a file on this computer; chats never leave it.", "facts"
            )
        )
        self.column.addLayout(tools)
        self.column.addWidget(self._nothing)
        self.column.addLayout(self._list)
        self.column.addSpacing(12)
        self.column.addWidget(self._footer)
        self.setFocusProxy(self.search)

    def set_sections(self, sections: tuple[Section, ...], footer: str) -> None:
        """Show these sections, changing only what differs from what is shown."""
        self._footer.setText(footer)
        self._nothing.setVisible(not sections)
        if not sections:
            self._nothing.setText("No models yet.")
        for section in sections:
            self._show_section(section)
        wanted = {section.title for section in sections}
        for title in [title for title in self._sections if title not in wanted]:
            drop(self._sections.pop(title))
        for place, section in enumerate(sections):
            view = self._sections[section.title]
            if self._list.indexOf(view) != place:
                self._list.insertWidget(place, view)
        self._shown = sections
        self._filter()

    def _show_section(self, section: Section) -> None:
        view = self._sections.get(section.title)
        if view is None:
            view = self._sections[section.title] = _SectionView(section)
            self._list.addWidget(view)
        wanted = {card.id for card in section.cards}
        for card_id in [card_id for card_id in view.cards if card_id not in wanted]:
            drop(view.cards.pop(card_id))
        for place, card in enumerate(section.cards):
            found = view.cards.get(card.id)
            if found is None:
                found = view.cards[card.id] = ModelCardView(card)
                found.requested.connect(self._on_request)
            else:
                found.show_card(card)
            if view.rows.indexOf(found) != place:
                view.rows.insertWidget(place, found)

    def _filter(self) -> None:
        words = self.search.text().casefold().split()
        for section in self._sections.values():
            any_shown = False
            for view in section.cards.values():
                card = view.card
                text = f"{card.title} {card.sentence} {card.facts} {card.id}".casefold() if card else ""
                shown = all(word in text for word in words)
                view.setVisible(shown)
                any_shown = any_shown or shown
            section.setVisible(any_shown)
            if words and any_shown and section.fold is not None:
                section.fold.setChecked(True)

    def _on_request(self, request: str, model_id: str) -> None:
        if request == "remove" and not self._sure(model_id):
            return
        signals = {
            "use": self.use_requested,
            "download": self.download_requested,
            "pause": self.pause_requested,
            "resume": self.resume_requested,
            "cancel": self.cancel_requested,
            "remove": self.remove_requested,
        }
        signals[request].emit(model_id)

    def _sure(self, model_id: str) -> bool:
        title = next((c.title for s in self._shown for c in s.cards if c.id == model_id), model_id)
        box = QMessageBox(self)
        box.setTextFormat(_PLAIN)
        box.setWindowTitle("Remove this model?")
        box.setText(f"Remove {title} from this computer?")
        box.setInformativeText("Its space becomes free. Your chats stay. You can download it again at any time.")
        remove = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.exec()
        return box.clickedButton() is remove

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose the folder of your model")
        if folder:
            self.folder_chosen.emit(folder)
