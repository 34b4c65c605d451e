"""The place "Find more": the models chosen for this computer, and a search in the whole library."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.models.card_column import CardColumn
from app.models.findings import FindingsView
from app.models.menus import add, menu_of, open_at
from app.models.offer_faces import can_get_anyway, face, wanted_instead
from app.models.shown import Findings, FindState, Offer
from app.widgets.buttons import FoldButton, button
from app.widgets.page import TurningRow
from app.widgets.saying import say, seen
from app.widgets.sure import ask, shortened
from app.widgets.words import Words

HINT = "Asks huggingface.co with the words you type, when you press Search. Nothing else is sent."


class FindPlace(QWidget):
    """Shows offers, asks before a download that would crawl, and says what is looked for.

    Signals:
        search_requested: the words to ask the library for.
        more_requested: further answers to the same words.
        search_left: the person is back at the chosen ones; what is still being asked is not wanted.
        download_requested, page_requested: id of an offer.
        use_requested: id of a model on this computer that does better than an offer.
    """

    search_requested = Signal(str)
    more_requested = Signal()
    search_left = Signal()
    download_requested = Signal(str)
    page_requested = Signal(str)
    use_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._fitting: tuple[Offer, ...] = ()
        self._too_large: tuple[Offer, ...] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search thousands of models")
        self.field.setAccessibleName("Search thousands of models")
        self.field.setAccessibleDescription(HINT)
        self.field.setClearButtonEnabled(True)
        self.search_button = button("Search")
        self.search_button.setEnabled(False)
        self.fitting = CardColumn("Good choices for this computer")
        self.too_large = CardColumn("Too large or too slow here")
        self.fold = FoldButton("Too large or too slow here")
        self.findings = FindingsView()
        self._build()
        self._connect()
        self.show_offers((), ())
        self.show_findings(Findings())

    def _build(self) -> None:
        tools = TurningRow()
        tools.setSpacing(10)
        tools.addWidget(self.field, 1)
        tools.addWidget(self.search_button)
        self._heading = Words("Good choices for this computer", "section")
        self._chosen = QWidget()
        chosen = QVBoxLayout(self._chosen)
        chosen.setContentsMargins(0, 12, 0, 0)
        chosen.setSpacing(8)
        for each in (self._heading, self.fitting, self.fold, self.too_large):
            chosen.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(tools)
        layout.addWidget(Words(HINT, "caption"))
        layout.addWidget(self._chosen)
        layout.addWidget(self.findings)

    def _connect(self) -> None:
        self.field.returnPressed.connect(self._search)
        self.field.textChanged.connect(self._typed)
        self.search_button.clicked.connect(self._search)
        self.fold.toggled.connect(lambda _open: self._show_chosen())
        self.findings.again_requested.connect(self._search)
        self.findings.more_requested.connect(self.more_requested)
        for column in (self.fitting, self.too_large, self.findings.cards):
            column.pressed.connect(self._press)
            column.menu_requested.connect(lambda offer_id, where, c=column: self._open_menu(c, offer_id, where))

    def show_offers(self, fitting: tuple[Offer, ...], too_large: tuple[Offer, ...]) -> None:
        """The chosen ones: those that fit, the recommended first, and those that do not."""
        self._fitting, self._too_large = fitting, too_large
        self._show_chosen()

    def show_findings(self, findings: Findings) -> None:
        """What the library answered. IDLE shows the chosen ones again."""
        before = self.findings.findings.state
        self.findings.show_findings(findings)
        seen(self._chosen, findings.state is FindState.IDLE)
        if findings.words and findings.state is not FindState.IDLE and not self.field.hasFocus():
            self.field.setText(findings.words)
        if findings.state is not before and findings.state is not FindState.IDLE:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.findings.spoken()))

    def offer(self, offer_id: str) -> Offer | None:
        """What is shown of a model."""
        each = (*self.findings.findings.offers, *self._fitting, *self._too_large)
        return next((offer for offer in each if offer.id == offer_id), None)

    def _show_chosen(self) -> None:
        self.fitting.show_faces(tuple(face(offer, curated=True) for offer in self._fitting))
        opened = self.fold.isChecked()
        # Most people never open it, so its cards are made when they do.
        self.too_large.show_faces(tuple(face(offer, curated=True) for offer in self._too_large) if opened else ())
        seen(self.fold, bool(self._too_large))
        say(self._heading, "Good choices for this computer" if self._fitting else "")

    # --- searching ------------------------------------------------------------------------------------------------

    def _search(self) -> None:
        words = self.field.text().strip()
        if words:
            self.search_requested.emit(words)

    def _typed(self, text: str) -> None:
        self.search_button.setEnabled(bool(text.strip()))
        if not text and self.findings.findings.state is not FindState.IDLE:
            self.show_findings(Findings())
            self.search_left.emit()

    # --- what is asked for ----------------------------------------------------------------------------------------

    def _press(self, offer_id: str) -> None:
        offer = self.offer(offer_id)
        if offer is None:
            return
        if offer.instead is not None and wanted_instead(offer):
            instead = offer.instead
            (self.use_requested if instead.here else self.download_requested).emit(instead.id)
        else:
            self.download_requested.emit(offer_id)

    def _get_anyway(self, offer: Offer) -> None:
        because = offer.because.rstrip(".") or "it would be very slow on this computer"
        ask(
            self,
            f"Download “{shortened(offer.title)}” anyway?",
            f"{because[:1].upper()}{because[1:]}. The download is {offer.size or 'large'}.",
            "Download anyway",
            lambda: self.download_requested.emit(offer.id),
        )

    def _open_menu(self, column: CardColumn, offer_id: str, where: QPoint) -> None:
        offer = self.offer(offer_id)
        if offer is None:
            return
        view = column.views[offer_id]
        menu = menu_of(self)
        words = "Hide the details" if view.unfolded else "Details"
        add(menu, words, lambda: view.unfold(not view.unfolded), enabled=bool(offer.details or offer.outlook))
        if offer.page:
            add(menu, "Open its page in the browser", lambda: self.page_requested.emit(offer_id))
        if can_get_anyway(offer):
            menu.addSeparator()
            add(menu, "Download it anyway…", lambda: self._get_anyway(offer))
        open_at(menu, where)
