"""Files to take in, and all that a home holds, for the tests of the exchange."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.chats.attachments import Attachment
from runtime.chats.messages import MessageState
from runtime.errors import Problem
from runtime.events import AnswerStatistics
from runtime.requests import Role
from tests.runtime.chats.kit import Home


def everything_at_once(home: Home) -> str:
    """A conversation that uses every field; its id."""
    store = home.store
    chat = store.create("All: „of“ it 🫖")
    question, first = store.add_exchange(
        chat, "why\r\n\t\x00?", attachments=(Attachment("a.txt", "file\n"),), model="m"
    )
    store.append_text(first, "be", "hm")
    store.finish_message(first, MessageState.COMPLETE, statistics=AnswerStatistics(3, 5, 1.5, 2.5, 0.1, 9.0, 77, 2.0))
    home.say(chat, "branch", "one")
    second = store.add_message(chat, Role.ASSISTANT, "second", parent_id=question)
    _, failed = store.add_exchange(chat, "and?", parent_id=second)
    store.finish_message(
        failed, MessageState.FAILED, text="x", problem=Problem("a.b", {"n": 1, "s": "t", "f": None}, "r")
    )
    store.pin_message(first, True)
    store.rate(first, -1)
    store.set_draft(chat, "half a th")
    store.set_guided(chat, True)
    home.shelf.put_into(chat, home.shelf.make_folder("Garden"))
    home.shelf.pin(chat, True)
    home.shelf.archive(chat, True)
    store.open(chat)
    store.choose_branch(first)
    return chat


def tree(home: Home) -> list[object]:
    """All that there is, as the tables have it, in the order of writing; without what is made anew when importing."""
    columns = "id, parent_id, role, text, thinking, state, problem, model, created_at, statistics, pinned_at, rating"
    with home.database.read() as connection:
        conversations = connection.execute(
            "SELECT c.id, title, titled_by, draft, active_leaf, created_at, updated_at, opened_at, guided, pinned_at,"
            " archived_at, f.name FROM conversations c LEFT JOIN folders f ON f.id = folder_id ORDER BY c.id"
        ).fetchall()
        messages = connection.execute(
            f"SELECT conversation_id, {columns}, attachments FROM messages WHERE deleted_at IS NULL"
            " ORDER BY conversation_id, seq"
        ).fetchall()
    return [*conversations, *messages]


def node(parent: str | None, role: str = "", text: str | None = None, *children: str, **message: Any) -> dict[str, Any]:
    """One node of a mapping; without a role, the empty one that each begins with."""
    content = {"content_type": "text", "parts": [text]} if text is not None else None
    said = {"id": "x", "author": {"role": role, "name": None}, "content": content, "create_time": None, "weight": 1.0}
    return {"id": "x", "message": {**said, **message} if role else None, "parent": parent, "children": list(children)}


def chatgpt(**mapping: dict[str, Any]) -> dict[str, Any]:
    """A ChatGPT conversation of these nodes."""
    return {"title": "Rivers", "create_time": 1700000000.25, "update_time": 1700000100, "mapping": mapping, "id": "abc"}


def simple(name: str = "abc") -> dict[str, Any]:
    """A ChatGPT conversation of one question and one answer."""
    return {**chatgpt(root=node(None), q=node("root", "user", "Why?"), a=node("q", "assistant", "So.")), "id": name}


def written(path: Path, content: object) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(content), "utf-8")
    return path


def own_file(*conversations: object, **head: Any) -> bytes:
    """A file as Hearth writes it."""
    content = {"format": "hearth-conversations", "version": 1, **head, "conversations": list(conversations)}
    return json.dumps(content).encode()


def packed(name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> Callable[[Path], None]:
    """Writes a .zip with one file inside."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", how) as archive:
            archive.writestr(name, content)

    return write
