"""How quick the built-in guide is on two cores: ``python -m tests.bench.guide``.

Through the app's own engine, child process and all, each question in a conversation of its own. The baselines are
what its issue asks for: the first word within 300 ms, 30 tokens a second.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

from runtime.api import AnswerDelta, AnswerFinished, Event, Paths, Runtime

CORES = 2
FIRST_WORD_MS, TOKENS_A_SECOND = 300.0, 30.0
QUESTIONS = (
    "How do I delete a chat?",
    "which model should i take",
    "Is my data sent anywhere?",
    "what does 4-bit mean",
    "why is it so slow",
    "Who painted the Mona Lisa?",
    "how do i add my documents",
    "hello there",
)
ROUNDS = 5


def main() -> int:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    with tempfile.TemporaryDirectory() as home:
        paths = Paths.below(Path(home))
        paths.prepare()
        changed = threading.Condition()
        events: list[tuple[float, Event]] = []

        def take(event: Event) -> None:
            with changed:
                events.append((time.perf_counter(), event))
                changed.notify_all()

        with Runtime(paths, take) as runtime:
            waking = time.perf_counter()
            _ask(runtime, QUESTIONS[0], events, changed)
            waking = time.perf_counter() - waking
            firsts, rates = [], []
            for question in QUESTIONS * ROUNDS:
                first_ms, tokens_per_s = _ask(runtime, question, events, changed)
                firsts.append(first_ms)
                rates.append(tokens_per_s)
    first, worst, rate = statistics.median(firsts), max(firsts), statistics.median(rates)
    print(f"cores: {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()}")
    print(f"first word, the engine cold:   {waking * 1000:7.0f} ms with the whole answer (a process starts)")
    print(f"first word, awake, median:     {first:7.0f} ms   {first / FIRST_WORD_MS:6.2f} of {FIRST_WORD_MS:.0f} ms")
    print(f"first word, awake, worst:      {worst:7.0f} ms   {worst / FIRST_WORD_MS:6.2f} of {FIRST_WORD_MS:.0f} ms")
    print(f"tokens a second, median:       {rate:7.0f}      {rate / TOKENS_A_SECOND:6.1f} times {TOKENS_A_SECOND:.0f}")
    print(f"tokens a second, slowest:      {min(rates):7.0f}      {min(rates) / TOKENS_A_SECOND:6.1f} times")
    return 0


def _ask(
    runtime: Runtime, question: str, events: list[tuple[float, Event]], changed: threading.Condition
) -> tuple[float, float]:
    """Milliseconds from the question to its first word on the way to the screen, and tokens a second."""
    conversation_id = runtime.conversations.create()
    asked = time.perf_counter()
    request_id = runtime.guide.ask(conversation_id, question)
    with changed:
        changed.wait_for(lambda: any(isinstance(e, AnswerFinished) and e.request_id == request_id for _t, e in events))
    first = next(at for at, event in events if isinstance(event, AnswerDelta) and event.request_id == request_id)
    statistics_of = runtime.conversations.message(request_id).statistics
    events.clear()
    return (first - asked) * 1000, statistics_of.answer_tokens_per_s if statistics_of else 0.0


if __name__ == "__main__":
    raise SystemExit(main())
