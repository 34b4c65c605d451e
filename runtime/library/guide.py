"""The built-in guide as it ships: a model folder among the assets, and the one answer that the app must know."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from runtime.errors import GuideUnusable, HearthError
from runtime.paths import assets_folder
from runtime.storage.manifest import MANIFEST_NAME, file_agrees, read_manifest

GUIDE_NAME = "hearth-guide"
FACTS_NAME = "guide.json"
MODEL_FILES = ("config.json", "tokenizer.json", "chat_template.jinja", "model.safetensors", FACTS_NAME)


@dataclass(frozen=True)
class GuideFacts:
    """What the app needs to know of the guide. ``beyond`` is its answer to what it does not know, word for word."""

    beyond: str


def guide_folder() -> Path:
    """Where the guide is: among the assets, or the folder that ``HEARTH_GUIDE`` names (tests)."""
    chosen = os.environ.get("HEARTH_GUIDE")
    return Path(chosen) if chosen else assets_folder() / "guide" / GUIDE_NAME


def check_guide(folder: Path) -> GuideFacts:
    """Hash every file of the guide (some milliseconds) and read its facts.

    Raises:
        GuideUnusable: a file is missing or is not as it was made.
    """
    try:
        manifest = read_manifest(folder)
    except HearthError as error:
        raise GuideUnusable(MANIFEST_NAME, str(error)) from error
    if manifest is None:
        raise GuideUnusable(MANIFEST_NAME, "missing")
    listed = {file.path for file in manifest.files}
    for name in MODEL_FILES:
        if name not in listed:
            raise GuideUnusable(name, "not listed")
    for file in manifest.files:
        if not file_agrees(file, folder / file.path):
            raise GuideUnusable(file.path, "missing or changed")
    try:
        return msgspec.json.decode((folder / FACTS_NAME).read_bytes(), type=GuideFacts)
    except (OSError, msgspec.MsgspecError) as error:
        raise GuideUnusable(FACTS_NAME, str(error)) from error
