"""Opens one window, prints what it cost to get it usable as JSON, and ends. Started by ``tests.bench.startup``."""

from __future__ import annotations

import json
import os
import resource
import sys
import time

HEAVY = ("mlx", "mlx_lm", "transformers", "huggingface_hub", "torch", "numpy", "tokenizers", "keyring")


def _process_age_s() -> float:
    with open("/proc/self/stat", encoding="ascii") as stat:
        started_ticks = int(stat.read().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks / os.sysconf("SC_CLK_TCK")


def report() -> None:
    """Print the cost so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    age_s = _process_age_s() if sys.platform == "linux" else time.process_time()
    print(
        json.dumps(
            {
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "wall_s": age_s,
                "memory_mb": usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2),
                "heavy": [name for name in HEAVY if name in sys.modules],
            }
        ),
        flush=True,
    )


def plain_window() -> int:
    """The least a Qt program can do: an empty window with one text field."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLineEdit

    application = QApplication([])
    field = QLineEdit()
    field.show()

    def shown() -> None:
        field.repaint()
        report()
        application.quit()

    QTimer.singleShot(0, shown)
    return application.exec()


def hearth_window() -> int:
    """The real window on the home that HEARTH_HOME names, to its first paint and an idle event loop."""
    from PySide6.QtCore import QTimer

    from app.application import make_application
    from app.main import Hearth
    from app.theme.theme import Theme
    from runtime.api import Paths

    application = make_application([])
    theme = Theme(application)
    theme.apply(application)
    paths = Paths.default()
    paths.prepare()
    hearth = Hearth(paths, theme)

    def usable() -> None:
        report()
        hearth.window.close()
        application.quit()

    hearth.window.painted_first.connect(lambda: QTimer.singleShot(0, usable))
    hearth.show()
    code = application.exec()
    hearth.close()
    return code


if __name__ == "__main__":
    sys.exit(plain_window() if "plain" in sys.argv else hearth_window())
