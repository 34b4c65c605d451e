"""Reads a text out with the computer's own voice, if it has one. Nothing leaves the computer."""

from __future__ import annotations

import os
import shutil

from PySide6.QtCore import QObject, QProcess, Signal

# Programs that speak what comes on their standard input: macOS, most Linux desktops, the rest.
VOICES = (("say", ("-f", "-")), ("spd-say", ("--pipe-mode", "--wait")), ("espeak-ng", ("--stdin",)))
END_WITHIN_MS = 2_000


class SpeechController(QObject):
    """Owns the one voice that speaks. ``HEARTH_VOICE`` names another program that speaks its standard input.

    Signals:
        changed: :attr:`speaking` is the id of another text, or "".
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.speaking = ""
        self._voice = _voice()
        self._process: QProcess | None = None

    @property
    def possible(self) -> bool:
        """Whether this computer has a voice."""
        return self._voice is not None

    def toggle(self, text_id: str, text: str) -> None:
        """Read a text out; if it is the one being read, stop."""
        was = self.speaking
        self.stop()
        if self._voice is None or was == text_id or not text.strip():
            return
        program, arguments = self._voice
        process = self._process = QProcess(self)
        process.finished.connect(self._on_ended)
        process.errorOccurred.connect(self._on_ended)
        process.start(program, list(arguments))
        process.write(text.encode())
        process.closeWriteChannel()
        self._say_that(text_id)

    def stop(self) -> None:
        """Be silent."""
        process, self._process = self._process, None
        if process is not None:
            process.finished.disconnect(self._on_ended)
            process.errorOccurred.disconnect(self._on_ended)
            process.kill()
            process.waitForFinished(END_WITHIN_MS)
            process.deleteLater()
        self._say_that("")

    def _on_ended(self) -> None:
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
        self._say_that("")

    def _say_that(self, text_id: str) -> None:
        if text_id != self.speaking:
            self.speaking = text_id
            self.changed.emit()


def _voice() -> tuple[str, tuple[str, ...]] | None:
    chosen = os.environ.get("HEARTH_VOICE")
    if chosen:
        return chosen, ()
    for program, arguments in VOICES:
        found = shutil.which(program)
        if found:
            return found, arguments
    return None
