"""How fast the guide answers alone, while learning makes way for it as it does, and if it did not.

python -m tests.bench.learning_beside_chat [ROUNDS]: the rounds are interleaved, and medians told.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from runtime.api import AnswerFinished, Event, Paths, Runtime

WORDS = "The lamp number {} stands under the tree, near the blue house, and the river runs over a stone. "
QUESTION = "How do I rename a chat?"
ALONE, MAKES_WAY, GOES_ON = "alone", "learning makes way", "learning goes on"


class Room:
    """A Runtime with more to learn than there will be time for."""

    def __init__(self, home: Path) -> None:
        paths = Paths.below(home)
        paths.prepare()
        self._finished = threading.Event()
        self._rate = 0.0
        self.runtime = Runtime(paths, self._hear)
        text = home / "long.txt"
        text.write_text("\n\n".join(WORDS.format(number) * 7 for number in range(20_000)))
        self.runtime.documents.start()
        self.runtime.documents.add([str(text)])
        while not self.runtime.documents.wait(timeout_s=600):
            pass

    def _hear(self, event: Event) -> None:
        if isinstance(event, AnswerFinished):
            self._rate = event.statistics.answer_tokens_per_s
            self._finished.set()

    def answer(self) -> float:
        """Words' pieces a second of one answer."""
        self._finished.clear()
        self.runtime.guide.ask(self.runtime.conversations.create(), QUESTION)
        assert self._finished.wait(120)
        return self._rate


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        with room.runtime as runtime:
            documents = runtime.documents
            way = documents.make_way
            rates: dict[str, list[float]] = {ALONE: [], MAKES_WAY: [], GOES_ON: []}
            before: dict[str, Callable[[], object]] = {
                ALONE: documents.pause,
                MAKES_WAY: documents.resume,
                GOES_ON: documents.resume,
            }
            room.answer()
            for _ in range(rounds):
                for name, found in rates.items():
                    before[name]()
                    vars(documents)["make_way"] = (lambda _needed: None) if name == GOES_ON else way
                    found.append(room.answer())
            for name, found in rates.items():
                ratio = statistics.median(found) / statistics.median(rates[ALONE])
                print(f"{name:<20} {statistics.median(found):6.1f} tokens/s  {ratio:.2f} of alone")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
