"""The settings page joined to settings, theme and keychain."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.controllers.settings import SettingsController
from app.settings.download_card import DownloadChoices
from app.settings.settings_page import SettingsPage
from app.theme.theme import Theme
from runtime.api import Paths, Settings


class SettingsPresenter(QObject):
    """Owns the settings page.

    Signals:
        back_wanted: return to the conversation.
        move_wanted: the models are to be kept elsewhere; where is not asked yet.
    """

    back_wanted = Signal()
    move_wanted = Signal()

    def __init__(self, settings: SettingsController, theme: Theme, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._theme = theme
        self._paths = paths
        self._moving = ""
        self.page = SettingsPage()
        self.page.set_home(str(paths.home))
        self._connect()
        self._show(settings.settings)

    def _connect(self) -> None:
        page, settings = self.page, self._settings
        page.theme_chosen.connect(lambda name: settings.change(theme=name))
        page.text_scale_chosen.connect(lambda scale: settings.change(text_scale=scale))
        page.downloads.limit_chosen.connect(lambda limit: settings.change(download_limit_bytes_per_s=limit))
        page.downloads.only_at_night_chosen.connect(lambda on: settings.change(download_only_at_night=on))
        page.downloads.on_battery_chosen.connect(lambda on: settings.change(download_on_battery=on))
        page.downloads.on_metered_chosen.connect(lambda on: settings.change(download_on_metered=on))
        page.documents.on_battery_chosen.connect(lambda on: settings.change(documents_on_battery=on))
        page.model.kept_chosen.connect(lambda minutes: settings.change(keep_ready_minutes=minutes))
        page.models_place.change_requested.connect(self.move_wanted)
        page.models_place.show_requested.connect(lambda: _open(self.models_folder))
        page.open_home_requested.connect(lambda: _open(str(self._paths.home)))
        page.forget_token_requested.connect(settings.forget_token)
        page.back_requested.connect(self.back_wanted)
        settings.changed.connect(self._show)
        settings.token_known.connect(self._show_token)
        settings.failed.connect(lambda _problem: self._show(settings.settings))  # what was not kept is not in force

    @property
    def models_folder(self) -> str:
        """Where models are kept."""
        return self._settings.settings.models_folder or str(self._paths.models)

    def opened(self) -> None:
        """The page is shown: ask what only it needs."""
        self._settings.look_for_token()

    def show_moving(self, line: str) -> None:
        """What the move of the models is doing, in one line; "" once it is over. Until then no other can be begun."""
        self._moving = line
        self._show_place()

    def _show(self, settings: Settings) -> None:
        self.page.set_theme(settings.theme)
        self.page.set_text_scale(settings.text_scale)
        self.page.downloads.show_choices(
            DownloadChoices(
                limit_bytes_per_s=settings.download_limit_bytes_per_s,
                only_at_night=settings.download_only_at_night,
                on_battery=settings.download_on_battery,
                on_metered=settings.download_on_metered,
            )
        )
        self.page.documents.show_on_battery(settings.documents_on_battery)
        self.page.model.show_kept(settings.keep_ready_minutes)
        self._show_place()
        self._theme.choose(settings.theme, settings.text_scale)

    def _show_place(self) -> None:
        self.page.models_place.set_place(self.models_folder, self._moving, can_change=not self._moving)

    def _show_token(self, known: bool) -> None:
        self.page.set_token_known(known, keychain=self._settings.keychain is not False)


def _open(folder: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
