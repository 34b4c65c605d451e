"""The few choices there are: look, text size, where things are kept, the access key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.widgets.buttons import IconButton, button
from app.widgets.labels import PlainLabel
from app.widgets.page import Card, ColumnPage, TurningRow

SCHEMES = (("system", "Like the system"), ("light", "Light"), ("dark", "Dark"))
SCALES = ((0.9, "Small"), (1.0, "Normal"), (1.25, "Large"), (1.5, "Larger"), (2.0, "Largest"))


class SettingsPage(ColumnPage):
    """Shows the settings in force and says what is chosen.

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
        self.scheme = _choices("Colours", [label for _name, label in SCHEMES])
        self.scale = _choices("Text size", [label for _factor, label in SCALES])
        self._home = PlainLabel(role="facts")
        self._token = PlainLabel(role="facts")
        self.forget_button = button("Forget it", "quiet")
        self._fill()
        self.scheme.activated.connect(lambda row: self.theme_chosen.emit(SCHEMES[row][0]))
        self.scale.activated.connect(lambda row: self.text_scale_chosen.emit(SCALES[row][0]))
        self.forget_button.clicked.connect(self.forget_token_requested)
        self.set_token_known(False)
        self.setFocusProxy(self.scheme)

    def _fill(self) -> None:
        back = IconButton("arrow-left", "Back to the chat")
        back.clicked.connect(self.back_requested)
        title = QHBoxLayout()
        title.addWidget(back)
        title.addWidget(PlainLabel("Settings", "title"), 1)
        self.column.addLayout(title)
        look = Card()
        look.rows.addWidget(PlainLabel("Look", "subheading"))
        look.rows.addLayout(_row("Colours", self.scheme))
        look.rows.addLayout(_row("Text size", self.scale))
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
        privacy.rows.addLayout(_row("Everything is kept in", show))
        privacy.rows.addWidget(self._home)
        access = Card()
        access.rows.addWidget(PlainLabel("Access key", "subheading"))
        access.rows.addLayout(_row("For models that need their maker's permission", self.forget_button))
        access.rows.addWidget(self._token)
        for card in (look, privacy, access):
            self.column.addWidget(card)

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

    def set_token_known(self, known: bool) -> None:
        """Whether an access key is kept."""
        self._token.setText(
            "One is kept in this computer's keychain." if known else "None. You are asked when one is needed."
        )
        self.forget_button.setVisible(known)


def _choices(name: str, labels: list[str]) -> QComboBox:
    box = QComboBox()
    box.addItems(labels)
    box.setAccessibleName(name)
    box.setMinimumWidth(180)
    return box


def _row(words: str, control: QWidget) -> TurningRow:
    row = TurningRow()
    row.addWidget(PlainLabel(words), 1)
    row.addWidget(control)
    return row
