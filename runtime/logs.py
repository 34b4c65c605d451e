"""One rotating log file per person. It holds what happened, never what was said or read."""

from __future__ import annotations

import logging
import logging.handlers

from runtime.paths import Paths

LOG_BYTES = 1_000_000
LOG_FILES = 3


def start_logging(paths: Paths) -> None:
    """Send the log of ``app`` and ``runtime`` to ``logs/hearth.log``. Call once per process, after ``prepare``."""
    handler = logging.handlers.RotatingFileHandler(
        paths.logs / "hearth.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in ("app", "runtime"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)


def stop_logging() -> None:
    """Close the log file again."""
    for name in ("app", "runtime"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
