"""Light or dark as a Linux desktop prefers it, asked of the desktop portal without waiting for the answer."""

from __future__ import annotations

import sys
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

SERVICE = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
INTERFACE = "org.freedesktop.portal.Settings"
NAMESPACE, KEY = "org.freedesktop.appearance", "color-scheme"
PREFERS_DARK = 1


class ColourPortal(QObject):
    """Knows the preference once the portal has answered; stays silent where there is no portal.

    Signals:
        changed: :attr:`dark` is known or new.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known = False
        self.dark = False
        if sys.platform == "linux":
            self._ask()

    def _ask(self) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        bus.connect(SERVICE, PATH, INTERFACE, "SettingChanged", self, b"1_on_changed(QDBusMessage)")
        question = QDBusMessage.createMethodCall(SERVICE, PATH, INTERFACE, "Read")
        question.setArguments([NAMESPACE, KEY])
        self._watcher = QDBusPendingCallWatcher(bus.asyncCall(question), self)
        self._watcher.finished.connect(self._on_answer)

    def _on_answer(self, watcher: Any) -> None:
        reply = watcher.reply()
        if not watcher.isError() and reply.arguments():
            self._take(reply.arguments()[0])

    @Slot("QDBusMessage")
    def _on_changed(self, message: Any) -> None:
        arguments = message.arguments()
        if len(arguments) == 3 and arguments[:2] == [NAMESPACE, KEY]:
            self._take(arguments[2])

    def _take(self, value: Any) -> None:
        while hasattr(value, "variant"):
            value = value.variant()
        if isinstance(value, int):
            self.known, self.dark = value != 0, value == PREFERS_DARK
            self.changed.emit()
