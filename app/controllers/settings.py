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
        self.keychain: bool | None = None

    @property
    def settings(self) -> Settings:
        """The choices in force now."""
        return self._runtime.settings.settings

    def change(self, **values: object) -> None:
        """Set one or more fields, keep them and put them in force, for the downloads too."""
        self._store.run(lambda: self._runtime.change_settings(**values), self._on_changed, self.failed.emit)

    def refresh(self) -> None:
        """The engine has changed a choice by itself (the models have moved): tell everyone."""
        self._on_changed(self.settings)

    def look_for_token(self) -> None:
        """Ask the keychain whether there is an access key; it may take seconds, so not at start.

        Afterwards :attr:`keychain` says whether the keychain can be used at all; None until then.
        """

        def look() -> tuple[bool, bool]:
            known = self._runtime.secrets.get(HUB_TOKEN) is not None
            return known, self._runtime.secrets.problem is None

        self._store.run(look, self._on_looked, self.failed.emit)

    def forget_token(self) -> None:
        """Remove the access key from the keychain."""
        self._store.run(
            lambda: self._runtime.secrets.delete(HUB_TOKEN),
            lambda _none: self.token_known.emit(False),
            self.failed.emit,
        )

    def _on_looked(self, found: tuple[bool, bool]) -> None:
        known, self.keychain = found
        self.token_known.emit(known)

    def _on_changed(self, settings: Settings) -> None:
        self.changed.emit(settings)
