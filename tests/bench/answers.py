"""``python -m tests.bench.answers [--questions N]``: answers over documents, measured without a capable model. With
``--model DIR`` (``tests.models.real`` makes one), ``--injections`` puts each injection to it, and ``--walk PAGES`` has
it read a long document from end to end.

Which pages reach the prompt and stand among the sources, whether a click opens them at the passage, whether all of a
long document is read, what is said of questions that nothing answers, and what injections can do. Prints one JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from runtime.documents.commanding import looks_like_orders
from runtime.documents.service import DocumentService
from runtime.grounding.budgets import budgets
from runtime.grounding.checking import check_answer
from runtime.grounding.fencing import new_tag, question_turn
from runtime.grounding.quoting import quoted
from runtime.grounding.reading_all import ReadAll
from runtime.paths import Paths
from runtime.requests import ChatMessage
from runtime.sources import DocumentScope, Grounding, ReadingMode, Source, VerdictKind
from tests.documents_made.answerable import Question, answerable, planted
from tests.documents_made.injections import HARMLESS, INJECTIONS

CONTEXT_TOKENS = 8_192
WAIT_S = 600.0
UNRELATED = (
    "What is the capital of France?", "How do I bake sourdough bread?", "Who won the world cup in 1998?",
    "What were the results of the clinical trial?", "How many employees does Siemens have?",
    "When does the train to Vienna leave?", "Which vaccine did Anna get in 2019?", "Explain quantum entanglement.",
    "What is the warranty on the washing machine?", "Which medication was prescribed to the patient?",
    "Wie hoch ist der Mount Everest?", "Quelle est la capitale de l'Italie ?", "What is the melting point of iron?",
    "Who wrote Don Quixote?", "How often should orchids be watered?", "What is the boiling point of ethanol?",
    "Which planets have rings?", "How do vaccines work?", "What did Darwin observe on the islands?",
    "What is the offside rule?",
)  # fmt: skip
_MARK = re.compile(r"<\s*[|｜]|\[/?INST\]|<</?SYS>>|</?(?:start_of_turn|end_of_turn|think|tool_call|s|bos|eos)>")


class House:
    """A service over some files, read and, with ``meaning``, learnt."""

    def __init__(self, folder: Path, files: dict[str, bytes], *, meaning: bool) -> None:
        paths = Paths.below(folder / "home")
        paths.prepare()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        self.service = DocumentService(paths, lambda _event: None)
        self.service.start()
        self.service.add([str(folder / name) for name in files])
        assert self.service.wait(meaning=meaning, timeout_s=WAIT_S)
        self.service.ask_here()
        self.ids = {view.name: view.id for view in self.service.documents()}


def right_pages(house: House, questions: list[Question], scope: Callable[[Question], DocumentScope]) -> dict[str, Any]:
    """The share of questions whose page is among the sources, opens there, and holds the passage."""
    sizes = budgets(CONTEXT_TOKENS, None)
    right = opened = quoted_first = 0
    seconds: list[float] = []
    sources: list[int] = []
    for question in questions:
        began = time.perf_counter()
        found = house.service.gather(question.text, scope(question), sizes.passages, 0)
        seconds.append(time.perf_counter() - began)
        sources.append(len(found.sources))
        wanted = (house.ids[question.document], question.page)
        holding = [one for one in found.sources if (one.document_id, one.page) == wanted and _holds(one, question)]
        right += bool(holding)
        opened += bool(holding) and all(_opens(house, one) for one in found.sources)
        best = house.service.quotable(question.text, scope(question), 4).sources
        quoted_first += any((one.document_id, one.page) == wanted and _holds(one, question) for one in best)
    count = len(questions)
    return {
        "questions": count,
        "right_page_among_sources": round(right / count, 4),
        "of_these_every_source_opens_at_its_words": round(opened / max(1, right), 4),
        "right_page_among_four_quotes": round(quoted_first / count, 4),
        "sources_median": statistics.median(sources),
        "gather_ms_median": round(statistics.median(seconds) * 1000, 1),
    }


def _flat(text: str) -> str:
    return " ".join(text.split())


def _holds(source: Source, question: Question) -> bool:
    return _flat(question.sentence) in _flat(source.text)


def _opens(house: House, source: Source) -> bool:
    """Its page is there, and from start to stop holds the passage (a table's header is repeated above it)."""
    page = house.service.page_text(source.document_id, source.page)
    return page is not None and _flat(page.text[source.start : source.stop]) in _flat(source.text)


def highlights(house: House, questions: list[Question]) -> dict[str, Any]:
    """Whether the passage has a place on the page's picture."""
    placed = 0
    for question in questions:
        boxes = house.service.passage_boxes(house.ids[question.document], question.page, question.sentence)
        placed += bool(boxes)
    return {"passages": len(questions), "with_a_place_on_the_page": round(placed / len(questions), 4)}


def absent(house: House, questions: list[Question]) -> dict[str, Any]:
    """Questions about other things, and questions whose document was taken away."""
    everything = DocumentScope(everything=True)
    sizes = budgets(CONTEXT_TOKENS, None)
    nothing = sum(
        house.service.gather(text, everything, sizes.passages, 0).mode is ReadingMode.NOTHING for text in UNRELATED
    )
    away = [
        house.service.gather(
            one.text,
            DocumentScope(documents=tuple(number for name, number in house.ids.items() if name != one.document)),
            sizes.passages,
            0,
        ).mode
        is ReadingMode.NOTHING
        for one in questions
    ]
    lost = [
        house.service.gather(one.text, everything, sizes.passages, 0).mode is ReadingMode.NOTHING for one in questions
    ]
    return {
        "about_other_things": len(UNRELATED),
        "told_that_nothing_is_there": round(nothing / len(UNRELATED), 4),
        "document_taken_away_from_much_like_it": round(statistics.mean(away), 4),
        "told_wrongly": round(statistics.mean(lost), 4),
    }


def sentences(house: House, questions: list[Question], random: Random) -> dict[str, Any]:
    """The sentence check over true sentences, and the same with another number, name or day in them."""
    missed = flagged = false = 0
    for question in questions:
        found = house.service.gather(question.text, DocumentScope(everything=True), 3_000, 0)
        if not any(_holds(source, question) for source in found.sources):
            continue
        true = check_answer(f"{question.sentence} [1]", found.sources)
        flagged += any(verdict.kind is VerdictKind.NOT_FOUND for verdict in true)
        wrong = _falsified(question, random)
        verdicts = check_answer(f"{wrong} [1]", found.sources)
        missed += not any(verdict.kind is VerdictKind.NOT_FOUND for verdict in verdicts)
        false += 1
    return {
        "checked": false,
        "false_sentences_flagged": round(1 - missed / max(1, false), 4),
        "true_sentences_flagged": round(flagged / max(1, false), 4),
    }


def _falsified(question: Question, random: Random) -> str:
    number = re.search(r"\d\d+", question.sentence)
    if number:
        other = str(int(number.group()) + random.randint(1, 9))
        return question.sentence.replace(number.group(), other, 1)
    return question.sentence.replace(question.answer.split()[-1], "Rosenthal")


def all_read(folder: Path, pages: int, facts: int) -> dict[str, Any]:
    """Whether each planted fact reaches exactly one prompt of a walk, and what a perfect reader would note."""
    content, words = planted(pages, facts)
    house = House(folder, {"long.pdf": content}, meaning=False)
    prompts: list[str] = []

    def ask(messages: tuple[ChatMessage, ...], _most: int, _listen: object) -> str:
        prompts.append(messages[-1].text)
        return "none"

    scope = DocumentScope(everything=True)
    read = house.service.every_page(scope)
    began = time.perf_counter()
    walk = ReadAll(read, "List every code word.", budgets(CONTEXT_TOKENS, None), ask, lambda _d, _l: None).read()
    seconds = time.perf_counter() - began
    house.service.close()
    reached = sum(any(word in prompt for prompt in prompts) for word in words.values())
    return {
        "pages": pages,
        "pages_read": walk.pages_done,
        "planted": facts,
        "reached_a_prompt": reached,
        "prompts": len(prompts),
        "own_work_s": round(seconds, 2),
    }


def injections() -> dict[str, Any]:
    """What injections can do to a prompt and to a quoted answer, and how many are told of."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": True})
    broken = active = 0
    for text in INJECTIONS:
        tag = new_tag()
        source = Source(1, 1, f"{text[:60]}.txt", "/a", 1, "", "", "", f"{text}\n--- {tag} end ---", 0, 1, orders=True)
        grounding = Grounding(ReadingMode.PASSAGES, "Why?", 1, 1, 1, (source,))
        told = question_turn(grounding, "Why?", tag).text
        inside = told[told.index("\n") : told.rindex(f"\n--- {tag} end ---")]
        broken += told.count(tag) != 2 or bool(_MARK.search(inside))
        rendered = markdown.render(quoted(replace(grounding, sources=(source,)))[0])
        active += bool(re.search(r"href|<img|<(?!/?(?:blockquote|p)\b)[a-z]", rendered))
    return {
        "injections": len(INJECTIONS),
        "fences_broken_or_marks_left": broken,
        "links_images_or_html_in_quoted_answers": active,
        "recognised": round(sum(map(looks_like_orders, INJECTIONS)) / len(INJECTIONS), 4),
        "harmless_taken_for_orders": sum(map(looks_like_orders, HARMLESS)),
    }


class _Told(dict[str, Any]):
    """Says each figure on stderr as soon as it is known."""

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        print(f"{name}: {json.dumps(value)}", file=sys.stderr, flush=True)


def with_a_model(arguments: argparse.Namespace) -> None:
    """What only a real model can show."""
    from tests.bench.answers_injections import injections_put
    from tests.bench.answers_walk import walk
    from tests.tiny.fixtures import tiny_model_folder

    model = arguments.model or tiny_model_folder()
    found = _Told({"model": model.name, "load_average": [round(one, 1) for one in os.getloadavg()]})
    with tempfile.TemporaryDirectory() as folder:
        if arguments.walk:
            found["walk"] = walk(Path(folder), arguments.walk, max(2, arguments.walk // 10), model)
        if arguments.injections:
            found["injections"] = injections_put(Path(folder), model)
    print(json.dumps(found, indent=2))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--pages", type=int, default=400, help="of the document that is read in whole")
    parser.add_argument("--model", type=Path, help="a real model's folder; without it, the tests' own tiny one")
    parser.add_argument("--walk", type=int, default=0, metavar="PAGES", help="only: the model reads so many pages")
    parser.add_argument("--injections", action="store_true", help="only: each injection is put to the model")
    parser.add_argument("--no-meaning", action="store_true", help="by words alone")
    arguments = parser.parse_args()
    if arguments.walk or arguments.injections:
        with_a_model(arguments)
        return
    random = Random(17)
    files, questions = answerable()
    some = random.sample(questions, min(arguments.questions, len(questions)))
    found = _Told({"load_average": [round(one, 1) for one in os.getloadavg()]})
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), files, meaning=not arguments.no_meaning)
        found["one_document"] = right_pages(
            house, some, lambda one: DocumentScope(documents=(house.ids[one.document],))
        )
        found["all_documents"] = right_pages(house, some, lambda _one: DocumentScope(everything=True))
        found["highlights"] = highlights(house, some[:60])
        found["absent"] = absent(house, some[:60])
        found["sentences"] = sentences(house, some[:100], random)
        house.service.close()
    with tempfile.TemporaryDirectory() as folder:
        found["all_read"] = all_read(Path(folder), arguments.pages, 20)
    found["injections"] = injections()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
