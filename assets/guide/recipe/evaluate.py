"""What the guide says to questions it never saw: ``python -m assets.guide.recipe.evaluate``.

An answer counts only if it is, word for word, the answer of the right topic.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.guide.recipe.grammar import HERE, OTHER, load_questions, load_topics
from assets.guide.recipe.model_files import END, prompt
from runtime.inference.fast_blas import use_fast_blas
from runtime.library.guide import GUIDE_NAME

MODEL = HERE.parent / GUIDE_NAME
BATCH = 64
LONGEST_ANSWER = 200
# Within so many tokens all answers differ (a test sees to it).
DECIDING_TOKENS = 8


@dataclass(frozen=True)
class Said:
    """A question of a table, and what the guide said to it. ``got`` is empty if that is no topic's answer."""

    asked: str
    question: str
    got: str
    text: str

    @property
    def right(self) -> bool:
        """Whether the right topic's answer came, whole."""
        return self.asked == self.got


def answers(model: Any, tokenizer: Any, questions: Sequence[str], known: Sequence[str] = ()) -> list[str]:
    """Greedy answers, many questions at a time. Questions of the same length share a batch, so nothing is padded.

    Where the first tokens begin one of the ``known`` answers, one pass over the whole of it tells whether each of its
    tokens is the most likely one: then it is what would be said token by token, found many times as quickly.
    """
    rows = [tokenizer.encode(prompt(question)).ids for question in questions]
    whole = [tokenizer.encode(answer + END).ids for answer in known]
    found = [""] * len(rows)
    for length in sorted({len(row) for row in rows}):
        numbers = [number for number, row in enumerate(rows) if len(row) == length]
        for start in range(0, len(numbers), BATCH):
            part = numbers[start : start + BATCH]
            for number, ids in zip(part, _said(model, tokenizer, [rows[n] for n in part], whole), strict=True):
                found[number] = tokenizer.decode(ids)
    return found


def _said(model: Any, tokenizer: Any, rows: list[list[int]], whole: list[list[int]]) -> list[list[int]]:
    begun = _greedy(model, tokenizer, rows, DECIDING_TOKENS if whole else 0)
    guesses = [next((answer for answer in whole if start and answer[: len(start)] == start), []) for start in begun]
    said = _confirmed(model, rows, guesses)
    for number, row in enumerate(rows):
        if not said[number]:
            said[number] = _greedy(model, tokenizer, [row], LONGEST_ANSWER)[0]
    return said


def _confirmed(model: Any, rows: list[list[int]], guesses: list[list[int]]) -> list[list[int]]:
    """The guesses, without their end, of which every token is the most likely one; empty for the others."""
    import mlx.core as mx

    length, longest = len(rows[0]), max(map(len, guesses))
    if not longest:
        return [[] for _row in rows]
    # What stands behind a row's end can't be seen from before it.
    padded = [row + guess + [0] * (longest - len(guess)) for row, guess in zip(rows, guesses, strict=True)]
    likely: Any = mx.argmax(model(mx.array(padded))[:, length - 1 : -1, :], axis=-1).tolist()
    return [
        guess[:-1] if guess and row[: len(guess)] == guess else [] for row, guess in zip(likely, guesses, strict=True)
    ]


def _greedy(model: Any, tokenizer: Any, rows: list[list[int]], most: int) -> list[list[int]]:
    import mlx.core as mx
    from mlx_lm.models.cache import make_prompt_cache

    end = tokenizer.token_to_id(END)
    said: list[list[int]] = [[] for _row in rows]
    open_rows = set(range(len(rows)))
    cache = make_prompt_cache(model)
    tokens = mx.array(rows)
    for _step in range(most):
        tokens = mx.argmax(model(tokens, cache=cache)[:, -1, :], axis=-1)[:, None]
        chosen: Any = tokens.tolist()
        for number, (token,) in enumerate(chosen):
            if token == end:
                open_rows.discard(number)
            elif number in open_rows:
                said[number].append(token)
        if not open_rows:
            break
    return said


def load(folder: Path) -> tuple[Any, Any]:
    """Model and tokenizer of a folder, the weights in 32 bit as on every plain processor."""
    use_fast_blas()
    import mlx.core as mx
    from mlx_lm.utils import load_model
    from tokenizers import Tokenizer

    model, _config = load_model(folder)
    model.set_dtype(mx.float32)
    mx.eval(model.parameters())
    return model, Tokenizer.from_file(str(folder / "tokenizer.json"))


def examine(model: Any, tokenizer: Any, table: Sequence[tuple[str, str]]) -> list[Said]:
    """Ask every question of a table of topics and questions."""
    by_answer = {topic.answer: topic.id for topic in load_topics()}
    texts = answers(model, tokenizer, [question for _topic, question in table], list(by_answer))
    return [
        Said(topic, question, by_answer.get(text, ""), text)
        for (topic, question), text in zip(table, texts, strict=True)
    ]


def shares(said: Sequence[Said]) -> tuple[float, float]:
    """Share of right answers to questions about what the guide knows, and to those about everything else."""
    known = [one.right for one in said if one.asked != OTHER]
    other = [one.right for one in said if one.asked == OTHER]
    return sum(known) / max(1, len(known)), sum(other) / max(1, len(other))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", type=Path, help="tables of topic and question; the held-out ones if none")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--errors", action="store_true", help="print each wrong answer")
    options = parser.parse_args()
    model, tokenizer = load(options.model)
    everything: list[Said] = []
    for table in options.tables or sorted((HERE / "heldout").glob("*.tsv")):
        said = examine(model, tokenizer, load_questions(table))
        everything += said
        known, other = shares(said)
        print(f"{table.stem:<24} {known:7.1%} right topic  {other:7.1%} honest about the rest  {len(said)} questions")
        for one in said:
            if options.errors and not one.right:
                print(f"    {one.asked} -> {one.got or repr(one.text[:60])}: {one.question[:150]}")
    known, other = shares(everything)
    print(f"{'all':<24} {known:7.1%} right topic  {other:7.1%} honest about the rest  {len(everything)} questions")
    broken = sum(1 for one in everything if not one.got)
    print(f"answers that are no topic's own words: {broken}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
