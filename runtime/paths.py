"""Where Hearth keeps what it keeps. One switch, ``HEARTH_HOME``, moves all of it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import appdirs

from runtime.errors import HomeNotWritable


def assets_folder() -> Path:
    """Icons, fonts, the catalogue and other data that ship with the app, also in a frozen bundle."""
    bundle = getattr(sys, "_MEIPASS", None)
    return (Path(bundle) if bundle else Path(__file__).resolve().parent.parent) / "assets"


@dataclass(frozen=True)
class Paths:
    """All folders and files of one person's Hearth, below ``home``."""

    home: Path
    models: Path

    @property
    def database(self) -> Path:
        """Conversations and everything written in them."""
        return self.home / "hearth.db"

    @property
    def settings(self) -> Path:
        """Choices the person made."""
        return self.home / "settings.json"

    @property
    def downloads(self) -> Path:
        """Unfinished downloads: job records and ``.part`` files live in :attr:`models`, the records here."""
        return self.home / "downloads"

    @property
    def logs(self) -> Path:
        """Rotating logs; never message texts."""
        return self.home / "logs"

    @property
    def lock(self) -> Path:
        """Held by the one window that may write here."""
        return self.home / "hearth.lock"

    @classmethod
    def default(cls) -> Paths:
        """``HEARTH_HOME`` if set, else the system's folder for application data."""
        chosen = os.environ.get("HEARTH_HOME")
        home = Path(chosen).expanduser() if chosen else Path(appdirs.user_data_dir("Hearth", appauthor=False))
        return cls.below(home.absolute())

    @classmethod
    def below(cls, home: Path) -> Paths:
        """All state below one folder."""
        return cls(home=home, models=home / "models")

    def prepare(self) -> None:
        """Make the folders, readable by their owner alone.

        Raises:
            HomeNotWritable: the folder can't be made or written.
        """
        try:
            for folder in (self.home, self.models, self.downloads, self.logs):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.home / f".write-check-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise HomeNotWritable(str(self.home)) from error
