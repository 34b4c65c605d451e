"""Questions that only make sense after the one before: made whole, so that they can be looked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from runtime.documents.query import read_query
from runtime.requests import ChatMessage, Role

LONGEST_ANSWER_TOKENS = 64
LONGEST_QUESTION_CHARS = 400
# Of what was said before, as much as tells what is talked about.
LONGEST_BEFORE_CHARS = 600
MOST_QUESTIONS_BEFORE = 3
# Fewer words of its own than this, after another question, and it leans on that one.
FEWEST_OWN_WORDS = 2
_PRONOUNS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|hers?|this|that|these|those|there|then|such|same|one|ones|"
    r"er|sie|ihn|ihm|ihr|ihre[rmns]?|dessen|deren|dies\w{0,2}|jen\w{1,2}|dort|damit|davon|dafür|dazu|"
    r"il|elle|ils|elles|lui|leur|leurs|celui|celle|ceux|celles|cela|ça|"
    r"él|ella|ellos|ellas|eso|esto|esta|este|estos|estas|ese|esa|ello|lo|"
    r"esso|essa|essi|questo|questa|quello|quella|ciò|ele|ela|eles|elas|isso|isto|hij|zij|hun|dit|dat|deze)\b"
    r"|\b(?:он|она|оно|они|его|её|ее|их|ему|ей|им|этот|эта|это|эти|тот|та|те)\b|它|他|她|这|那|其|それ|これ|その|この|彼|그|이것",
    re.IGNORECASE,
)
_OPENS_AS_FOLLOW_UP = re.compile(
    r"\s*(?:and|but|or|so|also|what about|how about|und|aber|oder|et|mais|y|pero|e|ma|en|maar|а|и)\b", re.IGNORECASE
)
_ASKS = ("?", "？", "؟", ";")
_RULES = (
    "Rewrite the last question of the person so that it can be understood without the conversation: put in what its"
    " pronouns stand for. Write the rewritten question alone, in its own language, on one line. Do not answer it."
)


def leans_on_what_was_said(question: str) -> bool:
    """Whether a question has pronouns, or hardly any words of its own to look for."""
    if _PRONOUNS.search(question) or _OPENS_AS_FOLLOW_UP.match(question):
        return True
    own = [word for word in read_query(question, {}).words if not word.common]
    return len(own) < FEWEST_OWN_WORDS


def whole_question(
    question: str, before: Sequence[ChatMessage], ask: Callable[[tuple[ChatMessage, ...], int], str | None] | None
) -> str:
    """What to look for. ``before`` are the turns before the question; ``ask`` a model, which may say nothing of use.

    A model's wording is taken if it holds the question's own words or some of what was talked about; else the question
    is joined with those before it, back to one that stands alone.
    """
    if not before or not leans_on_what_was_said(question):
        return question
    if ask is not None:
        answer = ask(_request(question, before), LONGEST_ANSWER_TOKENS)
        rewritten = _sensible(answer or "", question, before)
        if rewritten:
            return rewritten
    return " ".join([question, *_asked_before(before)])


def _asked_before(before: Sequence[ChatMessage]) -> list[str]:
    asked: list[str] = []
    for turn in reversed(before):
        if turn.role is Role.USER:
            asked.append(turn.text[-LONGEST_QUESTION_CHARS:])
            if len(asked) == MOST_QUESTIONS_BEFORE or not leans_on_what_was_said(turn.text):
                break
    return asked


def _request(question: str, before: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    said = "\n".join(
        f"{'Question' if turn.role is Role.USER else 'Answer'}: {turn.text[:LONGEST_BEFORE_CHARS]}"
        for turn in before[-2:]
    )
    text = f"{said}\nLast question: {question}\nRewritten question:"
    return ChatMessage(Role.SYSTEM, _RULES), ChatMessage(Role.USER, text)


def _sensible(answer: str, question: str, before: Sequence[ChatMessage]) -> str:
    line = next((line.strip().strip("\"'“”«»*") for line in answer.splitlines() if line.strip()), "")
    if not line or len(line) > LONGEST_QUESTION_CHARS + len(question):
        return ""
    if question.rstrip().endswith(_ASKS) and not line.endswith(_ASKS):
        # Small models answer instead.
        return ""
    new = _words(line)
    own, said = _words(question), set().union(*(_words(turn.text) for turn in before))
    # All of it must come from what was said: words from nowhere are an answer, or nonsense.
    strange = new - own - said
    return line if own <= new and new > own and len(strange) * 2 <= len(new) else ""


def _words(text: str) -> set[str]:
    query = read_query(text, {})
    return {variant[0] for word in query.words if not word.common for variant in word.variants}
