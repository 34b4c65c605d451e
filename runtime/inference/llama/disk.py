"""What llama.cpp has read of conversations, on disk: found when it saves reading, written while nobody asks.

Files, names and encryption are those of :mod:`runtime.inference.prefix`: with a key nothing of a conversation stands
in the clear, and a file that was changed by anybody is never handed to llama.cpp, which trusts what it restores.
"""

from __future__ import annotations

import array
import ctypes
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from runtime.inference.llama.kept_state import KeptState, usable
from runtime.inference.prefix.identity import room_names
from runtime.inference.prefix.sealing import Seal
from runtime.inference.prefix.shelf import Shelf as Files
from runtime.requests import LoadModel, PromptKeeping

log = logging.getLogger(__name__)

# A shorter conversation is read again sooner than anybody notices.
LEAST_TOKENS = 64
# Nothing is written until nobody has asked for so long: a state is written whole each time.
IDLE_S = 1.0
_TOKENS, _STATE = "tokens", "state"


class Disk:
    """Owns what is kept of one model on disk. ``computed_as`` tells the library's version and its kind of numbers.
    Any thread, one at a time.

    Raises:
        OSError, ValueError, ImportError: nothing can be kept there, or not with this key.
    """

    def __init__(self, request: LoadModel, keeping: PromptKeeping, computed_as: str) -> None:
        self._seal = Seal(keeping.key_hex)
        model, state = room_names(Path(request.folder), computed_as, self._seal)
        self._limit_bytes = keeping.disk_bytes
        self._files = Files(Path(keeping.folder), model, state, self._seal, keeping.disk_bytes)
        self._lock = threading.Lock()
        self._known: dict[str, list[int]] = {}
        self._look()

    def was_forgotten(self) -> bool:
        """Whether the files were taken away since the last time; the room is made anew then."""
        if not self._files.is_gone:
            return False
        self._files.open()
        with self._lock:
            self._known.clear()
        return True

    def longest(self, tokens: Sequence[int], least: int, most: int, *, freely: bool) -> KeptState | None:
        """The state that spares the most of ``tokens``, if that is more than ``least``; of those with at most ``most``
        tokens, as there may be less memory than when they were written."""
        with self._lock:
            known_ones = [(name, known) for name, known in self._known.items() if len(known) <= most]
            spared = {name: usable(known, tokens, freely=freely) for name, known in known_ones}
        name = max(spared, key=lambda one: spared[one], default="")
        if not name or spared[name] <= least:
            return None
        content = self._files.read(f"{_STATE}.{name}")
        with self._lock:
            known = self._known.get(name)
            if content is None or known is None:
                self._known.pop(name, None)
                return None
        self._files.used([f"{_TOKENS}.{name}", f"{_STATE}.{name}"])
        return KeptState(known, ctypes.create_string_buffer(content, len(content)), urgent=True)

    def takes(self, size_bytes: int) -> bool:
        """Whether a state of this size may be kept at all."""
        return size_bytes <= self._limit_bytes // 2

    def has(self, tokens: list[int]) -> bool:
        """Whether this very state was written."""
        with self._lock:
            return self._name(tokens) in self._known

    def write(self, kept: KeptState) -> None:
        """Keep a state, in place of those of which it is a continuation.

        Raises:
            OSError: no room, or the disk refuses.
        """
        name = self._name(kept.tokens)
        with self._lock:
            ended = [*kept.tokens, -1]
            before = [one for one, known in self._known.items() if usable(known, ended, freely=False)]
        self._files.write(f"{_STATE}.{name}", kept.state.raw)
        self._files.write(f"{_TOKENS}.{name}", array.array("i", kept.tokens).tobytes(), spare=[f"{_STATE}.{name}"])
        for old in before:
            if old != name:
                self._drop(old)
        with self._lock:
            self._known[name] = list(kept.tokens)

    def _look(self) -> None:
        for file in self._files.beginning(_TOKENS):
            name = file.partition(".")[2]
            content = self._files.read(file)
            if content is None or not self._files.has(f"{_STATE}.{name}"):
                self._drop(name)
                continue
            tokens = array.array("i")
            tokens.frombytes(content[: len(content) // tokens.itemsize * tokens.itemsize])
            self._known[name] = tokens.tolist()
        for file in self._files.beginning(_STATE):
            if file.partition(".")[2] not in self._known:
                self._files.drop(file)

    def _drop(self, name: str) -> None:
        with self._lock:
            self._known.pop(name, None)
        for kind in (_TOKENS, _STATE):
            self._files.drop(f"{kind}.{name}")

    def _name(self, tokens: list[int]) -> str:
        return self._seal.name(array.array("i", tokens).tobytes())


class Saver:
    """Owns one thread, which writes what ``taken`` gives once nobody has asked for :data:`IDLE_S` seconds. ``taken``
    is called on that thread, never while an answer is made. The other methods belong to the thread of the answers."""

    def __init__(self, disk: Disk, taken: Callable[[], KeptState | None]) -> None:
        self._disk = disk
        self._taken = taken
        # Held while the window is looked into, by whoever does.
        self._looking = threading.Lock()
        self._changed = threading.Condition()
        self._wanted = self._busy = self._closed = False
        self._thread = threading.Thread(target=self._run, name="llama-saving", daemon=True)
        self._thread.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While an answer is made. What was not begun to be written is not; afterwards it is wanted anew."""
        with self._changed:
            self._wanted = False
            self._changed.notify_all()
        with self._looking:
            yield
        with self._changed:
            self._wanted = not self._closed
            self._changed.notify_all()

    def wait(self) -> None:
        """Block until what is wanted is written or given up."""
        with self._changed:
            self._changed.wait_for(lambda: not self._wanted and not self._busy)

    def close(self) -> None:
        """Write what is begun and nothing more; joins."""
        with self._changed:
            self._closed, self._wanted = True, False
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while self._is_time():
            try:
                with self._looking:
                    kept = self._taken() if self._still_wanted() else None
                if kept is not None and not self._disk.has(kept.tokens):
                    self._disk.write(kept)
            except OSError as error:
                log.warning("what was read could not be kept on disk: %s", type(error).__name__)
            except Exception:
                log.exception("what was read could not be kept on disk")
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _is_time(self) -> bool:
        """Wait until it is quiet. False: closed."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._closed or self._wanted)
                if not self._changed.wait_for(lambda: self._closed or not self._wanted, IDLE_S):
                    self._busy = True
                    return True
                if self._closed:
                    return False

    def _still_wanted(self) -> bool:
        with self._changed:
            wanted, self._wanted = self._wanted, False
            return wanted and not self._closed
