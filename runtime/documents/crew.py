"""The threads that read, recognise and learn: their lines, and whether they may go on now."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence

from runtime.cancel import Cancelled
from runtime.documents.embedders import Embedders
from runtime.documents.learning_work import LearningWork
from runtime.documents.overview import Now
from runtime.documents.power import Power
from runtime.documents.queue_of_files import QueueOfFiles, Turn
from runtime.documents.reader_team import free_children
from runtime.documents.readers.recognising import recogniser
from runtime.documents.reading_work import ReadingWork
from runtime.documents.standing import StandingIndex
from runtime.documents.views import WaitsFor

# Files are read side by side: two always, more where that leaves a core to the person. The app's own part, writing, is
# an eighth of the work; beyond so many it would be waited for, and each takes some 100 MB.
FEWEST_READERS, MOST_READERS = 2, 4
READER_NICENESS = 5
RECOGNISER_NICENESS = 15
TIDY_AMID_RECOGNITION_S = 60.0


def readers_side_by_side() -> int:
    """How many files are read at a time here."""
    return max(FEWEST_READERS, min(MOST_READERS, free_children() - 1))


class Crew:
    """Owns the workers, from :meth:`start` to :meth:`close`, and the passwords they read with, in memory only.

    Any thread. ``changed`` hears of documents on the workers' threads, ``looked`` that all of them may stand
    otherwise; ``may_learn`` says whether all that is to be read is at least in line.
    """

    def __init__(
        self,
        index: StandingIndex,
        embedders: Embedders,
        power: Power,
        changed: Callable[[int], None],
        looked: Callable[[], None],
        may_learn: Callable[[], bool],
    ) -> None:
        self._index = index
        self._embedders = embedders
        self._power = power
        self._changed = changed
        self._looked = looked
        self._all_in_line = may_learn
        self.reads, self.recognises = QueueOfFiles(), QueueOfFiles()
        self.passwords: dict[int, str] = {}
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self._made_way = False
        self._awaits_power = False
        # The log may hold traces that the last run could not clear.
        self._untidy = True
        self._tidied_s = 0.0
        self._works: list[ReadingWork] = []
        self._learning: LearningWork | None = None

    @property
    def started(self) -> bool:
        """Whether there are workers."""
        return bool(self._works)

    def start(self) -> None:
        """Let them begin."""
        self.mind_power()
        for number in range(readers_side_by_side()):
            self._works.append(self._reader(f"documents-reading-{number}"))
        self._works.append(self._recogniser())
        self._learning = LearningWork(self._index, self._embedders, self._may_learn, self._changed, self._looked)

    def _reader(self, name: str) -> ReadingWork:
        return ReadingWork(
            self._index,
            self.reads,
            name=name,
            niceness=READER_NICENESS,
            recognises=False,
            password=self._password,
            tell=self._read,
            may_go_on=self._may_go_on,
            when_idle=self.tidy,
            pictures=self.recognises,
        )

    def _recogniser(self) -> ReadingWork:
        return ReadingWork(
            self._index,
            self.recognises,
            name="documents-recognising",
            niceness=RECOGNISER_NICENESS,
            recognises=True,
            password=self._password,
            tell=self._read,
            may_go_on=self._may_go_on,
            when_idle=lambda: None,
            after=self.reads,
            # What a person asks for is read on battery too.
            # Another process of this home may be the one that reads.
            may_recognise=lambda: not self._awaits_power and self._all_in_line(),
            children=lambda: free_children(chat_answers=self._made_way),
        )

    def _password(self, document: int) -> str:
        return self.passwords.get(document, "")

    def close(self) -> None:
        """End them, the embedders and every child."""
        for work in self._works:
            work.close()
        self._embedders.close()
        if self._learning is not None:
            self._learning.close()

    # --- whether they may -------------------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether the person holds everything still."""
        return not self._may_go_on.is_set()

    def pause(self, paused: bool) -> None:
        """Hold everything still, or go on."""
        (self._may_go_on.clear if paused else self._may_go_on.set)()
        self._hold()

    def make_way(self, needed: bool) -> None:
        """Hold learning still, or go on."""
        self._made_way = needed
        self._hold()

    def mind_power(self) -> None:
        """Look whether there is power, or need not be: called often, it asks the system seldom."""
        awaited = self._power.awaited
        if awaited is not self._awaits_power:
            self._awaits_power = awaited
            self._hold()
            self._looked()

    def _hold(self) -> None:
        still = self.paused or self._awaits_power
        with contextlib.suppress(Cancelled):
            self._embedders.hold(still or self._made_way)

    def _may_learn(self) -> bool:
        self.mind_power()
        still = self.paused or self._awaits_power or self._made_way
        return not still and self.reads.idle and self._all_in_line()

    @property
    def _waits_for(self) -> WaitsFor | None:
        if self.paused:
            return None
        if self._awaits_power:
            return WaitsFor.POWER
        return WaitsFor.ANSWER if self._made_way else None

    # --- what they do -----------------------------------------------------------------------------------------------

    def drop(self, documents: Sequence[int]) -> None:
        """Leave off what is being done with these, and do nothing more."""
        for line in (self.reads, self.recognises):
            line.drop(documents)
        for document in documents:
            self.passwords.pop(document, None)
            for work in self._works:
                work.cancel(document)

    def recognise_left(self) -> None:
        """Put in line the pictures that were not read before this start."""
        if recogniser():
            self.recognises.add(self._index.with_unread_pictures())

    def used(self) -> None:
        """A question was asked: the next one may come soon."""
        if self._learning is not None:
            self._learning.used()

    def tidy(self) -> None:
        """Clear the traces of what was forgotten. On a reading thread when nothing waits, so that it disturbs nobody;
        tried again while somebody reads the index. Recognition writes one document again and again: once a minute is
        enough then."""
        if not self.recognises.idle and time.monotonic() - self._tidied_s < TIDY_AMID_RECOGNITION_S:
            return
        self._tidied_s = time.monotonic()
        if self._untidy or self._index.purge_is_due:
            self._untidy = True
            self._untidy = not self._index.purge()

    @property
    def is_reading(self) -> bool:
        """Whether anything is being read or recognised, or waits for it."""
        return not (self.reads.idle and self.recognises.idle)

    @property
    def is_reading_now(self) -> bool:
        """The same, without the pictures that wait for power or for another process of this home."""
        recognised = Turn.ASKED if self._awaits_power or not self._all_in_line() else Turn.AGAIN
        return not (self.reads.idle and self.recognises.idle_up_to(recognised))

    @property
    def is_learning(self) -> bool:
        """Whether something is left to learn, and can be."""
        model = self._embedders.learning_id
        if not model or (self._learning is not None and self._learning.failed):
            return False
        return bool(self._index.pending(model, 1))

    def now(self, *, busy: bool) -> Now:
        """What is under way."""
        return Now(
            doing={document: doing for work in self._works for document, doing in list(work.doing.items())},
            reading=self.reads.known,
            recognising=self.recognises.known,
            busy=busy,
            paused=self.paused,
            passages_per_s=self._learning.passages_per_s if self._learning is not None else None,
            waits_for=self._waits_for,
        )

    def _read(self, document_id: int) -> None:
        if self._learning is not None:
            self._learning.look()
        self._changed(document_id)
