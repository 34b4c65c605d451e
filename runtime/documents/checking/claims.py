"""The sentences of an answer as things to be checked, each with its place and the sources it names."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.documents.checking.markup import PlainText, plain, stretches_of
from runtime.documents.checking.sentences import sentence_spans
from runtime.documents.scripts import language_of


@dataclass(frozen=True)
class Claim:
    """One sentence (or list item, or table row). ``text`` has no markup; ``start`` and ``stop`` are its characters in
    the answer; ``cited`` the source numbers written at it; ``language`` the answer's, "" where it can't be told."""

    text: str
    start: int
    stop: int
    cited: tuple[int, ...] = ()
    language: str = ""


def split_claims(answer: str, language: str = "") -> list[Claim]:
    """The sentences of an answer in Markdown, in order. Headings, code and rules are no sentences. Any thread.

    ``language`` (ISO 639-1) is told from the whole answer where it is not given.
    """
    language = language or language_of(answer)
    claims: list[Claim] = []
    for stretch in stretches_of(answer):
        words = plain(answer, stretch)
        whole = len(words.text.strip())
        spans = [_row_span(words.text)] if stretch.row and whole else sentence_spans(words.text, language)
        claims += _claims(words, spans, language)
    return claims


def _row_span(text: str) -> tuple[int, int]:
    start = len(text) - len(text.lstrip())
    return start, len(text.rstrip())


def _claims(words: PlainText, spans: list[tuple[int, int]], language: str) -> list[Claim]:
    spans = [span for span in spans if any(letter.isalnum() for letter in words.text[slice(*span)])]
    cited: list[list[int]] = [[] for _ in spans]
    for place, numbers in words.citations:
        # A mark behind a full stop belongs to the sentence before it.
        before = [at for at, (start, _) in enumerate(spans) if start < place]
        if spans:
            cited[before[-1] if before else 0] += numbers
    return [
        Claim(
            " ".join(words.text[start:stop].split()),
            words.origins[start],
            words.origins[stop - 1] + 1,
            tuple(dict.fromkeys(cited[at])),
            language,
        )
        for at, (start, stop) in enumerate(spans)
    ]
