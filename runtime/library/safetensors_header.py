"""The check of a weights file, which lives in storage so that the engine's worker can use it too."""

from __future__ import annotations

from runtime.storage.safetensors_header import check_weights

__all__ = ["check_weights"]
