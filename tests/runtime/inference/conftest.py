"""What the engine's tests get besides: the tiny model as a GGUF folder."""

from __future__ import annotations

from tests.tiny.gguf_fixtures import tiny_gguf

__all__ = ["tiny_gguf"]
