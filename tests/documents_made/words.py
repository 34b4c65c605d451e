"""Made text: sentences from a fixed stock of words, the same for the same seed."""

from __future__ import annotations

from random import Random

_STOCK = [
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "is",
    "that",
    "for",
    "it",
    "as",
    "was",
    "with",
    "be",
    "by",
    "on",
    "not",
    "he",
    "this",
    "are",
    "or",
    "his",
    "from",
    "at",
    "which",
    "but",
    "have",
    "an",
    "had",
    "they",
    "you",
    "were",
    "their",
    "one",
    "all",
    "we",
    "can",
    "her",
    "has",
    "there",
    "been",
    "if",
    "more",
    "when",
    "will",
    "would",
    "who",
    "so",
    "no",
    "out",
    "up",
    "into",
    "than",
    "them",
    "only",
    "revenue",
    "cost",
    "segment",
    "fiscal",
    "operating",
    "income",
    "increase",
    "decrease",
    "quarter",
    "annual",
    "report",
    "company",
    "shares",
    "equity",
    "cash",
    "interest",
    "market",
    "risk",
    "product",
    "customer",
    "contract",
    "lease",
    "tenant",
    "notice",
    "payment",
    "rent",
    "deposit",
    "court",
    "section",
    "article",
    "patient",
    "treatment",
    "dose",
    "clinical",
    "study",
    "result",
    "method",
    "sample",
    "analysis",
    "figure",
    "table",
    "chapter",
    "theory",
    "model",
    "system",
    "engine",
    "pump",
    "valve",
    "filter",
    "pressure",
    "temperature",
    "manual",
    "safety",
    "warning",
    "install",
    "remove",
    "replace",
    "screw",
    "cable",
    "battery",
]


def sentence(random: Random, words: int = 14) -> str:
    """One sentence of about that many words."""
    chosen = [random.choice(_STOCK) for _ in range(random.randint(max(3, words - 5), words + 5))]
    return " ".join(chosen).capitalize() + "."


def paragraph(random: Random, sentences: int = 5) -> str:
    """Some sentences in a row."""
    return " ".join(sentence(random) for _ in range(sentences))


def lines(text: str, width: int) -> list[str]:
    """Broken into lines of at most that many characters."""
    found, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*found, line] if line else found
