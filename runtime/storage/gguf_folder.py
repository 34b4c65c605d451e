"""A folder that holds one model as GGUF: one file, or the numbered files that it was split into."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path

from runtime.errors import ModelDamaged, ModelUnsupported
from runtime.storage.gguf_header import GgufArray, GgufHeader, read_gguf

_SUFFIX = ".gguf"
# Eyes and ears come as a file of their own beside the model, which is read without them.
_BESIDE = "mmproj"
_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_MOST_PARTS = 1000
_MOST_ENTRIES = 4000
_MODEL = "model"


def gguf_files(folder: Path) -> list[Path]:
    """The GGUF files in ``folder`` that are models or parts of one, by name; empty where there are none or the folder
    can't be read. Of a folder with thousands of files only the first are looked at: it is no model's."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _MOST_ENTRIES)]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if name.lower().endswith(_SUFFIX) and not _is_beside(name)]


def is_one_model(paths: list[Path]) -> bool:
    """Whether these files are one model by their names: a single file, or parts of one set."""
    parts = [_PART.fullmatch(path.name) for path in paths]
    return len(paths) == 1 or (all(parts) and len({part["stem"] for part in parts if part}) == 1)


def read_gguf_folder(folder: Path) -> tuple[GgufHeader, ...]:
    """The heads of the one model in ``folder``, the first file's first. Blocks; any thread.

    Raises:
        ModelDamaged: there is none or more than one, parts are missing, or a head is wrong.
        ModelUnsafe: as :func:`runtime.storage.gguf_header.read_gguf`.
        ModelUnsupported: the same; or it is no model that writes text.
    """
    paths = gguf_files(folder)
    if not paths:
        raise ModelDamaged("model.gguf", "missing")
    if not is_one_model(paths):
        raise ModelDamaged(paths[1].name, "more than one model in the folder")
    part = _PART.fullmatch(paths[0].name)
    count = int(part["count"]) if part else 1
    if len(paths) != count or not 1 <= count <= _MOST_PARTS:
        raise ModelDamaged(paths[0].name, f"{len(paths)} of {count} parts")
    headers = tuple(read_gguf(path) for path in paths)
    for number, (path, header) in enumerate(zip(paths, headers, strict=True)):
        if (header.split_number, header.split_count) != (number, count):
            raise ModelDamaged(path.name, f"part {header.split_number + 1} of {header.split_count}")
    _check_tensors(paths[0].name, headers)
    _check_kind(headers[0])
    return headers


def _is_beside(name: str) -> bool:
    return name.startswith(".") or name.lower().startswith(_BESIDE)


def _check_tensors(name: str, headers: tuple[GgufHeader, ...]) -> None:
    names = [tensor.name for header in headers for tensor in header.tensors]
    told = headers[0].number("split.tensors.count") or len(names)
    if not names or len(set(names)) != len(names) or told != len(names):
        raise ModelDamaged(name, f"{len(set(names))} of {told} tensors")


def _check_kind(header: GgufHeader) -> None:
    """An adapter, an image model or a part without words is no model that answers."""
    vocabulary = header.metadata.get("tokenizer.ggml.tokens")
    writes = isinstance(vocabulary, GgufArray) and vocabulary.length > 0
    writes = writes and header.number("{}.block_count") is not None and header.number("{}.embedding_length") is not None
    if not writes or (header.text("general.type") or _MODEL) != _MODEL:
        raise ModelUnsupported(header.architecture)
