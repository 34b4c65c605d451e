"""The time a walk takes is told truly: of a model whose reading and writing take a known time on its own clock."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from runtime.documents.weight import token_estimate
from runtime.events import AnswerStatistics
from runtime.grounding.budgets import budgets
from runtime.grounding.noting import ordered
from runtime.grounding.pace import Pace
from runtime.grounding.reading_all import Listen, ReadAll, estimated_walk
from runtime.grounding.walk_pace import Ahead, WalkPace
from runtime.hardware.described import described_computer
from runtime.measuring import Measuring
from runtime.requests import ChatMessage, Role
from runtime.sources import Source
from tests.documents_made.words import paragraph

CHUNK = 128


def page(number: int, text: str) -> Source:
    return Source(number, 1, "a.pdf", "/a.pdf", number, "", "", "", text, 0, len(text))


class TimedModel:
    """Reads and writes at a pace of its own, on its own clock. Its tokens are a fifth more than estimated; some parts
    give notes and some none; from the middle on the computer is busy and it is a third slower."""

    def __init__(self, read_per_s: float, write_per_s: float, seed: int, *, busy_from: float = 1e9) -> None:
        self.now = 0.0
        self._read_s, self._write_s = 1 / read_per_s, 1 / write_per_s
        self._random = Random(seed)
        self._busy_from = busy_from
        self.prompts: list[str] = []

    def clock(self) -> float:
        return self.now

    def _spend(self, seconds: float) -> None:
        self.now += seconds * (1.5 if self.now > self._busy_from else 1)

    def __call__(self, turns: tuple[ChatMessage, ...], most: int, listen: Listen | None) -> str:
        self.prompts.append(turns[-1].text)
        tokens = int(1.2 * sum(token_estimate(turn.text) for turn in turns)) + 20
        for done in range(0, tokens, CHUNK):
            self._tell(listen, done, tokens, 0)
            self._spend(min(CHUNK, tokens - done) * self._read_s)
        self._tell(listen, tokens, tokens, 0)
        written = self._random.choice((1, most // 3, most // 2, most)) if most else 0
        for at in range(written):
            self._spend(self._write_s)
            self._tell(listen, tokens, tokens, at + 1)
        return "none" if written == 1 else "word " * written

    @staticmethod
    def _tell(listen: Listen | None, read: int, prompt: int, written: int) -> None:
        if listen is not None:
            listen(read, prompt, written)


def uneven_pages(count: int, seed: int) -> list[Source]:
    random = Random(seed)
    return [page(n, paragraph(random, random.choice((1, 1, 4, 16, 40)))) for n in range(1, count + 1)]


def walk(model: TimedModel, pages: list[Source], before: Pace | None) -> tuple[float, list[tuple[float, int, float]]]:
    """The real time up to the answer's first word, and what was told: when, of how many pages, how many seconds."""
    told: list[tuple[float, int, float]] = []
    sizes = budgets(8_192, before, patient=True)

    def progress(done: int, left: float | None) -> None:
        if left is not None:
            told.append((model.now, done, left))

    reading = ReadAll(pages, "List every code word.", sizes, model, progress, before)
    reading.pace = WalkPace(before, model.clock)
    reading.read()
    notes = reading.joined_notes(sizes.part)
    # The answer's prompt.
    model((ChatMessage(Role.USER, notes),), 0, None)
    return model.now, told


# Notes of a part are anything from nothing to all they may be: over sixteen parts that does not even out as over more.
@pytest.mark.parametrize(("count", "off"), [(60, 0.25), (400, 0.15)])
@pytest.mark.parametrize("seed", range(6))
def test_the_time_is_told_truly(count: int, off: float, seed: int) -> None:
    model = TimedModel(300, 30, seed)
    real, told = walk(model, uneven_pages(count, seed), Pace(300, 30))
    for share in (0.25, 0.5, 0.75):
        at, _, left = [one for one in told if one[0] <= share * real][-1]
        assert (at + left) / real == pytest.approx(1, abs=off), share


def test_without_any_pace_it_is_told_from_the_first_part_on() -> None:
    model = TimedModel(300, 30, 1)
    real, told = walk(model, uneven_pages(200, 1), None)
    assert told[0][0] < 0.1 * real
    at, _, left = [one for one in told if one[0] <= 0.5 * real][-1]
    assert (at + left) / real == pytest.approx(1, abs=0.15)


def test_a_computer_that_gets_busy_is_noticed() -> None:
    pages = uneven_pages(400, 2)
    real, _ = walk(TimedModel(300, 30, 2), pages, None)
    slower, told = walk(TimedModel(300, 30, 2, busy_from=real / 2), pages, None)
    at, _, left = [one for one in told if one[0] <= 0.75 * slower][-1]
    assert (at + left) / slower == pytest.approx(1, abs=0.15)


def test_pages_are_counted_while_a_part_is_read() -> None:
    _, told = walk(TimedModel(300, 30, 3), uneven_pages(60, 3), Pace(300, 30))
    counts = [done for _, done, _ in told]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 60)
    assert len(set(counts)) > 30


def test_a_step_that_made_way_is_timed_from_its_new_beginning() -> None:
    def after(*, waited: bool) -> float | None:
        now = 0.0
        pace = WalkPace(None, lambda: now)
        pace.begin(810)
        if waited:
            for now, read, prompt in ((0.0, 0, 1000), (1.0, 500, 1000), (2.0, 0, 0)):  # noqa: B007 - the clock
                pace.hear(read, prompt, 0)
            now = 100.0
        for seconds, read, written in ((0.0, 0, 0), (2.0, 1000, 0), (1.0, 1000, 10)):
            now += seconds
            pace.hear(read, 1000, written)
        pace.end()
        return pace.seconds_left(Ahead((810,), 20, 100, 1_000, 1_000))

    assert after(waited=True) == pytest.approx(after(waited=False))


def test_before_it_begins_it_is_told_from_earlier_answers() -> None:
    pages, pace = uneven_pages(100, 4), Pace(300, 30)
    tokens = sum(token_estimate(page.text) for page in pages)
    assert estimated_walk(len(pages), tokens, 8_192, None) is None
    told = estimated_walk(len(pages), tokens, 8_192, pace)
    real, _ = walk(TimedModel(300, 30, 4), pages, None)
    assert told is not None
    assert told / real == pytest.approx(1, abs=0.3)


def test_notes_get_the_page_that_they_tell_of() -> None:
    pages = [page(7, "The boiler was serviced by Lindqvist."), page(8, "The rent of the bakery is 1,450 euros.")]
    said = "Notes: none\n- Rent of the bakery: 1,450 euros\nThe boiler was serviced by Lindqvist [7, 99].\nNone"
    assert ordered(said, pages).splitlines() == [
        "- Rent of the bakery: 1,450 euros [8]",
        "The boiler was serviced by Lindqvist [7].",
    ]
    # Words that stand nowhere get no page, and what is said twice is said once.
    assert ordered("Something else entirely [3]\nSomething else entirely [4]", pages) == "Something else entirely"


def test_the_pace_of_reading_is_told_by_long_prompts(tmp_path: Path) -> None:
    measuring = Measuring(tmp_path, lambda _event: None)
    measuring.open_for(described_computer("Apple M4 Pro", 24))
    for prompt, rate in ((40, 30.0), (900, 200.0), (35, 25.0), (40, 28.0)):
        measuring.note_answer("m", AnswerStatistics(prompt, 60, rate, 12.0))
    assert measuring.pace("m") == (200.0, 12.0)
    measuring.close()
