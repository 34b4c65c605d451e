"""Processes to be killed: each commits for ever and says on stdout, after each commit, that it is done.

``python -m tests.runtime.storage.writer lock FOLDER`` does one work. ``… serve`` reads lines ``WORK FOLDER SEED …`` and
forks a writer for each, which says its process id first: starting Python anew takes longer than the work.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from unittest.mock import patch

from runtime.chats.exchange.exchange import Exchange
from runtime.chats.ids import now_ms
from runtime.chats.messages import MessageState
from runtime.chats.recorder import AnswerRecorder
from runtime.chats.shelf import DAY_MS
from runtime.events import Channel
from runtime.paths import Paths
from runtime.requests import Role
from runtime.storage.database import Database
from runtime.storage.instance_lock import InstanceLock
from runtime.storage.settings import SettingsStore
from tests.runtime.chats.kit import Home
from tests.runtime.storage.killing import IMPORT_FILE, PIECES_A_SECOND, state_of


def say(*words: object) -> None:
    sys.stdout.write(f"{' '.join(map(str, words))}\n")
    sys.stdout.flush()


# --- works ----------------------------------------------------------------------------------------------------------


def write_messages(folder: Path, _chance: Random) -> None:
    """Questions and drafts, with backups made all the while."""
    home = Home.on(Database(Paths.below(folder).database, first_backup_after_s=0.01, backup_every_s=0.05))
    conversation_id, parent = home.store.create("killed"), None
    number = 0
    while True:
        number += 1
        parent = home.store.add_message(conversation_id, Role.USER, f"question {number} " + "x" * 500, parent_id=parent)
        home.store.set_draft(conversation_id, f"draft {number}")
        say(parent)


def write_settings(folder: Path, _chance: Random) -> None:
    """Settings of twenty kilobytes."""
    store = SettingsStore(Paths.below(folder))
    number = 0
    while True:
        number += 1
        store.change(model=f"{number}-" + "m" * 20_000)
        say(number)


def stream(folder: Path, chance: Random) -> None:
    """Answers as the recorder writes them, one piece after the other, by a clock that goes as fast as they come."""
    home = Home.at(folder)
    moment = 0.0
    with patch("runtime.chats.recorder.time", SimpleNamespace(monotonic=lambda: moment)):
        while True:
            conversation_id = home.store.create()
            _question, answer = home.store.add_exchange(conversation_id, "Tell me all.")
            say("began", answer)
            recorder = AnswerRecorder(home.store, answer)
            for number in range(1, chance.randrange(50, 500)):
                moment += 1 / PIECES_A_SECOND
                recorder.add(f"{number} ", Channel.ANSWER)
                say("said", number)
            recorder.finish(MessageState.COMPLETE, None, None)
            say("finished", number)


def edit(folder: Path, chance: Random) -> None:
    """Questions asked, asked in other words, answered again, and branches chosen."""
    home = Home.at(folder)
    store, chats = home.store, home.shelf.summaries()
    chat = chats[0].id if chats else store.create()
    while True:
        path = store.read(chat).messages
        chosen = chance.choice(path) if path else None
        work = chance.choice(("ask", "edit", "retry", "choose")) if chosen else "ask"
        say("doing")
        if chosen and work == "choose":
            say("chose", store.choose_branch(chance.choice(chosen.siblings)).messages[-1].id)
            continue
        if chosen and work == "retry" and chosen.role is Role.ASSISTANT:
            say("asked", store.add_message(chat, Role.ASSISTANT, "again", parent_id=chosen.parent_id))
            continue
        under = (
            chosen.parent_id
            if chosen and work == "edit" and chosen.role is Role.USER
            else path[-1].id
            if path
            else None
        )
        _question, answer = store.add_exchange(chat, "a question", parent_id=under)
        say("asked", answer)
        say("doing")
        store.finish_message(answer, MessageState.COMPLETE, text=f"all of {answer}")
        say("answered", answer)


def take_in(folder: Path, _chance: Random, first: str) -> None:
    """Files of conversations, from the one numbered ``first`` on."""
    exchange, number = Exchange(Home.at(folder).places), int(first)
    while (path := folder.parent / IMPORT_FILE.format(number)).exists():
        exchange.import_file(path)
        say("imported", number)
        number += 1
    signal.pause()


def throw_away(folder: Path, chance: Random) -> None:
    """Messages and conversations deleted, brought back and forgotten."""
    home = Home.at(folder)
    say("did", state_of(home.database))
    while True:
        live = [summary.id for summary in home.shelf.summaries()]
        binned = [summary.id for summary in home.shelf.binned()]
        deleted = [message.id for message in home.shelf.deleted_messages()]
        said = [message.id for chat in live for message in home.store.read(chat).messages]
        works: list[tuple[str, list[str], Callable[[str], object]]] = [
            ("delete", said, home.store.delete_message),
            ("restore", deleted, home.store.restore_message),
            ("forget_message", deleted, home.shelf.forget_message),
            ("bin", live, home.shelf.move_to_bin),
            ("unbin", binned, home.shelf.restore),
            ("forget", binned, home.shelf.forget),
            (
                "empty",
                [""] if chance.random() < 0.1 else [],
                lambda _none: home.shelf.purge_bin(now_ms() + 40 * DAY_MS),
            ),
            ("talk", [f"talk {now_ms()}"] if len(live) + len(binned) < 6 else [], lambda title: talk(home, title)),
        ]
        name, things, work = chance.choice([work for work in works if work[1]])
        thing = chance.choice(things)
        say("doing", name, thing)
        work(thing)
        say("did", state_of(home.database))


def talk(home: Home, title: str) -> None:
    """A conversation with versions, in one transaction."""
    with home.database.write() as connection:
        chat = home.store.create(title)
        parent = None
        for number in range(4):
            parent = home.store.add_message(chat, Role.USER, f"question {number}", parent_id=parent)
            for version in range(1 + number % 2):
                answer = home.store.add_message(chat, Role.ASSISTANT, f"answer {version}", parent_id=parent)
            parent = answer
        # Reading goes by another connection, which sees nothing of this before the end.
        assert connection.in_transaction


def hold_lock(folder: Path) -> None:
    InstanceLock(Paths.below(folder)).acquire()
    say("held")
    sys.stdin.read()


WORKS: dict[str, Callable[..., None]] = {
    "database": write_messages,
    "settings": write_settings,
    "streaming": stream,
    "editing": edit,
    "importing": take_in,
    "deleting": throw_away,
}


def serve() -> None:
    """Fork a writer for each line, and say when it has ended."""
    for line in iter(sys.stdin.readline, ""):
        work, folder, seed, *more = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            try:
                say("started", os.getpid())
                WORKS[work](Path(folder), Random(int(seed)), *more)
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        hold_lock(Path(sys.argv[2]))
