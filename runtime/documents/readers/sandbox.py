"""What the reading process gives up before it opens a stranger's file: writing, the network, memory without end.

Each lock is put on as far as the system allows; the names of those that hold are told to the parent.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from typing import Any, NoReturn

# The usual sizes of things in a process that has just begun.
_OPEN_FILES = 256


def lock_down(memory_bytes: int) -> tuple[str, ...]:
    """Put on all locks; the names of those that hold. Call it once, before the first thread and the first file."""
    held = list(_limit(memory_bytes))
    if sys.platform == "linux":
        from runtime.documents.readers import sandbox_linux

        held += sandbox_linux.lock()
    elif sys.platform == "darwin":
        from runtime.documents.readers import sandbox_macos

        held += sandbox_macos.lock()
    _refuse_sockets()
    return (*held, "sockets")


def allow_seconds(seconds: float) -> None:
    """From now on this many seconds of computing, then the system ends the process: should the parent be gone, too."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _set(resource.RLIMIT_CPU, int(used + seconds) + 1)


def _limit(memory_bytes: int) -> tuple[str, ...]:
    wanted = {
        "file_size": (resource.RLIMIT_FSIZE, 0),
        "core": (resource.RLIMIT_CORE, 0),
        "open_files": (resource.RLIMIT_NOFILE, _OPEN_FILES),
        "memory": (resource.RLIMIT_AS, memory_bytes),
    }
    return tuple(name for name, (kind, value) in wanted.items() if _set(kind, value))


def _set(kind: int, value: int) -> bool:
    """Lower a limit; never above what the system allows."""
    hard = resource.getrlimit(kind)[1]
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (allowed, hard))
    except (OSError, ValueError):
        return False
    return True


def _refuse_sockets() -> None:
    """For Python code, wherever the system's own locks do not hold."""

    def refuse(*_arguments: Any, **_names: Any) -> NoReturn:
        raise OSError("the reading process has no network")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        setattr(socket, name, refuse)


def strip_environment(kept: tuple[str, ...]) -> None:
    """Forget every variable but these."""
    for name in list(os.environ):
        if not name.startswith(kept):
            del os.environ[name]
