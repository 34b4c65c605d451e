"""``hearth documents``: take documents in, see where each stands, forget them, and find what is in them."""

from __future__ import annotations

import argparse
from typing import Any

from runtime.api import DocumentsStatus, DocumentView, Runtime
from runtime.cli.documents_adding import add_documents
from runtime.cli.documents_asking import search_documents
from runtime.cli.documents_named import collection_named, document_of, is_named, line_of
from runtime.cli.output import DONE, Words, print_json
from runtime.errors import DocumentNotIndexed


def add_parser(commands: Any) -> None:
    """Declare the command and its own commands."""
    parser = commands.add_parser("documents", help="your documents: add, list, remove, status, search")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = _add(actions, "add", "read files and folders, so that they can be searched", add_documents)
    add.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder with all below it")
    add.add_argument("--collection", metavar="NAME", help="put them in this collection")
    add.add_argument("--follow", action="store_true", help="follow each folder's changes from now on")
    waiting = add.add_mutually_exclusive_group()
    waiting.add_argument("--words", action="store_true", help="end when words find them; meaning is learnt later")
    waiting.add_argument("--no-wait", action="store_true", help="end at once; the window reads them")
    listing = _add(actions, "list", "every document and where it stands", list_documents)
    listing.add_argument("--collection", metavar="NAME", help="those of this collection")
    remove = _add(actions, "remove", "forget documents for good; the files stay", remove_documents)
    remove.add_argument("paths", nargs="+", metavar="PATH", help="a document, or a folder for all below it")
    _add(actions, "status", "all documents together", tell_status)
    search = _add(actions, "search", "find passages by words and meaning", search_documents)
    what = search.add_mutually_exclusive_group(required=True)
    what.add_argument("query", nargs="?", metavar="QUERY", help="words or a question")
    what.add_argument("--queries", metavar="FILE", help='many: one {"id": …, "text": …} a line ("-": stdin)')
    search.add_argument("--limit", type=_positive, default=10, metavar="K", help="the best K passages (10)")
    search.add_argument("--collection", metavar="NAME", help="in this collection only")
    search.add_argument("--document", metavar="PATH", action="append", help="in this document only; may be repeated")


def _add(actions: Any, name: str, what: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=what)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


# --- what is there --------------------------------------------------------------------------------------------------


def list_documents(arguments: argparse.Namespace, words: Words) -> int:
    """One line a document, or ``{"documents": [...]}``."""
    with Runtime.open() as runtime:
        collection = collection_named(runtime.documents, arguments.collection)
        views = runtime.documents.documents(collection)
    if arguments.json:
        print_json({"documents": [document_of(view) for view in views]})
        return DONE
    for view in views:
        print(line_of(view))
    if not views:
        print("No documents yet. `hearth documents add PATH` takes some in.")
    return DONE


def remove_documents(arguments: argparse.Namespace, words: Words) -> int:
    """Raises DocumentNotIndexed for a path with no document."""
    with Runtime.open() as runtime:
        service = runtime.documents
        views = service.documents()
        chosen: dict[int, DocumentView] = {}
        for path in arguments.paths:
            named = [view for view in views if is_named(view, [path])]
            if not named:
                raise DocumentNotIndexed(path)
            chosen.update({view.id: view for view in named})
        service.forget(chosen)
    if arguments.json:
        print_json({"removed": [view.path for view in chosen.values()]})
    else:
        print(f"{len(chosen)} forgotten. The files are where they were.")
    return DONE


def tell_status(arguments: argparse.Namespace, words: Words) -> int:
    """How many documents, in which states, and how much of them is learnt."""
    with Runtime.open() as runtime:
        status = runtime.documents.status()
        collections = runtime.documents.collections()
    if arguments.json:
        states = {state.value: count for state, count in status.by_state.items() if count}
        print_json(
            {
                "documents": status.documents,
                "by_state": states,
                "pages": status.pages_read,
                "passages": status.passages,
                "learnt": status.learnt,
                "foreign": status.foreign,
                "model": status.model,
                "asked_model": status.asked_model,
                "collections": list(collections),
            }
        )
        return DONE
    print(f"{status.documents} documents, {status.pages_read} pages, {status.passages} passages")
    for state, count in status.by_state.items():
        if count:
            print(f"  {count:>7}  {state.value.replace('_', ' ')}")
    _print_meaning(status)
    for one in collections:
        print(f"  {one.name}: {one.documents} documents{f', follows {one.folder}' if one.folder else ''}")
    return DONE


def _print_meaning(status: DocumentsStatus) -> None:
    if not status.model:
        print("  no model for meaning is installed: words find everything")
        return
    if status.passages:
        share = f"{(status.learnt - status.foreign) / status.passages:.0%}"
        print(f"  {share} of the passages can be found by meaning too, with {status.model}")
    if status.foreign:
        print(f"  {status.foreign} are in languages that it does not know: words find them")
    if status.asked_model != status.model:
        print(f"  until it has learnt them all, {status.asked_model} answers")
