"""``hearth documents``: take documents in, see where each stands, forget them, and find what is in them."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from typing import Any

from runtime.api import DocumentService, DocumentView, DocumentViewState, Event, Hit, Runtime
from runtime.cli.output import DONE, EXIT_CODES, USAGE, Words, print_json
from runtime.errors import DocumentNotIndexed

NOT_READ = EXIT_CODES["document"]
_LEAVES = (DocumentViewState.READY, DocumentViewState.LEARNING)
_TICK_S = 0.2


def add_parser(commands: Any) -> None:
    """Declare the command and its own commands."""
    parser = commands.add_parser("documents", help="your documents: add, list, remove, status, search")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = _add(actions, "add", "read files and folders, so that they can be searched", add_documents)
    add.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder with all below it")
    add.add_argument("--collection", metavar="NAME", help="put them in this collection")
    add.add_argument("--follow", action="store_true", help="follow each folder's changes from now on")
    waiting = add.add_mutually_exclusive_group()
    waiting.add_argument("--wait", action="store_true", help="end when everything can be found by words (the default)")
    waiting.add_argument("--no-wait", action="store_true", help="end at once; the window reads them")
    waiting.add_argument("--meaning", action="store_true", help="end when meaning is learnt too")
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
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


# --- taking in ------------------------------------------------------------------------------------------------------


def add_documents(arguments: argparse.Namespace, words: Words) -> int:
    """Those that could not be read are named on stderr; exit code 9 when that is all of them."""
    progress = _Progress()
    with Runtime.open(progress.hear) as runtime:
        service = runtime.documents
        before = {view.id for view in service.documents()}
        collection = service.make_collection(arguments.collection) if arguments.collection else None
        if arguments.follow:
            for path in arguments.paths:
                service.watch(path)
        if not arguments.no_wait:
            service.start()
        service.add(arguments.paths, collection)
        while not _through(service, arguments):
            progress.show(service)
        progress.end()
        added = [view for view in service.documents() if view.id not in before or _is_named(view, arguments.paths)]
    return _report_added(added, arguments)


def _through(service: DocumentService, arguments: argparse.Namespace) -> bool:
    if arguments.no_wait:
        return service.wait_walked(_TICK_S)
    return service.wait(meaning=arguments.meaning, timeout_s=_TICK_S)


def _report_added(added: Sequence[DocumentView], arguments: argparse.Namespace) -> int:
    failed = [view for view in added if view.state not in (*_LEAVES, DocumentViewState.WAITING)]
    if arguments.json:
        print_json({"documents": [_document(view) for view in added]})
    else:
        for view in failed:
            print(_line(view), file=sys.stderr)
        pages = sum(view.pages_read for view in added)
        print(f"{len(added) - len(failed)} of {len(added)} documents, {pages} pages.")
    return NOT_READ if failed and len(failed) == len(added) else DONE


class _Progress:
    """One line on a terminal while it goes on."""

    def __init__(self) -> None:
        self._shown = False

    def hear(self, _event: Event) -> None:
        """Nothing: the line asks for itself."""

    def show(self, service: DocumentService) -> None:
        if sys.stderr.isatty():
            status = service.status()
            left = f"{status.seconds_left:.0f} s left" if status.seconds_left is not None else ""
            line = f"{status.documents} documents  {status.pages_read} pages  {status.learnt}/{status.passages} learnt"
            print(f"\r{line}  {left}".ljust(78), end="", file=sys.stderr, flush=True)
            self._shown = True

    def end(self) -> None:
        if self._shown:
            print(file=sys.stderr)


# --- what is there --------------------------------------------------------------------------------------------------


def list_documents(arguments: argparse.Namespace, words: Words) -> int:
    """One line a document, or ``{"documents": [...]}``."""
    with Runtime.open() as runtime:
        collection = _collection(runtime.documents, arguments.collection)
        views = runtime.documents.documents(collection)
    if arguments.json:
        print_json({"documents": [_document(view) for view in views]})
        return DONE
    for view in views:
        print(_line(view))
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
            named = [view for view in views if _is_named(view, [path])]
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
                "collections": list(collections),
            }
        )
        return DONE
    print(f"{status.documents} documents, {status.pages_read} pages, {status.passages} passages")
    for state, count in status.by_state.items():
        if count:
            print(f"  {count:>7}  {state.value.replace('_', ' ')}")
    if status.passages:
        print(f"  {status.learnt / status.passages:.0%} of the passages can be found by meaning too")
    for one in collections:
        print(f"  {one.name}: {one.documents} documents{f', follows {one.folder}' if one.folder else ''}")
    return DONE


# --- searching ------------------------------------------------------------------------------------------------------


def search_documents(arguments: argparse.Namespace, words: Words) -> int:
    """Passages, best first: ``{"results": [...]}``, or with ``--queries`` one ``{"id", "results"}`` a line."""
    with Runtime.open() as runtime:
        service = runtime.documents
        where = {
            "collection": _collection(service, arguments.collection),
            "documents": _named_documents(service, arguments.document),
            "limit": arguments.limit,
        }
        service.ask_here()
        if arguments.queries is not None:
            return _search_many(service, arguments, where)
        hits = service.search(arguments.query, **where)
    if arguments.json:
        print_json({"query": arguments.query, "results": [_result(hit) for hit in hits]})
        return DONE
    for number, hit in enumerate(hits, 1):
        heading = f"  {hit.heading}" if hit.heading else ""
        print(f"{number}. {hit.path}, page {hit.page}{heading}  ({hit.score:.3f})")
        print("   " + " ".join(hit.text.split())[:300])
    if not hits:
        print("Nothing found.")
    return DONE


def _search_many(service: DocumentService, arguments: argparse.Namespace, where: dict[str, Any]) -> int:
    try:
        with contextlib.ExitStack() as closing:
            given = sys.stdin
            if arguments.queries != "-":
                given = closing.enter_context(open(arguments.queries, encoding="utf-8"))
            lines = given.readlines()
        asked = [json.loads(line) for line in lines if line.strip()]
        questions = [(one["id"], str(one["text"])) for one in asked]
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{arguments.queries}: {error}", file=sys.stderr)
        return USAGE
    for name, text in questions:
        results = [_result(hit) for hit in service.search(text, **where)]
        print(json.dumps({"id": name, "results": results}, ensure_ascii=False), flush=True)
    return DONE


def _result(hit: Hit) -> dict[str, Any]:
    found = {"document": hit.path, "page": hit.page, "heading": hit.heading, "score": hit.score, "text": hit.text}
    return {**found, **({"part": hit.part} if hit.part else {}), **({"label": hit.label} if hit.label else {})}


def _collection(service: DocumentService, name: str | None) -> int | None:
    if name is None:
        return None
    found = next((one.id for one in service.collections() if name in (one.name, one.folder)), None)
    if found is None:
        raise DocumentNotIndexed(name)
    return found


def _named_documents(service: DocumentService, paths: Sequence[str] | None) -> list[int] | None:
    if not paths:
        return None
    found = []
    for path in paths:
        view = service.document_at(path)
        if view is None:
            raise DocumentNotIndexed(path)
        found.append(view.id)
    return found


# --- one document ---------------------------------------------------------------------------------------------------


def _is_named(view: DocumentView, paths: Sequence[str]) -> bool:
    return any(view.path == place or view.path.startswith(place.rstrip("/") + "/") for place in _places(paths))


def _places(paths: Sequence[str]) -> list[str]:
    from runtime.documents.walking import settled, stored_path

    return [stored_path(settled(path)) for path in paths]


def _line(view: DocumentView) -> str:
    why = f" ({view.reason})" if view.reason else ""
    pages = f"{view.pages_read}" + (f"/{view.pages}" if view.pages is not None else "")
    learning = f" {view.meaning:.0%}" if view.state is DocumentViewState.LEARNING else ""
    state = view.state.value.replace("_", " ") + learning + why
    return f"{state:<26} {pages:>9} pages  {view.path}"


def _document(view: DocumentView) -> dict[str, Any]:
    return {
        "document": view.path,
        "state": view.state.value,
        "reason": view.reason,
        "format": view.format,
        "language": view.language,
        "pages": view.pages,
        "pages_read": view.pages_read,
        "pages_without_text": view.pages_without_text,
        "meaning": round(view.meaning, 3),
        "size_bytes": view.size_bytes,
    }
