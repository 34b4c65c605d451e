"""The window that the benchmark of the conversation measures, and the stream that goes into it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.bench.ui_texts import conversation

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from app.chat.transcript.transcript import TranscriptView

CHARACTERS_A_TICK = 16  # 100 tokens a second of 4 characters, a tick each 40 ms
PROBE_MS = 4
SIZE = (1000, 700)
PATIENCE_S = 60.0


def p99(values: list[float]) -> float:
    """The value that one of a hundred exceeds."""
    return sorted(values)[int(len(values) * 0.99)]


def tick_ms() -> int:
    """How often a streamed answer grows in the app."""
    from app.bridge.events import TEXT_TICK_MS

    return TEXT_TICK_MS


def app() -> QApplication:
    """The application, dressed as the real one."""
    from PySide6.QtWidgets import QApplication

    from app.application import make_application
    from app.theme.theme import Theme

    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    made = make_application([])
    Theme(made).apply(made)
    return made


def shown(messages: int) -> TranscriptView:
    """A transcript on the screen, with so many messages, at its end."""
    from app.chat.transcript.transcript import TranscriptView

    view = TranscriptView()
    view.resize(*SIZE)
    view.show()
    view.set_messages(conversation(messages))
    idle()
    return view


def idle() -> None:
    """Until everything that waits is done: painting, and deleting, which processEvents leaves for later."""
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(3):
        app().processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def away(widget: QWidget) -> None:
    """Close a window and delete it, so that it costs nothing in the figures that follow."""
    widget.close()
    widget.deleteLater()
    idle()
    gc.collect()


def until(condition: Callable[[], object]) -> None:
    """Run the event loop until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        app().processEvents()


def rendered(view: TranscriptView) -> bool:
    """Whether no text waits to be rendered."""
    from app.chat.messages.answer_view import AnswerView

    return not any(answer._renderer.busy for answer in view.findChildren(AnswerView))


def stream(append: Callable[[str], None], text: str, feed_ms: float | None = None) -> tuple[list[float], list[float]]:
    """Milliseconds of each append, and the gaps of the event loop beyond the probe's own period."""
    from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer

    costs: list[float] = []
    gaps: list[float] = []
    clock, loop = QElapsedTimer(), QEventLoop()
    clock.start()
    last = 0.0
    place = 0

    def probe() -> None:
        nonlocal last
        now = clock.nsecsElapsed() / 1e6
        gaps.append(max(now - last - PROBE_MS, 0.0))
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
    for timer, work in ((probes, probe), (feeds, feed)):
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(work)
    probes.start(PROBE_MS)
    feeds.start(round(feed_ms if feed_ms is not None else tick_ms() / 4))
    loop.exec()
    return costs, gaps[5:]


def plain_browser() -> tuple[Any, Callable[[str], None]]:
    """The baseline: all text so far set anew for each piece."""
    from PySide6.QtWidgets import QTextBrowser

    browser = QTextBrowser()
    browser.resize(*SIZE)
    browser.show()
    said: list[str] = []

    def append(piece: str) -> None:
        said.append(piece)
        browser.setMarkdown("".join(said))

    return browser, append


def streaming_view(messages: int) -> tuple[TranscriptView, Callable[[str], None]]:
    """A transcript with an answer that comes in."""
    from app.chat.messages.items import MessageItem

    view = shown(messages)
    view.append_message(MessageItem("new", "assistant", "", "", "streaming"))
    idle()
    return view, lambda piece: view.append_delta("new", piece, "answer")
