"""What llama.cpp's work takes in memory on a plain processor, beside weights and conversation. Pure; any thread."""

from __future__ import annotations

from runtime.storage.model_anatomy import Anatomy

# The engine process beside weights, cache and work: Python, the library, the vocabulary.
PROCESS_BYTES = 150_000_000
# Measured with xllamacpp 2026.10 and the shapes of Qwen3-0.6B and 4B, reading prompts of 2,048 and 600 tokens: 77 and
# 128 MB beside the rest. What it sets aside and never touches (the logits of a whole piece) is not counted. Weights
# that it packs anew for the processor replace those of the file, whose pages the system may take back.
_WORK_BYTES = 40_000_000
_INNER, _STREAM, _QUERIES = 2, 6, 2
_FLOAT32_BYTES = 4


def work_bytes(anatomy: Anatomy, chunk_tokens: int) -> int:
    """Bytes that the work takes while a prompt is read in pieces of ``chunk_tokens``."""
    inner = anatomy.dense_numbers + anatomy.chosen_experts * anatomy.expert_numbers
    queries = max((group.query_numbers + group.recurrent_numbers for group in anatomy.groups), default=0)
    numbers = _INNER * inner + _STREAM * anatomy.hidden_size + _QUERIES * queries
    return _WORK_BYTES + chunk_tokens * numbers * _FLOAT32_BYTES
