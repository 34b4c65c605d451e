"""The choices a person made, and the access key."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.bridge.tasks import TaskRunner
from runtime.api import HUB_TOKEN, Runtime, Settings


class SettingsController(QObject):
    """Reads settings at once (a small file), writes them off the UI thread.

    Signals:
        changed: the Settings now in force.
        token_known: whether an access key is kept.
        failed: a Problem.
    """

    changed = Signal(object)
    token_known = Signal(bool)
    failed = Signal(object)

    def __init__(self, runtime: Runtime, store: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._store = store
        self.settings: Settings = runtime.settings.settings

    def change(self, **values: object) -> None:
        """Set one or more fields and keep them."""
        self._store.run(lambda: self._runtime.settings.change(**values), self._on_changed, self.failed.emit)

    def look_for_token(self) -> None:
        """Ask the keychain whether there is an access key; it may take seconds, so not at start."""
        self._store.run(
            lambda: self._runtime.secrets.get(HUB_TOKEN) is not None, self.token_known.emit, self.failed.emit
        )

    def forget_token(self) -> None:
        """Remove the access key from the keychain."""
        self._store.run(
            lambda: self._runtime.secrets.delete(HUB_TOKEN),
            lambda _none: self.token_known.emit(False),
            self.failed.emit,
        )

    def _on_changed(self, settings: Settings) -> None:
        self.settings = settings
        self.changed.emit(settings)
