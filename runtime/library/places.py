"""Where models may lie on this computer besides our own folder: other programs' folders and what the person named."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.storage.settings import Settings

# Points all looking for other programs' models at another home: tests and demonstrations, which then see nothing of
# the real one, whatever the environment says.
OTHERS_HOME = "HEARTH_OTHERS_HOME"
_POINTER_BYTES = 4096
_SETTINGS_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Places:
    """Folders to look in; they need not exist. ``models`` is the folder the person chose for our models, None for the
    usual one. ``hugging_face`` are caches in that library's layout."""

    models: Path | None = None
    hugging_face: tuple[Path, ...] = ()
    lm_studio: tuple[Path, ...] = ()
    named: tuple[Path, ...] = ()


def places_from(settings: Settings, environ: Mapping[str, str], home: Path) -> Places:
    """The places that the person's choices, the environment and ``home`` lead to. Reads two small files of LM Studio;
    any thread."""
    models = _folder(settings.models_folder, home) if settings.models_folder else None
    named = tuple(_folder(name, home) for name in settings.extra_model_folders if name)
    if not settings.other_apps_models:
        return Places(models=models, named=named)
    if others := environ.get(OTHERS_HOME):
        environ, home = {}, Path(others)
    return Places(models, (_hugging_face(environ, home),), _lm_studio(environ, home), named)


def _folder(name: str, home: Path) -> Path:
    if name == "~" or name.startswith("~/"):
        return home / name[2:]
    path = Path(name)
    return path if path.is_absolute() else home / path


def _hugging_face(environ: Mapping[str, str], home: Path) -> Path:
    """The one cache in use, by the library's own order of hints."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environ.get(variable):
            return _folder(environ[variable], home)
    if environ.get("HF_HOME"):
        return _folder(environ["HF_HOME"], home) / "hub"
    caches = _folder(environ["XDG_CACHE_HOME"], home) if environ.get("XDG_CACHE_HOME") else home / ".cache"
    return caches / "huggingface" / "hub"


def _lm_studio(environ: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Its two usual folders, where a file in the home points to, and where its settings say downloads go."""
    homes = [home / ".lmstudio", home / ".cache" / "lm-studio"]
    if pointed := _first_line(home / ".lmstudio-home-pointer"):
        homes.insert(0, _folder(pointed, home))
    settings = [folder / "settings.json" for folder in homes]
    if sys.platform == "darwin":
        settings.append(home / "Library" / "Application Support" / "LM Studio" / "settings.json")
    elif environ.get("APPDATA"):
        settings.append(Path(environ["APPDATA"]) / "LM Studio" / "settings.json")
    moved = [_folder(name, home) for path in settings if (name := _downloads_folder(path))]
    return tuple(dict.fromkeys([*moved, *(folder / "models" for folder in homes)]))


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            lines = stream.read(_POINTER_BYTES).decode("utf-8").strip().splitlines()
    except (OSError, ValueError):
        return ""
    return lines[0].strip() if lines and "\0" not in lines[0] else ""


def _downloads_folder(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = json.loads(stream.read(_SETTINGS_BYTES))
    except (OSError, ValueError, RecursionError):
        return ""
    name = content.get("downloadsFolder") if isinstance(content, dict) else None
    return name if isinstance(name, str) and "\0" not in name else ""
