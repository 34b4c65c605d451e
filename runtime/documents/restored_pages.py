"""Pages whose pictures were read before, as they stand in the index: recognition is dear, and is not done twice."""

from __future__ import annotations

from dataclasses import replace

from runtime.documents.reading import Block, BlockKind, Page
from runtime.documents.rows import IndexedDocument
from runtime.documents.standing import FileStamp, StandingIndex


class RestoredPages:
    """What is known of one document's pictures; nothing, if its file has other bytes now. Any thread; reads the index.

    ``tried`` are the numbers of pages that were looked at, ``with_words`` those of them in which there was something.
    """

    def __init__(self, index: StandingIndex, row: IndexedDocument, stamp: FileStamp) -> None:
        self._index = index
        self._document_id = row.id
        same = bool(row.version) and (
            row.sha256 == stamp.sha256
            if stamp.sha256 is not None and row.sha256 is not None
            else (row.size_bytes, row.modified_ns) == (stamp.size_bytes, stamp.modified_ns)
        )
        looked_at = index.recognised_pages(row.id) if same else {}
        self.tried = frozenset(looked_at)
        self.with_words = frozenset(number for number, words in looked_at.items() if words)

    def instead_of(self, page: Page) -> Page:
        """A page that was read before, with its words; any other as it is."""
        if page.number not in self.tried:
            return page
        known = self._index.documents.page(self._document_id, page.number)
        if known is None or page.number not in self.with_words:
            return replace(page, recognised=True)
        blocks = tuple(
            Block(BlockKind.PARAGRAPH, known.text[box.start : box.stop], box=(box.left, box.bottom, box.right, box.top))
            for box in known.boxes
        )
        return replace(page, blocks=blocks, recognised=True, picture=False)
