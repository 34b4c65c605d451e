"""What was read is written to disk between answers, and never while one is made."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from runtime.inference.prefix import leaves as layers
from runtime.inference.prefix.chain import PAGE_TOKENS, chain, page_name, point_name
from runtime.inference.prefix.numbers import Numbers, Piece, exported, packed, shrunk
from runtime.inference.prefix.sealing import Seal
from runtime.inference.prefix.sheet import Sheet
from runtime.inference.prefix.shelf import Shelf

log = logging.getLogger(__name__)

# A shorter prompt is read again sooner than anybody notices.
LEAST_TOKENS = 48
# Of a state, arrays of these names hold a row for each token as keys and values do.
_ROWS_IN_STATES = ("keys", "values")


@dataclass(eq=False)
class Job:
    """One sheet to be written, as numbers that share the sheet's memory until :meth:`let_go`.

    ``points`` are the states that are wanted, by their number of tokens, ``names`` their files and ``before`` those
    that they replace. ``done`` tells what became of it, for the thread that owns the sheet.
    """

    sheet: Sheet
    tokens: list[int]
    rows: dict[int, list[Numbers]]
    points: dict[int, dict[int, object]]
    names: dict[int, str]
    before: frozenset[str]
    done: bool = False
    dropped: threading.Event = field(default_factory=threading.Event)

    def let_go(self) -> None:
        """Share no memory any more."""
        self.dropped.set()
        self.rows, self.points = {}, {}

    def page(self, begin: int, end: int) -> Piece:
        """A copy of some tokens."""
        rows = {
            n: [shrunk(Numbers(one.array[..., begin:end, :].copy(), one.kind)) for one in arrays]
            for n, arrays in self.rows.items()
        }
        return Piece(self.tokens[begin:end], rows)

    def point(self, end: int) -> Piece:
        """A copy of a state, and of the tokens before it that fill no page."""
        piece = self.page(end // PAGE_TOKENS * PAGE_TOKENS, end)
        piece.states = {n: _copied(state) for n, state in self.points[end].items()}
        return piece


def job_for(sheet: Sheet, seal: Seal) -> Job:
    """What of a sheet is worth writing: all whole pages, and the points from which it may go on: its end, and where
    not all of it can go back, the ends of the instructions and of the last question. On the thread that owns MLX; the
    sheet's arrays must be computed.

    Raises:
        TypeError: its caches hold what can't be written.
    """
    found = list(enumerate(layers.leaves(sheet.cache)))
    rows = {n: [exported(array) for array in layers.rows(leaf)] for n, leaf in found if layers.is_paged(leaf)}
    states = {n: exported(vars(leaf)) for n, leaf in found if not layers.is_paged(leaf)}
    points: dict[int, dict[int, object]] = {}
    boundaries = [mark for mark in sheet.marks if mark.boundary and mark.tokens >= LEAST_TOKENS]
    for mark in [*boundaries[:1], *boundaries[-1:]]:
        points[mark.tokens] = {n: exported(state) for n, state in mark.states.items()}
    points[len(sheet.tokens)] = states
    heads = chain(sheet.tokens, seal)
    names = {end: point_name(heads, sheet.tokens, end, seal) for end in points}
    return Job(sheet, list(sheet.tokens), rows, points, names, frozenset(sheet.files.values()) - set(names.values()))


def _copied(state: object) -> object:
    if isinstance(state, dict):
        return {name: shrunk(_copied(one)) if name in _ROWS_IN_STATES else _copied(one) for name, one in state.items()}
    if isinstance(state, Numbers):
        return Numbers(state.array.copy(), state.kind)
    if type(state) in (list, tuple):
        return type(state)(_copied(one) for one in state)  # type: ignore[call-arg, attr-defined]
    return state


class Saver:
    """Owns one thread, which writes jobs to a shelf. ``offer``, ``pause`` and ``close`` belong to the thread that owns
    the sheets.

    It looks at the caches' memory only a page at a time and under a lock that :meth:`pause` takes: while an answer is
    made nothing of them is shared, or its first token would copy all of them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._seal = shelf.seal
        self._looking = threading.Lock()
        self._changed = threading.Condition()
        self._jobs: list[Job] = []
        self._busy: Job | None = None
        self._ended: list[Job] = []
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="prompts-saving", daemon=True)
        self._thread.start()

    def offer(self, sheet: Sheet) -> None:
        """Write this sheet, soon.

        Raises:
            TypeError: as :func:`job_for`.
        """
        if sheet.saved or len(sheet.tokens) < LEAST_TOKENS:
            return
        job = job_for(sheet, self._seal)
        with self._changed:
            self._jobs.append(job)
            self._changed.notify_all()

    def pause(self) -> None:
        """Share no memory with any sheet from here on; what is not written yet must be offered again."""
        with self._changed:
            jobs = self._jobs + self._ended + ([self._busy] if self._busy else [])
            self._jobs, self._ended = [], []
        with self._looking:
            for job in jobs:
                job.let_go()
        for job in jobs:
            if job.done:
                job.sheet.saved, job.sheet.files = True, job.names

    def wait(self) -> None:
        """Block until all that was offered is written or given up."""
        with self._changed:
            self._changed.wait_for(lambda: not self._jobs and self._busy is None)

    def close(self) -> None:
        """Write what is begun and nothing more; joins."""
        self.pause()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._jobs)
                if self._closed:
                    return
                job = self._busy = self._jobs.pop(0)
            try:
                self._save(job)
            except OSError as error:
                log.warning("what was read could not be kept on disk: %s", type(error).__name__)
            except Exception:
                log.exception("what was read could not be kept on disk")
            job.let_go()
            with self._changed:
                self._ended.append(job)
                self._busy = None
                self._changed.notify_all()

    def _save(self, job: Job) -> None:
        with self._looking:
            if job.dropped.is_set():
                return
            wanted = self._wanted(job)
        names = [name for name, _make in wanted]
        self._shelf.used(names)
        for name, make in wanted:
            if self._shelf.has(name):
                continue
            with self._looking:
                if job.dropped.is_set():
                    return
                piece = make()
            self._shelf.write(name, packed(piece), spare=names)
        self._shelf.used(names)
        for name in job.before:
            self._shelf.drop(name)
        job.done = True

    def _wanted(self, job: Job) -> list[tuple[str, Callable[[], Piece]]]:
        heads = chain(job.tokens, self._seal)
        found: list[tuple[str, Callable[[], Piece]]] = []
        if job.rows:
            for page in range(len(heads) - 1):
                begin = page * PAGE_TOKENS
                found.append((page_name(heads, page), partial(job.page, begin, begin + PAGE_TOKENS)))
        for end in sorted(job.points):
            found.append((job.names[end], partial(job.point, end)))
        return found
