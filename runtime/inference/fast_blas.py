"""Lends MLX the system's OpenBLAS on a plain Linux processor.

The Linux wheel of MLX brings the reference BLAS, whose matrix product is scalar. Symbols of a library opened
globally before MLX are found first by the loader, so an OpenBLAS on the system takes its place without a change to
either (measured on 2 cores of an AMD EPYC: a 1024 x 1024 product in 9 ms instead of 290 ms). Without OpenBLAS
everything works as before, only slower. ``python -m tests.bench.blas`` repeats the figure.
"""

from __future__ import annotations

import ctypes
import os
import sys

LIBRARY = "libopenblas.so.0"


def use_fast_blas() -> bool:
    """Open OpenBLAS for everything this process loads later; True if it is there. Call before importing mlx."""
    if sys.platform != "linux":
        return False
    # One thread a core: more collapse when another program is busy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(len(os.sched_getaffinity(0))))
    try:
        ctypes.CDLL(LIBRARY, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True
