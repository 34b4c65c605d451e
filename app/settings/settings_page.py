"""The few choices there are: look, text size, downloads, where things are kept, the access key."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.settings.computer_card import ComputerCard
from app.settings.documents_card import DocumentsCard
from app.settings.download_card import DownloadCard
from app.settings.model_card import ModelCard
from app.settings.place_card import ModelsPlaceCard
from app.settings.rows import choices, row
from app.widgets.buttons import IconButton, button
from app.widgets.labels import PlainLabel
from app.widgets.page import Card, ColumnPage

SCHEMES = (("system", "Like the system"), ("light", "Light"), ("dark", "Dark"))
SCALES = ((0.9, "Small"), (1.0, "Normal"), (1.25, "Large"), (1.5, "Larger"), (2.0, "Largest"))


class SettingsPage(ColumnPage):
    """Shows the settings in force and says what is chosen. The cards for this computer, for the model, for downloads,
    for documents and for the models' place say for themselves what is chosen in them.

    Signals:
        theme_chosen: system, light or dark.
        text_scale_chosen: a factor.
        open_home_requested, forget_token_requested, back_requested: the buttons.
    """

    theme_chosen = Signal(str)
    text_scale_chosen = Signal(float)
    open_home_requested = Signal()
    forget_token_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(centred=False, parent=parent)
        self.scheme = choices("Colours", [label for _name, label in SCHEMES])
        self.scale = choices("Text size", [label for _factor, label in SCALES])
        self._home = PlainLabel(role="facts")
        self._token = PlainLabel(role="facts")
        self.forget_button = button("Forget it", "quiet")
        self.computer = ComputerCard()
        self.model = ModelCard()
        self.documents = DocumentsCard()
        self.downloads = DownloadCard()
        self.models_place = ModelsPlaceCard()
        self._fill()
        self.scheme.activated.connect(lambda place: self.theme_chosen.emit(SCHEMES[place][0]))
        self.scale.activated.connect(lambda place: self.text_scale_chosen.emit(SCALES[place][0]))
        self.forget_button.clicked.connect(self.forget_token_requested)
        self.set_token_known(False)

    def _fill(self) -> None:
        back = IconButton("arrow-left", "Back to the chat")
        back.clicked.connect(self.back_requested)
        title = QHBoxLayout()
        title.addWidget(back)
        title.addWidget(PlainLabel("Settings", "title"), 1)
        self.column.addLayout(title)
        look = Card()
        look.rows.addWidget(PlainLabel("Look", "subheading"))
        look.rows.addLayout(row("Colours", self.scheme))
        look.rows.addLayout(row("Text size", self.scale))
        privacy = Card()
        privacy.rows.addWidget(PlainLabel("Privacy", "subheading"))
        privacy.rows.addWidget(
            PlainLabel(
                "Your chats stay on this computer. Hearth goes to the internet only to list and download the models "
                "you ask for. It sends no statistics and looks for nothing in the background.",
                "facts",
            )
        )
        show = button("Show the folder")
        show.clicked.connect(self.open_home_requested)
        privacy.rows.addLayout(row("Everything is kept in", show))
        privacy.rows.addWidget(self._home)
        access = Card()
        access.rows.addWidget(PlainLabel("Access key", "subheading"))
        access.rows.addLayout(row("For models that need their maker's permission", self.forget_button))
        access.rows.addWidget(self._token)
        shown = (look, self.computer, self.model, self.downloads, self.documents, self.models_place, privacy, access)
        for card in shown:
            self.column.addWidget(card)
        self._order(back, show)

    def _order(self, back: QWidget, show: QWidget) -> None:
        """Tab goes as the page is read; by itself it would go as its parts were made."""
        downloads, place = self.downloads, self.models_place
        read = (
            *(back, self.scheme, self.scale, self.computer.act, self.model.keep),
            *(downloads.limit, downloads.only_at_night.box, downloads.on_battery.box, downloads.on_metered.box),
            *(self.documents.on_battery.box, place.show_button, place.change_button, show, self.forget_button),
        )
        for control, following in itertools.pairwise(read):
            self.setTabOrder(control, following)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes here begins in one place. A proxy would do so too, and Tab would pass over all before it."""
        self.scheme.setFocus(event.reason())

    def set_theme(self, name: str) -> None:
        """The scheme in force."""
        self.scheme.setCurrentIndex([known for known, _label in SCHEMES].index(name))

    def set_text_scale(self, scale: float) -> None:
        """The text size in force, or the nearest there is."""
        factors = [factor for factor, _label in SCALES]
        self.scale.setCurrentIndex(factors.index(min(factors, key=lambda factor: abs(factor - scale))))

    def set_home(self, folder: str) -> None:
        """Where everything is kept."""
        self._home.setText(folder)

    def set_token_known(self, known: bool, *, keychain: bool = True) -> None:
        """Whether an access key is kept; without ``keychain`` it is only remembered until Hearth closes."""
        kept = "One is kept in this computer's keychain."
        if not keychain:
            kept = "One is remembered until you close Hearth: this computer has no keychain that Hearth can use."
        self._token.setText(kept if known else "None. You are asked when one is needed.")
        self.forget_button.setVisible(known)

    def token_words(self) -> str:
        """What is said of the access key."""
        return self._token.text()
