"""A cache from files: the longest beginning of a prompt that was ever written, put together again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from runtime.inference.prefix import leaves as layers
from runtime.inference.prefix.chain import PAGE_TOKENS, chain, page_name, point_name, rest_tokens
from runtime.inference.prefix.numbers import Numbers, Piece, imported, unpacked
from runtime.inference.prefix.sheet import Mark, Sheet
from runtime.inference.prefix.shelf import Shelf

log = logging.getLogger(__name__)

# Decrypting is work of one core; reading waits for the disk.
_READERS = 4


@dataclass(frozen=True)
class Found:
    """``tokens`` of a prompt stand in these files; the last one is that of a point, if ``point``."""

    tokens: int
    names: tuple[str, ...]
    point: bool


class Restorer:
    """Finds and reads what is on a shelf. Lives on the thread that owns MLX. ``fresh`` is an empty cache of the model.

    Where every single cache :func:`layers.is_paged`, any number of pages is a beginning; else only a point is.
    """

    def __init__(self, shelf: Shelf, fresh: Sequence[Any]) -> None:
        self._shelf = shelf
        self._seal = shelf.seal
        paged = [layers.is_paged(leaf) for leaf in layers.leaves(fresh)]
        self._any_paged, self._all_paged = any(paged), all(paged)

    def find(self, tokens: Sequence[int]) -> Found | None:
        """The longest beginning on the shelf that leaves a token of the prompt to be read."""
        within = tokens[: len(tokens) - 1]
        heads = chain(within, self._seal)
        names: list[str] = []
        if self._any_paged:
            for page in range(len(heads) - 1):
                if not self._shelf.has(name := page_name(heads, page)):
                    break
                names.append(name)
        for pages in range(len(names) if self._any_paged else len(heads) - 1, -1, -1):
            point = self._point(heads, within, pages)
            if point is not None:
                end = pages * PAGE_TOKENS + (rest_tokens(point) or 0)
                return Found(end, (*names[:pages], point), True)
            if self._all_paged:
                break
        return Found(len(names) * PAGE_TOKENS, tuple(names), False) if self._all_paged and names else None

    def _point(self, heads: Sequence[str], tokens: Sequence[int], pages: int) -> str | None:
        best: tuple[int, str] | None = None
        for name in self._shelf.beginning(heads[pages]):
            rest = rest_tokens(name)
            end = pages * PAGE_TOKENS + (rest or 0)
            if rest is None or end > len(tokens) or name != point_name(heads, tokens, end, self._seal):
                continue
            best = max(best or (0, name), (end, name))
        return best[1] if best else None

    def restore(self, found: Found, tokens: Sequence[int], fresh: list[Any]) -> Sheet | None:
        """The sheet that was found, in ``fresh``; None if a file of it was no more what it was, and is gone."""
        with ThreadPoolExecutor(_READERS, thread_name_prefix="prompt-reader") as readers:
            pieces = list(readers.map(self._piece, found.names))
        read = [piece for piece in pieces if piece is not None]
        if len(read) < len(pieces):
            return None
        try:
            sheet = self._sheet(found, read, tokens, fresh)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            log.warning("kept files do not fit together: %s", type(error).__name__)
            for name in found.names:
                self._shelf.drop(name)
            return None
        self._shelf.used(found.names)
        return sheet

    def _piece(self, name: str) -> Piece | None:
        content = self._shelf.read(name)
        if content is None:
            return None
        try:
            return unpacked(content)
        except (ValueError, KeyError, TypeError, IndexError):
            log.warning("a kept file can't be understood and goes")
            self._shelf.drop(name)
            return None

    def _sheet(self, found: Found, pieces: list[Piece], tokens: Sequence[int], fresh: list[Any]) -> Sheet:
        import mlx.core as mx
        import numpy as np

        held = [token for piece in pieces for token in piece.tokens]
        # Without pages a point stands alone, with the tokens since the last page there would be.
        if held != list(tokens[found.tokens - len(held) : found.tokens]):
            raise ValueError("other tokens")
        made: list[Any] = []
        states: dict[int, dict[str, Any]] = {}
        for n, leaf in enumerate(layers.leaves(fresh)):
            if layers.is_paged(leaf):
                parts = [piece.rows.pop(n) for piece in pieces if n in piece.rows]
                joined = [
                    imported(Numbers(np.concatenate([one.array for one in rows], axis=-2), rows[0].kind))
                    for rows in zip(*parts, strict=True)
                ]
                mx.eval(joined)
                layers.set_rows(leaf, joined, found.tokens)
                made.append(leaf)
            else:
                states[n] = imported(pieces[-1].states[n])
                made.append(layers.thaw(leaf, states[n]))
        cache = layers.with_leaves(fresh, iter(made))
        marks = [Mark(found.tokens, states, boundary=True)] if states else []
        layers.compute(cache)
        sheet = Sheet(list(tokens[: found.tokens]), cache, found.tokens, marks)
        if found.point:
            sheet.files[found.tokens] = found.names[-1]
        if not sheet.is_sound():
            raise ValueError("lengths differ")
        return sheet
