"""The place "On this computer": the models that are here, those removed lately, and where all of them are."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from app.models.banner import Banner
from app.models.card_column import CardColumn
from app.models.doubt import ask_before_use
from app.models.for_documents import ForDocumentsSection
from app.models.here_faces import ORDERS, arranged, face, not_meant
from app.models.menus import add, menu_of, open_at
from app.models.nothing import Nothing
from app.models.removed import Removed
from app.models.shown import Here, HereModel, HereState
from app.models.where_kept import WhereKept
from app.theme.theme import current_theme
from app.widgets.buttons import button
from app.widgets.page import LARGE_TEXT, TurningRow
from app.widgets.saying import say, seen
from app.widgets.words import Words

MANY = 6
REMOVE = "Remove"
WELCOME = "No models here yet"
WELCOME_MORE = (
    "A model is the part that answers you. It downloads once and then works without internet; chats never leave this "
    "computer."
)


class HerePlace(QWidget):
    """Shows what is here. Where nothing is named, the signal carries the model's id.

    Signals:
        chat_requested, mend_requested, check_requested, reveal_requested, remove_requested: with a model.
        shelve_wanted: a model is to be copied to the shelf; where to is not asked yet.
        restore_requested, purge_requested: of a removed model; the person has agreed to the latter.
        purge_all_requested: all removed models go for good; the person has agreed.
        suggestion_requested: the suggested model is wanted (its id).
        get_requested: id of a download that does better here than a model that is here.
        find_requested: the person would rather look for one.
        look_again_requested: the disk may be there now.
        The signals of WhereKept are those of ``kept``, those of ForDocumentsSection those of ``documents``.
    """

    chat_requested = Signal(str)
    mend_requested = Signal(str)
    check_requested = Signal(str)
    reveal_requested = Signal(str)
    remove_requested = Signal(str)
    shelve_wanted = Signal(str)
    restore_requested = Signal(str)
    purge_requested = Signal(str)
    purge_all_requested = Signal()
    suggestion_requested = Signal(str)
    get_requested = Signal(str)
    find_requested = Signal()
    look_again_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._here = Here()
        self._agreed: set[str] = set()  # used although they are slow: nobody is asked twice
        self.again_button = button("Look again")
        self.again_button.clicked.connect(self.look_again_requested)
        self.banner = Banner("unplug", self.again_button)
        self.start_button = button("", "primary", large=True)
        self.find_button = button("Choose another model", "quiet", large=True)
        self.start_button.clicked.connect(self._start)
        self.find_button.clicked.connect(self.find_requested)
        self._nothing = Nothing("message-circle-heart", WELCOME, WELCOME_MORE, self.start_button, self.find_button)
        self._looking = Words("Looking at what is here …", "secondary")
        self.find_field = QLineEdit()
        self.find_field.setPlaceholderText("Find a model here")
        self.find_field.setAccessibleName("Find a model here")
        self.find_field.setClearButtonEnabled(True)
        self.order = QComboBox()
        self.order.addItems(ORDERS)
        self.order.setAccessibleName("Order of the models")
        self._none = Words(role="secondary")
        self.cards = CardColumn("Models on this computer")
        self.removed = Removed()
        self.documents = ForDocumentsSection()
        self.kept = WhereKept()
        self._build()
        self._connect()
        self.show_here(self._here)

    def _build(self) -> None:
        self._tools = QWidget()
        row = TurningRow()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.find_field, 1)
        row.addWidget(self.order)
        self._tools.setLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        above = (self.banner, self._looking, self._nothing, self._tools, self._none, self.cards, self.removed)
        for part in (*above, self.documents, self.kept):
            layout.addWidget(part)

    def _connect(self) -> None:
        current_theme().changed.connect(self._on_theme)
        self.find_field.textChanged.connect(self._show_cards)
        self.order.currentIndexChanged.connect(self._show_cards)
        self.cards.pressed.connect(self._press)
        self.cards.instead_pressed.connect(self._use_instead)
        self.cards.menu_requested.connect(self._open_menu)
        self.removed.restore_requested.connect(self.restore_requested)
        self.removed.purge_requested.connect(self.purge_requested)
        self.removed.purge_all_requested.connect(self.purge_all_requested)

    def show_here(self, here: Here) -> None:
        """Bring the place up to date; only what differs changes."""
        self._here = here
        self.banner.say(here.missing)
        seen(self._looking, here.looking and not here.models)
        self._show_nothing(here)
        many = len(here.models) >= MANY
        if not many and self.find_field.text():
            self.find_field.clear()
        seen(self._tools, many)
        self._show_cards()
        self.removed.show_removed(here.removed, here.removed_size)
        self.kept.show_here(here)

    def model(self, model_id: str) -> HereModel | None:
        """What is shown of a model."""
        return next((model for model in self._here.models if model.id == model_id), None)

    def _on_theme(self) -> None:
        self._show_nothing(self._here)

    def _show_nothing(self, here: Here) -> None:
        seen(self._nothing, not (here.models or here.looking or here.missing))
        suggestion = here.suggestion
        self._nothing.say(WELCOME, f"{WELCOME_MORE}\n{suggestion.sentence if suggestion else ''}".strip())
        if suggestion:
            words = f"Download {suggestion.title} ({suggestion.size})"
            large = current_theme().text_scale >= LARGE_TEXT
            self.start_button.setText(f"Download ({suggestion.size})" if large else words.replace("&", "&&"))
            self.start_button.setAccessibleName(words)
        else:
            self.start_button.setText("Find a model")
            self.start_button.setAccessibleName("")
        seen(self.find_button, suggestion is not None)

    def _show_cards(self) -> None:
        models = arranged(self._here.models, self.order.currentText())
        words = self.find_field.text()
        hidden = not_meant(models, words)
        self.cards.show_faces(tuple(face(model) for model in models), hidden)
        nothing = bool(models) and len(hidden) == len(models)
        say(self._none, f"No model here goes by “{words.strip()}”." if nothing else "")

    # --- what is asked for ----------------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._here.suggestion is None:
            self.find_requested.emit()
        else:
            self.suggestion_requested.emit(self._here.suggestion.id)

    def _press(self, model_id: str) -> None:
        model = self.model(model_id)
        if model is not None and model.state is HereState.BROKEN:
            self.mend_requested.emit(model_id)
        elif model is None or not model.warning or model.state is not HereState.READY or model_id in self._agreed:
            self.chat_requested.emit(model_id)
        else:
            ask_before_use(self, model, lambda: self._use_anyway(model_id), better=lambda: self._use_instead(model_id))

    def _use_anyway(self, model_id: str) -> None:
        self._agreed.add(model_id)
        self.chat_requested.emit(model_id)

    def _use_instead(self, model_id: str) -> None:
        model = self.model(model_id)
        if model is not None and model.instead is not None:
            (self.chat_requested if model.instead.here else self.get_requested).emit(model.instead.id)

    def _open_menu(self, model_id: str, where: QPoint) -> None:
        model = self.model(model_id)
        if model is None:
            return
        view = self.cards.views[model_id]
        idle = not model.busy
        menu = menu_of(self)
        add(menu, "Check every byte", lambda: self.check_requested.emit(model_id), enabled=idle and model.can_check)
        add(menu, "Copy to the shelf…", lambda: self.shelve_wanted.emit(model_id), enabled=idle and model.can_copy)
        add(menu, "Show in the folder", lambda: self.reveal_requested.emit(model_id))
        words = "Hide the details" if view.unfolded else "Details"
        inside = bool(model.details or model.outlook)
        add(menu, words, lambda: view.unfold(not view.unfolded), enabled=inside)
        menu.addSeparator()
        if model.kept_because:
            add(menu, f"{REMOVE} ({model.kept_because})", lambda: None, enabled=False)
        else:
            add(menu, f"{REMOVE} (frees {model.size})", lambda: self.remove_requested.emit(model_id), enabled=idle)
        open_at(menu, where)
