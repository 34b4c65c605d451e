"""The process as the desktop sees it: identity, one window per home, files opened with Hearth."""

from __future__ import annotations

import hashlib
import os

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from runtime.api import Paths, assets_folder

HAND_OVER_TIMEOUT_MS = 1000


def make_application(arguments: list[str]) -> QApplication:
    """The one QApplication, named so that desktops group, label and remember it."""
    if "QT_QPA_PLATFORMTHEME" not in os.environ and os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        os.environ["QT_QPA_PLATFORMTHEME"] = "xdgdesktopportal"
    application = QApplication(["hearth", *arguments])
    application.setApplicationName("Hearth")
    application.setApplicationDisplayName("Hearth")
    application.setOrganizationName("Hearth")
    application.setDesktopFileName("hearth")
    application.setStyle("Fusion")
    application.setWindowIcon(QIcon(str(assets_folder() / "icons" / "hearth.svg")))
    return application


class FileOpener(QObject):
    """Turns the Mac's file-open events into a signal.

    Signals:
        file_opened: path of a file dropped on the app's icon or opened with it.
    """

    file_opened = Signal(str)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this for every event of the application."""
        if isinstance(event, QFileOpenEvent):
            self.file_opened.emit(event.file())
            return True
        return super().eventFilter(watched, event)


class SingleInstance(QObject):
    """The door between a second start and the window that is already open. The lock itself is the engine's.

    Signals:
        shown_again: a second start asks this window to come to the front; its arguments come along.
    """

    shown_again = Signal(list)

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(str(paths.home.resolve()).encode()).hexdigest()[:16]
        self._name = f"hearth-{os.getuid()}-{digest}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def listen(self) -> None:
        """Become the window that others hand over to. A socket left by a killed run is removed first."""
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)

    def hand_over(self, arguments: list[str]) -> bool:
        """Ask the window that is open to come to the front; False when nobody answers."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(HAND_OVER_TIMEOUT_MS):
            return False
        socket.write("\n".join(["show", *arguments]).encode())
        socket.waitForBytesWritten(HAND_OVER_TIMEOUT_MS)
        socket.disconnectFromServer()
        return True

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(lambda s=socket: self._on_said(s))

    def _on_said(self, socket: QLocalSocket) -> None:
        lines = bytes(socket.readAll().data()).decode("utf-8", "replace").split("\n")
        socket.deleteLater()
        if lines[:1] == ["show"]:
            self.shown_again.emit(lines[1:])
