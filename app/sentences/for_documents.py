"""What finds by meaning in a person's documents, in their words."""

from __future__ import annotations

BUILT_IN = "Finds by meaning: English, built in. Words are found in every language."


def better_title(language_count: int) -> str:
    """What the model that can be downloaded does; also the name of its download."""
    return f"Finds by meaning in {language_count} languages"


def better_sentence(*, here: bool) -> str:
    """What a person has of it, or would have."""
    if here:
        return (
            "Your documents are learnt with it in the background. What was learnt before serves until it has them all."
        )
    return "For documents that are not in English: a question finds what says the same in other words."


def better_removed(freed: str) -> str:
    """It went into the bin."""
    return f"Documents are found by meaning in English again. {freed} go free in a day."
