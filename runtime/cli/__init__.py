"""The command line: how support, scripts and benchmarks reach the engine. See ``runtime/cli/main.py``."""

from runtime.cli.main import main

__all__ = ["main"]
