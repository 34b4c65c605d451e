"""``tiny_gguf``: the tiny model as a GGUF folder, made once from ``tiny_model`` and kept beside it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from runtime.storage.engines import llama_cpp_is_here
from tests.tiny import gguf

needs_llama = pytest.mark.skipif(not llama_cpp_is_here(), reason="llama.cpp is an optional part")


def tiny_gguf_folder(tiny_model: Path) -> Path:
    """The cached folder, made first where it is missing."""
    digest = hashlib.sha256(Path(gguf.__file__).read_bytes()).hexdigest()[:12]
    folder = tiny_model.with_name(f"{tiny_model.name}-gguf-{digest}")
    with FileLock(tiny_model.parent / "building.lock"):
        if not (folder / "tiny.gguf").is_file():
            subprocess.run([sys.executable, "-m", "tests.tiny.gguf", str(tiny_model), str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def tiny_gguf(tiny_model: Path) -> Path:
    """The folder that holds ``tiny.gguf``. Copy it before changing anything in it."""
    return tiny_gguf_folder(tiny_model)
