"""A home with conversations in it, as the tests of this folder need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runtime.chats.messages import Message, MessageState
from runtime.chats.places import Places
from runtime.chats.shelf import Shelf
from runtime.chats.store import ConversationStore
from runtime.storage.database import Database


@dataclass(frozen=True)
class Home:
    """One person's conversations and what arranges them."""

    database: Database
    places: Places
    store: ConversationStore
    shelf: Shelf

    @classmethod
    def at(cls, folder: Path) -> Home:
        """The home in a folder, made or opened."""
        folder.mkdir(exist_ok=True)
        return cls.on(Database(folder / "hearth.db"))

    @classmethod
    def on(cls, database: Database) -> Home:
        """The home that a database holds."""
        places = Places(database)
        return cls(database, places, ConversationStore(places), Shelf(places))

    def say(self, conversation_id: str, question: str, answer: str, under: str | None = "") -> tuple[str, str]:
        """A question with its whole answer, at the end of the active branch or under a message. Both ids."""
        before = self.store.read(conversation_id).messages
        parent = (before[-1].id if before else None) if under == "" else under
        question_id, answer_id = self.store.add_exchange(conversation_id, question, parent_id=parent)
        self.store.finish_message(answer_id, MessageState.COMPLETE, text=answer)
        return question_id, answer_id

    def chat(self, *said: str, title: str = "chat", private: bool = False) -> tuple[str, list[str]]:
        """A conversation of questions and answers in turn; its id and theirs."""
        conversation_id = self.store.create(title, private=private)
        ids: list[str] = []
        for question, answer in zip(said[::2], said[1::2], strict=True):
            ids += self.say(conversation_id, question, answer)
        return conversation_id, ids

    def shown(self, conversation_id: str) -> list[str]:
        """The texts of the active branch."""
        return texts(self.store.read(conversation_id).messages)

    def found(self, query: str) -> list[str]:
        """The ids of the messages that a search finds."""
        return [hit.message_id for hit in self.store.search(query)]

    def check_index(self) -> None:
        """The full-text index agrees with every message."""
        with self.database.write() as connection:
            connection.execute("INSERT INTO message_words (message_words, rank) VALUES ('integrity-check', 1)")


def texts(messages: Iterable[Message]) -> list[str]:
    """The words of some messages."""
    return [message.text for message in messages]
