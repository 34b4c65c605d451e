"""Hundreds of damaged GGUF files, through the whole engine: each is refused with a reason or answered, none crashes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from runtime.errors import leaves
from tests.tiny.gguf_fixtures import needs_llama

pytestmark = needs_llama
MUTANTS = 400


def test_no_damaged_file_ends_the_process(tiny_gguf: Path, tmp_path: Path) -> None:
    tried = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.tiny.gguf_mutants",
            str(tiny_gguf / "tiny.gguf"),
            "0",
            str(MUTANTS),
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, (tried.stdout[-60:], tried.stderr[-2000:])
    ends = Counter(line.split()[1] for line in tried.stdout.splitlines())
    assert ends.total() == MUTANTS
    assert set(ends) <= {"answered", *(leaf.code for leaf in leaves())}
    assert ends["unexpected"] == 0
    assert ends["model.damaged"] > MUTANTS / 2
    assert ends["answered"] > 10
