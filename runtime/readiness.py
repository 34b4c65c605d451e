"""When the model in use is in memory: woken before it is asked, and put to rest when nobody needs it.

One place decides. A model that a person chooses is loaded at once. Otherwise it is woken as soon as somebody is about
to ask (the field for questions has the keyboard, a first character is typed) and at the start of the app, if it fits
into what is free now, memory is not short and the battery is not nearly empty: what nobody asked for yet must harm
nothing. A download that is being checked does not keep it from being woken: a person who
is about to ask should not wait for work that can. Once something is asked none of this counts, and the engine says what
is wrong.

It is put to rest, and its memory given back whole, when nobody used it for as long as the settings say, and earlier
when memory is short while it idles (while it answers, the engine's own guard ends it). It comes back with the next
sign that somebody is about to ask, or with the question itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from runtime.errors import HearthError
from runtime.events import AnswerFinished, AnswerStarted, EngineChanged, EngineState, Event, ModelLoaded
from runtime.requests import LoadModel

log = logging.getLogger(__name__)

LOOK_EVERY_S = 15.0
# Below this a computer that nobody plugs in soon ends by itself; a model for a question that may not come can wait.
LOW_BATTERY_PERCENT = 20.0
# Of an idle model. A single reading may be a moment; half a minute of short memory is not.
READINGS_TO_REST = 2
# The engine insists on a tenth of the weights beside them.
LEAST_ROOM = 9 / 8
MINUTE_S = 60.0


class Model(Protocol):
    """The model in use (``Conversing``)."""

    @property
    def state(self) -> EngineState: ...

    @property
    def known(self) -> ModelLoaded | None: ...

    def load(self, request: LoadModel) -> None: ...

    def rest(self) -> None: ...


@dataclass(frozen=True)
class Wanted:
    """How the model in use would be loaded now. ``weight_bytes`` 0: not known."""

    load: LoadModel
    weight_bytes: int = 0

    @property
    def fits(self) -> bool:
        """Whether it would, as far as is known before it is tried."""
        budget_bytes = self.load.budget_bytes
        return budget_bytes is None or self.weight_bytes * LEAST_ROOM <= budget_bytes


def _no() -> bool:
    return False


@dataclass(frozen=True)
class Surroundings:
    """What keeps a model from being woken ahead of a question. Each is asked then, on the caller's thread."""

    memory_short: Callable[[], bool] = _no
    battery_low: Callable[[], bool] = _no

    @property
    def forbid(self) -> bool:
        """Whether one of them does."""
        return self.memory_short() or self.battery_low()


def battery_is_low() -> bool:
    """Whether this computer lives from a battery that is nearly empty. Any thread; never raises."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except Exception:  # not on every system, and what drivers answer is not always what psutil expects
        return False
    return battery is not None and battery.power_plugged is False and battery.percent < LOW_BATTERY_PERCENT


class Readiness:
    """Owns one thread that looks whether the model is still needed; :meth:`close` joins it. Any thread may call.

    ``wanted`` says how the model in use is loaded now (None: none is, or its files are being moved), may look at disk
    and computer for a second or two, and may raise HearthError. ``keep_minutes`` is how long a model stays without
    being used, 0 for always; it is asked anew at each look.
    """

    def __init__(
        self,
        model: Model,
        wanted: Callable[[], Wanted | None],
        surroundings: Surroundings,
        keep_minutes: Callable[[], int],
        *,
        clock: Callable[[], float] = time.monotonic,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._model = model
        self._wanted = wanted
        self._surroundings = surroundings
        self._keep_minutes = keep_minutes
        self._clock = clock
        self._look_every_s = look_every_s
        self._waking = threading.Lock()
        self._load_asked = False
        self._answering: set[str] = set()
        self._used_s = clock()
        self._short_readings = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="readiness", daemon=True)
        self._thread.start()

    # --- signs of a person --------------------------------------------------------------------------------------------

    def note_person(self) -> None:
        """Somebody types, or is about to: the model is in use. Returns at once."""
        self._used_s = self._clock()

    def use(self, request: LoadModel) -> None:
        """A person chose this model: it is loaded now, whatever the surroundings."""
        self._load(request)

    def look_ahead(self) -> None:
        """Wake the model in use, if it is not awake and nothing speaks against it. Blocks while the computer is looked
        at: not for the UI thread. What is wrong with the model, its load tells; what is wrong before that, a question
        does."""
        self.note_person()
        with self._waking:
            if not self._asleep or self._closed.is_set() or self._surroundings.forbid:
                return
            wanted = self._now()
            if wanted is not None and wanted.fits and self._asleep:
                self._load(wanted.load)

    def need(self) -> None:
        """A question is about to be asked. Never raises; blocks only where the engine does not know yet which model to
        wake: one that rests comes back by itself, as it was."""
        self.note_person()
        if not self._asleep or self._model.known is not None:
            return
        with self._waking:
            wanted = self._now() if self._asleep and not self._closed.is_set() else None
            if wanted is not None:
                self._load(wanted.load)

    def note(self, event: Event) -> None:
        """Hear of an event of the model in use. Returns at once; on the engine's thread."""
        if isinstance(event, EngineChanged):
            if event.state is not EngineState.STOPPED:
                self._load_asked = False
            self.note_person()
        elif isinstance(event, AnswerStarted):
            self._answering.add(event.request_id)
        elif isinstance(event, AnswerFinished):
            self._answering.discard(event.request_id)
            self.note_person()

    def close(self) -> None:
        """End the thread; nothing is loaded any more. May be called twice."""
        self._closed.set()
        self._thread.join()

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _asleep(self) -> bool:
        return self._model.state is EngineState.STOPPED and not self._load_asked

    def _now(self) -> Wanted | None:
        try:
            return self._wanted()
        except HearthError as error:
            log.info("the model in use is not woken: %s", error.code)
        except Exception:
            log.exception("the model in use could not be looked at")
        return None

    def _load(self, request: LoadModel) -> None:
        self.note_person()
        self._load_asked = True
        self._model.load(request)

    def _watch(self) -> None:
        while not self._closed.wait(self._look_every_s):
            try:
                self.look_after()
            except Exception:
                log.exception("it could not be seen whether the model is needed")

    def look_after(self) -> None:
        """Put the model to rest if nobody needs it any more. Called by the thread; the engine itself refuses while
        anything is asked."""
        if self._model.state is not EngineState.READY or self._answering:
            self._short_readings = 0
            return
        keep_s = self._keep_minutes() * MINUTE_S
        unused_s = self._clock() - self._used_s
        if 0 < keep_s <= unused_s:
            log.info("the model rests: nobody used it for %.0f s", unused_s)
            self._model.rest()
            return
        short = unused_s >= self._look_every_s and self._surroundings.memory_short()
        self._short_readings = self._short_readings + 1 if short else 0
        if self._short_readings >= READINGS_TO_REST:
            log.info("the model rests: memory is short")
            self._short_readings = 0
            self._model.rest()
