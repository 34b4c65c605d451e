"""How reading can stop short, as exceptions of the child's own; its edge turns them into an end."""

from __future__ import annotations

from runtime.documents.reading import ReadingEnd


class ReadingStopped(Exception):
    """Base. ``reason`` is a word for the limit or the fault, for the app to word."""

    end = ReadingEnd.DAMAGED

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Damaged(ReadingStopped):
    """The file does not hold together."""


class TooLarge(ReadingStopped):
    """A limit was met; ``reason`` names it."""

    end = ReadingEnd.TOO_LARGE


class NeedsPassword(ReadingStopped):
    """Locked; ``reason`` is "wrong" when a password was given, "unopenable" when no password would help us."""

    end = ReadingEnd.NEEDS_PASSWORD


class Unsupported(ReadingStopped):
    """A format that we do not read; ``reason`` names it."""

    end = ReadingEnd.UNSUPPORTED


class Unreadable(ReadingStopped):
    """Gone, not allowed, no file."""

    end = ReadingEnd.UNREADABLE
