"""What computes a model: which of the two engines a folder is for, and whether the second one is installed."""

from __future__ import annotations

import importlib.util
from enum import StrEnum
from functools import lru_cache

# The package that brings llama.cpp; it is an optional part of the set-up.
_LLAMA_CPP_PACKAGE = "xllamacpp"


class EngineKind(StrEnum):
    """MLX runs folders of safetensors files, llama.cpp GGUF files. The values are those of ``ModelLoaded.engine``."""

    MLX = "mlx"
    LLAMA_CPP = "llama.cpp"


@lru_cache(maxsize=1)
def llama_cpp_is_here() -> bool:
    """Whether llama.cpp is installed. Looks, and imports nothing; any thread."""
    return importlib.util.find_spec(_LLAMA_CPP_PACKAGE) is not None
