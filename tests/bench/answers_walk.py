"""Reading all of a long document with a real model: whether each planted page reaches it, and how true its time is."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from runtime.documents.weight import token_estimate
from runtime.events import AnswerStatistics, ReadingAll
from runtime.grounding.pace import Pace
from runtime.grounding.reading_all import estimated_walk
from runtime.sources import DocumentScope
from tests.bench.answers_real import RealChat, Told
from tests.documents_made.answerable import planted

EVERYTHING = DocumentScope(everything=True)
SHARES = (0.1, 0.25, 0.5, 0.75)
QUESTION = "List every code word."


def walk(folder: Path, pages: int, facts: int, model: Path) -> dict[str, Any]:
    """The time told before, and at some shares of the walk's real time, against the real time to the first word."""
    from tests.bench.answers import House

    content, words = planted(pages, facts, uneven=True)
    house = House(folder, {"long.pdf": content}, meaning=False)
    chat = RealChat(house.service, model)
    # A first answer, as there is before anybody has a long document read: the pace of the model is known from it.
    first = chat.ask("What is the code word of section 3?", EVERYTHING)
    chat.pace = pace_of(chat.figures)
    before = _estimate(house.service.every_page(EVERYTHING), chat)
    told = chat.ask(QUESTION, EVERYTHING, read_all=True)
    chat.close()
    house.service.close()
    assert told.first_word_s is not None
    found = [any(word in turns[-1].text for turns in told.prompts) for word in words.values()]
    progress = [event for _, event in told.events if isinstance(event, ReadingAll)]
    real = told.first_word_s - told.began_s
    return {
        "pages": pages,
        "pages_read": progress[-1].pages_done,
        "planted": facts,
        "reached_a_prompt": sum(found),
        "in_the_answer": sum(word in told.message.text for word in words.values()),
        "prompts": len(told.prompts),
        "pace_before": None
        if chat.pace is None
        else [round(chat.pace.reading_tokens_per_s, 1), round(chat.pace.writing_tokens_per_s, 1)],
        "first_answer_s": round(first.ended_s - first.began_s, 1),
        "to_the_first_word_s": round(real, 1),
        "to_the_end_s": round(told.ended_s - told.began_s, 1),
        "told_before_off_by": None if before is None else round(before / real - 1, 3),
        "told_total_off_by": {f"{share:.0%}": _off(told, share, real) for share in SHARES},
        "worst_from_a_tenth_on": _worst(told, real),
    }


def pace_of(figures: list[AnswerStatistics]) -> Pace | None:
    """What the app would know of a model after these answers."""
    told = [one for one in figures if one.answer_tokens >= 4 and one.prompt_tokens_per_s > 0]
    if not told:
        return None
    reading = statistics.median(one.prompt_tokens_per_s for one in told)
    return Pace(reading, statistics.median(one.answer_tokens_per_s for one in told))


def _estimate(pages: Any, chat: RealChat) -> float | None:
    loaded = chat.chat.loaded
    tokens = sum(token_estimate(page.text) for page in pages)
    return estimated_walk(len(pages), tokens, loaded.context_tokens if loaded else 0, chat.pace)


def _totals(told: Told) -> list[tuple[float, float]]:
    """Seconds since the question, and the total that was told then."""
    return [
        (at - told.began_s, at - told.began_s + event.seconds_left)
        for at, event in told.events
        if isinstance(event, ReadingAll) and event.seconds_left is not None
    ]


def _off(told: Told, share: float, real: float) -> float | None:
    """By how much the total told last before this share of the time was off."""
    said = [total for at, total in _totals(told) if at <= share * real]
    return round(said[-1] / real - 1, 3) if said else None


def _worst(told: Told, real: float) -> float | None:
    errors = [abs(total / real - 1) for at, total in _totals(told) if at >= 0.1 * real]
    return round(max(errors), 3) if errors else None
