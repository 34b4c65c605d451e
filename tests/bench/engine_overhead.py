"""What the app's engine costs on top of ``mlx_lm.stream_generate``, in turns in one run."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from runtime.requests import ChatMessage, Role
from tests.bench.engine_models import described, made
from tests.bench.engine_timed import SENTENCE, TimedEngine, keeping

TOKENS = 120
LEAST_DECODE, MOST_FIRST = 0.98, 1.05

BARE = """
import json, sys, time
from runtime.inference.fast_blas import use_fast_blas
use_fast_blas()
from mlx_lm import load, stream_generate
model, tokenizer = load(sys.argv[1], tokenizer_config={"trust_remote_code": False})[:2]
for line in sys.stdin:
    asked = json.loads(line)
    began = time.perf_counter()
    prompt = tokenizer.apply_chat_template([{"role": "user", "content": asked["text"]}], add_generation_prompt=True)
    times = [time.perf_counter() for _ in stream_generate(
        model, tokenizer, prompt, max_tokens=asked["tokens"], prefill_step_size=asked["chunk"])]
    print(json.dumps([times[0] - began, (len(times) - 1) / (times[-1] - times[0]), len(prompt)]), flush=True)
"""


@dataclass(frozen=True)
class Round:
    """Seconds to the first word and tokens a second after it, bare and through the app."""

    bare_first_s: float
    bare_rate: float
    app_first_s: float
    app_rate: float


def measure(model: Path, rounds: int, prompt_tokens: int, folder: Path) -> list[Round]:
    """Each round asks both the same new question; every other round begins with the other one."""
    from runtime.inference.mlx_backend import PREFILL_CHUNK

    bare = subprocess.Popen(
        [sys.executable, "-c", BARE, str(model)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert bare.stdin is not None
    assert bare.stdout is not None
    engine = TimedEngine(model, keeping(folder))
    assert engine.engine.loaded is not None
    chunk = PREFILL_CHUNK[engine.engine.loaded.device]
    found = []
    for number in range(rounds + 1):
        text = f"{number} is the number. " + SENTENCE * (prompt_tokens // 8)
        bare_first_s = bare_rate = app_first_s = app_rate = 0.0
        for who in ("bare", "app") if number % 2 else ("app", "bare"):
            if who == "bare":
                bare.stdin.write(json.dumps({"text": text, "tokens": TOKENS, "chunk": chunk}) + "\n")
                bare.stdin.flush()
                bare_first_s, bare_rate, _size = json.loads(bare.stdout.readline())
            else:
                app_first_s, told = engine.timed((ChatMessage(Role.USER, text),), TOKENS)
                app_rate = (told.answer_tokens - 1) / (engine.end_s - engine.first_s)
        found.append(Round(bare_first_s, bare_rate, app_first_s, app_rate))
    engine.engine.close()
    bare.stdin.close()
    bare.wait()
    return found[1:]  # the first round warms both up


def run(shapes: list[str], rounds: int, prompt_tokens: int) -> bool:
    """Print a table; whether every figure is within its limit."""
    print("| model | first word, bare | through the app | ratio | decode, bare | through the app | ratio |")
    print("|---|---|---|---|---|---|---|")
    good = True
    for shape in shapes:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(made(shape, Path(folder)), rounds, prompt_tokens, Path(folder) / "kept")
        first = statistics.median(one.app_first_s / one.bare_first_s for one in found)
        decode = statistics.median(one.app_rate / one.bare_rate for one in found)
        good = good and first <= MOST_FIRST and decode >= LEAST_DECODE
        print(
            f"| {described(shape)} | {statistics.median(one.bare_first_s for one in found) * 1000:.0f} ms "
            f"| {statistics.median(one.app_first_s for one in found) * 1000:.0f} ms | {first:.3f} "
            f"| {statistics.median(one.bare_rate for one in found):.1f} tok/s "
            f"| {statistics.median(one.app_rate for one in found):.1f} tok/s | {decode:.3f} |"
        )
    print(f"Targets: first word at most {MOST_FIRST}, decode at least {LEAST_DECODE}; medians of {rounds} rounds.")
    return good
