"""Our backend against llama.cpp's own server engine: ``python -m tests.bench.engine_llama --gguf PATH``.

Both compute the same tokens of the same file with as many threads, in turns, in one process and one run; what is told
are the medians of the rounds' ratios. Target: at least 0.95 for prefill and for decode. The server engine is the one
in the package ``xllamacpp`` (it opens a port for the time of the bench, as it always does); with ``--mlx DIR`` the
same model is also asked of MLX. ``--gguf`` is a GGUF file or a folder that holds one; ``python -m tests.models.real
--gguf --into DIR`` makes one. ``--turns`` measures the first word of a second turn against a cold one besides.

Figures taken while anything else runs on the computer mean nothing but that the bench works.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runtime.cancel import CancelToken
from runtime.events import AnswerDelta, AnswerStatistics, Event
from runtime.inference.backend import ChatBackend
from runtime.inference.llama.library import SPINS
from runtime.inference.llama.threads import usable_cores
from runtime.inference.llama_backend import LlamaBackend
from runtime.requests import ChatMessage, Generate, LoadModel, PromptKeeping, Role, Sampling

SENTENCE = "The river rises in the hills, turns south at the old mill and reaches the sea after forty miles. "
SENTENCE_TOKENS = 21
ASKED = "\n\nTell a long story about this river, with many people in it."
CONTEXT_TOKENS = 8192
BARE_BATCH = 512


@contextmanager
def folder_of(gguf: Path) -> Iterator[Path]:
    """A folder that holds this model and nothing else."""
    if gguf.is_dir():
        yield gguf
        return
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / gguf.name).symlink_to(gguf.resolve())
        yield Path(made)


def question(prompt_tokens: int, answer_tokens: int, *turns: str) -> Generate:
    """About so many tokens, the same to the letter each time."""
    texts = [SENTENCE * max(1, prompt_tokens // SENTENCE_TOKENS) + ASKED, *turns]
    messages = tuple(ChatMessage((Role.USER, Role.ASSISTANT)[n % 2], text) for n, text in enumerate(texts))
    return Generate("bench", messages, Sampling(temperature=0.0), max_tokens=answer_tokens)


def ask(backend: ChatBackend, request: Generate) -> tuple[str, AnswerStatistics]:
    """One answer: its text and what it cost."""
    events: list[Event] = []
    finished = backend.generate(request, events.append, CancelToken())
    return "".join(event.text for event in events if isinstance(event, AnswerDelta)), finished.statistics


def server(file: Path, threads: int) -> Any:
    """llama.cpp's own server engine with our threads and batch, and nothing kept between requests."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx, parameters.n_parallel, parameters.port = CONTEXT_TOKENS, 1, 0
    parameters.n_batch = parameters.n_ubatch = BARE_BATCH
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.fit_params, parameters.cache_ram_mib, parameters.verbosity = False, 0, -1
    return xllamacpp.Server(parameters)


def rates_of_server(engine: Any, tokens: list[int], answer_tokens: int) -> tuple[float, float]:
    """Prefill and decode in tokens a second, as the engine itself measures them."""
    request = {"prompt": tokens, "max_tokens": answer_tokens, "temperature": 0.0, "ignore_eos": True}
    timings = engine.handle_completions({**request, "cache_prompt": False})["timings"]
    return timings["prompt_per_second"], timings["predicted_per_second"]


def rates_of(backend: ChatBackend, request: Generate) -> tuple[float, float]:
    """The same of one of ours."""
    said = ask(backend, request)[1]
    if said.answer_tokens < request.max_tokens // 2:
        print(f"  (an answer of {said.answer_tokens} tokens only)")
    return said.prompt_tokens_per_s, said.answer_tokens_per_s


def compare(measured: dict[str, Callable[[], tuple[float, float]]], rounds: int) -> None:
    """Ask all in turns, one round more than is counted, and print medians and ratios to the first."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in measured}
    for number in range(rounds + 1):
        # The one who goes first changes, so that neither always has the warmer or the busier computer.
        for name in list(measured)[:: 1 if number % 2 else -1]:
            found = measured[name]()
            if number:
                taken[name].append(found)
    ours = next(iter(measured))
    for name, rates in taken.items():
        line = [f"{name:18}"]
        for n, what in enumerate(("prefill", "decode")):
            ratio = statistics.median(mine[n] / other[n] for mine, other in zip(taken[ours], rates, strict=True))
            line.append(f"{what} {statistics.median(rate[n] for rate in rates):8.1f} tok/s")
            line.append("" if name == ours else f"ours is {ratio:.3f} of it")
        print("  ".join(line))


def measure_turns(backend: LlamaBackend, folder: Path, prompt_tokens: int) -> None:
    """The first word of a second turn, cold and with what was read kept."""
    for keeping in (None, PromptKeeping(memory_bytes=2**31)):
        backend.load(LoadModel(str(folder), context_tokens=prompt_tokens + 1024, keeping=keeping))
        said, first = ask(backend, question(prompt_tokens, 24))
        second = ask(backend, question(prompt_tokens, 4, said, "And then?"))[1]
        print(
            f"{'kept' if keeping else 'cold':5} {second.prompt_tokens} tokens, {second.reused_tokens} of them known: "
            f"first word after {second.first_token_s:.3f} s (the first turn's after {first.first_token_s:.3f} s)"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--mlx", type=Path, help="the same model as a folder for MLX")
    parser.add_argument("--threads", type=int, nargs="*", default=[usable_cores()])
    parser.add_argument("--prompt", type=int, default=512, help="tokens of the prompt, about")
    parser.add_argument("--answer", type=int, default=64, help="tokens of the answer")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turns", type=int, help="also a second turn after so many tokens")
    parser.add_argument("--spins", default=SPINS, help="GOMP_SPINCOUNT; the app's own is the default")
    arguments = parser.parse_args()
    # Read by libgomp when it is loaded, which both sides share.
    os.environ["GOMP_SPINCOUNT"] = arguments.spins
    request = question(arguments.prompt, arguments.answer)
    with folder_of(arguments.gguf) as folder:
        file = sorted(folder.glob("*.gguf"))[0]
        for threads in arguments.threads:
            backend = LlamaBackend(threads=threads)
            backend.load(LoadModel(str(folder), context_tokens=CONTEXT_TOKENS))
            tokens = backend.prompt_tokens(request)
            print(f"{file.name}: {len(tokens)} tokens, {threads} threads, spins {arguments.spins}")
            bare = server(file, threads)
            measured: dict[str, Callable[[], tuple[float, float]]] = {
                "ours": lambda b=backend: rates_of(b, request),  # type: ignore[misc]
                "llama.cpp server": lambda b=bare, t=tokens: rates_of_server(b, t, arguments.answer),  # type: ignore[misc]
            }
            if arguments.mlx:
                from runtime.inference.mlx_backend import MlxBackend

                mlx = MlxBackend()
                mlx.load(LoadModel(str(arguments.mlx)))
                measured["MLX"] = lambda m=mlx: rates_of(m, request)  # type: ignore[misc]
            compare(measured, arguments.rounds)
            if arguments.turns:
                measure_turns(backend, folder, arguments.turns)
            backend.unload()
            del bare


if __name__ == "__main__":
    main()
