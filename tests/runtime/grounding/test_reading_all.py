"""All of it read: every page reaches a prompt, whatever does not fit, and what is stopped keeps what was read."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from runtime.cancel import Cancelled
from runtime.chats.messages import MessageState
from runtime.errors import PromptTooLong
from runtime.events import AnswerChecked, AnswerFinished, AnswerGrounded, FinishReason, ReadingAll
from runtime.grounding.budgets import budgets
from runtime.grounding.pace import Pace
from runtime.grounding.reading_all import Listen, ReadAll, TooLongForModel, estimated_walk
from runtime.requests import ChatMessage, Priority
from runtime.sources import ReadingMode, Source
from tests.documents_made.answerable import planted
from tests.documents_made.words import paragraph
from tests.runtime.grounding.kit import EVERYTHING, Desk


def pages_of(texts: list[str]) -> list[Source]:
    return [Source(n, 1, "a.pdf", "/a.pdf", n, "", "", "", text, 0, len(text)) for n, text in enumerate(texts, 1)]


class Model:
    """Takes prompts up to a length, and writes down every page number it saw."""

    def __init__(self, most_chars: int = 10**9, notes: str = "A fact.") -> None:
        self.most_chars = most_chars
        self.notes = notes
        self.prompts: list[str] = []

    def __call__(self, messages: tuple[ChatMessage, ...], max_tokens: int, listen: Listen | None) -> str:
        text = messages[-1].text
        if len(text) > self.most_chars:
            raise TooLongForModel(self.most_chars / len(text))
        self.prompts.append(text)
        return self.notes


def everything(model: Model) -> str:
    return "".join("".join(prompt.split()) for prompt in model.prompts)


@pytest.mark.parametrize("most_chars", [10**9, 2_500, 1_200])
def test_every_letter_of_every_page_reaches_a_prompt(most_chars: int) -> None:
    random = Random(3)
    texts = [paragraph(random, random.choice((1, 4, 40))) for _ in range(60)]
    model = Model(most_chars)
    reading = ReadAll(pages_of(texts), "List all.", budgets(4_000, None), model, lambda _done, _left: None)
    walk = reading.read()
    assert walk.pages_done == walk.pages == 60
    read = everything(model)
    for text in texts:
        # A page longer than a part is read in pieces; each of its sentences' words are there.
        pieces = [part for part in text.split(" ") if part]
        assert all(piece in read for piece in pieces)
        if len(text) < 300 and most_chars > 2_000:
            assert "".join(text.split()) in read


def test_progress_goes_from_nothing_to_all_and_tells_the_rest() -> None:
    told: list[tuple[int, float | None]] = []
    pages = pages_of([paragraph(Random(n), 8) for n in range(40)])
    ReadAll(pages, "List all.", budgets(2_000, None), Model(), lambda done, left: told.append((done, left))).read()
    assert told[0] == (0, None)
    assert told[-1][0] == 40
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(left is not None for _, left in told[1:])


def test_notes_that_do_not_fit_are_joined_and_none_is_lost() -> None:
    pages = pages_of([paragraph(Random(n), 30) for n in range(12)])
    model = Model()
    reading = ReadAll(pages, "List all.", budgets(1_000, None), model, lambda _done, _left: None)
    reading.walk.notes = [f"Fact {n} [{n}]. " + "and more " * 60 for n in range(12)]
    before = len(model.prompts)
    notes = reading.joined_notes(100)
    joined = "".join(model.prompts[before:])
    assert all(f"Fact {n} [{n}]" in joined for n in range(12))
    assert len(notes) < 1_000


def test_notes_on_nothing_are_no_notes() -> None:
    reading = ReadAll(
        pages_of(["One.", "Two."]), "List.", budgets(2_000, None), Model(notes=" None. "), lambda _d, _l: None
    )
    assert reading.read().notes == []


def test_a_model_that_can_read_nothing_ends_it() -> None:
    reading = ReadAll(pages_of(["words " * 500]), "List.", budgets(2_000, None), Model(10), lambda _d, _l: None)
    with pytest.raises(TooLongForModel):
        reading.read()


def test_what_was_cited_is_known_by_number() -> None:
    reading = ReadAll(
        pages_of(["One.", "Two."]), "List.", budgets(2_000, None), Model(notes="A [2], b [1, 2]."), lambda _d, _l: None
    )
    assert reading.read().cited == (2, 1)


def test_the_answer_is_written_from_the_notes(desk: Desk) -> None:
    content, words = planted(30, 3)
    desk.read(long_pdf=content)
    request_id = desk.chat.ask(desk.conversation(), "List every code word.", read_all=True)
    seen = 0
    while True:
        desk.asked(seen + 1)
        request = desk.engine.asked[seen]
        if not request.request_id.startswith("aside-"):
            break
        seen += 1
        found = [(page, word) for page, word in words.items() if word in request.messages[-1].text]
        desk.engine.say("\n".join(f"Code word {word} [{page}]" for page, word in found) or "none")
        desk.engine.end()
    assert seen >= 2
    told = request.messages[-1].text
    assert all(word in told for word in words.values())
    desk.engine.say("They are " + ", ".join(f"{word} [{page}]" for page, word in words.items()) + ".")
    desk.engine.end()
    desk.wait_for(AnswerChecked, request_id)
    grounding = desk.store.message(request_id).grounding
    assert grounding is not None
    assert (grounding.mode, grounding.pages, grounding.pages_read) == (ReadingMode.ALL, 30, 30)
    assert {source.number for source in grounding.sources} >= set(words)
    progress = [event for event in desk.events if isinstance(event, ReadingAll)]
    assert (progress[0].pages_done, progress[-1].pages_done, progress[-1].pages) == (0, 30, 30)
    kinds = [type(event) for event in desk.events if getattr(event, "request_id", "") == request_id]
    assert kinds.index(AnswerGrounded) > kinds.index(ReadingAll)


def test_notes_that_were_too_long_for_the_answer_are_not_taken_again(desk: Desk) -> None:
    content, _ = planted(30, 3)
    desk.read(long_pdf=content)
    request_id = desk.chat.ask(desk.conversation(), "List every code word.", read_all=True)
    seen = 0
    while True:
        desk.asked(seen + 1)
        if not desk.engine.asked[seen].request_id.startswith("aside-"):
            break
        seen += 1
        desk.engine.say("\n".join(f"Note {at} of step {seen}" for at in range(20)))
        desk.engine.end()
    desk.engine.end(FinishReason.FAILED, PromptTooLong(9_000, 4_500))
    desk.asked(seen + 2)
    first, again = desk.engine.asked[seen:]
    assert again.request_id == request_id
    assert 0 < again.messages[-1].text.count("Note") < first.messages[-1].text.count("Note")
    assert f"of step {seen}" in again.messages[-1].text
    desk.engine.say("There are none.")
    desk.engine.end()
    desk.wait_for(AnswerChecked, request_id)


def test_each_planted_fact_of_four_hundred_pages_reaches_a_prompt(desk: Desk) -> None:
    content, words = planted(400, 20)
    desk.read(report_pdf=content)
    pages = desk.documents.every_page(EVERYTHING)
    assert [page.number for page in pages] == [page.page for page in pages] == list(range(1, 401))
    model = Model()
    walk = ReadAll(pages, "List every code word.", budgets(8_000, None), model, lambda _done, _left: None).read()
    assert walk.pages_done == 400
    for page, word in words.items():
        holding = [prompt for prompt in model.prompts if word in prompt]
        assert len(holding) == 1
        # Under the number of its own page.
        above = holding[0][: holding[0].index(word)].rpartition("\n--- ")[2] or holding[0]
        assert f'[{page}] "report.pdf", page {page}' in above.splitlines()[0]


def test_stopped_in_the_middle_keeps_what_was_read(desk: Desk) -> None:
    content, _ = planted(30, 3)
    desk.read(long_pdf=content)
    request_id = desk.chat.ask(desk.conversation(), "List every code word.", read_all=True)
    desk.asked(1)
    desk.engine.say("The first part speaks of revenue [1].")
    desk.engine.end()
    desk.asked(2)
    desk.chat.stop(request_id)
    assert desk.finished(request_id).reason is FinishReason.STOPPED
    desk.wait_for(AnswerChecked, request_id)
    answer = desk.store.message(request_id)
    assert (answer.state, answer.text) == (MessageState.STOPPED, "The first part speaks of revenue [1].")
    assert answer.grounding is not None
    assert 0 < answer.grounding.pages_read < 30
    assert answer.grounding.mode is ReadingMode.ALL


def test_what_a_person_asks_elsewhere_comes_between_the_steps_of_a_walk(desk: Desk) -> None:
    content, _ = planted(30, 3)
    desk.read(long_pdf=content)
    walk = desk.chat.ask(desk.conversation(), "List every code word.", read_all=True)
    desk.asked(1)
    step = desk.engine.asked[0]
    assert step.priority is Priority.DOCUMENTS
    desk.engine.say("Half of a no")
    question = desk.chat.ask(desk.store.create(), "Why?")
    assert desk.engine.running == question
    desk.engine.say("Because.")
    desk.engine.end()
    assert desk.finished(question).reason is FinishReason.COMPLETE
    assert desk.engine.running == step.request_id, "the same step again, from its beginning"
    desk.engine.say("The first part speaks of revenue [1].")
    desk.engine.end()
    desk.asked(4)
    desk.chat.stop(walk)
    assert desk.finished(walk).reason is FinishReason.STOPPED
    assert desk.store.message(walk).text == "The first part speaks of revenue [1]."


def test_the_time_is_told_before(desk: Desk) -> None:
    content, _ = planted(30, 3)
    desk.read(long_pdf=content)
    pages, tokens = desk.documents.size(EVERYTHING)
    assert pages == 30
    assert estimated_walk(pages, tokens, 8_192, None) is None
    seconds = estimated_walk(pages, tokens, 8_192, Pace(500.0, 20.0))
    assert seconds is not None
    assert 5 < seconds < 120


def test_ended_by_cancelling_between_parts() -> None:
    def ask(_messages: tuple[ChatMessage, ...], _most: int, _listen: Listen | None) -> str:
        raise Cancelled

    with pytest.raises(Cancelled):
        ReadAll(pages_of(["One."]), "List.", budgets(2_000, None), ask, lambda _d, _l: None).read()


@pytest.mark.slow
def test_each_planted_fact_of_a_long_report_reaches_a_real_model(tmp_path: Path, tiny_model: Path) -> None:
    from runtime.inference.in_process import InProcessEngine
    from runtime.requests import Generate, LoadModel

    prompts: list[str] = []

    class Listening(InProcessEngine):
        def generate(self, request: Generate) -> None:
            prompts.append(request.messages[-1].text)
            super().generate(request)

    content, words = planted(8, 4)
    desk = Desk(tmp_path, Listening)
    try:
        desk.read(long_pdf=content)
        desk.chat.load(LoadModel(str(tiny_model)))
        desk.until(lambda: desk.chat.loaded is not None)
        request_id = desk.chat.ask(desk.conversation(), "List every code word.", read_all=True)
        end = desk.wait_for(AnswerFinished, request_id)
        assert isinstance(end, AnswerFinished)
        assert end.reason is not FinishReason.FAILED, end.problem
        desk.wait_for(AnswerChecked, request_id)
        assert all(any(word in prompt for prompt in prompts) for word in words.values())
        grounding = desk.store.message(request_id).grounding
        assert grounding is not None
        assert grounding.pages_read == 8
    finally:
        desk.close()
