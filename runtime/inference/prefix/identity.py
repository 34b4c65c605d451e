"""What a kept cache belongs to: a model to its last weight, and the libraries that computed it."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from runtime.inference.prefix.sealing import Seal
from runtime.storage.model_folder import weight_files

# Of the files written here.
FORMAT = 1
_HEADER_BYTES = 2**16
# Everything that decides which tokens a conversation becomes.
_TEXT_FILES = ("*.json", "*.jinja", "*.model", "*.txt", "*.tiktoken")


def room_names(folder: Path, computed_as: str, seal: Seal) -> tuple[str, str]:
    """Two names: of the model, and of its state. Another state (weights, config, tokenizer, template, library) of the
    same model makes everything worthless that was kept of it. ``computed_as`` tells in what numbers it computes."""
    model = seal.name(b"model", str(folder.absolute()).encode())
    digest = hashlib.sha256(f"{FORMAT} {version('mlx')} {version('mlx-lm')} {computed_as}".encode())
    for path in sorted({path for pattern in _TEXT_FILES for path in folder.glob(pattern)}):
        digest.update(f"\0{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for path in sorted(weight_files(folder)):
        status = path.stat()
        digest.update(f"\0{path.name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_HEADER_BYTES))
    return model[:16], seal.name(b"state", digest.digest())
