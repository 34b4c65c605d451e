"""The window's sentences for the command line, so that both faces say the same. No Qt here."""

from __future__ import annotations

from app import sentences, texts
from runtime.cli.output import Words


def window_words() -> Words:
    """Sentences for problems, reasons and computers."""
    return Words(problem=texts.one_line, reason=sentences.reason, computer=sentences.computer)
