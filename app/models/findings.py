"""What a search in the library brought: asking, found, nothing, no network; with filters over what was found."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.models.card_column import CardColumn
from app.models.filter_bar import FilterBar
from app.models.nothing import Nothing
from app.models.offer_faces import face, ordered, passes, uses
from app.models.shown import Findings, FindState
from app.widgets.buttons import button
from app.widgets.saying import say, seen
from app.widgets.words import Words

OFFLINE = "No internet just now"
OFFLINE_MORE = "Searching needs it; everything that is on this computer works without."
TROUBLE = "The search did not work"


class FindingsView(QWidget):
    """Shows one Findings; filters and order are the person's and stay from search to search.

    Signals:
        again_requested: ask once more with the same words.
        more_requested: further ones.
    """

    again_requested = Signal()
    more_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.findings = Findings()
        self.filters = FilterBar()
        self._status = Words(role="facts")
        self.all_button = button("Show all of them", "link")
        self.cards = CardColumn("What was found")
        self.more_button = button("Show more")
        self.again_button = button("Try again")
        self._nothing = Nothing("search", "", "")
        self._trouble = Nothing("wifi-off", "", "", self.again_button)
        self._build()
        self.filters.changed.connect(self._show_cards)
        self.all_button.clicked.connect(self.filters.lift)
        self.more_button.clicked.connect(self.more_requested)
        self.again_button.clicked.connect(self.again_requested)

    def _build(self) -> None:
        status = QHBoxLayout()
        status.setSpacing(4)
        status.addWidget(self._status)
        status.addWidget(self.all_button)
        status.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.filters)
        layout.addLayout(status)
        for each in (self._nothing, self._trouble, self.cards, self.more_button):
            layout.addWidget(each)

    def show_findings(self, findings: Findings) -> None:
        """Bring the view up to date."""
        self.findings = findings
        seen(self, findings.state is not FindState.IDLE)
        self._show_trouble()
        self.filters.show_uses(uses(findings.offers))
        seen(self.filters, bool(findings.offers))
        self._show_cards()

    def spoken(self) -> str:
        """What a screen reader is told when the state is another."""
        if self.findings.state is FindState.OFFLINE:
            return f"{OFFLINE}. {self.findings.sentence or OFFLINE_MORE}"
        if self.findings.state is FindState.TROUBLE:
            return f"{TROUBLE}. {self.findings.sentence}"
        if self.findings.state is FindState.FOUND and not self.findings.offers:
            return f"{_none(self.findings.words)}."
        return self._status.text()

    def _show_trouble(self) -> None:
        findings = self.findings
        found_none = findings.state is FindState.FOUND and not findings.offers
        if found_none:
            hint = "Try fewer or other words, the name of its maker, or an English word for what it is to do."
            self._nothing.say(_none(findings.words), hint)
        seen(self._nothing, found_none)
        if findings.state is FindState.OFFLINE:
            self._trouble.say(OFFLINE, findings.sentence or OFFLINE_MORE)
        else:
            self._trouble.say(TROUBLE, findings.sentence)
        seen(self._trouble, findings.state in (FindState.OFFLINE, FindState.TROUBLE))

    def _show_cards(self) -> None:
        findings, wanted = self.findings, self.filters.filter()
        known = {offer.id: offer for offer in findings.offers}
        shown = tuple(offer for offer in known.values() if passes(offer, wanted))
        self.cards.show_faces(tuple(face(offer) for offer in ordered(shown, wanted.order)))
        if findings.state is FindState.ASKING:
            say(self._status, "Asking huggingface.co …")
        elif not known:
            say(self._status, "")
        elif len(shown) < len(known):
            say(self._status, f"{len(shown)} of {len(known)} found are shown.")
        else:
            say(self._status, f"{len(known)} found")
        seen(self.all_button, len(shown) < len(known) and findings.state is not FindState.ASKING)
        seen(self.more_button, findings.more)
        self.more_button.setEnabled(findings.state is not FindState.ASKING)


def _none(words: str) -> str:
    return f"Nothing found for “{words}”"
