"""``hearth documents add``: read at once, then learnt, with a word for each that could not be read."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from runtime.api import DocumentService, DocumentView, DocumentViewState, Runtime
from runtime.cli.documents_named import document_of, is_named, line_of
from runtime.cli.output import DONE, EXIT_CODES, STOPPED, Words, print_json
from runtime.errors import DocumentNotThere

NOT_READ = EXIT_CODES["document"]
_LEAVES = (DocumentViewState.READY, DocumentViewState.LEARNING)
_TICK_S = 0.2


def add_documents(arguments: argparse.Namespace, words: Words) -> int:
    """First everything can be found by words, then also by meaning; Ctrl-C ends the second part alone. Those that could
    not be read or are not there are named on stderr; exit code 9 when that is all of them."""
    arguments.paths = _there(arguments.paths, words)
    if not arguments.paths:
        if arguments.json:
            print_json({"documents": []})
        return NOT_READ
    with Runtime.open() as runtime:
        service = runtime.documents
        before = {view.id for view in service.documents()}
        progress = _Progress(service)
        try:
            _begin(service, arguments)
            added = _read(service, progress, arguments, before)
            code = _report_added(added, arguments)
            if not (arguments.words or arguments.no_wait):
                _learn(service, progress, arguments)
        except KeyboardInterrupt:
            return _stopped(service, progress, arguments)
        if arguments.json:
            ids = {view.id for view in added}
            print_json({"documents": [document_of(view) for view in service.documents() if view.id in ids]})
    return code


def _read(
    service: DocumentService, progress: _Progress, arguments: argparse.Namespace, before: set[int]
) -> list[DocumentView]:
    while not (service.wait_walked(_TICK_S) if arguments.no_wait else service.wait(timeout_s=_TICK_S)):
        progress.reading()
    progress.end()
    return [view for view in service.documents() if view.id not in before or is_named(view, arguments.paths)]


def _there(paths: Sequence[str], words: Words) -> list[str]:
    found = []
    for path in paths:
        if os.path.lexists(os.path.expanduser(path)):
            found.append(path)
        else:
            print(words.problem(DocumentNotThere(path).problem()), file=sys.stderr)
    return found


def _begin(service: DocumentService, arguments: argparse.Namespace) -> None:
    # Somebody waits for it, whatever the computer lives from. More than half the cores measured no better than that.
    service.work_on_battery(True)
    service.use_threads(max(2, (os.cpu_count() or 2) // 2))
    collection = service.make_collection(arguments.collection) if arguments.collection else None
    if arguments.follow:
        for path in arguments.paths:
            service.watch(path)
    if not arguments.no_wait:
        service.start()
    service.add(arguments.paths, collection)


def _report_added(added: Sequence[DocumentView], arguments: argparse.Namespace) -> int:
    failed = [view for view in added if view.state not in (*_LEAVES, DocumentViewState.WAITING)]
    for view in failed:
        print(line_of(view), file=sys.stderr)
    pages = sum(view.pages_read for view in added)
    found = "" if arguments.no_wait else " Their words can be searched."
    line = f"{len(added) - len(failed)} of {len(added)} documents, {pages} pages.{found}"
    print(line, file=_talk(arguments), flush=True)
    return NOT_READ if failed and len(failed) == len(added) else DONE


def _learn(service: DocumentService, progress: _Progress, arguments: argparse.Namespace) -> None:
    """Wait for the meaning of everything that is there."""
    while not service.wait(meaning=True, timeout_s=_TICK_S):
        progress.learning()
    progress.end()
    status, out = service.status(), _talk(arguments)
    if status.learnt < status.passages and status.model:
        print("Meaning could not be learnt now; it is tried again the next time. Words find it all.", file=out)
    elif status.learnt > status.foreign:
        print("They can be found by meaning too.", file=out)


def _stopped(service: DocumentService, progress: _Progress, arguments: argparse.Namespace) -> int:
    """Nothing is lost when the person does not wait."""
    progress.end()
    status, out = service.status(), _talk(arguments)
    unread = sum(status.by_state[state] for state in (DocumentViewState.WAITING, DocumentViewState.READING))
    if unread:
        print(
            f"Stopped. {unread} of {status.documents} documents are still to be read; what was read is kept.", file=out
        )
    else:
        print("Stopped. What was learnt is kept, and words find everything.", file=out)
    print("It goes on the next time that documents are added, or while the window is open.", file=out)
    return STOPPED


def _talk(arguments: argparse.Namespace) -> TextIO:
    """Where people are spoken to: a program wants one document on stdout."""
    return sys.stderr if arguments.json else sys.stdout


class _Progress:
    """One line on a terminal while it goes on."""

    def __init__(self, service: DocumentService) -> None:
        self._service = service
        self._shown = False

    def reading(self) -> None:
        status = self._service.status() if sys.stderr.isatty() else None
        if status is not None:
            self._show(f"reading: {status.documents} documents  {status.pages_read} pages", status.seconds_left)

    def learning(self) -> None:
        status = self._service.status() if sys.stderr.isatty() else None
        if status is not None and status.passages:
            share = f"learning meaning: {status.learnt / status.passages:4.0%}"
            self._show(f"{share}  {status.learnt}/{status.passages} passages", status.seconds_left)

    def _show(self, line: str, seconds_left: float | None) -> None:
        left = f"  {seconds_left:.0f} s left" if seconds_left is not None else ""
        print(f"\r{line}{left}".ljust(78), end="", file=sys.stderr, flush=True)
        self._shown = True

    def end(self) -> None:
        if self._shown:
            print(file=sys.stderr)
        self._shown = False
