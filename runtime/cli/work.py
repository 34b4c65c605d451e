"""Slow work with models on disk, begun and followed from the terminal: what ``models`` and ``shelf`` have in common."""

from __future__ import annotations

import argparse
import queue
import sys
from collections.abc import Callable

from runtime.api import Event, Runtime, WorkChanged, WorkState
from runtime.cli.output import DONE, EXIT_CODES, STOPPED, Words, print_json, report_problem

ENDS = (WorkState.DONE, WorkState.STOPPED, WorkState.FAILED)
DAMAGED = EXIT_CODES["model"]


def do_work(begin: Callable[[Runtime], str]) -> WorkChanged:
    """Open a Runtime, begin work in it (``begin`` returns its id), and follow it to its end, which is returned.

    Ctrl-C stops the work, not the following: it ends tidily and says so. Raises what ``begin`` raises.
    """
    events: queue.Queue[WorkChanged] = queue.Queue()

    def on_event(event: Event) -> None:
        if isinstance(event, WorkChanged):
            events.put(event)

    with Runtime.open(on_event) as runtime:
        return _follow(runtime, events, begin(runtime))


def _follow(runtime: Runtime, events: queue.Queue[WorkChanged], work_id: str) -> WorkChanged:
    while True:
        try:
            event = events.get()
        except KeyboardInterrupt:
            runtime.housekeeping.stop(work_id)
            continue
        if event.id != work_id:
            continue
        _show(event)
        if event.state in ENDS:
            return event


def report_work(end: WorkChanged, arguments: argparse.Namespace, words: Words, done: str) -> int:
    """Say how it ended and give the exit code: 0, 5 when files are damaged, 130 stopped, else the problem's own.

    ``done`` is printed when all went well; with ``--json`` there is one document instead.
    """
    if end.problem is not None:
        return report_problem(end.problem, words, as_json=arguments.json)
    if arguments.json:
        print_json(work_document(end))
    elif end.state is WorkState.STOPPED:
        print("stopped", file=sys.stderr)
    elif end.wrong_files:
        print(f"{len(end.wrong_files)} damaged: {', '.join(end.wrong_files)}", file=sys.stderr)
    else:
        print(done)
    if end.state is WorkState.STOPPED:
        return STOPPED
    return DAMAGED if end.wrong_files else DONE


def work_document(end: WorkChanged) -> dict[str, object]:
    """What ``--json`` prints for a piece of work that ended. ``bytes`` is all there was to do."""
    return {
        "work": end.kind,
        "state": end.state,
        "subject": end.subject,
        "folder": end.folder,
        "bytes": end.total_bytes,
        "wrong_files": list(end.wrong_files),
    }


def progress_line(event: WorkChanged) -> str:
    """One line for a terminal."""
    fraction = event.done_bytes / event.total_bytes if event.total_bytes else 0.0
    left = f"{event.seconds_left:.0f} s left" if event.seconds_left is not None else ""
    return f"{event.kind:<12} {event.state:<8} {fraction:6.1%}  {event.done_bytes / 1e6:9.1f} MB  {left}".rstrip()


def _show(event: WorkChanged) -> None:
    if sys.stderr.isatty():
        end = "\n" if event.state in ENDS else ""
        print(f"\r{progress_line(event):<78}", end=end, file=sys.stderr, flush=True)
