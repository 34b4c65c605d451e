"""Streaming into a long conversation, with real widgets: ``python -m tests.bench.transcript``.

100 tokens a second go into a conversation of 1,000 messages, through the real transcript; the event loop is probed
each 4 ms. The same stream into a plain ``QTextBrowser.setMarkdown`` is the baseline of the same run.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

TICK_MS = 40
CHARACTERS_A_TICK = 16  # 100 tokens a second of 4 characters
TEXT_CHARACTERS = 20_000


def _text(length: int) -> str:
    from tests.tiny.corpus import LONG_ANSWER

    return (LONG_ANSWER + "\n\n") * (length // len(LONG_ANSWER) + 1)


def stream(append: Callable[[str], None], text: str) -> tuple[list[float], list[float]]:
    """Milliseconds of each append, and the gaps of the event loop beyond the probe's own period."""
    from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer

    costs: list[float] = []
    gaps: list[float] = []
    clock, loop = QElapsedTimer(), QEventLoop()
    clock.start()
    last = 0.0
    place = 0

    def probe() -> None:
        nonlocal last
        now = clock.nsecsElapsed() / 1e6
        gaps.append(max(now - last - 4, 0.0))
        last = now

    def feed() -> None:
        nonlocal place
        if place >= len(text):
            loop.quit()
            return
        started = time.perf_counter()
        append(text[place : place + CHARACTERS_A_TICK])
        costs.append((time.perf_counter() - started) * 1000)
        place += CHARACTERS_A_TICK

    probes, feeds = QTimer(), QTimer()
    probes.timeout.connect(probe)
    feeds.timeout.connect(feed)
    probes.start(4)
    feeds.start(TICK_MS // 4)  # four times as fast as life, so that the benchmark ends
    loop.exec()
    return costs, gaps[5:]


def _row(name: str, costs: list[float], gaps: list[float]) -> str:
    ordered = sorted(gaps)
    p99 = ordered[int(len(ordered) * 0.99)]
    first, last = statistics.median(costs[20:60]), statistics.median(costs[-60:])
    return f"{name:<26}{p99:9.1f}{max(gaps):9.1f}{first:12.2f}{last:12.2f}{last / first:9.1f}"


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QTextBrowser

    from app.application import make_application
    from app.chat.items import MessageItem
    from app.chat.transcript import TranscriptView
    from app.theme.theme import Theme

    application = make_application([])
    theme = Theme(application)
    theme.apply(application)
    items = []
    for n in range(500):
        items.append(MessageItem(f"q{n}", "user", f"question {n}", "", "complete"))
        items.append(MessageItem(f"a{n}", "assistant", _text(600)[:600], "", "complete", "2 s"))
    view = TranscriptView()
    view.resize(1000, 700)
    view.show()
    started = time.perf_counter()
    view.set_messages(tuple(items))
    application.processEvents()
    print(f"opening 1,000 messages: {(time.perf_counter() - started) * 1000:.0f} ms")
    text = _text(TEXT_CHARACTERS)[:TEXT_CHARACTERS]
    view.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    ours = stream(lambda piece: view.append_delta("new", piece, "answer"), text)
    browser = QTextBrowser()
    browser.resize(1000, 700)
    browser.show()
    said: list[str] = []

    def plain(piece: str) -> None:
        said.append(piece)
        browser.setMarkdown("".join(said))

    baseline = stream(plain, text)
    print(f"{'':<26}{'p99 ms':>9}{'max ms':>9}{'at start':>12}{'at 20k':>12}{'growth':>9}   (stall; ms an append)")
    print(_row("Hearth", *ours))
    print(_row("QTextBrowser.setMarkdown", *baseline))
    return 0


if __name__ == "__main__":
    sys.exit(main())
