"""``hearth chat``: one question, or a conversation in the terminal, streamed."""

from __future__ import annotations

import argparse
import dataclasses
import queue
import sys
import uuid
from typing import Any

from runtime.api import (
    AnswerDelta,
    AnswerFinished,
    Channel,
    ChatMessage,
    EngineChanged,
    EngineState,
    Event,
    FinishReason,
    Generate,
    LoadModel,
    ModelNotFound,
    Role,
    Runtime,
    Sampling,
)
from runtime.cli.output import DONE, STOPPED, Words, print_json, report_problem


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("chat", help="ask a model on this computer; streams the answer")
    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help="the question; without it, stdin is read")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--model", metavar="MODEL_OR_FOLDER", help="a model on this computer, or a folder with one")
    who.add_argument("--guide", action="store_true", help="ask the built-in guide, which knows Hearth and AI at home")
    parser.add_argument("--system", default="", metavar="TEXT", help="instructions for the model")
    parser.add_argument("--max-tokens", type=int, default=4096, metavar="N")
    parser.add_argument("--temperature", type=float, metavar="T")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--show-thinking", action="store_true", help="print what a thinking model thinks, on stderr")
    parser.add_argument("--in-process", action="store_true", help="run the engine inside this process (debugging)")
    parser.set_defaults(run=run)


class _Conversation:
    """One engine, one model, the turns so far. Events come from the engine's thread through a queue."""

    def __init__(self, runtime: Runtime, events: queue.Queue[Event], arguments: argparse.Namespace) -> None:
        self._runtime = runtime
        self._events = events
        self._arguments = arguments
        self._messages: list[ChatMessage] = []
        if arguments.system:
            self._messages.append(ChatMessage(Role.SYSTEM, arguments.system))

    def ask(self, question: str, *, stream: bool) -> tuple[AnswerFinished, str]:
        """The end of the answer and its text; Ctrl-C stops it and keeps what was said."""
        self._messages.append(ChatMessage(Role.USER, question))
        request_id = uuid.uuid4().hex
        sampling = Sampling(temperature=self._arguments.temperature, seed=self._arguments.seed)
        self._runtime.engine.generate(
            Generate(request_id, tuple(self._messages), sampling, max_tokens=self._arguments.max_tokens)
        )
        pieces: list[str] = []
        while True:
            try:
                event = self._events.get()
            except KeyboardInterrupt:
                self._runtime.engine.stop(request_id)
                continue
            if isinstance(event, AnswerDelta):
                self._take(event, pieces, stream)
            elif isinstance(event, AnswerFinished) and event.request_id == request_id:
                self._messages.append(ChatMessage(Role.ASSISTANT, "".join(pieces)))
                return event, "".join(pieces)

    def _take(self, event: AnswerDelta, pieces: list[str], stream: bool) -> None:
        if event.channel is Channel.ANSWER:
            pieces.append(event.text)
            if stream:
                print(event.text, end="", flush=True)
        elif self._arguments.show_thinking:
            print(event.text, end="", file=sys.stderr, flush=True)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Answer once, or until the end of input in a terminal."""
    question = arguments.prompt
    interactive = question is None and sys.stdin.isatty() and not arguments.json
    if question is None and not interactive:
        question = sys.stdin.read().strip()
    if question == "":
        print("nothing was asked", file=sys.stderr)
        return 2
    events: queue.Queue[Event] = queue.Queue()
    with Runtime.open(events.put, in_process=arguments.in_process) as runtime:
        request = _whom_to_ask(runtime, arguments)
        runtime.engine.load(request)
        failed = _wait_until_ready(events)
        if failed is not None and failed.problem is not None:
            return report_problem(failed.problem, words, as_json=arguments.json)
        conversation = _Conversation(runtime, events, arguments)
        if interactive:
            return _converse(conversation, words)
        assert question is not None
        finished, text = conversation.ask(question, stream=not arguments.json)
    return _report(finished, text, request.folder, arguments, words)


def _whom_to_ask(runtime: Runtime, arguments: argparse.Namespace) -> LoadModel:
    """The model that is named or in use; while there is none at all, the built-in guide."""
    if arguments.guide:
        return runtime.guide_request()
    try:
        return runtime.fitting.load_request(runtime.model_to_use(arguments.model))
    except ModelNotFound as error:
        if error.name:
            raise
    request = runtime.guide_request()
    print("No model is here yet: the built-in guide answers.", file=sys.stderr)
    return request


def _wait_until_ready(events: queue.Queue[Event]) -> EngineChanged | None:
    while True:
        event = events.get()
        if isinstance(event, EngineChanged):
            if event.state is EngineState.READY:
                return None
            if event.state is EngineState.FAILED:
                return event


def _report(finished: AnswerFinished, text: str, folder: str, arguments: argparse.Namespace, words: Words) -> int:
    if not arguments.json:
        print()
    if finished.problem is not None:
        return report_problem(finished.problem, words, as_json=arguments.json)
    if arguments.json:
        document = {"model": folder, "answer": text, "reason": finished.reason}
        print_json({**document, "statistics": dataclasses.asdict(finished.statistics)})
    return STOPPED if finished.reason is FinishReason.STOPPED else DONE


def _converse(conversation: _Conversation, words: Words) -> int:
    while True:
        try:
            question = input("> ").strip()
        except EOFError:
            print()
            return DONE
        if not question:
            continue
        finished, _text = conversation.ask(question, stream=True)
        print()
        if finished.problem is not None:
            report_problem(finished.problem, words, as_json=False)
