"""Opens the page that a source of an answer stands on, beside the conversation, with its words marked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut

from app.chat.answers.shown import Span
from app.chat.beside import Beside
from app.controllers.document_pages import DocumentPagesController, LookedAt
from app.documents.page_view import PageView
from app.documents.shown import PageShown
from app.presenters.document_reading import page_of
from app.presenters.documents import show_file
from app.sentences import answers as sentences
from runtime.api import Hit, Source

LONGEST_PASSAGE = 1_500
# A quote that is nearly all of its passage needs no mark of its own in it.
MOST_OF_IT = 0.8
GONE = "This document is not in Hearth any more."
CHANGED = "The document has changed since this answer. Its words are not on this page any more."


class SourcePagesPresenter(QObject):
    """Owns the page beside the conversation, and which source it was opened for."""

    def __init__(self, pages: DocumentPagesController, beside: Beside, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages = pages
        self._beside = beside
        self._source: Source | None = None
        self._hit: Hit | None = None
        self._others: tuple[Source, ...] = ()
        self._changed = False
        self.viewer = PageView()
        beside.put(self.viewer)
        beside.closed.connect(self._on_closed)
        pages.changed.connect(self._show)
        viewer = self.viewer
        viewer.closed.connect(beside.close_side)
        viewer.page_requested.connect(pages.turn)
        viewer.width_wanted.connect(pages.draw)
        viewer.step_requested.connect(self._step)
        viewer.file_requested.connect(self._show_file)
        beside.covering_changed.connect(viewer.show_way_back)
        viewer.up.rename("Previous source (Shift+F3)")
        viewer.down.rename("Next source (F3)")
        for key, by in (("F3", 1), ("Shift+F3", -1), ("Alt+Down", 1), ("Alt+Up", -1)):
            shortcut = QShortcut(QKeySequence(key), viewer, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._step, by))
        viewer.close_button.rename("Close the page (Esc)")

    def open(self, source: Source, quote: Span = (0, 0), others: tuple[Source, ...] = ()) -> None:
        """Show the page of a source. ``quote`` are the characters of its text that bear a sentence out; ``others`` are
        the sources that can be gone on to from here."""
        self._source, self._hit, self._others, self._changed = source, hit_of(source, quote), others, False
        self.viewer.shown = None
        self._pages.open(source.document_id, max(source.page, 1), self._hit)
        numbers = [each.number for each in others]
        at = numbers.index(source.number) + 1 if source.number in numbers else 0
        self.viewer.show_steps(len(others) > 1, f"Source {at} of {len(others)}" if at else "")
        self._show()
        self._beside.open()

    @property
    def document_id(self) -> int:
        """The document whose page is open; 0 for none."""
        return self._source.document_id if self._source is not None else 0

    def close(self) -> None:
        """Only the conversation again."""
        self._beside.close_side()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        page, source = self._pages.page, self._source
        if page is None or source is None:
            return
        if page.text is not None and page.hit is not None and page.number == page.hit.page and not self._changed:
            placed = placed_hit(page.hit, page.text.text)
            if placed is None:
                self._changed = True
                self._pages.open(page.document_id, page.number, None)
                return
            if placed != page.hit:
                self._pages.open(page.document_id, page.number, placed)
                return
        self.viewer.show_page(self._shown(page, source))

    def _shown(self, page: LookedAt, source: Source) -> PageShown:
        shown = page_of(page, source.name)
        if page.answered and page.view is None and page.text is None:
            return replace(shown, text="", note=GONE)
        at_source = page.number == max(source.page, 1)
        notes = [shown.note]
        if at_source and source.orders:
            notes.append(f"This passage {sentences.ORDERS}")
        if at_source and self._changed:
            notes.append(CHANGED)
        return replace(shown, note=" ".join(filter(None, notes)))

    def _step(self, by: int) -> None:
        numbers = [source.number for source in self._others]
        if self._source is not None and numbers:
            at = numbers.index(self._source.number) if self._source.number in numbers else 0
            self.open(self._others[(at + by) % len(numbers)], others=self._others)

    def _show_file(self) -> None:
        if self._source is not None:
            show_file(self._source.path)

    def _on_closed(self) -> None:
        self._pages.close()
        self._source, self.viewer.shown = None, None


def hit_of(source: Source, quote: Span = (0, 0)) -> Hit | None:
    """A source as something that was found: the passage with the words of ``quote`` in it. Of one as long as a page it
    is the quote alone, for a page that is marked all over shows nothing; without a quote, None."""
    start, stop, text = source.start, source.stop, source.text
    # The text of a table's part begins with the table's head, which stands elsewhere on the page.
    ahead = max(len(text) - (stop - start), 0)
    first, last = max(quote[0], ahead), min(quote[1], len(text))
    marks: tuple[Span, ...] = ((first, last),) if first < last < first + MOST_OF_IT * (stop - start) else ()
    if stop - start > LONGEST_PASSAGE:
        if first >= last:
            return None
        start, stop, text, marks = start + first - ahead, start + last - ahead, text[first:last], ()
    page, about = max(source.page, 1), (source.name, source.path, source.label, source.part)
    return Hit(source.document_id, page, source.heading, 0.0, text, start, stop, marks, *about)


def placed_hit(hit: Hit, page: str) -> Hit | None:
    """The same where its words stand on the page now; None if they don't."""
    body = _flat(page[hit.start : hit.stop])
    if body and _flat(hit.text).endswith(body):
        return hit
    at = page.find(hit.text) if hit.text else -1
    return replace(hit, start=at, stop=at + len(hit.text)) if at >= 0 else None


def _flat(text: str) -> str:
    return " ".join(text.split())
