"""Answers over documents in lay words: what was read for one, what became of its sentences, what is left to say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app import wording
from runtime.api import Grounding, ReadingMode, Source, Verdict, VerdictKind

Mode = ReadingMode
NAME_CHARS = 60
CHECKING = "Checking each sentence…"
NOT_CHECKED = "its sentences were not checked"
QUOTED_BADGE = "Quoted from your documents"
NOTHING = "Nothing in your documents has to do with this."
NONE_READ = "None of these documents could be looked through: they are not read yet, or can't be read."
FORGOTTEN = "What was quoted here was forgotten with its document."
WAITS_FOR_FILES = "The files are being taken in. Your question is asked as soon as they are read."
NOT_FOUND = "Not in your documents"
UNCHECKED = "This sentence could not be checked"
ORDERS = "contains instructions to an AI. Hearth treats them as text only."
REASONS = {
    "number": "a number in it does not agree",
    "name": "a name in it does not agree",
    "negation": "the document says the opposite",
}
# Questions that a few passages can't answer: about the whole, or for everything of a kind.
_EVERYTHING = re.compile(
    r"\b(?:summar\w*|overview|outline|recap|tl;?dr|main (?:points?|ideas?|topics?)|key (?:points?|facts?)"
    r"|(?:list|name|find|show|count|give me) (?:me )?(?:all|every|each|any)|list of|list the|how many|all (?:of )?the"
    r"|every (?:single )?\w+|zusammenfass\w*|fass\w* .*zusammen|überblick|alle \w+|liste\w*|wie viele|résum\w+|aperçu"
    r"|tou(?:s|tes) les|combien de|resum\w+|resumen|tod[oa]s l[oa]s|cuánt[oa]s|riassum\w+|riassunto|samenvat\w*|hoeveel"
    r"|streszcz\w*|özet\w*)\b|кратк\w+|перечисл\w+|сколько|содержани\w+|总结|概括|摘要|列出|所有|要約|まとめ|すべて|요약|모든"
    r"|لخص|ملخص|सारांश",
    re.IGNORECASE,
)


def about_everything(question: str) -> bool:
    """Whether a question is for a summary, a list or a count, which the best passages alone may miss parts of."""
    return _EVERYTHING.search(question) is not None


# --- what was read ----------------------------------------------------------------------------------------------------


def pages(number: int) -> str:
    """ "1 page", "1,412 pages"."""
    return f"{number:,} {'page' if number == 1 else 'pages'}"


def read_line(grounding: Grounding) -> str:
    """ "Read 9 of 412 pages", "Read all 12 pages": what of the documents this answer comes from."""
    read, total = grounding.pages_read, max(grounding.pages, grounding.pages_read)
    match grounding.mode:
        case Mode.NOTHING:
            return f"Looked through {pages(total)}" if total else ""
        case Mode.QUOTED:
            return f"From {read:,} of {pages(total)}"
        case Mode.WHOLE | Mode.ALL if read >= total:
            return f"Read {'all ' if total > 1 else ''}{pages(total)}" if total != 1 else "Read the whole page"
    return f"Read {read:,} of {pages(total)}"


def checked_line(verdicts: tuple[Verdict, ...]) -> str:
    """ "6 sentences found, 1 not in your documents"."""
    found = sum(verdict.kind is VerdictKind.FOUND for verdict in verdicts)
    missing = sum(verdict.kind is VerdictKind.NOT_FOUND for verdict in verdicts)
    if not found and not missing:
        return "no sentence could be checked"
    if not missing:
        return f"{wording.count(found, 'sentence')} found"
    if not found:
        return f"{wording.count(missing, 'sentence')} not in your documents"
    return f"{wording.count(found, 'sentence')} found, {missing:,} not in your documents"


def summary(grounding: Grounding, *, ended: bool, checking: bool) -> str:
    """The one line under an answer."""
    parts = [read_line(grounding)]
    if ended and grounding.mode not in (Mode.QUOTED, Mode.NOTHING):
        unchecked = CHECKING if checking else NOT_CHECKED
        parts.append(unchecked if grounding.verdicts is None else checked_line(grounding.verdicts))
    return " · ".join(filter(None, parts))


def left_out(grounding: Grounding) -> str:
    """ "2 documents are still being read"; "" when all could be searched."""
    if not grounding.left_out:
        return ""
    what = wording.count(grounding.left_out, "document")
    return f"{what} {'is' if grounding.left_out == 1 else 'are'} still being read or can't be read: not part of this."


def orders(grounding: Grounding) -> str:
    """That passages hold orders to an AI; "" when none does."""
    numbers = [str(source.number) for source in grounding.sources if source.orders]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"Source {numbers[0]} {ORDERS}"
    return f"Sources {', '.join(numbers[:-1])} and {numbers[-1]} contain instructions to an AI. {_AS_TEXT}"


_AS_TEXT = "Hearth treats them as text only."


# --- a source, a sentence ---------------------------------------------------------------------------------------------


def where(source: Source) -> str:
    """ "page 12", "Invoice.pdf, page 1": where in its document a source stands."""
    page = source.label or str(source.page)
    page = f"page {page}" if page.isalnum() else page
    return ", ".join(filter(None, (source.part, page if source.page else "")))


def gone_where(source: Source) -> str:
    """ "page 12, no longer in Hearth": a source whose document was forgotten, or was never here."""
    return ", ".join(filter(None, (where(source), "no longer in Hearth" if source.document_id else "not in Hearth")))


def verdict_note(verdict: Verdict, source: Source | None) -> str:
    """What is told of a sentence: "Found on page 12 of Lease.pdf"."""
    if verdict.kind is VerdictKind.FOUND:
        return f"Found on {where(source)} of {source.name}" if source is not None else "Found in your documents"
    if verdict.kind is VerdictKind.NOT_FOUND:
        reason = REASONS.get(verdict.reason, "")
        return f"{NOT_FOUND}: {reason}" if reason else NOT_FOUND
    return UNCHECKED


# --- reading all of it ------------------------------------------------------------------------------------------------


def read_all_question(number: int, seconds: float | None) -> str:
    """ "Read all 412 pages first? About 6 minutes"."""
    takes = f" {wording.duration(seconds).capitalize()}" if seconds is not None else ""
    return f"Read all {pages(number)} first?{takes}"


def reading_line(done: int, total: int, seconds_left: float | None) -> str:
    """ "Reading page 120 of 412 · about 4 minutes left"."""
    if total and done >= total:
        return "All pages are read. Writing the answer…"
    left = f" · {wording.duration(seconds_left)} left" if seconds_left is not None else ""
    return f"Reading page {min(done + 1, max(total, 1)):,} of {total:,}{left}"


# --- what answers come from -------------------------------------------------------------------------------------------


def being_read(coming: int, all_of_them: int) -> str:
    """ "being read", "2 being read"; "" when all are."""
    if not coming:
        return ""
    return "being read" if all_of_them == 1 else f"{coming:,} being read"


def waits_for(names: Sequence[str]) -> str:
    """What a question waits for; "" for nothing."""
    if not names:
        return ""
    if len(names) == 1:
        return f"“{shortened(names[0])}” is still being read. Your question is asked as soon as it is."
    return f"{wording.count(len(names), 'document')} are still being read. Your question is asked as soon as they are."


def can_not_answer(name: str, line: str, others: int) -> str:
    """Why answers can't come from a document, and from how many others."""
    more = f" So it is with {wording.count(others, 'other document')}." if others else ""
    end = "" if line.endswith(("?", ".")) else "."
    return f"“{shortened(name)}”: {line}{end}{more}"


def shortened(name: str) -> str:
    """A name that leaves room for a sentence: its beginning and its end."""
    flat = " ".join(name.split())
    return flat if len(flat) <= NAME_CHARS else f"{flat[: NAME_CHARS - 16].rstrip()} … {flat[-12:].lstrip()}"


def several(number: int) -> str:
    """ "3 documents"."""
    return f"{number:,} documents"
