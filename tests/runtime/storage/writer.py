"""A process to be killed: commits for ever and says on stdout, after each commit, that it is done.

``python -m tests.runtime.storage.writer database FOLDER`` or ``… settings FOLDER`` or ``… streaming FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from runtime.chats.messages import MessageState
from runtime.chats.store import ConversationStore
from runtime.paths import Paths
from runtime.requests import Role
from runtime.storage.database import Database
from runtime.storage.instance_lock import InstanceLock
from runtime.storage.settings import SettingsStore


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write_messages(paths: Paths) -> None:
    store = ConversationStore(Database(paths.database, first_backup_after_s=0.01, backup_every_s=0.05))
    conversation_id, parent = store.create("killed"), None
    number = 0
    while True:
        number += 1
        parent = store.add_message(conversation_id, Role.USER, f"question {number} " + "x" * 500, parent_id=parent)
        store.set_draft(conversation_id, f"draft {number}")
        say(parent)


def write_settings(paths: Paths) -> None:
    store = SettingsStore(paths)
    number = 0
    while True:
        number += 1
        store.change(model=f"{number}-" + "m" * 20_000)
        say(number)


def stream(paths: Paths) -> None:
    store = ConversationStore(Database(paths.database))
    _question, answer = store.add_exchange(store.create(), "Tell me all.")
    assert store.message(answer).state is MessageState.STREAMING
    say(answer)
    number = 0
    while True:
        number += 1
        store.append_text(answer, f"{number} ", f"t{number} ")
        say(number)


def hold_lock(paths: Paths) -> None:
    InstanceLock(paths).acquire()
    say("held")
    sys.stdin.read()


if __name__ == "__main__":
    work = {"database": write_messages, "settings": write_settings, "streaming": stream, "lock": hold_lock}[sys.argv[1]]
    work(Paths.below(Path(sys.argv[2])))
