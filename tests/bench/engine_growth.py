"""What kept conversations cost as they grow, and as they become many."""

from __future__ import annotations

import tempfile
from pathlib import Path

from runtime.requests import ChatMessage, Role
from tests.bench.engine_models import described, made
from tests.bench.engine_timed import PAGE_TOKENS, TimedEngine, conversation, keeping, wait_written

MB = 1e6
QUESTION = ChatMessage(Role.USER, "And how far away is the sun?")
SAID = ChatMessage(Role.ASSISTANT, "It is far away.")


def run(shape: str, sizes: list[int], counts: list[int], each: int) -> bool:
    """Print two tables: by the length of one conversation, by the number of them."""
    with tempfile.TemporaryDirectory() as folder:
        model = made(shape, Path(folder))
        print(f"{described(shape)}\n")
        print("| context | first word, cold | second turn | engine's memory | process | on disk |")
        print("|---|---|---|---|---|---|")
        for size in sizes:
            print(_by_length(model, size, Path(folder) / f"kept {size}"), flush=True)
        print(f"\n| conversations of {each:,} tokens | back in the oldest | read again | process |")
        print("|---|---|---|---|")
        engine = TimedEngine(model, keeping(Path(folder) / "kept many"))
        engine.timed(conversation(200, "Warming up", 1))
        begun = 0
        for count in counts:
            while begun < count:
                engine.timed(conversation(each, f"Number {begun}"))
                begun += 1
            again_s, again = engine.timed(
                (*conversation(each, "Number 0"), SAID, *([QUESTION, SAID] * count), QUESTION)
            )
            read = again.prompt_tokens - again.reused_tokens
            print(f"| {count} | {again_s:.3f} s | {read} | {again.process_bytes / MB:.0f} MB |", flush=True)
        engine.engine.close()
    return True


def _by_length(model: Path, size: int, folder: Path) -> str:
    engine = TimedEngine(model, keeping(folder))
    engine.timed(conversation(200, "Warming up", 1))
    messages = conversation(size, "Growing")
    cold_s, cold = engine.timed(messages)
    second_s, second = engine.timed((*messages, SAID, QUESTION))
    wait_written(folder, second.prompt_tokens // PAGE_TOKENS)
    engine.engine.close()
    disk_bytes = sum(path.stat().st_size for path in folder.glob("*/*"))
    return (
        f"| {cold.prompt_tokens:,} | {cold_s:.2f} s | {second_s:.3f} s | {second.peak_memory_bytes / MB:.0f} MB "
        f"| {second.process_bytes / MB:.0f} MB | {disk_bytes / MB:.0f} MB |"
    )
