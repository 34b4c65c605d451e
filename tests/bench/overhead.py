"""What the app's engine costs on top of the model: ``python -m tests.bench.overhead [--rounds N]``.

Tokens a second through the child process, wire and events against bare ``mlx_lm.stream_generate`` in a process of
its own, in turns, in the same run; medians. Two random-weight models of about 2 and 20 ms a token, greedy, so that
the work is the same to the token. Target: at least 0.97.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOKENS = 120
SHAPES = {"small": (256, 4), "middle": (1024, 12)}

MAKE = """
import json, sys
from pathlib import Path
import shutil
from runtime.inference.fast_blas import use_fast_blas
use_fast_blas()
import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.models.llama import Model, ModelArgs
source, target, width, layers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
shutil.copytree(source, target)
config = json.loads((target / "config.json").read_text())
config.update(hidden_size=width, num_hidden_layers=layers, intermediate_size=3 * width)
config.update(num_attention_heads=width // 64,
              num_key_value_heads=width // 64)
(target / "config.json").write_text(json.dumps(config))
mx.random.seed(1)
model = Model(ModelArgs.from_dict(config))
end = json.loads((source / "config.json").read_text())["eos_token_id"]
weight = model.model.embed_tokens.weight
weight[end] = 0  # never the likeliest, so that no answer ends early
model.model.embed_tokens.weight = weight
weights = dict(tree_flatten(model.parameters()))
mx.save_safetensors(str(target / "model.safetensors"), weights, metadata={"format": "mlx"})
"""

BARE = """
import sys, time
from runtime.inference.fast_blas import use_fast_blas
use_fast_blas()
from mlx_lm import load, stream_generate
model, tokenizer = load(sys.argv[1], tokenizer_config={"trust_remote_code": False})[:2]
turns = [{"role": "user", "content": "Tell me a long story."}]
prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True)
tokenizer.eos_token_ids = set()
for line in sys.stdin:
    times = [time.perf_counter() for _ in stream_generate(model, tokenizer, prompt, max_tokens=int(sys.argv[2]))]
    print((len(times) - 1) / (times[-1] - times[0]), flush=True)
"""


def _rate_through_the_app(engine: object, number: int) -> float:
    from runtime.requests import ChatMessage, Generate, Role, Sampling
    from tests.contract.recording import RecordedEngine

    assert isinstance(engine, RecordedEngine)
    request = Generate(
        f"bench-{number}",
        (ChatMessage(Role.USER, "Tell me a long story."),),
        Sampling(temperature=0.0),
        TOKENS,
    )
    engine.arrivals.clear()
    engine.engine.generate(request)
    tokens = engine.finish(request.request_id).statistics.answer_tokens
    return (tokens - 1) / (engine.arrivals[-1] - engine.arrivals[-2])


def _measure(model: Path, rounds: int) -> tuple[list[float], list[float]]:
    from runtime.events import AnswerFinished, Event, PromptProgress
    from runtime.inference.host import EngineHost
    from tests.contract.recording import RecordedEngine

    class Timed(RecordedEngine):
        """Notes when the prompt was read (the first word is there) and when the end arrives."""

        def _take(self, event: Event) -> None:
            if isinstance(event, PromptProgress | AnswerFinished):
                self.arrivals.append(time.perf_counter())
            super()._take(event)

    bare = subprocess.Popen(
        [sys.executable, "-c", BARE, str(model), str(TOKENS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert bare.stdin is not None
    assert bare.stdout is not None
    timed = Timed(EngineHost)
    timed.load(model)
    through, plain = [], []
    for number in range(rounds + 1):
        bare.stdin.write("go\n")
        bare.stdin.flush()
        plain.append(float(bare.stdout.readline()))
        through.append(_rate_through_the_app(timed, number))
    timed.engine.close()
    bare.stdin.close()
    bare.wait()
    return through[1:], plain[1:]  # the first round warms both up


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    from tests.tiny.fixtures import tiny_model_folder

    print(f"{'model':<10}{'bare tok/s':>12}{'through the app':>17}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, (width, layers) in SHAPES.items():
            model = Path(folder) / name
            subprocess.run(
                [sys.executable, "-c", MAKE, tiny_model_folder(), model, str(width), str(layers)], check=True
            )
            through, plain = _measure(model, rounds)
            ratio = statistics.median(a / b for a, b in zip(through, plain, strict=True))
            print(f"{name:<10}{statistics.median(plain):12.1f}{statistics.median(through):17.1f}{ratio:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
