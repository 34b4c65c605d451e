"""What a running download costs the window: ``python -m tests.bench.models_page [--models 40] [--mb 600]``.

The real app with real model folders on the page "Models", a real download from a hub on loopback (a process of its
own) as fast as it goes, and a probe in the event loop. The baseline is the same page in the same run while nothing is
on its way. On a busy computer the gaps are other programs' too: the window's own work between two turns of its event
loop is told beside them, in processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.ui_probes import Stalls

IDLE_S = 5.0
TARGET_MS = 50.0


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=40)
    parser.add_argument("--mb", type=int, default=600)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as made:
        os.environ["HEARTH_HOME"] = f"{made}/home"
        os.environ["HEARTH_OTHERS_HOME"] = f"{made}/nobody"
        print(json.dumps(measured(Path(made), arguments.models, arguments.mb), indent=1))


def measured(folder: Path, count: int, mb: int) -> dict[str, object]:
    """Milliseconds of the longest gaps of the event loop."""
    from app.application import make_application
    from app.main import Hearth
    from app.theme.theme import Theme
    from runtime.api import Paths
    from tests.bench.fast_hub import FastHub
    from tests.hub.models import make_model_folder

    application = make_application([])
    theme = Theme(application)
    theme.apply(application)
    paths = Paths.below(folder / "home")
    paths.prepare()
    first = make_model_folder(folder / "first", 200_000)
    for number in range(count):
        shutil.copytree(first, paths.models / f"model-{number:02}")

    def until(condition: Callable[[], object]) -> None:
        while not condition():
            application.processEvents()
            time.sleep(0.0005)

    with FastHub(make_model_folder(folder / "large", mb * 1_000_000), "maker/model") as hub:
        os.environ["HF_ENDPOINT"] = hub.endpoint
        hearth = Hearth(paths, theme)
        hearth.settings.change(first_run_done=True)
        hearth.show()
        until(lambda: len(hearth.models.installed) == count and hearth.computer.computer)
        hearth.ways.show_models()
        cards = hearth.models_view.page.here.cards
        until(lambda: len(cards.views) == count and cards.complete)
        deadline = time.monotonic() + IDLE_S
        with Stalls() as idle:
            until(lambda: time.monotonic() > deadline)
        told: list[object] = []
        hearth.downloads.changed.connect(told.append)
        begun = time.monotonic()
        with Stalls() as busy:
            hearth.downloads.start("maker/model")
            until(lambda: "maker/model" in hearth.downloads.jobs)
            until(lambda: not hearth.downloads.jobs)
        took_s = time.monotonic() - begun
        hearth.window.close()
        hearth.close()
    return {
        "models": count,
        "mb_per_s": round(mb / took_s, 1),
        "progress_events_per_s": round(len(told) / took_s, 1),
        "worst_gap_ms": round(busy.worst, 1),
        "worst_gap_ms_while_nothing_runs": round(idle.worst, 1),
        "worst_own_work_ms": round(busy.worst_own, 1),
        "worst_own_work_ms_while_nothing_runs": round(idle.worst_own, 1),
        "ratio": round(busy.worst / idle.worst, 2),
        "target_ms": TARGET_MS,
    }


if __name__ == "__main__":
    main()
