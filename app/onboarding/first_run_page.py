"""The first page: what Hearth is, what this computer is, the one model, one button."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from app.onboarding.guide_card import GuideCard
from app.widgets.buttons import button
from app.widgets.labels import Pill, PlainLabel
from app.widgets.page import Card, ColumnPage, TurningRow
from app.widgets.pictures import IconPicture

TITLE = "Private AI chat, on your own computer"
SENTENCE = "Nothing you type or add is sent anywhere. No account needed."
HAVE = "Already have a model on this computer?"
CHOOSE = "Use it instead"
CHOOSE_MORE = "Choose the folder of a model that you already have"


@dataclass(frozen=True)
class Offer:
    """The one model, in words."""

    computer: str
    model_title: str
    badge: str
    reason: str
    facts: str
    button: str
    warning: str = ""


class FirstRunPage(ColumnPage):
    """Shows that it looks, then what it found.

    Signals:
        download_requested: the big button.
        other_model_requested: "Choose another model".
        folder_chosen: a folder with a model that is here already.
        guide_asked: a question for the built-in guide.
    """

    download_requested = Signal()
    other_model_requested = Signal()
    folder_chosen = Signal(str)
    guide_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._computer = PlainLabel(role="facts")
        self._model = PlainLabel(role="subheading", wrap=False)
        self._badge = Pill()
        self._reason = PlainLabel()
        self._facts = PlainLabel(role="facts")
        self._warning = PlainLabel(role="warning")
        self.download_button = button("Download and start", "primary", large=True)
        self.other_button = button("Choose another model", "quiet")
        self.folder_button = button(CHOOSE, "link")
        self._have = PlainLabel(HAVE, "caption", wrap=False)
        self._found = ""
        self.guide_card = GuideCard(
            "Questions first?", "The guide that comes with Hearth answers now, without a download."
        )
        self._guide_trouble = PlainLabel(role="caption")
        self._guide_trouble.hide()
        self._fill()
        self.download_button.clicked.connect(self.download_requested)
        self.other_button.clicked.connect(self.other_model_requested)
        self.folder_button.clicked.connect(self._choose_folder)
        self.guide_card.asked.connect(self.guide_asked)
        self.show_looking()

    def _fill(self) -> None:
        self.column.addWidget(IconPicture("message-circle-heart", "accent", 40))
        self.column.addWidget(PlainLabel(TITLE, "title"))
        self.column.addWidget(PlainLabel(SENTENCE, "secondary"))
        self.column.addSpacing(10)
        card = Card()
        machine = QHBoxLayout()
        machine.setSpacing(10)
        machine.addWidget(IconPicture("laptop"))
        machine.addWidget(self._computer, 1)
        name = TurningRow()
        name.setSpacing(10)
        name.addWidget(self._model)
        name.addWidget(self._badge)
        name.addStretch(1)
        card.rows.addLayout(machine)
        card.rows.addSpacing(4)
        card.rows.addLayout(name)
        card.rows.addWidget(self._reason)
        card.rows.addWidget(self._facts)
        card.rows.addWidget(self._warning)
        self.column.addWidget(card)
        self.column.addSpacing(10)
        buttons = TurningRow()
        buttons.setSpacing(14)
        buttons.addWidget(self.download_button)
        buttons.addWidget(self.other_button)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        self.column.addSpacing(18)
        self.column.addWidget(self.guide_card)
        self.column.addWidget(self._guide_trouble)
        self.column.addSpacing(14)
        have = TurningRow()
        have.setSpacing(2)
        have.addWidget(self._have)
        have.addWidget(self.folder_button)
        have.addStretch(1)
        self.column.addLayout(have)
        self.folder_button.setAccessibleDescription(CHOOSE_MORE)

    def show_guide(self, there: bool, trouble: str) -> None:
        """The place to ask the guide, or the sentence that says why there is none."""
        self.guide_card.set_guide(there)
        self._guide_trouble.say(trouble)

    def show_found(self, sentence: str, folder: str) -> None:
        """A model that another program brought is here and fits: nothing need be downloaded. "" for none."""
        self._found = folder
        self._have.setText(sentence if folder else HAVE)
        self.folder_button.setText("Use it" if folder else CHOOSE)
        self.folder_button.setAccessibleDescription(sentence if folder else CHOOSE_MORE)

    def show_looking(self) -> None:
        """The first moment: the frame stands, the facts are on their way."""
        self._show("Looking at this computer …", "", "", "", "")
        self._warning.say("")
        self.download_button.setText("Download and start")
        self.download_button.setEnabled(False)

    def show_offer(self, offer: Offer) -> None:
        """The one model and its reason; the big button takes the focus."""
        self._show(offer.computer, offer.model_title, offer.badge, offer.reason, offer.facts)
        self._warning.say(offer.warning)
        self.download_button.setText(offer.button)
        self.download_button.setEnabled(True)
        self.download_button.setDefault(True)
        self.download_button.setFocus()

    def show_no_fit(self, computer: str) -> None:
        """Nothing in the catalogue runs well here; say so and leave the other ways open."""
        self._show(
            computer,
            "No model runs well on this computer yet",
            "",
            "It has too little free memory for the models that Hearth knows. Close other programs and look again, "
            "or choose one that just fits.",
            "",
        )
        self.download_button.setEnabled(False)
        self.other_button.setFocus()

    def _show(self, computer: str, model: str, badge: str, reason: str, facts: str) -> None:
        self._computer.setText(computer)
        self._model.say(model)
        self._badge.say(badge)
        self._reason.say(reason)
        self._facts.say(facts)

    def _choose_folder(self) -> None:
        folder = self._found or QFileDialog.getExistingDirectory(self, "Choose the folder of your model")
        if folder:
            self.folder_chosen.emit(folder)
