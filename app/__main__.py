"""``python -m app``, ``hearth``: the window without words, a command with them.

The frozen-bundle switch comes before any Qt import: the same executable is also every child process.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

COMMANDS = ("doctor", "recommend", "forecast", "search", "get", "models", "shelf", "documents", "ask", "chat")


def main(arguments: Sequence[str] | None = None) -> int:
    """Become a child process, a command, or the window."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--child"]:
        import runpy

        sys.argv = given[1:]
        runpy.run_module(given[1], run_name="__main__", alter_sys=True)
        return 0
    if given and (given[0] in COMMANDS or given[0] in ("-h", "--help")):
        from app.command_words import window_words
        from runtime.cli import main as command_line

        return command_line(given, window_words())
    from app.main import run

    return run(given)


if __name__ == "__main__":
    sys.exit(main())
