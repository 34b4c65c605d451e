"""What an answer stands on, as the conversation shows it."""

from __future__ import annotations

import re
from functools import lru_cache

from app.chat.answers.shown import AnswerWay, Backing, MarkKind, ReadingShown, SentenceMark, SourceShown, Tone
from app.sentences import answers as sentences
from runtime.api import Grounding, ReadingAll, ReadingMode, Source, Verdict, VerdictKind

KINDS = {
    VerdictKind.FOUND: MarkKind.FOUND,
    VerdictKind.NOT_FOUND: MarkKind.MISSING,
    VerdictKind.UNCHECKED: MarkKind.UNCHECKED,
}
EXCERPT_CHARS = 240
WAYS = (
    (AnswerWay.ASK_WITHOUT, "Ask without documents"),
    (AnswerWay.CHOOSE_DOCUMENTS, "Choose other documents"),
)
_NUMBERS = re.compile(r"[\[【](\d{1,6}(?:\s*[,;]\s*\d{1,6})*)[\]】]")


@lru_cache(maxsize=64)
def backing_of(
    grounding: Grounding, text: str, *, ended: bool, checking: bool = False, gone: frozenset[int] = frozenset()
) -> Backing:
    """What an answer stands on. Until it has ended nothing is said of its sentences; ``checking`` is whether verdicts
    that are not there are still to come. ``gone`` are documents that are not there any more."""
    verdicts = grounding.verdicts or ()
    nothing = grounding.mode is ReadingMode.NOTHING
    quotes = grounding.mode is ReadingMode.QUOTED
    own = [source for source in grounding.sources if source.document_id]  # others came with the answer, in a file
    forgotten = quotes and any(source.document_id in gone or not source.text for source in own)
    line = sentences.FORGOTTEN if forgotten else sentences.summary(grounding, ended=ended, checking=checking)
    known = {source.number: source for source in grounding.sources}
    return Backing(
        sources=_sources(grounding, text, gone),
        marks=tuple(_mark(verdict, known.get(verdict.source)) for verdict in verdicts) if ended else (),
        line=line,
        spoken=f"{line}." if line and not line.endswith(("…", ".")) else line,
        notes=tuple(filter(None, (sentences.orders(grounding), sentences.left_out(grounding)))),
        tone=_tone(grounding, ended=ended, checking=checking),
        badge=sentences.QUOTED_BADGE if quotes else "",
        offer=_nothing(grounding) if nothing and ended else "",
        ways=WAYS if nothing and ended else (),
        forgotten=forgotten,
    )


def _nothing(grounding: Grounding) -> str:
    return sentences.NOTHING if grounding.documents or not grounding.left_out else sentences.NONE_READ


def reading_of(event: ReadingAll) -> Backing:
    """How far reading everything has come."""
    share = event.pages_done / event.pages if event.pages else None
    line = sentences.reading_line(event.pages_done, event.pages, event.seconds_left)
    return Backing(reading=ReadingShown(line, share))


def listed_sources(grounding: Grounding, text: str) -> tuple[Source, ...]:
    """The sources that are listed below an answer."""
    listed = {source.number for source in _sources(grounding, text, frozenset()) if source.listed}
    return tuple(source for source in grounding.sources if source.number in listed)


def _sources(grounding: Grounding, text: str, gone: frozenset[int]) -> tuple[SourceShown, ...]:
    named = {int(number) for found in _NUMBERS.findall(text) for number in re.findall(r"\d+", found)}
    named |= {verdict.source for verdict in grounding.verdicts or ()}
    # Of what was read from end to end only what the answer names is worth a line.
    whole = grounding.mode in (ReadingMode.WHOLE, ReadingMode.ALL)
    return tuple(
        _source(source, cited=source.number in named, whole=whole, gone=source.document_id in gone)
        for source in grounding.sources
    )


def _source(source: Source, *, cited: bool, whole: bool, gone: bool) -> SourceShown:
    flat = " ".join(source.text.split())
    excerpt = flat if len(flat) <= EXCERPT_CHARS else f"{flat[:EXCERPT_CHARS].rstrip()} …"
    where = sentences.where(source) or "the whole document"
    if gone:
        where, excerpt = sentences.gone_where(source), ""
    return SourceShown(source.number, source.name, where, excerpt, source.orders, cited, cited or not whole, gone)


def _mark(verdict: Verdict, source: Source | None) -> SentenceMark:
    quote = (verdict.quote_start, verdict.quote_stop)
    note = sentences.verdict_note(verdict, source)
    return SentenceMark(verdict.start, verdict.stop, KINDS[verdict.kind], note, verdict.source, quote)


def _tone(grounding: Grounding, *, ended: bool, checking: bool) -> Tone:
    if grounding.mode in (ReadingMode.QUOTED, ReadingMode.NOTHING) or not ended:
        return Tone.PLAIN
    if grounding.verdicts is None:
        return Tone.BUSY if checking else Tone.PLAIN
    kinds = {verdict.kind for verdict in grounding.verdicts}
    if VerdictKind.NOT_FOUND in kinds:
        return Tone.WARNED
    return Tone.GOOD if VerdictKind.FOUND in kinds else Tone.PLAIN
