"""Which model architectures the engine knows, found out without importing it."""

from __future__ import annotations

import ast
import importlib.util
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _engine_folder() -> Path | None:
    """Where mlx_lm is installed. find_spec of a top-level package looks, and imports nothing."""
    spec = importlib.util.find_spec("mlx_lm")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(location) / "models").is_dir():
            return Path(location)
    return None


@lru_cache(maxsize=1)
def _other_names() -> dict[str, str]:
    """mlx_lm's own table of names that share an implementation, read from its source text."""
    folder = _engine_folder()
    try:
        tree = ast.parse((folder / "utils.py").read_text("utf-8")) if folder else None
    except (OSError, SyntaxError, ValueError):
        return {}
    for node in tree.body if tree else ():
        named = isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "MODEL_REMAPPING" for t in node.targets)
        if named and isinstance(node, ast.Assign):
            try:
                return dict(ast.literal_eval(node.value))
            except ValueError:
                return {}
    return {}


def is_known(architecture: str) -> bool | None:
    """True or False for a ``model_type``; None when the engine's files can't be seen: then only it can tell."""
    folder = _engine_folder()
    if folder is None:
        return None
    module = _other_names().get(architecture, architecture)
    return module.isidentifier() and (folder / "models" / f"{module}.py").is_file()
