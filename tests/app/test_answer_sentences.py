"""What is said of an answer over documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.chat.answers.shown import Tone
from app.presenters.backing import backing_of
from app.sentences import answers as sentences
from runtime.sources import Grounding, ReadingMode, Verdict, VerdictKind
from tests import made_up_answers as made

Mode = ReadingMode


@pytest.mark.parametrize(
    ("mode", "read", "pages", "line"),
    [
        (Mode.PASSAGES, 9, 412, "Read 9 of 412 pages"),
        (Mode.WHOLE, 12, 12, "Read all 12 pages"),
        (Mode.WHOLE, 1, 1, "Read the whole page"),
        (Mode.ALL, 1412, 1412, "Read all 1,412 pages"),
        (Mode.ALL, 120, 412, "Read 120 of 412 pages"),
        (Mode.QUOTED, 3, 412, "From 3 of 412 pages"),
        (Mode.NOTHING, 0, 412, "Looked through 412 pages"),
        (Mode.NOTHING, 0, 0, ""),
    ],
)
def test_what_was_read(mode: ReadingMode, read: int, pages: int, line: str) -> None:
    assert sentences.read_line(Grounding(mode, "", 1, pages, read)) == line


def verdicts(*kinds: VerdictKind) -> tuple[Verdict, ...]:
    return tuple(Verdict(number, number + 1, kind) for number, kind in enumerate(kinds))


@pytest.mark.parametrize(
    ("kinds", "line", "tone"),
    [
        (("found",) * 6 + ("not_found",), "6 sentences found, 1 not in your documents", Tone.WARNED),
        (("found",), "1 sentence found", Tone.GOOD),
        (("not_found", "unchecked"), "1 sentence not in your documents", Tone.WARNED),
        (("unchecked",), "no sentence could be checked", Tone.PLAIN),
        ((), "no sentence could be checked", Tone.PLAIN),
    ],
)
def test_what_became_of_the_sentences(kinds: tuple[str, ...], line: str, tone: Tone) -> None:
    grounding = replace(made.grounding(), verdicts=verdicts(*map(VerdictKind, kinds)))
    backing = backing_of(grounding, "Text.", ended=True)
    assert backing.line == f"Read 6 of 412 pages · {line}"
    assert backing.tone is tone


def test_before_the_end_nothing_is_said_of_sentences() -> None:
    writing = backing_of(made.checked(), made.ANSWER, ended=False)
    assert writing.line == "Read 6 of 412 pages"
    assert writing.marks == ()
    checking = backing_of(made.grounding(), made.ANSWER, ended=True, checking=True)
    assert (checking.line, checking.tone) == ("Read 6 of 412 pages · Checking each sentence…", Tone.BUSY)
    # Hearth was closed before the check: nobody is at it any more.
    assert backing_of(made.grounding(), made.ANSWER, ended=True).line.endswith("its sentences were not checked")


def test_one_source_with_orders_and_several() -> None:
    sources = made.lease_sources()
    one = made.grounding(sources=sources)
    assert sentences.orders(one) == ("Source 5 contains instructions to an AI. Hearth treats them as text only.")
    several = made.grounding(sources=tuple(replace(source, orders=True) for source in sources[:3]))
    assert sentences.orders(several).startswith("Sources 1, 2 and 3 contain instructions")
    assert sentences.orders(made.grounding(sources=sources[:1])) == ""


def test_where_a_source_stands() -> None:
    source = made.lease_sources()[0]
    assert sentences.where(source) == "page 9"
    assert sentences.where(replace(source, label="xii")) == "page xii"
    assert sentences.where(replace(source, label="Sheet: 2024")) == "Sheet: 2024"
    assert sentences.where(replace(source, part="Invoice.pdf", page=1)) == "Invoice.pdf, page 1"


@pytest.mark.parametrize(
    "question",
    [
        "Summarise my papers",
        "List all deadlines",
        "How many invoices are there?",
        "Give me an overview of it",
        "Fass das bitte zusammen",
        "Liste alle Fristen auf",
        "Résume ce document",
        "总结这份文件",
        "Сколько договоров?",
    ],
)
def test_questions_for_everything_are_known(question: str) -> None:
    assert sentences.about_everything(question)


@pytest.mark.parametrize(
    "question",
    ["What is the notice period?", "Who signed the lease?", "What about the deposit?", "Wie hoch ist die Miete?"],
)
def test_questions_for_one_thing_are_not_held_up(question: str) -> None:
    assert not sentences.about_everything(question)


def test_progress_and_offers() -> None:
    assert sentences.read_all_question(412, 360.0) == "Read all 412 pages first? About 6 minutes"
    assert sentences.read_all_question(412, None) == "Read all 412 pages first?"
    assert sentences.reading_line(119, 412, 244.0) == "Reading page 120 of 412 · about 4 minutes left"
    assert sentences.reading_line(0, 412, None) == "Reading page 1 of 412"
    assert sentences.reading_line(412, 412, 3.0) == "All pages are read. Writing the answer…"
