"""``hearth recommend``: the one model for this computer, or for a described one, with its reason."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from runtime.api import Choice, Purpose, ReasonCode, Recommendation, Runtime, WaysOut
from runtime.cli import another_computer
from runtime.cli.output import DONE, Words, print_json


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("recommend", help="name the one model that runs well on this computer")
    another_computer.add_arguments(parser)
    parser.add_argument(
        "--purpose",
        choices=[purpose.value for purpose in Purpose],
        default=Purpose.EVERYDAY.value,
        help="what it is for",
    )
    parser.add_argument(
        "--context", type=another_computer.tokens, metavar="TOKENS", help="conversation length (usual for the purpose)"
    )
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print ``computer``, ``purpose``, ``pick``, ``faster``, ``smarter``, ``ways_out``; what there is not is null."""
    another_computer.check(arguments)
    with Runtime.open() as runtime:
        fitting, purpose = runtime.fitting, Purpose(arguments.purpose)
        computer = another_computer.described(arguments) or fitting.computer()
        found = fitting.recommend(computer, purpose=purpose, context_tokens=arguments.context)
    if arguments.json:
        print_json({"computer": dataclasses.asdict(computer), **_document(found, words)})
        return DONE
    print(words.computer(computer))
    for label, choice in _labelled(found).items():
        if choice is not None:
            print(f"\n{label.capitalize()}: {choice.model.role} ({choice.model.name})")
            print(f"  {words.reason(choice.reason.code, _values(choice))}")
            print(f"  {choice.download_bytes / 1e9:.1f} GB to download; hearth get {choice.edition.repository}")
    if found.pick is None:
        print("\nNo model in the catalogue runs well on this computer.")
        _print_ways_out(found.ways_out, words)
    return DONE


def _print_ways_out(ways: WaysOut | None, words: Words) -> None:
    if ways is None:
        return
    smallest = ways.smallest
    if smallest.reason.code is ReasonCode.NO_DISK_SPACE:
        print(f"  {smallest.model.name}: {words.reason(smallest.reason.code, _values(smallest))}")
        return
    missing = f"lacks {ways.missing_bytes / 1e9:.1f} GB of memory" if ways.missing_bytes else "would crawl"
    enough = f"{ways.enough_memory_bytes / 2**30:.0f} GB of memory"
    print(f"  Even {smallest.model.name} {missing}.")
    print(f"  Another computer with {enough} would do, or a server of your own.")


def _labelled(found: Recommendation) -> dict[str, Choice | None]:
    return {"pick": found.pick, "faster": found.faster, "smarter": found.smarter}


def _values(choice: Choice) -> dict[str, Any]:
    figures = {name: getattr(choice, name) for name in ("need_bytes", "budget_bytes", "download_bytes", "left_bytes")}
    return {**figures, **choice.reason.parameters}


def _document(found: Recommendation, words: Words) -> dict[str, Any]:
    return {
        "purpose": found.purpose.value,
        **{label: None if c is None else _choice_document(c, words) for label, c in _labelled(found).items()},
        "ways_out": None if found.ways_out is None else _ways_out_document(found.ways_out, words),
    }


def _ways_out_document(ways: WaysOut, words: Words) -> dict[str, Any]:
    return {
        "smallest": _choice_document(ways.smallest, words),
        "missing_bytes": ways.missing_bytes,
        "enough_memory_bytes": ways.enough_memory_bytes,
    }


def _choice_document(choice: Choice, words: Words) -> dict[str, Any]:
    return {
        "repository": choice.edition.repository,
        "name": choice.model.name,
        "role": choice.model.role,
        "fit": choice.fit,
        "need_bytes": choice.need_bytes,
        "budget_bytes": choice.budget_bytes,
        "left_bytes": choice.left_bytes,
        "download_bytes": choice.download_bytes,
        "download_s": choice.download_s,
        "tokens_per_s": [choice.tokens_per_s_low, choice.tokens_per_s_high],
        "tokens_per_s_expected": choice.tokens_per_s_expected,
        "document_s": choice.document_s,
        "basis": choice.basis.value,
        "longest_context_tokens": choice.longest_context_tokens,
        "lengths": [dataclasses.asdict(length) for length in choice.lengths],
        "reason": words.reason(choice.reason.code, _values(choice)),
        "reason_code": choice.reason.code,
    }
