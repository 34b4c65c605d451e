"""``hearth search WORDS``: models at the hub, with how they would do on this computer before anything is fetched."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from runtime.api import HubFilter, HubModel, HubOrder, HubQuery, JudgedModel, Runtime, sift
from runtime.cli.output import DONE, Words, print_json


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("search", help="look for models at the hub, with the fit judged before any download")
    parser.add_argument("words", nargs="+", metavar="WORDS", help="what to look for, or a repository's full name")
    parser.add_argument("--limit", type=int, default=20, metavar="K", help="at most so many (20)")
    parser.add_argument("--fits", action="store_true", help="only what runs comfortably here")
    parser.add_argument("--free", action="store_true", help="only licences that allow any use")
    parser.add_argument(
        "--order",
        choices=[order.value for order in HubOrder],
        default=HubOrder.MOST_DOWNLOADED.value,
        help="what first",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print one line a model, or ``{"models": [...]}``."""
    with Runtime.open() as runtime:
        models = runtime.hub_search.find(HubQuery(" ".join(arguments.words), arguments.limit))
        judged = runtime.fitting.judge_found(runtime.fitting.computer(), models)
    wanted = HubFilter(fits_only=arguments.fits, free_licence_only=arguments.free)
    found = sift(judged, wanted, HubOrder(arguments.order))
    if arguments.json:
        print_json({"models": [_document(entry) for entry in found]})
        return DONE
    for entry in found:
        print(_line(entry))
    if not found:
        print("Nothing found that this computer's engine could chat with.")
    return DONE


def _line(entry: JudgedModel[HubModel]) -> str:
    model, judgement = entry.model, entry.judgement
    size = f"{model.download_bytes / 1e9:6.1f} GB" if model.download_bytes else "        ?"
    fit = str(judgement.fit) if judgement else "?"
    gate = "  needs permission" if model.gated else ""
    return f"{model.repository:<60} {size}  {fit:<12} {entry.licence.name or model.licence or '?'}{gate}"


def _document(entry: JudgedModel[HubModel]) -> dict[str, Any]:
    return {
        **dataclasses.asdict(entry.model),
        "judgement": dataclasses.asdict(entry.judgement) if entry.judgement else None,
        "licence_kind": entry.licence.kind,
        "licence_name": entry.licence.name,
    }
