"""A home that somebody has lived in: chats of every kind in folders, for pictures. Written through the real store."""

from __future__ import annotations

from runtime.api import Attachment, MessageState, Problem, Runtime
from runtime.events import AnswerStatistics

THOUGHT = """The person wants the monthly payment of a loan. The formula for an annuity fits: the rate a month is the \
yearly rate divided by twelve. With 3.6 % a year that is 0.003. Twenty years are 240 months.

I should show the formula, one worked example, a small table with other terms, and a few lines of code to try."""

LOAN = """Every month you pay the same amount $A$. With the loan $L$, the monthly rate $r$ and $n$ months it is

$$A = L \\cdot \\frac{r\\,(1+r)^n}{(1+r)^n - 1}$$

For **200,000 €** at **3.6 %** a year, so $r = 0.003$:

| Years | Months | A month | Interest in all |
| ---: | ---: | ---: | ---: |
| 15 | 180 | 1,440 € | 59,130 € |
| 20 | 240 | 1,170 € | 80,850 € |
| 25 | 300 | 1,012 € | 103,600 € |

You can try other figures with this:

```python
def monthly(loan, yearly_percent, years):
    r, n = yearly_percent / 1200, years * 12
    return loan * r * (1 + r) ** n / ((1 + r) ** n - 1)

print(round(monthly(200_000, 3.6, 20)))
```

> A shorter term costs more each month and much less in all.

1. Ask the bank for the *effective* rate: it holds the fees.
2. See whether you may pay back early without a charge."""

LETTER = """Dear Ms Okafor,

thank you for your letter of 3 November. I would like to keep the flat, and I ask you to explain two points of the \
new statement:

- the heating costs, which rose by 38 % although I used less than last year,
- the item "other", for which I find no document.

Please send me copies of both bills by the end of the month. Until then I pay the old amount, under reservation.

Kind regards"""

FOLDERS = {"House and flat": ["Letter to the landlord", "Loan for the house"], "Cooking": ["Bread without a machine"]}


def furnish(runtime: Runtime) -> dict[str, str]:
    """Fill an empty home; the conversations' ids by title."""
    made: dict[str, str] = {}
    for title, question, answer in (
        (
            "Bread without a machine",
            "How do I bake bread without a machine?",
            "Mix 500 g of flour with 350 g water …",
        ),
        ("A week in Porto", "Plan five quiet days in Porto for two.", "Day 1: walk along the river to the sea …"),
        ("What the blood test says", "What does a ferritin of 14 mean?", "Ferritin shows how much iron is stored …"),
        ("Names for a puppy", "Suggest ten short names for a puppy.", "Miso, Pip, Juno, Bo, Kiki, Otis, Nala …"),
        ("Letter to the landlord", "Help me answer this letter, friendly but firm.", LETTER),
    ):
        made[title] = _chat(runtime, title, [(question, answer, "", MessageState.COMPLETE, None)])
    made["Loan for the house"] = _chat(
        runtime,
        "Loan for the house",
        [
            ("What do I pay each month for a loan of 200,000?", LOAN, THOUGHT, MessageState.COMPLETE, None),
            (
                "And if I pay 10,000 back early after five years?",
                "Then the term becomes shorter: after five years you still owe about 162,500 €. With 10,000 € less",
                "",
                MessageState.STOPPED,
                None,
            ),
        ],
    )
    made["How batteries age"] = _chat(
        runtime,
        "How batteries age",
        [
            ("Why do phone batteries get weaker?", "Each charge leaves a thin layer on", "", "broken", None),
            (
                "And in the cold?",
                "Cold slows",
                "",
                MessageState.FAILED,
                Problem("inference.engine_died", {"exit_code": -9}),
            ),
        ],
    )
    shelf = runtime.shelf
    for name, titles in FOLDERS.items():
        folder = shelf.make_folder(name)
        for title in titles:
            shelf.put_into(made[title], folder)
    shelf.pin(made["What the blood test says"], True)
    _exchange(runtime, made["Names for a puppy"], None, "Ten short names for a shy puppy.", "Willow, Fern, Tilly, Mo …")
    for title in ("Old recipes", "Tax questions of last year"):
        made[title] = _chat(runtime, title, [("Hello", "Hello. How can I help?", "", MessageState.COMPLETE, None)])
        shelf.archive(made[title], True)
    made["A poem for Ada"] = _chat(
        runtime, "A poem for Ada", [("A short poem for Ada", "The sea is wide …", "", MessageState.COMPLETE, None)]
    )
    shelf.move_to_bin(made["A poem for Ada"])
    return made


def _chat(
    runtime: Runtime, title: str, exchanges: list[tuple[str, str, str, MessageState | str, Problem | None]]
) -> str:
    conversation = runtime.conversations.create(title)
    parent = None
    for question, answer, thinking, state, problem in exchanges:
        parent = _exchange(runtime, conversation, parent, question, answer, thinking, state, problem)
    return conversation


def _exchange(
    runtime: Runtime,
    conversation: str,
    parent: str | None,
    question: str,
    answer: str,
    thinking: str = "",
    state: MessageState | str = MessageState.COMPLETE,
    problem: Problem | None = None,
) -> str:
    store = runtime.conversations
    attached = (Attachment("letter-3-november.txt", "Dear tenant …"),) if question.startswith("Help me answer") else ()
    ids = store.add_exchange(conversation, question, parent_id=parent, model="tiny", attachments=attached)
    statistics = AnswerStatistics(total_s=14.0, thinking_s=6.0 if thinking else 0.0)
    ended = MessageState.INTERRUPTED if state == "broken" else MessageState(state)
    store.finish_message(ids[1], ended, text=answer, thinking=thinking, problem=problem, statistics=statistics)
    return ids[1]
