"""What this computer and its models were measured to do: learnt from real answers and downloads, and from a self-test
that is run while nobody asks anything."""

from __future__ import annotations

import logging
import os
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

from runtime.cancel import Cancelled, CancelToken
from runtime.catalogue.measured import NOTHING_MEASURED, Measured, ModelMeasured
from runtime.downloads.manners import runs_on_battery
from runtime.errors import HearthError, Problem
from runtime.events import AnswerStatistics, DownloadChanged, DownloadPhase, Event, SelfTestChanged, SelfTestState
from runtime.hardware.computer import Computer
from runtime.inference.self_test import run_self_test
from runtime.storage.measurements import ChatSpeed, MeasurementStore, ModelMemory, SelfTest

log = logging.getLogger(__name__)

# What a self-test takes while it runs, with room for everything else.
ROOM_BYTES = 2_000_000_000
# An answer of a few words tells of the start, not of the speed.
LEAST_ANSWER_TOKENS = 16
# Of a shorter prompt much of the time goes into its beginning.
LONG_PROMPT_TOKENS = 300
# A download that ends sooner tells of the connecting.
LEAST_DOWNLOAD_BYTES = 20_000_000
# Share of the processor that other programs may take before a test would measure them too.
CALM_LOAD = 0.5
RunSelfTest = Callable[[Callable[[float], None], CancelToken], SelfTest]


def is_calm() -> bool:
    """Whether this computer is plugged in, or has no battery, and other programs do little. Any thread."""
    import psutil

    try:
        load = psutil.getloadavg()[0] / (os.cpu_count() or 1)
    except OSError:
        return False
    return load < CALM_LOAD and not runs_on_battery()


def identity(computer: Computer) -> str:
    """What a measurement belongs to: another chip, card or memory is another computer."""
    card = f"{computer.gpu.name} {computer.gpu.memory_bytes or 0}" if computer.gpu else "no graphics"
    return f"{computer.model_name}, {computer.chip}, {computer.cores} cores, {computer.memory_bytes}, {card}"


class Measuring:
    """Owns the measurements of this computer and, while a self-test runs, its thread and child.

    Nothing is known or learnt before :meth:`open_for` says which computer this is. Any thread; :meth:`close` joins.
    ``on_event`` gets :class:`SelfTestChanged` on the test's own thread.
    """

    def __init__(self, home: Path, on_event: Callable[[Event], None], run: RunSelfTest = run_self_test) -> None:
        self._home = home
        self._on_event = on_event
        self._run = run
        self._lock = threading.Lock()
        self._store: MeasurementStore | None = None
        self._identity = ""
        self._cancel: CancelToken | None = None
        self._thread: threading.Thread | None = None
        self._fetching: dict[str, _Fetch] = {}

    def open_for(self, computer: Computer) -> None:
        """Measurements of ``computer`` are read and kept from now on. What is not readable counts as not measured."""
        with self._lock:
            if self._identity == identity(computer):
                return
            try:
                self._store = MeasurementStore(self._home, identity(computer))
                self._identity = identity(computer)
            except HearthError as error:
                log.warning("measurements can't be read: %s", error)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def self_test(self) -> SelfTest | None:
        """The last self-test of this computer."""
        return self._store.self_test if self._store else None

    def measured(self, computer: Computer) -> Measured:
        """All that is known of ``computer``: nothing, if it is not this one."""
        store = self._store
        if store is None or identity(computer) != self._identity:
            return NOTHING_MEASURED
        models = {name: ModelMeasured(store.chats(name), store.memory(name)) for name in store.models}
        return Measured(store.self_test, models, store.download_bytes_per_s)

    def pace(self, model: str) -> tuple[float, float] | None:
        """Tokens a second that ``model`` (repository or folder) reads and writes here: the middle of its last answers;
        None while none told. Its reading is told by long prompts, where there were any."""
        chats = [chat for chat in self._store.chats(model) if chat.prompt_tokens] if self._store else []
        if not chats:
            return None
        long = [chat for chat in chats if chat.prompt_tokens >= LONG_PROMPT_TOKENS]
        reading = statistics.median(chat.prompt_tokens_per_s for chat in long or chats)
        return reading, statistics.median(chat.tokens_per_s for chat in chats)

    # --- learning -----------------------------------------------------------------------------------------------------

    def note_loaded(self, model: str, active_bytes: int) -> None:
        """``model`` (repository or folder) was loaded and MLX holds this for it. Never raises."""
        store = self._store
        if store is None or active_bytes <= 0:
            return
        before = store.memory(model)
        if before is None or not before.fits(active_bytes):
            self._keep(lambda: store.note_memory(model, ModelMemory(active_bytes)))

    def note_answer(self, model: str, figures: AnswerStatistics) -> None:
        """``model`` has answered. Never raises."""
        store = self._store
        if store is None or figures.answer_tokens < LEAST_ANSWER_TOKENS or figures.answer_tokens_per_s <= 0:
            return
        middle = figures.prompt_tokens + figures.answer_tokens // 2
        # What was kept from an earlier answer says nothing of how fast this one was read.
        read_tokens = max(0, figures.prompt_tokens - figures.reused_tokens)
        chat = ChatSpeed(middle, figures.answer_tokens_per_s, read_tokens, figures.prompt_tokens_per_s, time.time())
        memory = store.memory(model)
        if memory is not None and figures.peak_memory_bytes:
            memory = memory.after(figures.peak_memory_bytes, figures.prompt_tokens + figures.answer_tokens)
        self._keep(lambda: store.add_chat(model, chat, memory))

    def note_download(self, event: DownloadChanged) -> None:
        """How fast the line is, from downloads that were neither paused nor held. Never raises."""
        store = self._store
        if store is None:
            return
        if event.phase is DownloadPhase.TRANSFERRING:
            self._fetching.setdefault(event.repository, _Fetch(time.monotonic(), event.done_bytes)).see(
                event.done_bytes
            )
            return
        ended = self._fetching.pop(event.repository, None)
        rate = ended.bytes_per_s if ended else None
        if rate:
            self._keep(lambda: store.note_download(rate))

    def _keep(self, write: Callable[[], None]) -> None:
        try:
            write()
        except HearthError as error:
            log.warning("a measurement is not kept: %s", error)

    # --- the self-test ------------------------------------------------------------------------------------------------

    def wants_test(self, computer: Computer) -> bool:
        """Whether this computer was never tested and has the room for it now."""
        known = self._store is not None and identity(computer) == self._identity
        return known and self.self_test is None and not self.testing and computer.available_bytes >= ROOM_BYTES

    @property
    def testing(self) -> bool:
        """Whether a self-test runs."""
        return self._thread is not None and self._thread.is_alive()

    def start_test(self) -> None:
        """Test this computer for at most 20 seconds, while no model answers. A running test goes on."""
        with self._lock:
            if self.testing or self._store is None:
                return
            self._cancel = CancelToken()
            self._thread = threading.Thread(
                target=self._test, args=(self._cancel, self._store), name="self-test", daemon=True
            )
            self._thread.start()

    def stop_test(self) -> None:
        """End the test within a tenth of a second; nothing is kept of it."""
        if self._cancel is not None:
            self._cancel.cancel()

    def _test(self, cancel: CancelToken, store: MeasurementStore) -> None:
        self._tell(SelfTestState.RUNNING, 0.0)
        try:
            result = self._run(lambda share: self._tell(SelfTestState.RUNNING, share), cancel)
            store.save_self_test(result)
        except Cancelled:
            self._tell(SelfTestState.STOPPED)
        except HearthError as error:
            self._tell(SelfTestState.FAILED, problem=error.problem())
        else:
            self._tell(SelfTestState.DONE, 1.0)

    def _tell(self, state: SelfTestState, share: float = 0.0, problem: Problem | None = None) -> None:
        self._on_event(SelfTestChanged(state, share, problem))

    def close(self) -> None:
        """End the test and its thread. Must not be called from ``on_event``."""
        self.stop_test()
        if self._thread is not None:
            self._thread.join()


class _Fetch:
    """One stretch of a download that ran without a stop."""

    def __init__(self, started_s: float, done_bytes: int) -> None:
        self._started_s = started_s
        self._first_bytes = self._last_bytes = done_bytes
        self._last_s = started_s

    def see(self, done_bytes: int) -> None:
        """It got this far."""
        if done_bytes > self._last_bytes:
            self._last_bytes, self._last_s = done_bytes, time.monotonic()

    @property
    def bytes_per_s(self) -> float | None:
        """Its rate, None if it was too short to tell."""
        fetched_bytes, seconds = self._last_bytes - self._first_bytes, self._last_s - self._started_s
        return fetched_bytes / seconds if fetched_bytes >= LEAST_DOWNLOAD_BYTES and seconds > 0 else None
