"""The command line, in a process of its own or, where many commands follow each other, in this one."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from typing import Any
from unittest.mock import patch

from app.command_words import window_words
from runtime.cli import main


def run(*words: str, stdin: str = "", face: str = "app", **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [sys.executable, "-m", face, *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def call(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same without a process: the command's own code, its words, its output and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with patch.dict(os.environ, environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words, window_words())
        except SystemExit as end:  # wrong usage
            code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def document(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    """What it printed, once it has ended as it should."""
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)
