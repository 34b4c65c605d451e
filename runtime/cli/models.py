"""``hearth models``: what is on this computer."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from runtime.api import Runtime
from runtime.cli.output import DONE, Words, print_json


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("models", help="list the models on this computer")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print one line a model, or ``{"models": [...]}``."""
    with Runtime.open() as runtime:
        models = runtime.library.models()
    if arguments.json:
        print_json({"models": [dataclasses.asdict(model) for model in models]})
        return DONE
    for model in models:
        trouble = f"  ! {words.problem(model.problem)}" if model.problem else ""
        print(f"{model.repository or model.name:<48} {model.size_bytes / 1e9:6.1f} GB  {model.folder}{trouble}")
    if not models:
        print("No models here yet. `hearth recommend` names one, `hearth get` fetches it.")
    return DONE
