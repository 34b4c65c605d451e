"""The choices a person made, in one small file."""

from __future__ import annotations

import dataclasses
import threading
import typing
from enum import StrEnum
from typing import Any

import msgspec

from runtime.errors import Problem, SettingsDamaged, StoreTooNew
from runtime.paths import Paths
from runtime.storage.files import keep_aside, replace_file, storage_errors, sweep_temporary_files

SETTINGS_VERSION = 1


class Theme(StrEnum):
    """Which colours the window wears."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclasses.dataclass(frozen=True)
class Settings:
    """All choices, each with its default. Add fields freely: older files get the default, newer ones keep theirs.

    ``text_scale`` is a factor (1.0 is the design's size). ``model`` is the repository or folder in use, "" for none
    yet. ``window_geometry`` is the window's own note of where it was. ``models_folder`` is "" for the one in our home;
    ``extra_model_folders`` and ``shelf_folders`` were named by the person. ``keep_ready_minutes`` is how long a model
    that nobody asks stays in memory, 0 for as long as Hearth is open: a quarter of an hour is a long answer read and
    thought about, and memory that other programs wait for is not held for a whole afternoon.
    """

    version: int = SETTINGS_VERSION
    theme: Theme = Theme.SYSTEM
    text_scale: float = 1.0
    model: str = ""
    window_geometry: str = ""
    first_run_done: bool = False
    models_folder: str = ""
    other_apps_models: bool = True
    extra_model_folders: tuple[str, ...] = ()
    shelf_folders: tuple[str, ...] = ()
    download_limit_bytes_per_s: int = 0
    download_only_at_night: bool = False
    download_on_battery: bool = True
    download_on_metered: bool = False
    documents_on_battery: bool = False
    keep_ready_minutes: int = 15


class SettingsStore:
    """Reads and writes the settings file. Usable from any thread.

    ``problem`` is ``storage.settings_damaged`` if the file on disk could not be read whole; it was kept aside, and
    every field in it that still made sense is in use. Fields of an unknown name are kept when saving.

    Raises (when made):
        StoreTooNew: a later Hearth wrote the file; nothing was touched.
        HomeNotWritable: it can't be read.
    """

    def __init__(self, paths: Paths) -> None:
        self._path = paths.settings
        self._lock = threading.Lock()
        self._unknown: dict[str, Any] = {}
        self.problem: Problem | None = None
        sweep_temporary_files(self._path.parent)
        self._settings = self._load()

    @property
    def settings(self) -> Settings:
        """The choices now in force."""
        return self._settings

    def save(self, settings: Settings) -> None:
        """Put these choices in force and on the disk, whole or not at all.

        Raises:
            StoreFull, HomeNotWritable: nothing changed, neither here nor on the disk.
        """
        with self._lock:
            self._write(settings)

    def change(self, **fields: Any) -> Settings:
        """Save the settings in force with some fields replaced, and return them. Raises as :meth:`save`."""
        with self._lock:
            settings = dataclasses.replace(self._settings, **fields)
            if settings != self._settings:
                self._write(settings)
            return settings

    def _write(self, settings: Settings) -> None:
        content = {**self._unknown, **msgspec.to_builtins(settings), "version": SETTINGS_VERSION}
        with storage_errors(self._path):
            replace_file(self._path, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        self._settings = settings

    def _load(self) -> Settings:
        with storage_errors(self._path):
            try:
                data = self._path.read_bytes()
            except FileNotFoundError:
                return Settings()
        try:
            content = msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._report_damage()
            return Settings()
        version = content.get("version", SETTINGS_VERSION)
        if isinstance(version, int) and version > SETTINGS_VERSION:
            raise StoreTooNew(str(self._path), version, SETTINGS_VERSION)
        return self._understood(content)

    def _understood(self, content: dict[str, Any]) -> Settings:
        types = typing.get_type_hints(Settings)
        good: dict[str, Any] = {}
        for name, value in content.items():
            if name not in types:
                self._unknown[name] = value
                continue
            try:
                good[name] = msgspec.convert(value, types[name])
            except msgspec.ValidationError:
                self._report_damage()
        return Settings(**good)

    def _report_damage(self) -> None:
        if self.problem is None:
            with storage_errors(self._path):
                kept = keep_aside(self._path)
            self.problem = SettingsDamaged(str(self._path), str(kept)).problem()
