"""In the reading process: pages are made ready for the index where they are read, so that the app only writes them."""

from __future__ import annotations

from collections.abc import Callable

from runtime.documents.prepare import Preparation
from runtime.documents.prepared import PreparedPage, PreparedPassage
from runtime.documents.reader_messages import FactsFound, OrderEnded, PagesPrepared, PagesRead, PrepareFile, Reply
from runtime.documents.reading import DocumentFacts, Page

# What the app takes in at one go: about a millisecond of its time.
MESSAGE_CHARACTERS = 100_000
# The words of the whole document are told again when it has grown by so much.
WORDS_EVERY = 1.25
_PAGE_COSTS = 200


class Preparing:
    """Stands between the reading of one file and the app: what is read goes in by calling it, what is ready goes out
    through ``send``. On the thread that reads."""

    def __init__(self, order: PrepareFile, send: Callable[[Reply], None]) -> None:
        self._order_id = order.order_id
        self._send = send
        self._preparation = Preparation()
        self._facts = DocumentFacts("")
        self._read = 0
        self._tell_at = 1.0
        self._told: tuple[int, DocumentFacts] | None = None
        self._pages: list[PreparedPage] = []
        self._passages: list[PreparedPassage] = []
        self._characters = 0

    def __call__(self, reply: Reply) -> None:
        """Pages are made ready; all else is sent on as it is."""
        if isinstance(reply, PagesRead):
            for page in reply.pages:
                self._prepare(page)
            self._read += len(reply.pages)
            # Also if reading goes no further, what came tells the document from others.
            self._flush(with_words=self._read >= self._tell_at)
            return
        if isinstance(reply, FactsFound | OrderEnded):
            self._facts = reply.facts
        if isinstance(reply, OrderEnded) and self._told != (self._read, self._facts):
            self._flush(with_words=True)
        self._send(reply)

    def _prepare(self, page: Page) -> None:
        prepared, passages = self._preparation.page(page)
        self._pages.append(prepared)
        self._characters += _PAGE_COSTS + len(prepared.boxes or b"")
        for passage in passages:
            ready = self._preparation.passage(passage)
            self._passages.append(ready)
            self._characters += len(passage.text) + len(ready.body_words)
            if self._characters >= MESSAGE_CHARACTERS:
                self._flush(with_words=False)

    def _flush(self, *, with_words: bool) -> None:
        words = None
        if with_words:
            words = self._preparation.words(self._facts)
            self._told = (self._read, self._facts)
            self._tell_at = self._read * WORDS_EVERY
        self._send(PagesPrepared(self._order_id, tuple(self._pages), tuple(self._passages), words))
        self._pages, self._passages, self._characters = [], [], 0
