"""How the next word is drawn by llama.cpp's own samplers."""

from __future__ import annotations

from typing import Any

from runtime.inference.llama.library import LlamaLibrary
from runtime.requests import Sampling

# How far back a word counts as said before.
PENALTY_TOKENS = 64
_RANDOM_SEED = 0xFFFFFFFF


class Sampler:
    """Owns a chain of samplers for one answer; :meth:`close` gives it back. ``sampling`` has no None where it matters.

    The order is llama.cpp's: repetition, the likeliest k, their share p, the least p, temperature, chance.
    """

    def __init__(self, library: LlamaLibrary, vocabulary_size: int, sampling: Sampling) -> None:
        self._library = library
        parameters = library.llama_sampler_chain_default_params()
        self._chain: Any = library.llama_sampler_chain_init(parameters)
        for part in _parts(library, vocabulary_size, sampling):
            library.llama_sampler_chain_add(self._chain, part)

    def draw(self, context: Any) -> int:
        """The next token after what ``context`` has just read."""
        return int(self._library.llama_sampler_sample(self._chain, context, -1))

    def close(self) -> None:
        """Give the chain's memory back. Once."""
        self._library.llama_sampler_free(self._chain)
        self._chain = None


def _parts(library: LlamaLibrary, vocabulary_size: int, sampling: Sampling) -> list[Any]:
    parts = []
    penalty = sampling.repetition_penalty
    if penalty and penalty != 1.0:
        parts.append(library.llama_sampler_init_penalties(vocabulary_size, PENALTY_TOKENS, penalty, 0.0, 0.0))
    if not sampling.temperature:
        return [*parts, library.llama_sampler_init_greedy()]
    if sampling.top_k:
        parts.append(library.llama_sampler_init_top_k(sampling.top_k))
    if sampling.top_p and sampling.top_p < 1.0:
        parts.append(library.llama_sampler_init_top_p(sampling.top_p, 1))
    if sampling.min_p:
        parts.append(library.llama_sampler_init_min_p(sampling.min_p, 1))
    parts.append(library.llama_sampler_init_temp(sampling.temperature))
    seed = _RANDOM_SEED if sampling.seed is None else sampling.seed & 0x7FFFFFFF
    return [*parts, library.llama_sampler_init_dist(seed)]
