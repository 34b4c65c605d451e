"""How many false sentences are caught: ``python -m tests.bench.answers_check [--made] [--unseen] [--xquad DIR] ...``.

Sentences written by hand are in this repository. ``--made``: answers to questions over made PDFs, true and planted,
each against the passages that the search finds for its question. ``--unseen``: documents and sentences of which no half
was used to make rules or to learn (``answers_check_unseen``). ``--xquad`` is a folder with the ``xquad.XX.json``
files of github.com/google-deepmind/xquad (CC BY-SA 4.0), ``--factbook`` one of github.com/factbook/factbook.json (CC0).
All sentences of a text lie in one half: thresholds and weights are from the tuning half, the tables are of the other.
``--learn`` (with all three) learns the weights anew and writes ``coefficients.py``. ``--judge FOLDER``: an MLX chat
model is asked of ``--judged`` sentences of each origin whether they are borne out.

A plain method has one threshold, at which 4 % of the true sentences of the tuning half are flagged. The program's own
verdicts, with "could not check" between "found" and "not found", come last: ``called found`` is what a person is
told of a sentence, the rest of the unflagged ones "could not check". Time is the processor's for one sentence, and its
share of the time in which a model that writes ``--tokens-per-s`` has written it. The hand-written sentences of both
halves were looked at when rules were made: only those of ``--unseen`` are held out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from runtime.documents.checking import coefficients
from runtime.documents.checking.check import kind_of
from runtime.documents.checking.features import measure
from runtime.documents.checking.prepared import prepare
from runtime.documents.checking.sources import Evidence
from runtime.documents.embedder import Embedder
from runtime.grounding.budgets import budgets
from runtime.sources import DocumentScope, VerdictKind
from tests.bench.answers import CONTEXT_TOKENS, House
from tests.bench.answers_check_learning import as_source, learn
from tests.bench.answers_check_unseen import UNSEEN, unseen_cases
from tests.documents_made.answerable import answerable
from tests.documents_made.claims.answers import number_of, said
from tests.documents_made.claims.cases import MADE, Case, source_of
from tests.documents_made.claims.facts import fact_cases
from tests.documents_made.claims.learning import TRUE_FLAGGED, origin_of, threshold
from tests.documents_made.claims.questions import question_cases
from tests.documents_made.claims.written import written_cases

MOST_CASES = 400
WORKERS = 2
# English words to a model's tokens.
TOKENS_A_WORD = 1.35
QUARREL = ("figure_nowhere", "figure_worded_nowhere", "name_absent", "opposite", "other_rate")


@dataclass(frozen=True)
class Row:
    """A case, what was measured of it, its likeness to the passages by the embedding model (0 without one), the
    sentences it was held against, and how long the measuring took in ms of processor time."""

    case: Case
    values: Mapping[str, float]
    cosine: float
    near: str
    took_ms: float


Score = Callable[[Row], float]


def agreement(row: Row) -> float:
    """0 where figures, names, denials and contraries agree; less where they do not."""
    return -sum(row.values[name] for name in QUARREL) - row.values["denial"]


METHODS: dict[str, Score] = {
    "words covered": lambda row: row.values["covered"],
    "cosine": lambda row: row.cosine,
    "words, figures, names, denials": lambda row: row.values["covered"] + agreement(row),
    "cosine, figures, names, denials": lambda row: row.cosine + agreement(row),
    "learnt sum": lambda row: coefficients.LEARNT.score(row.values),
}


def measured(cases: Sequence[Case], with_model: bool) -> list[Row]:
    """All cases, those of one set of passages together, as those of an answer are."""
    together: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    for case in cases:
        together[case.sources].append(case)
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        found = pool.map(_of_one_answer, together.values(), [with_model] * len(together), chunksize=4)
        return [row for rows in found for row in rows]


def _of_one_answer(group: Sequence[Case], with_model: bool) -> list[Row]:
    language = group[0].language
    started = time.process_time()
    evidence = Evidence([source_of(at, text) for at, text in enumerate(group[0].sources, 1)], language)
    found = [measure(prepare(case.sentence, language), evidence) for case in group]
    each_ms = (time.process_time() - started) * 1000 / len(group)
    rows = []
    for case, one in zip(group, found, strict=True):
        near = " ".join(evidence.sentence_text(sentence) for sentence in one.near)
        cosine = _cosine(case.sentence, near) if with_model and language == "en" else 0.0
        rows.append(Row(case, one.values, cosine, near, each_ms))
    return rows


def _cosine(claim: str, near: str) -> float:
    one, other = _built_in().embed([claim, near])
    return float(one @ other)


@lru_cache(maxsize=1)
def _built_in() -> Embedder:
    from runtime.documents.embeddings.local import LocalEmbedder
    from runtime.documents.embeddings.models import built_in_model

    return LocalEmbedder(built_in_model())


def made_cases(every: int) -> Iterator[Case]:
    """Answers to every so many questions over made PDFs, where the search found the passage."""
    files, questions = answerable()
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), files, meaning=False)
        try:
            for question in questions[::every]:
                scope = DocumentScope(documents=(house.ids[question.document],))
                room = budgets(CONTEXT_TOKENS, None).passages
                passages = tuple(one.text for one in house.service.gather(question.text, scope, room, 0).sources)
                if question.sentence not in " ".join(" ".join(text.split()) for text in passages):
                    continue
                for one in said(question, passages, questions, random.Random(question.text)):
                    yield Case(one.text, passages, one.true, one.kind, MADE, number_of(question))
        finally:
            house.service.close()


def all_cases(args: argparse.Namespace) -> list[Case]:
    """What is there, of each public source at most so many of each half."""
    cases = [case for case in written_cases() if case.language in args.languages]
    if args.made:
        cases += made_cases(args.every)
    for language in args.languages:
        if args.xquad is not None and (args.xquad / f"xquad.{language}.json").exists():
            cases += _some(question_cases(args.xquad, language))
    if args.factbook is not None and "en" in args.languages:
        cases += _some(fact_cases(args.factbook))
    if args.unseen:
        cases += unseen_cases()
    return cases


def shown_only(case: Case) -> bool:
    """Whether a case is for the last measurement alone."""
    return (case.held_out and origin_of(case) != "written") or case.origin in UNSEEN


def _some(cases: list[Case]) -> list[Case]:
    chosen: list[Case] = []
    for half in (False, True):
        mine = [case for case in cases if case.held_out is half]
        random.Random(1).shuffle(mine)
        chosen += mine[:MOST_CASES]
    return chosen


def print_method(name: str, score: Score, tuning: Sequence[Row], shown: Sequence[Row]) -> None:
    """One line for each origin, at the threshold that the tuning half gives."""
    least = threshold([(row.case, score(row)) for row in tuning], TRUE_FLAGGED)
    print(f"\n{name}")
    for origin, rows in _by_origin(shown).items():
        print(f"  {origin:18} {_flagged(rows, lambda row: score(row) < least)}")


def print_verdicts(shown: Sequence[Row]) -> None:
    """The program's own: what is flagged, what is found, and the false ones by kind."""
    print("\nverdicts")
    for origin, rows in _by_origin(shown).items():
        print(f"  {origin:18} {_flagged(rows, lambda row: kind_of(row.values) is VerdictKind.NOT_FOUND)}")
        print(f"  {'':18} called found: {_flagged(rows, lambda row: kind_of(row.values) is VerdictKind.FOUND)}")
        kinds: dict[str, list[bool]] = defaultdict(list)
        for row in rows:
            if not row.case.true:
                kinds[row.case.kind].append(kind_of(row.values) is VerdictKind.NOT_FOUND)
        print(
            f"  {'':18} flagged by kind: {', '.join(f'{kind} {_share(hits)}' for kind, hits in sorted(kinds.items()))}"
        )


def print_time(shown: Sequence[Row], tokens_per_s: float) -> None:
    """What the check takes beside what writing the sentence takes."""
    each_ms = sum(row.took_ms for row in shown) / len(shown)
    words = sum(len(row.case.sentence.split()) for row in shown) / len(shown)
    written_ms = 1000 * words * TOKENS_A_WORD / tokens_per_s
    print(f"\n{each_ms:.1f} ms of processor a sentence, {len(shown)} sentences", end="; ")
    print(f"{each_ms / written_ms:.1%} of the {written_ms:.0f} ms in which {tokens_per_s:g} tokens/s write one")


def print_judge(folder: Path, most: int, shown: Sequence[Row]) -> None:
    """What a chat model says when it is asked; flagged is what it finds less likely than not."""
    from mlx_lm import load

    model, tokenizer = load(str(folder))[:2]
    print("\nchat model as judge")
    for origin, rows in _by_origin(shown).items():
        chosen = random.Random(2).sample(rows, min(most, len(rows)))
        started = time.process_time()
        leans = [_leans(model, tokenizer, row) for row in chosen]
        each_ms = (time.process_time() - started) * 1000 / len(chosen)
        sides = {
            side: [lean < 0 for row, lean in zip(chosen, leans, strict=True) if row.case.true is side]
            for side in (True, False)
        }
        print(f"  {origin:18} of true {_share(sides[True])}, of false {_share(sides[False])}, {each_ms:.0f} ms each")


def _leans(model: Any, tokenizer: Any, row: Row) -> float:
    """How much likelier "Yes" is than "No"."""
    import mlx.core as mx

    text = f"Passage: {row.near}\n\nStatement: {row.case.sentence}\n\nDoes the passage say this? Answer Yes or No."
    turns = [{"role": "user", "content": text}]
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True)
    last = model(mx.array(prompt)[None])[0, -1]
    yes, no = (tokenizer.encode(word, add_special_tokens=False)[0] for word in ("Yes", "No"))
    return float(last[yes] - last[no])


def _flagged(rows: Sequence[Row], hit: Callable[[Row], bool]) -> str:
    true, false = ([hit(row) for row in rows if row.case.true is side] for side in (True, False))
    return f"of true {_share(true)}, of false {_share(false)}"


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits) / len(hits):.1%} of {len(hits)}" if hits else "-"


def _by_origin(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        origin = row.case.origin if row.case.origin in UNSEEN else origin_of(row.case)
        found[f"{origin} {row.case.language}"].append(row)
    return found


def write_coefficients(rows: Sequence[Row]) -> None:
    """Learn from the tuning half and write the program's constants."""
    path = Path(coefficients.__file__)
    head = path.read_text(encoding="utf-8").split("LEARNT =")[0]
    made = as_source("LEARNT", learn([(row.case, row.values) for row in rows if not shown_only(row.case)]))
    path.write_text(f"{head}{made}\n", encoding="utf-8")
    print("written; start again to measure")


def main() -> None:
    """Measure, and print the tables or learn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--made", action="store_true")
    parser.add_argument("--every", type=int, default=2, help="of so many questions over made PDFs one")
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--tokens-per-s", type=float, default=30.0)
    parser.add_argument("--xquad", type=Path)
    parser.add_argument("--factbook", type=Path)
    parser.add_argument("--languages", nargs="*", default=["en", "de", "fr", "es"])
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--judge", type=Path)
    parser.add_argument("--judged", type=int, default=60)
    args = parser.parse_args()
    rows = measured(all_cases(args), with_model=not args.learn)
    if args.learn:
        write_coefficients(rows)
        return
    shown = [row for row in rows if shown_only(row.case)]
    for name, score in METHODS.items():
        english = "cosine" in name
        use = [row for row in rows if row.case.language == "en" or not english]
        tuning = [row for row in use if not shown_only(row.case)]
        print_method(name, score, tuning, [row for row in use if shown_only(row.case)])
    print_verdicts(shown)
    print_time(shown, args.tokens_per_s)
    if args.judge is not None:
        print_judge(args.judge, args.judged, [row for row in shown if row.case.language == "en"])


if __name__ == "__main__":
    main()
