"""The checks of a model folder, which live in storage so that the engine's worker can use them too."""

from __future__ import annotations

from runtime.storage.model_folder import inspect_files, read_facts, weight_files

__all__ = ["inspect_files", "read_facts", "weight_files"]
