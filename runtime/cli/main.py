"""Arguments to commands. Every command honours HEARTH_HOME and ends with a documented exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from runtime.cli import ask, chat, doctor, documents, forecast, get, models, recommend, search, shelf
from runtime.cli.output import STOPPED, Words, plain_words, report_problem
from runtime.errors import problem_of

Command = Callable[[argparse.Namespace, Words], int]

EPILOG = """exit codes: 0 done, 2 wrong usage, 4 download, 5 model, 6 engine, 7 storage, 9 documents,
70 our mistake, 130 stopped. HEARTH_HOME moves all that Hearth keeps into one folder; HF_ENDPOINT names another hub."""


def build_parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    parser = argparse.ArgumentParser(
        prog="hearth",
        description="Own your AI: chat on your own computer. Without a command, the window opens.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in (doctor, recommend, forecast, search, get, models, shelf, documents, ask, chat):
        module.add_parser(commands)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    return parser


def main(arguments: Sequence[str] | None = None, words: Words | None = None) -> int:
    """Run one command and give its exit code. ``words`` are the window's sentences, where there is a window."""
    words = words or plain_words()
    parsed = build_parser().parse_args(arguments)
    run: Command = parsed.run
    try:
        return run(parsed, words)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        sys.stderr.close()
        return STOPPED
    except Exception as error:
        return report_problem(problem_of(error), words, as_json=parsed.json)
