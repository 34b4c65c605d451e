"""One prompt while it is read and answered: what of it was known, what is in the cache by now, where to mark it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from runtime.inference.prefix.leaves import compute, leaves
from runtime.inference.prefix.sheet import Sheet


class Reading:
    """Owns the sheet that grows. Lives on the thread that owns MLX.

    ``reused`` tokens of the prompt had been read before. ``sheet.tokens`` is at each moment what is known to be in the
    cache, so that a stop or a failure at any place leaves a sheet that can be kept.
    """

    def __init__(self, prompt: Sequence[int], sheet: Sheet) -> None:
        self.prompt = list(prompt)
        self.sheet = sheet
        self.reused = len(sheet.tokens)
        self._base = self.reused

    @property
    def rest(self) -> list[int]:
        """What is still to be read; never empty."""
        return self.prompt[self._base :]

    @property
    def cache(self) -> list[Any]:
        """What mlx_lm reads into."""
        return self.sheet.cache

    def cache_bytes(self) -> int:
        """What the part that was known holds."""
        return sum(self.sheet.arrays().values())

    def read_to_marks(
        self,
        model: Any,
        ends: Mapping[int, bool],
        chunk: int,
        progress: Callable[[int, int], None],
        wire: Callable[[], None],
    ) -> None:
        """Read up to the last of ``ends`` and mark each of them, as the boundary that it is or is not. ``progress`` is
        called between pieces and may raise to stop; ``wire`` once, when mlx_lm has pinned the memory that it wants."""
        import mlx.core as mx
        from mlx_lm.generate import generation_stream, wired_limit

        stops = [end for end in sorted(ends) if self.reused < end < len(self.prompt)]
        if not stops:
            return
        pieces = [at for a, b in pairwise([self.reused, *stops]) for at in range(a, b, chunk)]
        with wired_limit(model, [generation_stream]), mx.stream(generation_stream):
            wire()
            progress(self.reused, len(self.prompt))
            for begin, end in pairwise([*pieces, stops[-1]]):
                model(mx.array(self.prompt[begin:end])[None], cache=self.cache)
                mx.eval([leaf.state for leaf in leaves(self.cache)])
                self._is_at(end)
                if end in ends:
                    self.sheet.mark(boundary=ends[end])
                progress(end, len(self.prompt))
                mx.clear_cache()
        self._base = stops[-1]

    def read(self, done: int) -> int:
        """mlx_lm has read so much of :attr:`rest`. Gives how much of the prompt that makes.

        With the last of it, it has also begun to compute on the first word, which nobody knows yet.
        """
        self._is_at(self._base + done)
        if self._base + done == len(self.prompt):
            self.sheet.position += 1
        return self._base + done

    def _is_at(self, tokens: int) -> None:
        self.sheet.tokens = self.prompt[:tokens]
        self.sheet.position = tokens

    def wrote(self, token: int) -> None:
        """A word of the answer came out of mlx_lm, which has put it into the cache by then."""
        self.sheet.tokens.append(token)
        self.sheet.position = len(self.sheet.tokens)

    def end(self) -> Sheet | None:
        """What can be kept, computed; None where nothing of it is certain."""
        sheet = self.sheet
        compute(sheet.cache)
        if sheet.position != len(sheet.tokens):
            usable = sheet.usable([*sheet.tokens, -1])
            if not usable:
                return None
            sheet.rewind(usable)
        return sheet if sheet.tokens and sheet.is_sound() else None


def with_head(processors: list[Any] | None, head: Sequence[int]) -> list[Any] | None:
    """Processors that look back over the last tokens, given those too that mlx_lm was not told of."""
    import mlx.core as mx

    if not processors or not head:
        return processors
    before = mx.array(list(head))

    def told(processor: Any) -> Any:
        return lambda tokens, logits: processor(mx.concatenate([before, tokens.astype(before.dtype)]), logits)

    return [told(processor) for processor in processors]
