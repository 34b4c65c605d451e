"""What was found and a page that is looked at, as the page "Documents" shows them."""

from __future__ import annotations

from app import texts
from app.controllers.document_pages import LookedAt
from app.controllers.document_search import LIMIT, DocumentSearchController
from app.documents.shown import Findings, FindState, HitRow, PageShown
from app.sentences import documents as sentences
from runtime.api import DocumentsStatus, Hit


def findings_of(search: DocumentSearchController, status: DocumentsStatus | None) -> Findings:
    """Where a search stands. What was found before stays in sight while other words are looked for."""
    hits = tuple(hit_row(hit) for hit in search.hits)
    if not search.words:
        return Findings()
    if search.asking:
        line = sentences.found_line(len(hits), search.answered, LIMIT) if hits else "Looking …"
        return Findings(FindState.LOOKING, search.words, hits, line)
    if search.problem is not None:
        return Findings(FindState.FAILED, search.words, line=texts.explain(search.problem).sentence)
    line = sentences.found_line(len(hits), search.words, LIMIT)
    return Findings(FindState.FOUND, search.words, hits, line, "" if hits else sentences.nothing_hint(status))


def hit_row(hit: Hit) -> HitRow:
    """One place that was found."""
    excerpt, marks = sentences.excerpt(hit.text, hit.highlights)
    return HitRow(
        hit.document_id,
        hit.page,
        hit.name,
        sentences.where(hit),
        excerpt,
        marks,
        hit.text,
        hit.start,
        hit.stop,
        hit.highlights,
    )


def page_of(page: LookedAt, name: str) -> PageShown:
    """A page as far as it is known."""
    text, hit = page.text, page.hit
    here = hit is not None and text is not None and hit.page == page.number
    start, stop = (hit.start, hit.stop) if here and hit is not None else (0, 0)
    # Notes and attachments are pages of their own behind those that the document counts.
    pages = max(page.view.pages or 0, page.view.pages_read) if page.view is not None else 0
    drawn = text is not None and text.width > 0 and not page.undrawn
    return PageShown(
        page.document_id,
        page.number,
        page.view.name if page.view is not None else name,
        (text.label if text is not None else "") or str(page.number),
        max(pages, page.number),
        text.text if text is not None else "",
        text.width if drawn and text is not None else 0.0,
        text.height if drawn and text is not None else 0.0,
        start,
        stop,
        page.marks,
        page.boxes if drawn else (),
        page.words if drawn else (),
        page.image if drawn else None,
        bool(text is not None and text.picture),
        _note(page),
    )


def _note(page: LookedAt) -> str:
    if page.problem is not None:
        return texts.explain(page.problem).sentence
    text = page.text
    if text is None:
        return ""
    if text.picture and not text.text.strip():
        return "This page is a picture. The text in it was not read."
    if text.part:
        return f"From {text.part}"
    return "The text of this page was read from its picture." if text.recognised else ""
