"""Where a conversation is kept: in the person's database, or for a private one in memory alone."""

from __future__ import annotations

import threading

from runtime.chats.ids import new_id
from runtime.storage.database import Database
from runtime.storage.memory import MemoryDatabase

PRIVATE = "private-"


class Places:
    """Owns the memory of private conversations; the ids of these, and of their messages, say so. Any thread."""

    def __init__(self, disk: Database | MemoryDatabase) -> None:
        self.disk = disk
        self._memory: MemoryDatabase | None = None
        self._lock = threading.Lock()

    def of(self, any_id: str) -> Database | MemoryDatabase:
        """Where the conversation or message with this id is."""
        return self.memory if is_private(any_id) else self.disk

    @property
    def memory(self) -> MemoryDatabase:
        """The memory of private conversations, made when the first begins."""
        with self._lock:
            if self._memory is None:
                self._memory = MemoryDatabase()
            return self._memory

    @property
    def all_open(self) -> tuple[Database | MemoryDatabase, ...]:
        """Every place there is by now."""
        with self._lock:
            return (self.disk,) if self._memory is None else (self.disk, self._memory)


def is_private(any_id: str) -> bool:
    """Whether this conversation or message is kept in memory alone."""
    return any_id.startswith(PRIVATE)


def id_beside(conversation_id: str) -> str:
    """A new id for a message of this conversation."""
    return f"{PRIVATE}{new_id()}" if is_private(conversation_id) else new_id()
