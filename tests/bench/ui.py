"""What the conversation costs, with real widgets: ``python -m tests.bench.ui [--only NAME] [--json FILE]``.

Names: memory, stream, flush, length, opening, keys, long. Every figure is measured in this run; where streaming is
measured, the same stream goes into a plain ``QTextBrowser.setMarkdown`` as the baseline of the same run. A benchmark,
not a test: it ends with 0 whatever it finds.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.ui_scene import (
    CHARACTERS_A_TICK,
    SIZE,
    app,
    away,
    idle,
    p99,
    plain_browser,
    rendered,
    shown,
    stream,
    streaming_view,
    tick_ms,
    until,
)
from tests.bench.ui_texts import CASES, LENGTHS, conversation, mixed

if TYPE_CHECKING:
    from app.chat.transcript.transcript import TranscriptView

FLUSHES = 60


@dataclass(frozen=True)
class Figure:
    """One line of the table; ``base`` is what ``QTextBrowser.setMarkdown`` needed."""

    name: str
    ours: float
    unit: str
    bar: float | None = None
    base: float | None = None

    def line(self) -> str:
        bar = "" if self.bar is None else f"{self.bar:g}"
        base = "" if self.base is None else f"{self.base:.2f}"
        ratio = "" if not self.base else f"{self.ours / self.base:.2f}"
        return f"{self.name:<52}{self.ours:10.2f}{bar:>8}{base:>13}{ratio:>8}  {self.unit}"


# --- the figures ------------------------------------------------------------------------------------------------------


def measure_stream() -> list[Figure]:
    """100 tokens a second into 1,000 messages, as fast as in life."""
    text = mixed(8_000)
    view, append = streaming_view(1_000)
    _costs, gaps = stream(append, text, tick_ms())
    away(view)
    browser, plain = plain_browser()
    _costs, base = stream(plain, text, tick_ms())
    away(browser)
    return [
        Figure("streaming into 1,000 messages, stall p99", p99(gaps), "ms", 16, p99(base)),
        Figure("streaming into 1,000 messages, worst stall", max(gaps), "ms", 50, max(base)),
    ]


def flush_costs(
    append: Callable[[str], None], text: str, length: int, view: TranscriptView | None = None
) -> list[float]:
    """Milliseconds of each flush, layout and paint included, around a length of the text."""
    first = max(length - FLUSHES * CHARACTERS_A_TICK // 2, 0)
    append(text[:first])
    until(lambda: view is None or rendered(view))
    idle()
    costs = []
    for number in range(FLUSHES):
        place = first + number * CHARACTERS_A_TICK
        started = time.perf_counter()
        append(text[place : place + CHARACTERS_A_TICK])
        app().processEvents()
        app().processEvents()
        costs.append((time.perf_counter() - started) * 1000)
    return costs


def measure_flush() -> list[Figure]:
    """One flush in short and long conversations."""
    figures = []
    few = 0.0
    for messages in (10, 1_000, 2_000):
        view, append = streaming_view(messages)
        cost = statistics.mean(flush_costs(append, mixed(3_000), 1_500, view))
        away(view)
        few = few or cost
        figures.append(Figure(f"one flush with {messages:,} messages", cost, "ms, mean"))
    figures.append(Figure("  growth from 10 to 2,000 messages", cost / few, "x"))
    return figures


def measure_length() -> list[Figure]:
    """One flush in short and long messages, of ordinary text and of one endless block."""
    figures = []
    for name, text in CASES.items():
        ours, base = [], []
        for length in LENGTHS:
            view, append = streaming_view(10)
            ours.append(statistics.mean(flush_costs(append, text, length, view)))
            away(view)
            browser, plain = plain_browser()
            base.append(statistics.mean(flush_costs(plain, text, length)))
            away(browser)
            figures.append(Figure(f"one flush at {length:,} characters, {name}", ours[-1], "ms, mean", base=base[-1]))
        figures.append(Figure(f"  growth, {name}", ours[-1] / ours[0], "x", 2, base[-1] / base[0]))
    return figures


def measure_opening() -> list[Figure]:
    """A conversation of 2,000 messages until its end is painted."""
    from app.chat.messages.answer_view import AnswerView
    from tests.bench.ui_probes import Paints

    view, items, times = shown(2), conversation(2_000), []
    for _ in range(5):
        view.set_messages(())
        idle()
        gc.collect()
        started = time.perf_counter()
        view.set_messages(items)

        def last_view() -> AnswerView | None:
            return next((a for a in view.findChildren(AnswerView) if a.item.id == items[-1].id), None)

        until(lambda: last_view() is not None)
        last = last_view()
        assert last is not None
        Paints(last.text_view.viewport()).wait(until)
        times.append((time.perf_counter() - started) * 1000)
    away(view)
    return [Figure("opening 2,000 messages until the end is painted", statistics.median(times), "ms, median of 5", 150)]


def measure_keys() -> list[Figure]:
    """A key in the question's field until it is painted, while an answer comes in."""
    from app.chat.chat_page import ChatPage
    from app.chat.messages.items import MessageItem
    from tests.bench.ui_probes import Typist

    page = ChatPage()
    page.resize(*SIZE)
    typist = Typist(page.composer.field)
    page.show()
    page.transcript.set_messages((*conversation(1_000), MessageItem("new", "assistant", "", "", "streaming")))
    idle()
    typist.start()
    stream(lambda piece: page.transcript.append_delta("new", piece, "answer"), mixed(6_000), tick_ms())
    typist.stop()
    away(page)
    name = f"key to echo while an answer comes in, p99 of {len(typist.latencies)}"
    return [Figure(name, p99(typist.latencies), "ms", 16)]


def measure_memory() -> list[Figure]:
    """What 100 ordinary messages hold, when all of a conversation has been looked at."""
    import psutil
    from PySide6.QtWidgets import QScrollArea

    def used_mb() -> float:
        idle()
        gc.collect()
        return float(psutil.Process().memory_full_info().uss) / 1e6

    view = shown(40)
    before = used_mb()
    view.set_messages(conversation(1_000))
    idle()
    area = view.findChild(QScrollArea)
    assert area is not None
    bar = area.verticalScrollBar()
    bar.setValue(0)
    idle()
    while bar.value() < bar.maximum():
        bar.setValue(bar.value() + area.viewport().height())
        idle()
    after = used_mb()
    away(view)
    return [Figure("memory of 100 messages, all of them looked at", (after - before) / 10, "MB", 1)]


def measure_long() -> list[Figure]:
    """Opening one message of 100,000 characters."""
    from app.chat.messages.items import MessageItem
    from tests.bench.ui_probes import Stalls

    text = mixed(100_000)
    view = shown(2)
    with Stalls() as stalls:
        view.set_messages((MessageItem("long", "assistant", text, "", "complete"),))
        until(lambda: rendered(view))
        idle()
    away(view)
    browser, plain = plain_browser()
    idle()
    with Stalls() as base:
        plain(text)
        idle()
    away(browser)
    return [Figure("opening a message of 100,000 characters, worst stall", stalls.worst, "ms", 30, base.worst)]


FIGURES = {
    "memory": measure_memory,
    "stream": measure_stream,
    "flush": measure_flush,
    "length": measure_length,
    "opening": measure_opening,
    "keys": measure_keys,
    "long": measure_long,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=FIGURES)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app()
    print(f"{'':<52}{'ours':>10}{'bar':>8}{'setMarkdown':>13}{'ratio':>8}")
    found: list[Figure] = []
    for name, measure in FIGURES.items():
        if arguments.only in (None, name):
            for figure in measure():
                print(figure.line(), flush=True)
                found.append(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in found], indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
