"""What the system says of the network: whether there is one, and whether it costs by the amount."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtNetwork import QNetworkInformation

from runtime.api import Network

Reachability = QNetworkInformation.Reachability
Feature = QNetworkInformation.Feature
# "Local" and "site" may still reach a mirror in the house: not known is the honest word for them.
ONLINE = {Reachability.Online: True, Reachability.Disconnected: False}


class Source(Protocol):
    """What QNetworkInformation offers and we use."""

    reachabilityChanged: SignalInstance
    isMeteredChanged: SignalInstance

    def reachability(self) -> Reachability:
        """How far the network goes."""

    def isMetered(self) -> bool:
        """Whether it costs by the amount."""

    def supports(self, features: Feature) -> bool:
        """Whether all of these are known here."""


def system_source() -> Source | None:
    """The system's own word, or None where nobody gives it. The first call loads a plug-in: after the first paint."""
    if not QNetworkInformation.loadDefaultBackend():
        return None
    return QNetworkInformation.instance()


class NetworkController(QObject):
    """Listens to the system; asks no network. Lives on the UI thread.

    Signals:
        changed: the Network as it is now; only when it is another than before.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.network = Network()
        self._source: Source | None = None

    def start(self, source: Source | None = None) -> None:
        """Begin to listen, after the first paint. Where the system says nothing, everything stays unknown."""
        if self._source is not None:
            return
        self._source = source or system_source()
        if self._source is None:
            return
        self._source.reachabilityChanged.connect(self._look)
        self._source.isMeteredChanged.connect(self._look)
        self._look()

    def _look(self, *_what: object) -> None:
        source = self._source
        if source is None:
            return
        online = ONLINE.get(source.reachability()) if source.supports(Feature.Reachability) else None
        metered = source.isMetered() if source.supports(Feature.Metered) else None
        found = Network(online, metered)
        if found != self.network:
            self.network = found
            self.changed.emit(found)
