"""What the system says of the network reaches whoever asks, once for each change, and never stops the start."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation
from pytestqt.qtbot import QtBot

from app.controllers.network import NetworkController
from runtime.api import Network

Reachability = QNetworkInformation.Reachability
Feature = QNetworkInformation.Feature


class Told(QObject):
    """Stands for the system's word, which no test can change on a real computer."""

    reachabilityChanged = Signal(object)
    isMeteredChanged = Signal(bool)

    def __init__(self, reach: Reachability, metered: bool, features: tuple[Feature, ...]) -> None:
        super().__init__()
        self.reach, self.metered, self.features = reach, metered, features

    def reachability(self) -> Reachability:
        return self.reach

    def isMetered(self) -> bool:
        return self.metered

    def supports(self, features: Feature) -> bool:
        return features in self.features

    def turn(self, reach: Reachability, metered: bool) -> None:
        self.reach, self.metered = reach, metered
        self.reachabilityChanged.emit(reach)
        self.isMeteredChanged.emit(metered)


def heard(source: Told) -> tuple[NetworkController, list[Network]]:
    controller = NetworkController()
    news: list[Network] = []
    controller.changed.connect(news.append)
    controller.start(source)
    return controller, news


def test_each_change_is_told_once(qtbot: QtBot) -> None:
    source = Told(Reachability.Online, False, (Feature.Reachability, Feature.Metered))
    controller, news = heard(source)
    assert news == [Network(True, False)]
    source.turn(Reachability.Online, False)
    assert len(news) == 1
    source.turn(Reachability.Online, True)
    source.turn(Reachability.Disconnected, True)
    assert news[1:] == [Network(True, True), Network(False, True)]
    assert controller.network == Network(False, True)
    controller.start(source)
    source.turn(Reachability.Online, True)
    assert len(news) == 4, "started twice, told twice"


@pytest.mark.parametrize(
    ("reach", "online"),
    [
        (Reachability.Online, True),
        (Reachability.Disconnected, False),
        (Reachability.Local, None),
        (Reachability.Site, None),
        (Reachability.Unknown, None),
    ],
)
def test_only_what_is_sure_is_said(qtbot: QtBot, reach: Reachability, online: bool | None) -> None:
    controller, _news = heard(Told(reach, True, (Feature.Reachability,)))
    assert controller.network == Network(online, None)


def test_a_system_that_knows_nothing_says_nothing(qtbot: QtBot) -> None:
    controller, news = heard(Told(Reachability.Disconnected, True, ()))
    assert controller.network == Network()
    assert news == []


def test_the_real_system_is_asked_without_harm(qtbot: QtBot) -> None:
    """Whatever it says here; with a backend for the reach of the network it agrees with Qt."""
    controller = NetworkController()
    assert controller.network == Network()
    controller.start()
    source = QNetworkInformation.instance()
    if source is None or not source.supports(Feature.Reachability):
        assert controller.network.online is None
    else:
        assert (controller.network.online is True) is (source.reachability() == Reachability.Online)
