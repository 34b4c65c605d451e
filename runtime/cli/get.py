"""``hearth get MODEL``: fetch a model, resumable, every byte verified."""

from __future__ import annotations

import argparse
import getpass
import queue
import sys
import time
from typing import Any

from runtime.api import HUB_TOKEN, DownloadChanged, DownloadPhase, DownloadRequest, Event, Runtime
from runtime.cli.output import DONE, STOPPED, Words, print_json, report_problem

ENDS = (DownloadPhase.DONE, DownloadPhase.CANCELLED, DownloadPhase.FAILED)


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("get", help="download a model; started again, it goes on where it stopped")
    parser.add_argument("model", metavar="MODEL", help="a name from the catalogue, or a repository on the hub")
    parser.add_argument("--revision", default="main", help="branch, tag or commit (main)")
    parser.add_argument(
        "--give-up-after",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait out a network that is gone before giving up; what was fetched is kept (60)",
    )
    parser.add_argument(
        "--enter-key",
        action="store_true",
        help="ask for an access key first (or read it from stdin) and keep it in the keychain",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Follow the job to its end. Ctrl-C stops; the next call resumes."""
    events: queue.Queue[DownloadChanged] = queue.Queue()

    def on_event(event: Event) -> None:
        if isinstance(event, DownloadChanged):
            events.put(event)

    with Runtime.open(on_event) as runtime:
        if arguments.enter_key:
            _keep_key(runtime)
        request = runtime.download_request(arguments.model, revision=arguments.revision)
        runtime.downloads.start(request)
        last = _follow(events, request, arguments.give_up_after)
        if last.phase not in ENDS:
            runtime.downloads.pause(request.repository)
    if last.phase is DownloadPhase.DONE:
        if arguments.json:
            print_json(
                {
                    "repository": last.repository,
                    "folder": last.folder,
                    "commit": last.revision,
                    "bytes": last.total_bytes,
                }
            )
        else:
            print(f"{last.repository} is in {last.folder}")
        return DONE
    if last.problem is not None:
        return report_problem(last.problem, words, as_json=arguments.json)
    return STOPPED


def _keep_key(runtime: Runtime) -> None:
    """Never from the arguments: other programs can read those."""
    key = getpass.getpass("Access key: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not runtime.secrets.set(HUB_TOKEN, key.strip()):
        print("There is no keychain here, so the key is used this time only.", file=sys.stderr)


def _follow(events: queue.Queue[DownloadChanged], request: DownloadRequest, give_up_after_s: float) -> DownloadChanged:
    waiting_since: float | None = None
    while True:
        event = events.get()
        if event.repository != request.repository:
            continue
        _show(event)
        if event.phase in ENDS:
            return event
        if event.phase is DownloadPhase.WAITING:
            waiting_since = waiting_since or time.monotonic()
            if time.monotonic() - waiting_since + (event.retry_in_s or 0) >= give_up_after_s:
                return event
        elif event.phase in (DownloadPhase.TRANSFERRING, DownloadPhase.VERIFYING):
            waiting_since = None


def _show(event: DownloadChanged) -> None:
    if not sys.stderr.isatty():
        return
    fraction = event.done_bytes / event.total_bytes if event.total_bytes else 0.0
    rate = f"{event.bytes_per_s / 1e6:.1f} MB/s" if event.bytes_per_s else ""
    left = f"{event.seconds_left:.0f} s left" if event.seconds_left is not None else ""
    line = f"{event.phase:<12} {fraction:6.1%}  {event.done_bytes / 1e6:9.1f} MB  {rate}  {left}"
    end = "\n" if event.phase in ENDS else ""
    print(f"\r{line:<78}", end=end, file=sys.stderr, flush=True)
