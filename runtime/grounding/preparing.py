"""From a question over documents to a prompt, or to an answer that needs no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.service import DocumentService
from runtime.documents.weight import token_estimate
from runtime.errors import Problem, PromptTooLong
from runtime.events import AnswerStatistics, Event, ReadingAll
from runtime.grounding.budgets import ASSUMED_CONTEXT_TOKENS, BEFORE_SHARE, Budgets, budgets
from runtime.grounding.fencing import (
    answer_turns,
    new_tag,
    question_turn,
    system_turn,
    tag_of,
    turns_before,
    turns_below_all,
)
from runtime.grounding.follow_ups import whole_question
from runtime.grounding.pace import Pace
from runtime.grounding.quoting import MOST_QUOTES, quoted
from runtime.grounding.reading_all import Ask, Listen, ReadAll, TooLongForModel, Walk
from runtime.requests import ChatMessage
from runtime.sources import DocumentScope, Grounding, ReadingMode, Source

# Pages of a long walk that are kept with its answer: those its notes name.
MOST_WALK_SOURCES = 60


class ModelGaveUp(Exception):
    """The model failed while the documents were being read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class FromDocuments:
    """What answers over documents need: the documents, how fast the model reads and writes here, and whether there is
    a model at all (``quotes``: passages are quoted, nothing is generated). ``measured`` is told what each step of
    preparing cost, on the threads of the answers."""

    documents: Callable[[], DocumentService]
    pace: Callable[[], Pace | None] = lambda: None
    quotes: bool = False
    measured: Callable[[AnswerStatistics], None] = lambda _figures: None


@dataclass(frozen=True)
class Task:
    """One question. ``turns`` is the conversation, the question last; ``system`` the person's own instructions.
    ``kept`` is what an answer that is written on stands on already. ``scale``: less of the documents than last time,
    when ``looked_for`` is known too and the model had the ``problem`` that its prompt was too long.
    ``conversation_id``: prompts of one conversation begin alike."""

    request_id: str
    question: str
    turns: tuple[ChatMessage, ...]
    scope: DocumentScope
    system: str = ""
    read_all: bool = False
    context_tokens: int = 0
    kept: Grounding | None = None
    scale: float = 1.0
    looked_for: str = ""
    problem: Problem | None = None
    walked: Walked | None = None
    conversation_id: str = ""


@dataclass(frozen=True)
class Walked:
    """The end of a long walk, so that it need not be gone again: all notes, and what they stand on."""

    notes: str
    grounding: Grounding


@dataclass(frozen=True)
class Prepared:
    """``messages`` for the model to answer, or ``text`` that is the whole answer. ``walked``, if all was read."""

    grounding: Grounding
    messages: tuple[ChatMessage, ...] = ()
    text: str | None = None
    walked: Walked | None = None


# Blocks until the model has answered these turns with so many tokens at most. Raises Cancelled, ModelGaveUp.
AskModel = Ask


class StoppedReading(Cancelled):
    """The person ended a long walk: what was read of it is kept."""

    def __init__(self, notes: str, grounding: Grounding) -> None:
        super().__init__()
        self.notes = notes
        self.grounding = grounding


def prepare(
    task: Task, through: FromDocuments, ask: AskModel, tell: Callable[[Event], None], cancel: CancelToken
) -> Prepared:
    """Blocks: on a thread of its own. Raises Cancelled (StoppedReading in a long walk), ModelGaveUp, StoreDamaged."""
    if task.kept is not None:
        return _with_prompt(task, task.kept)
    if task.walked is not None:
        return _answer_from(task, replace(task.walked, notes=_thinned(task.walked.notes, task.scale)))
    documents, pace = through.documents(), through.pace()
    if through.quotes:
        text, grounding = quoted(documents.quotable(_looked_for(task, None), task.scope, MOST_QUOTES))
        return Prepared(grounding, text=text)
    sizes = budgets(task.context_tokens, pace, scale=task.scale, patient=task.read_all)
    grounding = documents.gather(task.looked_for or task.question, task.scope, sizes.passages, sizes.whole)
    if not task.looked_for and grounding.mode is not ReadingMode.WHOLE:
        # Where all of it goes in, nothing is looked for, and what was said before tells what is meant.
        looked_for = _looked_for(task, ask)
        cancel.check()
        if looked_for != task.question:
            grounding = documents.gather(looked_for, task.scope, sizes.passages, sizes.whole)
    cancel.check()
    if task.read_all and grounding.mode is not ReadingMode.WHOLE and grounding.documents:
        return _read_all(task, documents, grounding, sizes, ask, tell, pace)
    if grounding.mode is ReadingMode.NOTHING:
        if task.problem is not None:
            # There was something before: it is the question that leaves no room for it.
            raise ModelGaveUp(task.problem)
        return Prepared(replace(grounding, verdicts=()), text="")
    return _with_prompt(task, grounding)


def _looked_for(task: Task, ask: AskModel | None) -> str:
    def rewrite(messages: tuple[ChatMessage, ...], max_tokens: int) -> str | None:
        try:
            return ask(messages, max_tokens, None) if ask is not None else None
        except ModelGaveUp:
            # The question can be looked for in another way.
            return None

    return whole_question(task.question, task.turns[:-1], rewrite if ask is not None else None)


def _with_prompt(task: Task, grounding: Grounding) -> Prepared:
    tag = tag_of(task.conversation_id) if task.conversation_id else new_tag()
    context = task.context_tokens or ASSUMED_CONTEXT_TOKENS
    before = turns_before(task.turns, BEFORE_SHARE * context * task.scale)
    question = task.turns[-1].text if task.turns else task.question
    if grounding.mode is ReadingMode.WHOLE:
        return Prepared(grounding, turns_below_all(grounding, task.system, before, question, tag))
    return Prepared(grounding, (system_turn(task.system, tag), *before, question_turn(grounding, question, tag)))


def _read_all(
    task: Task,
    documents: DocumentService,
    near: Grounding,
    sizes: Budgets,
    ask: AskModel,
    tell: Callable[[Event], None],
    pace: Pace | None,
) -> Prepared:
    pages = documents.every_page(task.scope)

    def progress(done: int, seconds_left: float | None) -> None:
        tell(ReadingAll(task.request_id, done, len(pages), seconds_left))

    reading = ReadAll(pages, near.question, sizes, _measuring_length(ask), progress, pace)
    try:
        walk = reading.read()
        notes = reading.joined_notes(sizes.part)
    except TooLongForModel as error:
        raise ModelGaveUp(PromptTooLong(0, 0).problem()) from error
    except Cancelled:
        raise StoppedReading(reading.walk.text, _walked(near, pages, reading.walk)) from None
    room = max(64, sizes.part - token_estimate(task.question))
    return _answer_from(task, Walked(notes[: room * 6], _walked(near, pages, walk)))


def _answer_from(task: Task, walked: Walked) -> Prepared:
    messages = answer_turns(task.system, walked.notes, task.question, new_tag())
    return Prepared(walked.grounding, messages, walked=task.walked or walked)


def _thinned(notes: str, share: float) -> str:
    """A share of the lines, from everywhere."""
    lines = notes.splitlines()
    return "\n".join(line for at, line in enumerate(lines, 1) if int(at * share) > int((at - 1) * share))


def _measuring_length(ask: AskModel) -> AskModel:
    """``ask`` that tells apart a prompt that was too long."""

    def measured(messages: tuple[ChatMessage, ...], max_tokens: int, listen: Listen | None) -> str:
        try:
            return ask(messages, max_tokens, listen)
        except ModelGaveUp as error:
            share = share_that_fits(error.problem)
            if share is None:
                raise
            raise TooLongForModel(share) from error

    return measured


def share_that_fits(problem: Problem | None) -> float | None:
    """How much of a prompt that was too long would have fitted; None for any other problem."""
    if problem is None or problem.code != PromptTooLong.code:
        return None
    counted = int(problem.parameters.get("prompt_tokens") or 0)
    limit = int(problem.parameters.get("limit_tokens") or 0)
    return min(0.9, limit / counted) if counted > 0 and limit > 0 else 0.5


def _walked(near: Grounding, pages: tuple[Source, ...], walk: Walk) -> Grounding:
    """What a walk stands on: the pages that its notes name, then those that search finds, under their numbers."""
    by_number = {page.number: page for page in pages}
    found = {(source.document_id, source.page) for source in near.sources}
    numbers = [number for number in walk.cited if number in by_number]
    numbers += [page.number for page in pages if (page.document_id, page.page) in found]
    kept = sorted(dict.fromkeys(numbers[:MOST_WALK_SOURCES]))
    return replace(
        near,
        mode=ReadingMode.ALL,
        pages_read=walk.pages_done,
        pages=max(near.pages, len(pages)),
        sources=tuple(by_number[number] for number in kept),
    )
