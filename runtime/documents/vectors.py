"""Vectors in memory, one byte a number, and the nearest of them to a question by looking at all.

Measured over 1,000,000 of 384 dimensions: 46 ms on one core with AVX-512, 90 ms with AVX2, less on several; no graph to
build or to keep true. Looking at signs first is twice as fast with two bits a number (96 MB more; one bit loses one of
the hundred nearest in eight).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.documents.together import together

if TYPE_CHECKING:
    from numpy import bool_, float32, int8, int64
    from numpy.typing import NDArray

SEGMENT_ROWS = 65_536
# Unpacked, so many rows fit a processor's cache; a few more, and OpenBLAS takes threads of its own beside ours.
BLOCK_ROWS = 1_024
SCALE_BYTES = 4
# So many are compared one after the other; more are looked up.
FEW_RANGES = 8

Buffers = tuple[memoryview, memoryview]
ReadRuns = Callable[[Sequence["Run"], Sequence[Buffers]], None]


@dataclass(frozen=True)
class Run:
    """Where the packed vectors of consecutive passages are stored."""

    row: int
    first_id: int
    count: int


@dataclass
class _Segment:
    ids: NDArray[int64]
    scales: NDArray[float32]
    rows: NDArray[int8]
    used: int = 0


class VectorMatrix:
    """All vectors of one model. ``dimensions`` + 12 bytes a vector. Any thread; one search at a time."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self._segments: list[_Segment] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(segment.used for segment in self._segments)

    def load(self, runs: Sequence[Run], read: ReadRuns, executor: Executor | None = None) -> None:
        """Add all of many runs. ``read`` is called with some of them, perhaps on several threads at once, and with
        where their scales and rows belong: one byte buffer of each for each run."""
        with self._lock:
            parts = [(_new_segment(sum(run.count for run in some), self.dimensions), some) for some in _parted(runs)]
            self._segments += [segment for segment, _ in parts]
            together(executor, lambda part: _read_into(part[0], part[1], read), parts)

    def add(self, first_id: int, data: bytes) -> None:
        """Vectors of consecutive passages, as :func:`pack` made them."""
        scales, rows = unpack(data, self.dimensions)
        with self._lock:
            at = 0
            while at < len(rows):
                at += self._fill(first_id + at, scales[at:], rows[at:])

    def _fill(self, first_id: int, scales: NDArray[float32], rows: NDArray[int8]) -> int:
        import numpy

        segment = next((part for part in self._segments if part.used < len(part.ids)), None)
        if segment is None:
            segment = _new_segment(SEGMENT_ROWS, self.dimensions)
            self._segments.append(segment)
        count = min(len(rows), len(segment.ids) - segment.used)
        here = slice(segment.used, segment.used + count)
        segment.ids[here] = numpy.arange(first_id, first_id + count)
        segment.scales[here] = scales[:count]
        segment.rows[here] = rows[:count]
        segment.used += count
        return count

    def remove(self, first_id: int, stop_id: int) -> None:
        """Take out passages ``first_id`` up to but not ``stop_id``."""
        with self._lock:
            for segment in self._segments:
                ids = segment.ids[: segment.used]
                kept = (ids < first_id) | (ids >= stop_id)
                count = int(kept.sum())
                if count < segment.used:
                    for array in (segment.ids, segment.scales, segment.rows):
                        array[:count] = array[: segment.used][kept]
                    segment.used = count

    def nearest(
        self,
        query: NDArray[float32],
        count: int,
        ranges: Sequence[tuple[int, int]] | None = None,
        executor: Executor | None = None,
    ) -> list[tuple[int, float]]:
        """The passages nearest to a direction and their cosines, best first; of ``ranges`` (first, stop) alone. With an
        ``executor`` on several threads."""
        import numpy

        def one(segment: _Segment) -> tuple[NDArray[int64], NDArray[float32]]:
            ids, scores = _scored(segment, query, ranges)
            best = _best(scores, count)
            return ids[best], scores[best]

        with self._lock:
            found = together(executor, one, self._segments)
        if not found:
            return []
        all_ids = numpy.concatenate([ids for ids, _ in found])
        all_scores = numpy.concatenate([scores for _, scores in found])
        # Equal cosines in the order of the passages, so that the same search finds the same.
        order = numpy.lexsort((all_ids, -all_scores))[:count]
        return [(int(all_ids[at]), float(all_scores[at])) for at in order]


def pack(vectors: NDArray[float32]) -> bytes:
    """Rows of length 1 as one byte a number: a scale for each row, then the rows."""
    import numpy

    if len(vectors) == 0:
        return b""
    largest = numpy.maximum(numpy.abs(vectors).max(axis=1), 1e-12).astype(numpy.float32)
    rows = numpy.rint(vectors * (127.0 / largest)[:, None]).astype(numpy.int8)
    packed: bytes = (largest / 127.0).astype("<f4").tobytes() + rows.tobytes()
    return packed


def unpack(data: bytes, dimensions: int) -> tuple[NDArray[float32], NDArray[int8]]:
    """Scales and rows of packed vectors."""
    import numpy

    count = len(data) // (dimensions + SCALE_BYTES)
    scales = numpy.frombuffer(data, dtype="<f4", count=count)
    rows = numpy.frombuffer(data, dtype=numpy.int8, offset=count * SCALE_BYTES).reshape(count, dimensions)
    return scales, rows


def repack(pieces: Sequence[bytes]) -> bytes:
    """Vectors packed one by one (scale, row) as one run."""
    return b"".join(piece[:SCALE_BYTES] for piece in pieces) + b"".join(piece[SCALE_BYTES:] for piece in pieces)


def one_by_one(data: bytes, dimensions: int) -> list[bytes]:
    """The opposite of :func:`repack`."""
    count = len(data) // (dimensions + SCALE_BYTES)
    rows_at = count * SCALE_BYTES
    return [
        data[SCALE_BYTES * at : SCALE_BYTES * (at + 1)]
        + data[rows_at + dimensions * at : rows_at + dimensions * (at + 1)]
        for at in range(count)
    ]


def _parted(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs by the segment they go into, in order."""
    parts: list[list[Run]] = []
    rows = SEGMENT_ROWS
    for run in runs:
        if rows + run.count > SEGMENT_ROWS:
            parts.append([])
            rows = 0
        parts[-1].append(run)
        rows += run.count
    return parts


def _read_into(segment: _Segment, runs: Sequence[Run], read: ReadRuns) -> None:
    import numpy

    places = []
    for run in runs:
        here = slice(segment.used, segment.used + run.count)
        segment.ids[here] = numpy.arange(run.first_id, run.first_id + run.count)
        places.append((segment.scales[here].data.cast("B"), segment.rows[here].data.cast("B")))
        segment.used += run.count
    read(runs, places)


def _new_segment(rows: int, dimensions: int) -> _Segment:
    import numpy

    return _Segment(
        ids=numpy.zeros(rows, dtype=numpy.int64),
        scales=numpy.zeros(rows, dtype=numpy.float32),
        rows=numpy.zeros((rows, dimensions), dtype=numpy.int8),
    )


def _scored(
    segment: _Segment, query: NDArray[float32], ranges: Sequence[tuple[int, int]] | None
) -> tuple[NDArray[int64], NDArray[float32]]:
    import numpy

    ids, rows, scales = segment.ids[: segment.used], segment.rows[: segment.used], segment.scales[: segment.used]
    wanted = None
    if ranges is not None:
        wanted = numpy.flatnonzero(_inside(ids, ranges))
        ids, scales = ids[wanted], scales[wanted]
    scores = numpy.empty(len(ids), dtype=numpy.float32)
    unpacked = numpy.empty((BLOCK_ROWS, rows.shape[1]), dtype=numpy.float32)
    for at in range(0, len(ids), BLOCK_ROWS):
        block = rows[at : at + BLOCK_ROWS] if wanted is None else rows[wanted[at : at + BLOCK_ROWS]]
        numpy.copyto(unpacked[: len(block)], block)
        numpy.dot(unpacked[: len(block)], query, out=scores[at : at + len(block)])
    scores *= scales
    return ids, scores


def _inside(ids: NDArray[int64], ranges: Sequence[tuple[int, int]]) -> NDArray[bool_]:
    import numpy

    if not ranges:
        return numpy.zeros(len(ids), dtype=bool)
    if len(ranges) <= FEW_RANGES:
        inside: NDArray[bool_] = numpy.zeros(len(ids), dtype=bool)
        for first, stop in ranges:
            inside |= (ids >= first) & (ids < stop)
        return inside
    ordered = sorted(ranges)
    firsts = numpy.array([first for first, _ in ordered])
    stops = numpy.array([stop for _, stop in ordered])
    at = numpy.searchsorted(firsts, ids, side="right") - 1
    return (at >= 0) & (ids < stops[numpy.maximum(at, 0)])


def _best(scores: NDArray[float32], count: int) -> NDArray[int64]:
    import numpy

    if len(scores) <= count:
        return numpy.arange(len(scores))
    return numpy.argpartition(-scores, count - 1)[:count]
