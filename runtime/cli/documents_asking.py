"""``hearth documents search``: one question for a person, or many for a program."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from typing import Any

from runtime.api import DocumentService, Hit, Runtime
from runtime.cli.documents_named import collection_named, documents_named
from runtime.cli.output import DONE, USAGE, Words, print_json


def search_documents(arguments: argparse.Namespace, words: Words) -> int:
    """Passages, best first: ``{"results": [...]}``, or with ``--queries`` one ``{"id", "results"}`` a line."""
    with Runtime.open() as runtime:
        service = runtime.documents
        where = {
            "collection": collection_named(service, arguments.collection),
            "documents": documents_named(service, arguments.document),
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
        questions = _questions(arguments.queries)
    except _NoQuestions as error:
        print(error, file=sys.stderr)
        return USAGE
    for name, text in questions:
        results = [_result(hit) for hit in service.search(text, **where)]
        print(json.dumps({"id": name, "results": results}, ensure_ascii=False), flush=True)
    return DONE


class _NoQuestions(Exception):
    """Why a file of questions can't be used, as one sentence."""


def _questions(path: str) -> list[tuple[object, str]]:
    """All of them, before the first is answered."""
    name = "stdin" if path == "-" else path
    try:
        with contextlib.ExitStack() as closing:
            given = sys.stdin if path == "-" else closing.enter_context(open(path, encoding="utf-8-sig"))
            lines = given.readlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "this is not UTF-8 text"
        raise _NoQuestions(f"{name}: {why}.") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            question = one["id"], one["text"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            form = '{"id": …, "text": "…"}'
            raise _NoQuestions(f"{name}, line {number}: not a question; each line is {form}.") from error
        if not isinstance(question[1], str):
            raise _NoQuestions(f'{name}, line {number}: "text" is not a text.')
        found.append(question)
    return found


def _result(hit: Hit) -> dict[str, Any]:
    found = {"document": hit.path, "page": hit.page, "heading": hit.heading, "score": hit.score, "text": hit.text}
    return {**found, **({"part": hit.part} if hit.part else {}), **({"label": hit.label} if hit.label else {})}
