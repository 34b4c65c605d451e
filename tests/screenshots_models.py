"""Pictures of the page "Models" and of the test in the settings.

``python -m tests.screenshots_models FOLDER [--dark] [--scale 2] [--text 2.0]``. Only the views, with
made-up models: every state that a person can meet.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.screenshots import Camera, parsed

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.models.page import ModelsPage
    from app.sentences import OwnTestWords


def main() -> int:
    """Take all pictures."""
    _Photographer(parsed(__doc__)).take_all()
    return 0


class _Photographer(Camera):
    """Sets the page up, takes a picture, and clears it again."""

    def take_all(self) -> None:
        """Every state in turn."""
        from tests.models_scenes import MIRRORED, SCENES, SETTINGS

        for name, arrange in SCENES.items():
            self._shot(name, arrange)
        for name, words in SETTINGS.items():
            self._settings(name, words)
        from PySide6.QtCore import Qt

        self._application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        for name, arrange in MIRRORED.items():
            self._shot(name, arrange)

    def _shot(self, name: str, arrange: Callable[[ModelsPage], QWidget | None]) -> None:
        from app.models.page import ModelsPage

        page = ModelsPage()
        self._take(name, page, lambda: arrange(page) or page)

    def _settings(self, name: str, words: OwnTestWords) -> None:
        from app.settings.download_card import DownloadChoices
        from app.settings.settings_page import SettingsPage

        page = SettingsPage()

        def arrange() -> QWidget:
            page.set_text_scale(self._arguments.text)
            page.downloads.show_choices(DownloadChoices())
            page.set_home("/home/mira/.local/share/hearth")
            page.models_place.set_place("/home/mira/.local/share/hearth/models")
            page.computer.show_computer("MacBook Air · Apple M2 · 16 GB memory · 212 GB free")
            page.computer.show_words(words)
            return page

        self._take(name, page, arrange)

    def _take(self, name: str, page: QWidget, arrange: Callable[[], QWidget]) -> None:
        page.resize(*map(int, self._arguments.size.split("x")))
        page.show()
        page.setFocus()
        shown = arrange()
        self._pause(0.25)
        suffix = ("-dark" if self._arguments.dark else "") + (
            f"@{self._arguments.scale}x" if self._arguments.scale > 1 else ""
        )
        shown.grab().save(str(self._arguments.folder / f"{name}{suffix}.png"))
        page.close()
        page.deleteLater()
        self._pause(0.02)

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._application.processEvents()
            time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main())
