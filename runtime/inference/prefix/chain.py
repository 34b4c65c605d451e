"""Names of what is kept of a prompt: a page is known by all tokens up to its end, a point by the page before it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from runtime.inference.prefix.sealing import Seal

# Pages of so many tokens: a turn rewrites at most one, and a prompt that differs reads at most one again.
PAGE_TOKENS = 128
PAGE = "page"
POINT = "point"


def chain(tokens: Sequence[int], seal: Seal) -> list[str]:
    """The heads of the names of all whole pages of ``tokens``, behind that of the beginning."""
    heads = [seal.name(b"beginning")]
    for end in range(PAGE_TOKENS, len(tokens) + 1, PAGE_TOKENS):
        heads.append(seal.name(bytes.fromhex(heads[-1]), _bytes(tokens[end - PAGE_TOKENS : end])))
    return heads


def page_name(heads: Sequence[str], page: int) -> str:
    """Of the page with this place, counted from 0."""
    return f"{heads[page + 1]}.{PAGE}"


def point_name(heads: Sequence[str], tokens: Sequence[int], end: int, seal: Seal) -> str:
    """Of the state after the first ``end`` tokens."""
    page = end // PAGE_TOKENS
    rest = tokens[page * PAGE_TOKENS : end]
    return f"{heads[page]}.{len(rest)}.{seal.name(bytes.fromhex(heads[page]), b'rest', _bytes(rest))}.{POINT}"


def rest_tokens(name: str) -> int | None:
    """How many tokens beyond the last whole page a point has; None if this is no point's name."""
    parts = name.split(".")
    return int(parts[1]) if len(parts) == 4 and parts[3] == POINT and parts[1].isdecimal() else None


def _bytes(tokens: Sequence[int]) -> bytes:
    return array("q", tokens).tobytes()
