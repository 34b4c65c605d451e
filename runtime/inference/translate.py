"""Exceptions of mlx, mlx_lm, transformers and tokenizers as leaves of our own tree. The only place that knows both."""

from __future__ import annotations

from runtime.errors import (
    EngineOutOfMemory,
    HearthError,
    ModelDamaged,
    ModelFolderMissing,
    ModelUnsupported,
    Problem,
    problem_of,
)

_OUT_OF_MEMORY = ("out of memory", "insufficient memory", "unable to allocate", "failed to allocate", "bad_alloc")


def is_out_of_memory(text: str) -> bool:
    """Whether an error text (or a dead worker's last words) speaks of memory."""
    lowered = text.lower()
    return any(sign in lowered for sign in _OUT_OF_MEMORY)


def load_problem(error: BaseException, architecture: str, folder: str) -> Problem:
    """Why a model could not be loaded."""
    if isinstance(error, HearthError):
        return error.problem()
    text = f"{type(error).__name__}: {error}"[:300]
    if isinstance(error, MemoryError) or is_out_of_memory(text):
        return EngineOutOfMemory().problem()
    if "not supported" in text and "odel type" in text:
        return ModelUnsupported(architecture).problem()
    if isinstance(error, FileNotFoundError):
        return ModelFolderMissing(folder).problem()
    return ModelDamaged(_culprit(error), text).problem()


def answer_problem(error: BaseException) -> Problem:
    """Why an answer ended early."""
    if isinstance(error, MemoryError) or is_out_of_memory(str(error)):
        return EngineOutOfMemory().problem()
    return problem_of(error)


def _culprit(error: BaseException) -> str:
    """Which file is to blame, as far as the traceback tells."""
    trace = error.__traceback__
    while trace is not None:
        if "token" in trace.tb_frame.f_code.co_filename:
            return "tokenizer.json"
        trace = trace.tb_next
    return "model.safetensors"
