"""What a model is given to answer from: the best passages that fit a budget, joined where they touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runtime.documents.passages import whole_text
from runtime.documents.search import FoundPassage, passage_rows
from runtime.documents.weight import token_estimate
from runtime.storage.connection import Connection

# The line above each source: its number, name and page.
TOKENS_A_SOURCE = 12
# The best passages are shown with what stands around them, when they begin or end in the middle of something.
WIDENED = 3
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", ":", '"', "”", "’", ")", "»")


def chosen(found: Sequence[FoundPassage], budget_tokens: int) -> list[FoundPassage]:
    """Passages in order of their score until the budget is full; a long one that does not fit lets shorter ones by."""
    taken: list[FoundPassage] = []
    left = budget_tokens
    for passage in found:
        cost = passage.tokens + (TOKENS_A_SOURCE if not _touches(taken, passage) else 0)
        if cost <= left:
            taken.append(passage)
            left -= cost
    return taken


def widened(connection: Connection, taken: Sequence[FoundPassage], budget_tokens: int) -> list[FoundPassage]:
    """The best few with the passage before or after them where they are cut in the middle, as far as there is room."""
    result = list(taken)
    here = {passage.id for passage in taken}
    left = budget_tokens - sum(passage.tokens + TOKENS_A_SOURCE for passage in taken)
    for passage in taken[:WIDENED]:
        for step in _wanted_steps(passage):
            other = _on_same_page(connection, passage, passage.id + step)
            if other is not None and other.id not in here and other.tokens <= left:
                result.append(replace(other, score=passage.score))
                here.add(other.id)
                left -= other.tokens
    return result


def joined(passages: Sequence[FoundPassage]) -> list[FoundPassage]:
    """Passages of one page that touch or overlap made one, in the order of the page."""
    result: list[FoundPassage] = []
    for passage in sorted(passages, key=lambda one: (one.document_id, one.page, one.start)):
        last = result[-1] if result else None
        if last is not None and _follows(last, passage):
            body = (
                last.body + " " * max(0, passage.start - last.stop) + passage.body[max(0, last.stop - passage.start) :]
            )
            result[-1] = replace(
                last,
                body=body,
                stop=max(last.stop, passage.stop),
                score=max(last.score, passage.score),
                tokens=token_estimate(whole_text(last.header, body)),
                hidden=last.hidden or passage.hidden,
            )
        else:
            result.append(passage)
    return result


def in_reading_order(passages: Sequence[FoundPassage]) -> list[FoundPassage]:
    """By document and page; the best document last, where a model looks closest."""
    best: dict[int, float] = {}
    for passage in passages:
        best[passage.document_id] = max(best.get(passage.document_id, 0.0), passage.score)
    return sorted(passages, key=lambda one: (best[one.document_id], one.document_id, one.page, one.start))


def _touches(taken: Sequence[FoundPassage], passage: FoundPassage) -> bool:
    return any(_follows(one, passage) or _follows(passage, one) for one in taken)


def _follows(one: FoundPassage, other: FoundPassage) -> bool:
    same_page = (one.document_id, one.page) == (other.document_id, other.page)
    return same_page and one.start <= other.start <= one.stop + 2 and one.header == other.header


def _wanted_steps(passage: FoundPassage) -> list[int]:
    steps = []
    if passage.table or passage.body[:1].islower():
        steps.append(-1)
    if passage.table or not passage.body.rstrip().endswith(_SENTENCE_ENDS):
        steps.append(1)
    return steps


def _on_same_page(connection: Connection, passage: FoundPassage, other_id: int) -> FoundPassage | None:
    other = passage_rows(connection, [other_id]).get(other_id)
    same = other is not None and (other.document_id, other.page) == (passage.document_id, passage.page)
    return other if same else None
