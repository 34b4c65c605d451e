"""``python3 installers/test.py``: sets up the test environment if needed, then lint, types, layer rules and tests.

The tests run as two halves side by side, the window's with the documents and the rest of the engine's, for most of
their time is waiting.

Words after it go to pytest, which then runs alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment

CHECKS = (
    ("layout", ["ruff", "format", "--check", "--quiet", "."]),
    ("lint", ["ruff", "check", "--quiet", "."]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
)
# As long as all others together.
WINDOW_TESTS = ("tests/app", "tests/e2e", "tests/runtime/documents", "tests/runtime/grounding")


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
    failed += run_tests(str(python))
    if failed:
        print(f"not passed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def run_tests(python: str) -> list[str]:
    """The names of the halves that did not pass. The engine's writes as it goes, the window's when it has ended."""
    window, engine = list(WINDOW_TESTS), [f"--ignore={folder}" for folder in WINDOW_TESTS]
    with tempfile.TemporaryFile() as said:
        print("== tests", flush=True)
        beside = subprocess.Popen([python, "-m", "pytest", *window], cwd=environment.ROOT, stdout=said, stderr=said)
        code = subprocess.run([python, "-m", "pytest", *engine], cwd=environment.ROOT, check=False).returncode
        failed = ["tests of the engine"] if code else []
        if beside.wait():
            failed.append("tests of the window and the documents")
        print("== tests of the window and the documents", flush=True)
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
