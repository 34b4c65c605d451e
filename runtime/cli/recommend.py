"""``hearth recommend``: the one model for this computer, or for a described one, with its reason."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from runtime.api import Choice, Recommendation, Runtime, described_computer
from runtime.cli.output import DONE, Words, print_json


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("recommend", help="name the one model that runs well on this computer")
    parser.add_argument("--as", dest="chip", metavar="CHIP", help='pretend to be another computer: "Apple M4 Max"')
    parser.add_argument("--memory-gb", type=_positive, metavar="N", help="its memory (with --as)")
    parser.add_argument("--gpu-memory-gb", type=_positive, metavar="N", help="memory of its graphics card (with --as)")
    parser.add_argument("--context", type=int, default=8192, metavar="TOKENS", help="conversation length to plan for")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print ``computer``, ``pick``, ``faster``, ``smarter``; a missing choice is null."""
    if arguments.chip and not arguments.memory_gb:
        arguments.parser.error("--as needs --memory-gb")
    with Runtime.open() as runtime:
        if arguments.chip:
            computer = described_computer(arguments.chip, arguments.memory_gb, gpu_memory_gb=arguments.gpu_memory_gb)
        else:
            computer = runtime.computer()
        recommendation = runtime.recommend(computer, context_tokens=arguments.context)
    if arguments.json:
        print_json({"computer": dataclasses.asdict(computer), **_document(recommendation, words)})
        return DONE
    print(words.computer(computer))
    for label, choice in _labelled(recommendation).items():
        if choice is not None:
            print(f"\n{label.capitalize()}: {choice.model.role} ({choice.model.name})")
            print(f"  {words.reason(choice.reason.code, _values(choice))}")
            print(f"  {choice.download_bytes / 1e9:.1f} GB to download; hearth get {choice.edition.repository}")
    if recommendation.pick is None:
        print("\nNo model in the catalogue runs well on this computer.")
    return DONE


def _labelled(recommendation: Recommendation) -> dict[str, Choice | None]:
    return {"pick": recommendation.pick, "faster": recommendation.faster, "smarter": recommendation.smarter}


def _values(choice: Choice) -> dict[str, Any]:
    return {"need_bytes": choice.need_bytes, "budget_bytes": choice.budget_bytes, **choice.reason.parameters}


def _document(recommendation: Recommendation, words: Words) -> dict[str, Any]:
    return {
        label: None if choice is None else _choice_document(choice, words)
        for label, choice in _labelled(recommendation).items()
    }


def _choice_document(choice: Choice, words: Words) -> dict[str, Any]:
    return {
        "repository": choice.edition.repository,
        "name": choice.model.name,
        "role": choice.model.role,
        "fit": choice.fit,
        "need_bytes": choice.need_bytes,
        "budget_bytes": choice.budget_bytes,
        "download_bytes": choice.download_bytes,
        "tokens_per_s": [choice.tokens_per_s_low, choice.tokens_per_s_high],
        "reason": words.reason(choice.reason.code, _values(choice)),
        "reason_code": choice.reason.code,
    }


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return value
