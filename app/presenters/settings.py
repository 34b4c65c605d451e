"""The settings page joined to settings, theme and keychain."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.controllers.settings import SettingsController
from app.settings.settings_page import SettingsPage
from app.theme.theme import Theme
from runtime.api import Paths, Settings


class SettingsPresenter(QObject):
    """Owns the settings page.

    Signals:
        back_wanted: return to the conversation.
    """

    back_wanted = Signal()

    def __init__(self, settings: SettingsController, theme: Theme, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._theme = theme
        self._paths = paths
        self.page = SettingsPage()
        self.page.set_home(str(paths.home))
        self.page.theme_chosen.connect(lambda name: settings.change(theme=name))
        self.page.text_scale_chosen.connect(lambda scale: settings.change(text_scale=scale))
        self.page.open_home_requested.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.home))))
        self.page.forget_token_requested.connect(settings.forget_token)
        self.page.back_requested.connect(self.back_wanted)
        settings.changed.connect(self._show)
        settings.token_known.connect(self.page.set_token_known)
        self._show(settings.settings)

    def opened(self) -> None:
        """The page is shown: ask what only it needs."""
        self._settings.look_for_token()

    def _show(self, settings: Settings) -> None:
        self.page.set_theme(settings.theme)
        self.page.set_text_scale(settings.text_scale)
        self._theme.choose(settings.theme, settings.text_scale)
