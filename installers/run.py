"""``python3 installers/run.py``: sets Hearth up if needed, then opens it. Words after it go to the command line.

``--setup-only`` makes the environment and stops.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment


def main() -> int:
    """Set up, then become the app."""
    arguments = sys.argv[1:]
    try:
        python = environment.ensure()
    except environment.SetupProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments == ["--setup-only"]:
        print("Hearth is ready.")
        return 0
    os.execv(python, [str(python), "-m", "app", *arguments])


if __name__ == "__main__":
    sys.exit(main())
