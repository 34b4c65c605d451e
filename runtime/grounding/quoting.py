"""An answer without a model: the best passages themselves, each with its number."""

from __future__ import annotations

import re
from dataclasses import replace

from runtime.grounding.fencing import plain
from runtime.sources import Grounding, ReadingMode, Verdict, VerdictKind

MOST_QUOTES = 4
LONGEST_QUOTE_CHARS = 900
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#+!|~$&-])")
_BREAKS = re.compile(r"\s*\n\s*")


def quoted(grounding: Grounding) -> tuple[str, Grounding]:
    """The answer's Markdown and what it stands on, checked: its sources are quoted in their order.

    Nothing of a document is markup in it: every sign that could be is escaped, so that no link or image comes alive.
    """
    kept = grounding.sources[:MOST_QUOTES]
    text, verdicts = "", []
    for source in kept:
        shown = source.text[:LONGEST_QUOTE_CHARS]
        if len(source.text) > LONGEST_QUOTE_CHARS and " " in shown:
            shown = shown[: shown.rindex(" ")]
        start = len(text) + 2
        text += f"> {_escaped(shown)}"
        verdicts.append(Verdict(start, len(text), VerdictKind.FOUND, source.number, 0, len(shown)))
        text += f" [{source.number}]\n\n"
    read = len({(source.document_id, source.page) for source in kept})
    mode = ReadingMode.QUOTED if kept else ReadingMode.NOTHING
    checked = tuple(verdicts)
    return text.rstrip(), replace(grounding, mode=mode, pages_read=read, sources=kept, verdicts=checked)


def _escaped(text: str) -> str:
    flat = _BREAKS.sub(" ", plain(text, "\0").strip())
    return _MARKUP.sub(r"\\\1", flat)
