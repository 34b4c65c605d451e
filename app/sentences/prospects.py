"""Why a model is the one: its memory, its speed and how long a talk may get, a sentence for each."""

from __future__ import annotations

from itertools import groupby

from app import wording
from app.sentences.measuring import pace, pages
from runtime.api import Basis, Choice, Computer, Fit

BASIS_SENTENCES = {
    Basis.ESTIMATED: "This is estimated from what is known of such computers.",
    Basis.SELF_TEST: "This rests on a test of this computer.",
    Basis.MEASURED_HERE: "This was measured here.",
}
VERDICTS = {
    Fit.TIGHT: "Up to {pages}, if you close other programs.",
    Fit.CRAWLS: "At {pages} it would crawl.",
    Fit.TOO_LARGE: "{Pages} are more than this computer can hold.",
}


def speed_sentence(choice: Choice) -> str:
    """How fast it writes and reads, and what that rests on."""
    return (
        f"It writes {pace(choice)} and reads a 20-page document in {wording.duration(choice.document_s)}. "
        f"{BASIS_SENTENCES[choice.basis]}"
    )


def memory_sentence(choice: Choice, computer: Computer, computer_name: str) -> str:
    """What the computer has, what a model may take of it, and what this one needs."""
    need, budget = wording.size(choice.need_bytes), wording.size(choice.budget_bytes)
    measured = " (measured here)" if choice.memory_measured else ""
    needs = f"This one needs {need}{measured}."
    gpu = computer.gpu
    if gpu is not None and gpu.memory_bytes and not computer.unified_memory:
        has = f"The graphics card has {wording.memory(gpu.memory_bytes)} of memory of its own"
        return f"{has}; a model may take up to {budget} of it now. {needs}"
    has = f"{computer_name[:1].upper()}{computer_name[1:]} has {wording.memory(computer.memory_bytes)}"
    return f"{has}; a model may take up to {budget} of it now. {needs}"


# So little more is no reason to close other programs.
NOT_WORTH_CLOSING = 1.15


def reach(choice: Choice) -> str:
    """ "Comfortable up to about 130 pages. At about 260 pages it would crawl.": a sentence for each verdict, as far as
    the model can see."""
    found: dict[Fit, str] = {}
    comfortable = 0
    for fit, group in groupby(choice.lengths, key=lambda length: length.fit):
        tokens = [length.context_tokens for length in group]
        if fit is Fit.COMFORTABLE:
            # Where it ends being so is known more exactly than the usual lengths tell.
            comfortable = max(max(tokens), choice.longest_context_tokens)
            found[fit] = f"Comfortable up to {pages(comfortable)}."
            continue
        if fit is Fit.TIGHT and max(tokens) < NOT_WORTH_CLOSING * comfortable:
            continue
        length = pages(max(tokens) if fit is Fit.TIGHT else min(tokens))
        if not any(length in said for said in found.values()):
            found[fit] = VERDICTS[fit].format(pages=length, Pages=f"{length[:1].upper()}{length[1:]}")
    return " ".join(found.values())
