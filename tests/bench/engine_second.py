"""The second answer in a conversation: how long until its first word, against the first answer, cold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from runtime.requests import ChatMessage, Role
from tests.bench.engine_models import described, made
from tests.bench.engine_timed import PAGE_TOKENS, TimedEngine, conversation, keeping, wait_written

MOST_SECOND, MOST_RESTARTED = 1 / 20, 1 / 5
QUESTION = ChatMessage(Role.USER, "And how far away is the sun?")


def measure(model: Path, tokens: int, folder: Path) -> tuple[str, bool]:
    """One row of the table, and whether it is within the limits."""
    engine = TimedEngine(model, keeping(folder))
    _, warm = engine.timed(conversation(200, "Warming up", 1))
    pages = warm.prompt_tokens // PAGE_TOKENS
    wait_written(folder, pages)
    messages = conversation(tokens, "First")
    cold_s, cold = engine.timed(messages)
    said = ChatMessage(Role.ASSISTANT, "It is far away.")
    second_s, second = engine.timed((*messages, said, QUESTION))
    wait_written(folder, pages + second.prompt_tokens // PAGE_TOKENS)
    middle = len(messages) // 2
    changed = (*messages[:middle], ChatMessage(messages[middle].role, "Something else."), *messages[middle + 1 :])
    edited_s, edited = engine.timed((*changed, said, QUESTION))
    engine.engine.close()
    engine = TimedEngine(model, keeping(folder))
    engine.timed(conversation(200, "Warming up again", 1))
    third = (*messages, said, QUESTION, said, QUESTION)
    restarted_s, restarted = engine.timed(third)
    engine.engine.close()
    row = (
        f"| {cold.prompt_tokens:,} | {cold_s:.2f} s | {second_s:.3f} s ({second.prompt_tokens - second.reused_tokens}"
        f" read) | 1/{cold_s / second_s:.0f} | {restarted_s:.3f} s"
        f" ({restarted.prompt_tokens - restarted.reused_tokens} read) | 1/{cold_s / restarted_s:.0f} "
        f"| {edited_s:.2f} s ({edited.prompt_tokens - edited.reused_tokens:,} of {edited.prompt_tokens:,} read) |"
    )
    return row, second_s <= cold_s * MOST_SECOND and restarted_s <= cold_s * MOST_RESTARTED


def run(shapes: list[str], sizes: list[int]) -> bool:
    """Print a table for each shape; whether every figure is within its limit."""
    good = True
    for shape in shapes:
        print(f"\n{described(shape)}\n")
        print("| context | cold | second turn | share | after a restart | share | edit in the middle |")
        print("|---|---|---|---|---|---|---|")
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                row, fine = measure(made(shape, Path(folder)), size, Path(folder) / "kept")
            good = good and fine
            print(row, flush=True)
    print("\nTargets: second turn at most 1/20 of cold, after a restart at most 1/5.")
    return good
