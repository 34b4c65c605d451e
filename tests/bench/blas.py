"""What lending MLX the system's OpenBLAS gains on this processor: ``python -m tests.bench.blas``."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import statistics, sys, time
from runtime.inference.fast_blas import use_fast_blas
if sys.argv[1] == "fast" and not use_fast_blas():
    sys.exit("OpenBLAS is not installed")
import mlx.core as mx
with mx.stream(mx.cpu):
    for size in (128, 512, 1024):
        a = mx.random.normal((size, size))
        mx.eval(a @ a)
        times = []
        for _ in range(7):
            started = time.perf_counter()
            mx.eval(a @ a)
            times.append(time.perf_counter() - started)
        print(statistics.median(times) * 1000)
"""


def _run(kind: str) -> list[float]:
    done = subprocess.run([sys.executable, "-c", PROGRAM, kind], capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def main() -> int:
    plain, fast = _run("plain"), _run("fast")
    print(f"{'float32 product':<18}{'as installed':>14}{'with OpenBLAS':>15}{'ratio':>8}")
    for size, slow_ms, fast_ms in zip((128, 512, 1024), plain, fast, strict=True):
        print(f"{f'{size} x {size}':<18}{slow_ms:11.2f} ms{fast_ms:12.2f} ms{slow_ms / fast_ms:8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
