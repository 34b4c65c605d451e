"""``hearth ask QUESTION``: an answer from your documents, with its sources, and what each sentence is worth."""

from __future__ import annotations

import argparse
import queue
import sys
from typing import Any

from runtime.api import (
    AnswerChecked,
    AnswerDelta,
    AnswerFinished,
    Channel,
    Conversing,
    DocumentScope,
    DocumentService,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
    Grounding,
    LoadModel,
    Message,
    MessageState,
    ModelNotFound,
    ReadingAll,
    ReadingMode,
    Runtime,
    Source,
    Verdict,
)
from runtime.cli.output import DONE, EXIT_CODES, STOPPED, USAGE, Words, print_json, report_problem
from runtime.errors import DocumentNotIndexed

NOT_FOUND = EXIT_CODES["document"]


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("ask", help="answer a question from your documents, with sources")
    parser.add_argument("question", metavar="QUESTION")
    where = parser.add_argument_group("which documents (at least one of these)")
    where.add_argument("--documents", metavar="COLLECTION", help="those of this collection")
    where.add_argument("--file", metavar="PATH", action="append", help="this document; may be repeated")
    where.add_argument("--all", action="store_true", dest="everything", help="all documents")
    parser.add_argument("--read-all", action="store_true", help="read every page: for summaries and lists")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--model", metavar="MODEL_OR_FOLDER", help="a model on this computer, or a folder with one")
    who.add_argument("--quote", action="store_true", help="quote the best passages; no model is asked")
    parser.add_argument("--in-process", action="store_true", help="run the engine inside this process (debugging)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Exit code 9 where nothing in the documents has to do with the question."""
    if not (arguments.documents or arguments.file or arguments.everything):
        print("say which documents: --documents COLLECTION, --file PATH or --all", file=sys.stderr)
        return USAGE
    events: queue.Queue[Event] = queue.Queue()
    with Runtime.open(events.put, in_process=arguments.in_process) as runtime:
        scope = _scope(runtime.documents, arguments)
        runtime.documents.ask_here()
        request = _model(runtime, arguments)
        chat = runtime.passing_chat(quotes=request is None)
        if request is not None:
            chat.load(request)
            failed = _wait_until_ready(events)
            if failed is not None and failed.problem is not None:
                return report_problem(failed.problem, words, as_json=arguments.json)
        store = runtime.passing_store
        conversation = store.create()
        store.set_scope(conversation, scope)
        message_id = chat.ask(conversation, arguments.question, read_all=arguments.read_all)
        _follow(chat, message_id, events, stream=not arguments.json and request is not None)
        message = store.message(message_id)
    return _report(message, request, arguments, words)


def _scope(service: DocumentService, arguments: argparse.Namespace) -> DocumentScope:
    collection = None
    if arguments.documents:
        named = [one.id for one in service.collections() if arguments.documents in (one.name, one.folder)]
        if not named:
            raise DocumentNotIndexed(arguments.documents)
        collection = named[0]
    documents = []
    for path in arguments.file or ():
        view = service.document_at(path)
        if view is None:
            raise DocumentNotIndexed(path)
        documents.append(view.id)
    return DocumentScope(collection, tuple(documents), arguments.everything)


def _model(runtime: Runtime, arguments: argparse.Namespace) -> LoadModel | None:
    """The model that is named or in use; None where there is only the built-in guide: then passages are quoted."""
    if arguments.quote:
        return None
    try:
        return runtime.fitting.load_request(runtime.model_to_use(arguments.model))
    except ModelNotFound as error:
        if error.name:
            raise
    return None


def _wait_until_ready(events: queue.Queue[Event]) -> EngineChanged | None:
    while True:
        event = events.get()
        if isinstance(event, EngineChanged) and event.state in (EngineState.READY, EngineState.FAILED):
            return event if event.state is EngineState.FAILED else None


def _follow(chat: Conversing, message_id: str, events: queue.Queue[Event], *, stream: bool) -> None:
    """Wait for the answer and the check of its sentences; Ctrl-C stops it and keeps what there is."""
    while True:
        try:
            event = events.get()
        except KeyboardInterrupt:
            chat.stop(message_id)
            continue
        if isinstance(event, AnswerDelta) and event.channel is Channel.ANSWER and stream:
            print(event.text, end="", flush=True)
        elif isinstance(event, ReadingAll) and sys.stderr.isatty():
            left = f"  {event.seconds_left:.0f} s left" if event.seconds_left is not None else ""
            print(f"\rpage {event.pages_done} of {event.pages}{left}".ljust(60), end="", file=sys.stderr, flush=True)
        elif _is_the_end(event, chat, message_id):
            return


def _is_the_end(event: Event, chat: Conversing, message_id: str) -> bool:
    """Once its sentences were checked; an answer that failed or stands on nothing has no check."""
    if isinstance(event, AnswerFinished):
        return event.reason is FinishReason.FAILED or not chat.is_grounded(message_id)
    return isinstance(event, AnswerChecked)


def _report(message: Message, request: LoadModel | None, arguments: argparse.Namespace, words: Words) -> int:
    if message.problem is not None:
        return report_problem(message.problem, words, as_json=arguments.json)
    grounding = message.grounding
    if arguments.json:
        print_json(_document(message, request))
    elif grounding is not None:
        _print_sources(grounding, request)
    if message.state is MessageState.STOPPED:
        return STOPPED
    return NOT_FOUND if grounding is not None and grounding.mode is ReadingMode.NOTHING else DONE


def _print_sources(grounding: Grounding, request: LoadModel | None) -> None:
    quotes = request is None
    if grounding.mode is ReadingMode.NOTHING:
        print("Nothing in these documents has to do with the question.")
    if not quotes and grounding.sources:
        print("\n")
    for source in grounding.sources:
        print(f"[{source.number}] {source.path}, page {source.page}")
        if quotes:
            print("    " + " ".join(source.text.split()))
    missing = [verdict for verdict in grounding.verdicts or () if verdict.kind == "not_found"]
    if missing:
        print(f"Not in the documents: {_counted(len(missing), 'sentence')}.")
    of = _counted(grounding.documents, "document")
    print(f"Read: {grounding.pages_read} of {_counted(grounding.pages, 'page')} in {of}.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _document(message: Message, request: LoadModel | None) -> dict[str, Any]:
    grounding = message.grounding
    found: dict[str, Any] = {
        "model": request.folder if request is not None else None,
        "answer": message.text,
        "state": message.state,
    }
    if grounding is None:
        return found
    sources = {source.number: source for source in grounding.sources}
    return {
        **found,
        "mode": grounding.mode,
        "question": grounding.question,
        "documents": grounding.documents,
        "pages": grounding.pages,
        "pages_read": grounding.pages_read,
        "left_out": grounding.left_out,
        "sources": [_source(source) for source in grounding.sources],
        "sentences": [_sentence(message.text, verdict, sources) for verdict in grounding.verdicts or ()],
    }


def _source(source: Source) -> dict[str, Any]:
    more = {"label": source.label, "part": source.part, "heading": source.heading}
    return {
        "number": source.number,
        "document": source.path,
        "page": source.page,
        "passage": source.text,
        **{name: value for name, value in more.items() if value},
        **({"orders": True} if source.orders else {}),
    }


def _sentence(text: str, verdict: Verdict, sources: dict[int, Source]) -> dict[str, Any]:
    source = sources.get(verdict.source)
    found: dict[str, Any] = {"sentence": text[verdict.start : verdict.stop], "verdict": verdict.kind}
    if source is not None:
        quote = source.text[verdict.quote_start : verdict.quote_stop]
        found.update(source=source.number, document=source.path, page=source.page, quote=quote)
    return {**found, **({"reason": verdict.reason} if verdict.reason else {})}
