"""``hearth doctor``: what this computer is, and whether each part of Hearth works on it."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import platform
import shutil
from typing import Any

from runtime.api import Computer, GuideUnusable, Runtime
from runtime.cli.output import DONE, Words, print_json
from runtime.documents.readers.recognising import recognition
from runtime.documents.readers.recognition_languages import chosen_languages, system_language
from runtime.inference.device_question import engine_device

PARTS = ("hearth", "mlx", "mlx-lm", "transformers", "huggingface-hub", "PySide6-Essentials", "apsw-sqlite3mc")


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("doctor", help="say what this computer is and check every part of Hearth")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print the findings; 0 when everything needed works."""
    with Runtime.open() as runtime:
        computer = runtime.fitting.computer()
        device = engine_device()
        scans = recognition()
        document = {
            "hearth": _version("hearth"),
            "python": platform.python_version(),
            "system": platform.platform(),
            "home": str(runtime.paths.home),
            "computer": dataclasses.asdict(computer),
            "engine": device,
            "parts": {name: _version(name) for name in PARTS},
            "guide": _guide(runtime),
            "models": [model.repository or model.folder for model in runtime.library.models()],
            "scans": {
                **dataclasses.asdict(scans),
                "missing": chosen_languages("", scans.languages, system_language()).missing_name,
            },
            "problems": [{"code": p.code, "sentence": words.problem(p)} for p in computer.problems],
        }
    if arguments.json:
        print_json(document)
    else:
        _print_lines(document, computer, words)
    return DONE


def _print_lines(document: dict[str, Any], computer: Computer, words: Words) -> None:
    print(words.computer(computer))
    rows = {
        "Chip": f"{computer.chip} ({computer.cores} cores)",
        "Memory": f"{computer.memory_bytes / 2**30:.1f} GiB, {computer.available_bytes / 2**30:.1f} GiB available",
        "Graphics": computer.gpu.name if computer.gpu else "none that Hearth can use",
        "Answers run on": document["engine"].get("device", "?"),
        "Space for models": f"{(computer.disk_free_bytes or 0) / 1e9:.1f} GB free in {computer.disk_folder}",
        "Home": document["home"],
        "Guide": document["guide"],
        "Models here": ", ".join(document["models"]) or "none yet",
        "Scans": _scans(document["scans"]),
        "Parts": ", ".join(f"{name} {version}" for name, version in document["parts"].items()),
        "System": f"{document['system']}, Python {document['python']}",
    }
    for name, value in rows.items():
        print(f"{name + ':':<18} {value}")
    for problem in document["problems"]:
        print(f"! {problem['sentence']}")


def _scans(found: dict[str, Any]) -> str:
    """ "read with tesseract 5.3.0 (eng, deu)", or what to install."""
    apt = shutil.which("apt-get") is not None
    if not found["program"]:
        return f"not read: {'sudo apt-get install tesseract-ocr' if apt else 'brew install tesseract'}"
    line = f"read with {found['name']} ({', '.join(found['languages']) or 'no languages'})"
    if found["missing"]:
        package = f"sudo apt-get install tesseract-ocr-{found['missing'].replace('_', '-')}"
        line += f"; for your language: {package if apt else 'brew install tesseract-lang'}"
    return line


def _guide(runtime: Runtime) -> str:
    try:
        runtime.guide_request()
    except GuideUnusable as error:
        return f"missing or damaged: {error.file}"
    return "ready"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"
