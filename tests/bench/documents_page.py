"""How long the window waits on the page "Documents": ``python -m tests.bench.documents_page [COUNT]``.

Prints milliseconds on the UI thread: the turns of the event loop while so many documents are shown, one line that
changes, a step of scrolling with its painting, and the turns of the loop while all change and while words are typed.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace


def main() -> int:
    """Measure and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.application import make_application
    from app.theme.theme import Theme
    from tests import made_up_documents as made
    from tests.documents_scene import Scene

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    application = make_application([])
    Theme(application).apply(application)

    def wait(seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            application.processEvents()

    scene = Scene(wait)
    scene.page.resize(1180, 780)
    gaps: list[float] = []
    scene._wait = lambda _seconds: gaps.append(taken(application.processEvents))
    scene.open(made.many(count), (made.OFFICE,))
    say("a turn of the loop while all are shown", gaps)
    view = scene.page.lists.known.list
    one = scene.documents.views[100]
    changes = [replace(one, pages_read=at) for at in range(50)]
    say("one line changes", [taken(lambda each=each: scene.presenter._show_one(each)) for each in changes])  # type: ignore[misc]

    def scroll(step: int) -> None:
        view.verticalScrollBar().setValue(step * 400)
        view.viewport().repaint()

    say("scroll and paint", [taken(lambda at=at: scroll(at)) for at in range(60)])  # type: ignore[misc]
    gaps = []
    for at, each in enumerate(made.many(count)):
        scene.documents.put(replace(each, pages_read=at % 9))
        if at % 5 == 0:
            gaps.append(taken(application.processEvents))
    end = time.perf_counter() + 2
    while time.perf_counter() < end:
        gaps.append(taken(application.processEvents))
    say("a turn of the loop while all change", gaps)
    gaps = []
    for end_of_word in range(1, 7):
        scene.page.field.setText("notice"[:end_of_word])
        end = time.perf_counter() + 0.15
        while time.perf_counter() < end:
            gaps.append(taken(application.processEvents))
    say("a turn of the loop while typing", gaps)
    scene.close()
    return 0


def taken(what: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - begun)


def say(name: str, times: list[float]) -> None:
    """One line."""
    print(f"{name:40} median {statistics.median(times):7.2f} ms   longest {max(times):7.2f} ms")


if __name__ == "__main__":
    sys.exit(main())
