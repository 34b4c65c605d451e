"""The embedding process: ``python -m runtime.documents.embeddings.worker``. It may be killed at any moment.

One thread reads, one computes passages, one answers what must be quick, one says each second that it lives. End of
stdin (the app is gone) means exit.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.messages import CODEC, EmbedderFailed, StartEmbedding
from runtime.documents.embeddings.work import EmbeddingWork
from runtime.errors import EngineOutOfMemory, problem_of
from runtime.wire import PROTOCOL_VERSION, ChildEnd, Hello, WireError, be_the_first_to_go

# Threads are ours to count: no library starts some of its own for each core.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}


def main() -> None:
    """Read one order, load, and work until the parent closes the pipe."""
    end = ChildEnd(CODEC)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches us too; the parent decides
    os.environ.update(ENVIRONMENT)
    os.environ.pop("HF_TOKEN", None)
    be_the_first_to_go()
    end.send(Hello(PROTOCOL_VERSION, "embeddings"))
    order = next(end.receive(), None)
    if not isinstance(order, StartEmbedding):
        os._exit(0)
    end.beat()
    _limit_memory(order)
    try:
        work = EmbeddingWork(order, end.send)
    except MemoryError:
        end.send(EmbedderFailed(EngineOutOfMemory().problem()))
        os._exit(1)
    except Exception as error:  # the edge of the process: everything leaves as data
        end.send(EmbedderFailed(problem_of(error)))
        os._exit(1)
    threading.Thread(target=_read, args=(end, work), name="requests", daemon=True).start()
    work.run()


def _read(end: ChildEnd, work: EmbeddingWork) -> None:
    try:
        for message in end.receive():
            work.take(message)
    except WireError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the parent keeps the last lines for its report
    os._exit(0)


def _limit_memory(order: StartEmbedding) -> None:
    """No more address space than this, where the system keeps such limits (macOS does not). A graphics card's driver
    reserves far more than it uses, so with MLX there is none."""
    if sys.platform != "linux" or order.computing is Computing.MLX:
        return
    import resource

    try:
        weights = (Path(order.model.folder) / "model.safetensors").stat().st_size
    except OSError:
        weights = 0
    # The file mapped, a copy to round, and the copy that computes.
    limit = order.memory_limit_bytes + 3 * weights
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main()
