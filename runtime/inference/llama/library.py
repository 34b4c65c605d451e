"""llama.cpp's library file, opened out of the package ``xllamacpp`` without importing it.

The package's own ``Server`` opens a port, serves HTTP on it and catches signals; it can't be told not to. The C
functions beneath it are in the same file and do none of that, so they are called directly. As their structures change
from build to build, exactly one build is taken, and its defaults are compared before anything is passed to it.
"""

from __future__ import annotations

import collections
import ctypes
import importlib.metadata
import importlib.util
import os
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from runtime.errors import EngineUnavailable, ModelEngineMissing
from runtime.inference.llama.layout import FUNCTIONS, LOG_CALLBACK

PACKAGE = "xllamacpp"
VERSION = "2026.10.11549"
# What the ready-made wheel was compiled for; without one of these the first answer would end the process.
PROCESSOR_NEEDS = {"x86_64": ("avx2", "fma", "f16c", "bmi2")}
# Threads that wait for each other turn this often before they sleep. Left alone, OpenMP's turn for milliseconds, and
# where another program holds a core they all wait for the one that does not run.
SPINS = "1000"
_LINES_KEPT = 60
_ERROR_LEVEL = 4
_MODEL_DEFAULTS = {"n_gpu_layers": -1, "split_mode": 1, "load_mode": -1, "lazy_mode": 1, "use_extra_bufts": True}
_CONTEXT_DEFAULTS = {
    "n_ctx": 512, "n_batch": 2048, "n_ubatch": 512, "n_seq_max": 1, "n_outputs_max_per_seq": 1, "n_threads": 4,
    "n_threads_batch": 4, "rope_scaling_type": -1, "pooling_type": -1, "attention_type": -1, "flash_attn_type": -1,
    "type_k": 1, "type_v": 1, "offload_kqv": True, "no_perf": True, "op_offload": True, "swa_full": True,
}  # fmt: skip
_PLAIN_MODEL = ("main_gpu", "vocab_only", "check_tensors", "no_host", "no_alloc", "load_mtp")
_PLAIN_CONTEXT = ("n_rs_seq", "n_outputs_max", "ctx_type", "embeddings", "kv_unified")


class LlamaLibrary:
    """The functions, typed, as attributes; and what llama.cpp said of late. Open it with :func:`llama_library`.

    Its functions may be called from any thread, those on one model or context from one at a time.
    """

    def __init__(self, path: Path) -> None:
        self._said: collections.deque[str] = collections.deque(maxlen=_LINES_KEPT)
        self._lock = threading.Lock()
        self._last_level = 0
        self._file = ctypes.CDLL(str(path))
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(self._file, name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        self._check_layout()
        self._callback = LOG_CALLBACK(self._hear)
        self.llama_log_set(self._callback, None)
        self.llama_backend_init()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def last_errors(self) -> str:
        """What llama.cpp complained of since :meth:`forget_errors`."""
        with self._lock:
            return "".join(self._said).strip()

    def forget_errors(self) -> None:
        """Before something that may fail."""
        with self._lock:
            self._said.clear()

    def _hear(self, level: int, text: bytes | None, _data: object) -> None:
        # Level 5 goes on with the line before.
        level = self._last_level if level > _ERROR_LEVEL else level
        self._last_level = level
        if level == _ERROR_LEVEL and text:
            with self._lock:
                self._said.append(text.decode("utf-8", "replace"))

    def _check_layout(self) -> None:
        """The build's own defaults must lie where we think: one moved field would be silent nonsense otherwise."""
        model, context = self.llama_model_default_params(), self.llama_context_default_params()
        wanted = [(model, _MODEL_DEFAULTS), (model, dict.fromkeys(_PLAIN_MODEL, 0))]
        wanted += [(context, _CONTEXT_DEFAULTS), (context, dict.fromkeys(_PLAIN_CONTEXT, 0))]
        for parameters, defaults in wanted:
            for name, value in defaults.items():
                if getattr(parameters, name) != value:
                    raise EngineUnavailable(f"llama.cpp: {name} is not where it should be")


@lru_cache(maxsize=1)
def llama_library() -> LlamaLibrary:
    """The library, opened at the first call and never closed. Any thread.

    Raises:
        ModelEngineMissing: it is not installed.
        EngineUnavailable: it is another build than the one known here, or this processor can't run it.
    """
    path = _library_file()
    lacking = [need for need in PROCESSOR_NEEDS.get(os.uname().machine, ()) if need not in _processor_flags()]
    if lacking:
        raise EngineUnavailable(f"llama.cpp needs a processor with {', '.join(lacking)}")
    # libgomp reads this once, when it is loaded; ours comes first as no other part of this process uses it.
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    # On a failed assertion ggml would start a debugger on this process.
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    try:
        return LlamaLibrary(path)
    except (OSError, AttributeError) as error:
        raise EngineUnavailable(f"llama.cpp: {error}"[:300]) from error


def _library_file() -> Path:
    try:
        found, version = importlib.util.find_spec(PACKAGE), importlib.metadata.version(PACKAGE)
    except (ImportError, ValueError):
        found, version = None, ""
    if found is None or not found.submodule_search_locations:
        raise ModelEngineMissing("llama.cpp")
    if version != VERSION:
        raise EngineUnavailable(f"{PACKAGE} {version} where {VERSION} is known")
    files = sorted(Path(found.submodule_search_locations[0]).glob(f"{PACKAGE}*.so"))
    if not files:
        raise ModelEngineMissing("llama.cpp")
    return files[0]


def _processor_flags() -> frozenset[str]:
    """The abilities that Linux tells of the processor; all needs where it tells nothing."""
    everything = frozenset(need for needs in PROCESSOR_NEEDS.values() for need in needs)
    if sys.platform != "linux":
        return everything
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return everything
    return next((frozenset(line.split()) for line in lines if line.startswith("flags")), everything)
