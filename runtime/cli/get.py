"""``hearth get MODEL``: fetch a model, resumable, every byte verified."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import queue
import sys
import time
from collections.abc import Callable
from typing import Any

from runtime.api import (
    HUB_TOKEN,
    DownloadChanged,
    DownloadPhase,
    DownloadRequest,
    Event,
    Hold,
    InstalledModel,
    Runtime,
)
from runtime.cli.output import DONE, STOPPED, Words, print_json, report_problem

ENDS = (DownloadPhase.DONE, DownloadPhase.CANCELLED, DownloadPhase.FAILED)
GIVE_UP_AFTER_S = 60.0
HOLDS = {
    Hold.NIGHT: "only at night, as the settings ask for it",
    Hold.BATTERY: "the computer runs on battery",
    Hold.METERED: "this connection costs by the amount",
}


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("get", help="download a model; started again, it goes on where it stopped")
    parser.add_argument("model", metavar="MODEL", help="a name from the catalogue, or a repository on the hub")
    parser.add_argument("--revision", default="main", help="branch, tag or commit (main)")
    parser.add_argument(
        "--enter-key",
        action="store_true",
        help="ask for an access key first (or read it from stdin) and keep it in the keychain",
    )
    add_download_options(parser)
    parser.set_defaults(run=run)


def add_download_options(parser: argparse.ArgumentParser) -> None:
    """What every command that downloads understands."""
    parser.add_argument(
        "--give-up-after",
        type=float,
        default=GIVE_UP_AFTER_S,
        metavar="SECONDS",
        help="how long to wait out a network that is gone before giving up; what was fetched is kept (60)",
    )
    parser.add_argument(
        "--limit", type=_megabytes, metavar="MB_PER_S", help="at most so many megabytes a second; 0 for no limit"
    )
    parser.add_argument(
        "--anyway", action="store_true", help="also by day, on battery or on a costly line, whatever the settings say"
    )


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Follow the job to its end. Ctrl-C stops; the next call resumes."""

    def request(runtime: Runtime) -> DownloadRequest:
        if arguments.enter_key:
            _keep_key(runtime)
        return runtime.download_request(arguments.model, revision=arguments.revision)

    return fetch(request, arguments, words)


def fetch(request_of: Callable[[Runtime], DownloadRequest], arguments: argparse.Namespace, words: Words) -> int:
    """Download what ``request_of`` names, with the options of :func:`add_download_options`, and say how it ended.

    Raises what ``request_of`` raises.
    """
    events: queue.Queue[DownloadChanged] = queue.Queue()

    def on_event(event: Event) -> None:
        if isinstance(event, DownloadChanged):
            events.put(event)

    with Runtime.open(on_event) as runtime:
        request = request_of(runtime)
        if arguments.limit is not None:
            runtime.downloads.set_manners(dataclasses.replace(runtime.manners, limit_bytes_per_s=arguments.limit))
        runtime.downloads.start(request)
        last = _Following(runtime, events, request, arguments).to_the_end()
        if last.phase not in ENDS:
            runtime.downloads.pause(request.repository)
        model = runtime.library.find(last.folder) if last.phase is DownloadPhase.DONE else None
    if model is not None:
        _report(last, model, arguments)
        return DONE
    if last.problem is not None:
        return report_problem(last.problem, words, as_json=arguments.json)
    return STOPPED


def _report(last: DownloadChanged, model: InstalledModel, arguments: argparse.Namespace) -> None:
    if arguments.json:
        document = {
            "repository": last.repository,
            "folder": last.folder,
            "commit": last.revision,
            "bytes": last.total_bytes,
        }
        print_json({**document, "model": dataclasses.asdict(model)})
        return
    print(f"{last.repository} is in {last.folder}")
    facts = (
        f"{model.size_bytes / 1e9:.1f} GB" if model.size_bytes >= 1e8 else f"{model.size_bytes / 1e6:.1f} MB",
        f"commit {model.commit[:12]}" if model.commit else "",
        model.architecture,
        f"licence {model.licence}" if model.licence else "",
        "every byte verified" if model.verified else "",
    )
    print("  " + ", ".join(fact for fact in facts if fact))


def _keep_key(runtime: Runtime) -> None:
    """Never from the arguments: other programs can read those."""
    key = getpass.getpass("Access key: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not runtime.secrets.set(HUB_TOKEN, key.strip()):
        print("There is no keychain here, so the key is used this time only.", file=sys.stderr)


class _Following:
    """One job, watched until it ends or the network has been gone for too long."""

    def __init__(
        self,
        runtime: Runtime,
        events: queue.Queue[DownloadChanged],
        request: DownloadRequest,
        arguments: argparse.Namespace,
    ) -> None:
        self._runtime = runtime
        self._events = events
        self._repository = request.repository
        self._give_up_after_s: float = arguments.give_up_after
        self._anyway: bool = arguments.anyway
        self._waiting_since: float | None = None
        self._held: Hold | None = None

    def to_the_end(self) -> DownloadChanged:
        """The last state of the job, or the one in which it was given up."""
        while True:
            event = self._events.get()
            if event.repository != self._repository:
                continue
            _show(event)
            self._mind_hold(event)
            if event.phase in ENDS or self._in_vain(event):
                return event

    def _mind_hold(self, event: DownloadChanged) -> None:
        """A job that is held is downloaded anyway, or said to wait where nobody sees a progress line."""
        held = event.hold if event.phase is DownloadPhase.HELD else None
        if held is not None and held is not self._held:
            if self._anyway:
                self._runtime.downloads.resume(self._repository)
            elif not sys.stderr.isatty():
                print(f"held: {HOLDS[held]} (--anyway downloads it now)", file=sys.stderr)
        self._held = held

    def _in_vain(self, event: DownloadChanged) -> bool:
        if event.phase is DownloadPhase.WAITING:
            self._waiting_since = self._waiting_since or time.monotonic()
            return time.monotonic() - self._waiting_since + (event.retry_in_s or 0) >= self._give_up_after_s
        if event.phase in (DownloadPhase.TRANSFERRING, DownloadPhase.VERIFYING, DownloadPhase.HELD):
            self._waiting_since = None
        return False


def progress_line(event: DownloadChanged) -> str:
    """One line for a terminal: the state, how far, and what it waits for."""
    fraction = event.done_bytes / event.total_bytes if event.total_bytes else 0.0
    parts = (f"{event.phase:<12}", f"{fraction:6.1%}", f"{event.done_bytes / 1e6:9.1f} MB", _more(event))
    return "  ".join(part for part in parts if part)


def _more(event: DownloadChanged) -> str:
    """What there is to say of this state beyond its figures."""
    if event.phase is DownloadPhase.HELD:
        return HOLDS[event.hold] if event.hold else ""
    if event.phase is DownloadPhase.QUEUED and event.place > 0:
        return f"place {event.place} in the queue"
    if event.phase is DownloadPhase.VERIFYING and event.checked_bytes:
        return f"{event.checked_bytes / 1e6:.1f} MB checked"
    if event.phase is DownloadPhase.WAITING:
        again = f"next try in {event.retry_in_s:.0f} s" if event.retry_in_s is not None else ""
        return "  ".join(part for part in (event.problem.code if event.problem else "", again) if part)
    if event.stalled:
        return "nothing is arriving"
    rate = f"{event.bytes_per_s / 1e6:.1f} MB/s" if event.bytes_per_s else ""
    left = f"{event.seconds_left:.0f} s left" if event.seconds_left is not None else ""
    return "  ".join(part for part in (rate, left) if part)


def _show(event: DownloadChanged) -> None:
    if sys.stderr.isatty():
        end = "\n" if event.phase in ENDS else ""
        print(f"\r{progress_line(event):<100}", end=end, file=sys.stderr, flush=True)


def _megabytes(text: str) -> int:
    """Bytes a second from megabytes a second."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError("must be a number from 0 up")
    return round(value * 1_000_000)
