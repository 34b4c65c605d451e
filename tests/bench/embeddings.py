"""What embedding costs and keeps: ``python -m tests.bench.embeddings [--xquad xquad.en.json] [--seconds 6]``.

Each way to compute runs in a process of its own, in turns with the others, over Python's own documentation in
passages of 800 characters; ratios are to onnxruntime in float32 in the same run. A page counts as 790 tokens. The
second part times the whole embedder in its child process. With XQuAD's English file (google-deepmind/xquad on GitHub)
the quality is that of its 1,190 questions over 240 passages, otherwise only the agreement with float32 is told.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.local import LocalEmbedder
from runtime.documents.embeddings.models import built_in_model
from runtime.documents.embeddings.process import EmbedderProcess

PAGE_TOKENS = 790
PASSAGE_CHARACTERS = 800
ROUND_PASSAGES = 24
THREADS = (1, 2)
QUESTIONS = 50
QUESTION = "how long may the tenant stay after the end of the lease"
WAYS = (Computing.ONNX_FLOAT32, Computing.ONNX_INT8, Computing.MLX)


def passages() -> list[str]:
    """English prose that every Python brings."""
    from pydoc_data.topics import topics

    made = []
    for text in topics.values():
        flat = " ".join(text.split())
        made += [flat[at : at + PASSAGE_CHARACTERS] for at in range(0, len(flat), PASSAGE_CHARACTERS)]
    return [text for text in made if len(text) > PASSAGE_CHARACTERS // 2]


# --- the child: one way to compute ------------------------------------------------------------------------------------


def serve(way: Computing) -> None:
    """Answer orders, one JSON object a line, until the end of stdin."""
    import psutil

    begun = time.perf_counter()
    embedder = LocalEmbedder(built_in_model(), way)
    embedder.embed(["warm"])
    print(json.dumps({"load_s": time.perf_counter() - begun}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        embedder.set_threads(order.get("threads", 1))
        begun, cpu = time.perf_counter(), time.process_time()
        rows = embedder.embed(order["texts"]) if "texts" in order else embedder.embed_query(order["question"])
        answer = {"s": time.perf_counter() - begun, "cpu_s": time.process_time() - cpu}
        answer["rss"] = psutil.Process().memory_info().rss
        if order.get("rows"):
            answer["rows"] = rows.tolist()
        print(json.dumps(answer), flush=True)


class Server:
    """The parent's end of :func:`serve`."""

    def __init__(self, way: Computing) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.bench.embeddings", "--serve", way]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.load_s = float(self._read()["load_s"])

    def ask(self, **order: Any) -> dict[str, Any]:
        """One order, one answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


# --- the parent -------------------------------------------------------------------------------------------------------


@dataclass
class Figures:
    """Seconds of each round, by threads; milliseconds of each question."""

    rounds: dict[int, list[float]]
    questions_ms: list[float]
    rss: int = 0


def measure_ways(servers: dict[Computing, Server], tokens: list[int], texts: list[str], seconds: float) -> None:
    """Speeds of all ways, in turns, printed."""
    found = {way: Figures({threads: [] for threads in THREADS}, []) for way in servers}
    done = {threads: 0 for threads in THREADS}
    for threads in THREADS:
        until = time.perf_counter() + seconds * len(servers)
        at = 0
        while time.perf_counter() < until or not at:
            part = slice(at % (len(texts) - ROUND_PASSAGES), at % (len(texts) - ROUND_PASSAGES) + ROUND_PASSAGES)
            for way, server in servers.items():
                answer = server.ask(texts=texts[part], threads=threads)
                found[way].rounds[threads].append(answer["s"])
                found[way].rss = max(found[way].rss, answer["rss"])
            done[threads] += sum(tokens[part])
            at += ROUND_PASSAGES
    for _ in range(QUESTIONS):
        for way, server in servers.items():
            found[way].questions_ms.append(server.ask(question=QUESTION)["s"] * 1000)
    base = found[Computing.ONNX_FLOAT32]
    print(f"{'passages and questions':<24}{'load':>7}{'tokens/s':>10}{'ratio':>7}{'2 threads':>11}{'ratio':>7}", end="")
    print(f"{'pages/s':>9}{'question':>10}{'RSS':>9}")
    for way, figures in found.items():
        one, two = (done[threads] / sum(figures.rounds[threads]) for threads in THREADS)
        ratios = [statistics.median(_ratios(base.rounds[n], figures.rounds[n])) for n in THREADS]
        print(f"{way:<24}{servers[way].load_s:6.2f}s{one:10.0f}{ratios[0]:7.2f}{two:11.0f}{ratios[1]:7.2f}", end="")
        question_ms = statistics.median(figures.questions_ms)
        print(f"{two / PAGE_TOKENS:9.1f}{question_ms:8.1f}ms{figures.rss / 1e6:6.0f} MB")
    print("(questions are answered with 8-bit products where passages go to MLX)")


def _ratios(base: list[float], own: list[float]) -> list[float]:
    return [there / here for there, here in zip(base, own, strict=True)]


def measure_process(texts: list[str]) -> None:
    """The embedder as the app uses it, printed."""
    import psutil

    embedder = EmbedderProcess(built_in_model())
    try:
        begun = time.perf_counter()
        embedder.embed_query(QUESTION)
        print(f"\nin its own process: first question, cold {time.perf_counter() - begun:.2f} s", end="")
        counts = embedder.token_counts(texts[:256])
        begun = time.perf_counter()
        embedder.embed(texts[:256])
        speed = sum(counts) / (time.perf_counter() - begun)
        print(f"; passages {speed:.0f} tokens/s, {speed / PAGE_TOKENS:.1f} pages/s", end="")
        print(f"; RSS {psutil.Process(embedder.pid).memory_info().rss / 1e6:.0f} MB")
        _print_questions("question, nothing else to do", embedder)
        cancel = CancelToken()
        work = threading.Thread(target=_until_cancelled, args=(embedder, texts, cancel))
        work.start()
        _print_questions("question while passages are made", embedder)
        begun = time.perf_counter()
        cancel.cancel()
        work.join()
        print(f"stop: {1000 * (time.perf_counter() - begun):.0f} ms")
    finally:
        embedder.close()


def _until_cancelled(embedder: EmbedderProcess, texts: list[str], cancel: CancelToken) -> None:
    try:
        while True:
            embedder.embed(texts, cancel)
    except Cancelled:
        pass


def _print_questions(name: str, embedder: EmbedderProcess) -> None:
    taken = []
    for _ in range(QUESTIONS):
        begun = time.perf_counter()
        embedder.embed_query(QUESTION)
        taken.append(1000 * (time.perf_counter() - begun))
        time.sleep(0.02)  # so that passages get on between two
    print(f"{name}: p50 {statistics.median(taken):.1f} ms, p95 {sorted(taken)[int(QUESTIONS * 0.95)]:.1f} ms")


def measure_quality(servers: dict[Computing, Server], xquad: Path | None, texts: list[str]) -> None:
    """How far each way's ranking is from float32's, and from the truth where it is known, printed."""
    gold: list[int] = []
    if xquad is not None:
        texts, questions = [], []
        for article in json.loads(xquad.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                questions += [each["question"] for each in paragraph["qas"]]
                gold += [len(texts)] * len(paragraph["qas"])
                texts.append(paragraph["context"])
    else:
        texts = texts[:300]
        questions = [" ".join(text.split()[20:32]) for text in texts[::2]]
    # Everything as passages: also the way that answers questions differently is compared in its own form.
    made = {way: _both(server, texts, questions) for way, server in servers.items()}
    exact = made[Computing.ONNX_FLOAT32]
    print(f"\n{'quality':<24}{'nDCG@10':>9}{'loss':>9}{'cosine':>9}{'least':>8}{'same 10':>9}")
    best = _ndcg(exact, gold)
    for way, both in made.items():
        cosines = (both[0] * exact[0]).sum(1)
        same = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(_first(both), _first(exact), strict=True)])
        ndcg = _ndcg(both, gold)
        print(f"{way:<24}{ndcg:9.4f}{best - ndcg:9.4f}{cosines.mean():9.4f}{cosines.min():8.4f}{same:9.3f}")


def _both(server: Server, texts: list[str], questions: list[str]) -> tuple[np.ndarray, np.ndarray]:
    rows = [np.array(server.ask(texts=each, rows=True, threads=2)["rows"]) for each in (texts, questions)]
    return rows[0], rows[1]


def _first(both: tuple[np.ndarray, np.ndarray]) -> Any:
    return np.argsort(-(both[1] @ both[0].T), axis=1)[:, :10].tolist()


def _ndcg(both: tuple[np.ndarray, np.ndarray], gold: list[int]) -> float:
    if not gold:
        return float("nan")
    scores = both[1] @ both[0].T
    better = (scores > scores[np.arange(len(gold)), gold][:, None]).sum(1)
    return float(np.where(better < 10, 1 / np.log2(better + 2), 0).mean())


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--xquad", type=Path)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--serve", type=Computing)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        from runtime.inference.fast_blas import use_fast_blas

        use_fast_blas()
        serve(arguments.serve)
        return 0
    texts = passages()
    servers = {way: Server(way) for way in WAYS}
    try:
        tokens = LocalEmbedder(built_in_model()).token_counts(texts)
        print(f"{len(texts)} passages of {statistics.mean(tokens):.0f} tokens, the longest {max(tokens)}")
        measure_ways(servers, tokens, texts, arguments.seconds)
        measure_quality(servers, arguments.xquad, texts)
    finally:
        for server in servers.values():
            server.close()
    measure_process(texts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
