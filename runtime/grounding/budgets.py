"""How much of the documents goes into a prompt: by the model's context, and by how long a person wants to wait."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.grounding.pace import Pace

# Where no model is loaded yet whose context could be asked for.
ASSUMED_CONTEXT_TOKENS = 8_192
WHOLE_SHARE, WHOLE_WAIT_S = 0.5, 8.0
PASSAGES_SHARE, PASSAGES_WAIT_S = 0.4, 4.0
LEAST_PASSAGES_TOKENS, MOST_PASSAGES_TOKENS = 1_000, 16_000
# The least is for slow models, not for small ones.
LARGEST_SHARE = 0.6
PART_SHARE, NOTES_SHARE = 0.5, 0.15
# Of what was said before.
BEFORE_SHARE = 0.15
MOST_NOTES_TOKENS, MOST_PART_TOKENS = 400, 12_000


@dataclass(frozen=True)
class Budgets:
    """All in tokens: documents that go in whole, passages, one part of a long walk and the notes on it."""

    whole: int
    passages: int
    part: int
    notes: int


def budgets(context_tokens: int, pace: Pace | None, *, scale: float = 1.0, patient: bool = False) -> Budgets:
    """``scale`` below 1 where prompts were longer than estimated; ``patient``: the wait counts for nothing."""
    context = max(1, context_tokens or ASSUMED_CONTEXT_TOKENS)
    whole = WHOLE_SHARE * context
    passages = PASSAGES_SHARE * context
    if pace is not None and pace.reading_tokens_per_s > 0:
        if not patient:
            whole = min(whole, pace.reading_tokens_per_s * WHOLE_WAIT_S)
        passages = min(passages, pace.reading_tokens_per_s * PASSAGES_WAIT_S)
    passages = min(max(passages, LEAST_PASSAGES_TOKENS), MOST_PASSAGES_TOKENS, LARGEST_SHARE * context)
    return Budgets(
        int(whole * scale),
        max(1, int(passages * scale)),
        max(1, int(min(PART_SHARE * context, MOST_PART_TOKENS) * scale)),
        max(16, int(min(NOTES_SHARE * context, MOST_NOTES_TOKENS))),
    )
