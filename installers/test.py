"""``python3 installers/test.py``: sets up the test environment if needed, then lint, types, layer rules and tests.

Words after it go to pytest, which then runs alone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment

CHECKS = (
    ("layout", ["ruff", "format", "--check", "--quiet", "."]),
    ("lint", ["ruff", "check", "--quiet", "."]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
    ("tests", ["pytest"]),
)


def main() -> int:
    """Run every check, also after one has failed; 0 only when all passed."""
    try:
        python = environment.ensure(with_tests=True)
    except environment.SetupProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    if sys.argv[1:]:
        return subprocess.run([python, "-m", "pytest", *sys.argv[1:]], cwd=environment.ROOT, check=False).returncode
    failed = []
    for name, command in CHECKS:
        print(f"== {name}", flush=True)
        program = str(python.parent / command[0])
        if subprocess.run([program, *command[1:]], cwd=environment.ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"not passed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
