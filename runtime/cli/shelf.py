"""``hearth shelf``: models kept for good on another disk, checked there and brought back without any network."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from runtime.api import Runtime, WorkState
from runtime.cli.output import DONE, Words, print_json
from runtime.cli.work import do_work, report_work


def add_parser(commands: Any) -> None:
    """Declare the command and its own commands."""
    parser = commands.add_parser("shelf", help="keep models on another disk: put, check, back, list")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    put = _add(actions, "put", "copy a model to a folder on another disk, and read every byte back", put_copy)
    put.add_argument("name", metavar="NAME", help="a model on this computer, or its folder")
    put.add_argument("folder", metavar="FOLDER", help="the shelf: a folder on an external disk or a share")
    put.add_argument("--free", action="store_true", help="afterwards remove it from this computer")
    check = _add(actions, "check", "read every byte of a copy", check_copy)
    check.add_argument("folder", metavar="FOLDER", help="the copy's own folder on the shelf")
    back = _add(actions, "back", "make a copy a model of this computer again, without any network", bring_back)
    back.add_argument("folder", metavar="FOLDER", help="the copy's own folder on the shelf")
    listing = _add(actions, "list", "what stands on a shelf, or on all that are known", list_copies)
    listing.add_argument("folder", nargs="?", metavar="FOLDER", help="the shelf")


def _add(actions: Any, name: str, what: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=what)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)
    return parser


def put_copy(arguments: argparse.Namespace, words: Words) -> int:
    """A checked copy; the shelf is remembered."""
    shelf = str(_absolute(arguments.folder))

    def begin(runtime: Runtime) -> str:
        model = runtime.model_to_use(arguments.name)
        return runtime.housekeeping.shelve(model.folder, shelf, free_after=arguments.free)

    end = do_work(begin)
    if end.state is WorkState.DONE:
        _remember(shelf)
    freed = " It is no longer on this computer." if arguments.free else ""
    return report_work(end, arguments, words, f"It is in {end.folder}. Every byte was read back and is right.{freed}")


def check_copy(arguments: argparse.Namespace, words: Words) -> int:
    """Exit code 5 when something is damaged."""
    folder = str(_absolute(arguments.folder))
    end = do_work(lambda runtime: runtime.housekeeping.check_copy(folder))
    return report_work(end, arguments, words, "Every byte of the copy is right.")


def bring_back(arguments: argparse.Namespace, words: Words) -> int:
    """Every byte is compared on the way; a damaged copy is refused."""
    folder = str(_absolute(arguments.folder))
    end = do_work(lambda runtime: runtime.housekeeping.bring_back(folder))
    return report_work(end, arguments, words, f"It is in {end.folder}, and every byte is right.")


def list_copies(arguments: argparse.Namespace, words: Words) -> int:
    """One line a copy, or ``{"shelves": [{"folder": …, "connected": …, "copies": [...]}]}``."""
    with Runtime.open() as runtime:
        known = runtime.settings.settings.shelf_folders
        folders = (str(_absolute(arguments.folder)),) if arguments.folder else known
        shelves = [(folder, Path(folder).is_dir(), runtime.copies_on(folder)) for folder in folders]
    if arguments.json:
        print_json(
            {
                "shelves": [
                    {"folder": folder, "connected": there, "copies": [dataclasses.asdict(copy) for copy in copies]}
                    for folder, there, copies in shelves
                ]
            }
        )
        return DONE
    for folder, there, copies in shelves:
        print(folder if there else f"{folder}  (not connected)")
        for copy in copies:
            trouble = f"  ! {words.problem(copy.problem)}" if copy.problem else ""
            print(f"  {copy.name:<46} {copy.size_bytes / 1e9:6.1f} GB  {copy.folder}{trouble}")
    if not shelves:
        print("No shelf yet. `hearth shelf put NAME FOLDER` makes one.")
    return DONE


def _absolute(folder: str) -> Path:
    return Path(folder).expanduser().absolute()


def _remember(shelf: str) -> None:
    with Runtime.open() as runtime:
        known = runtime.settings.settings.shelf_folders
        if shelf not in known:
            runtime.change_settings(shelf_folders=(*known, shelf))
