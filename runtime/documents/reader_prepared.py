"""What comes ready for the index from the reading process, checked before it is believed.

The child may be a stranger's by now. Types were looked at where the message was decoded; here are lengths, places and
how much it all is, so that whatever comes is as harmless to the index as what is honest.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from runtime.documents.limits import ReadingLimits
from runtime.documents.prepare import Preparation
from runtime.documents.prepared import (
    BOX,
    HASH_BYTES,
    DocumentWords,
    PreparedDocument,
    PreparedPage,
    PreparedPassage,
)
from runtime.documents.reader_answers import LONGEST_LANGUAGE, Answers, Refused
from runtime.documents.reader_messages import PagesPrepared, PagesRead
from runtime.documents.readers.sink import LONGEST_NAME
from runtime.documents.reading import DocumentFacts, ReadingEnd

# A letter stands in its passage, perhaps in the next one, and in up to four of the words; headings are said again.
CHARACTERS_A_CHARACTER = 10
# What a passage weighs beside its letters.
COSTS = 200


class PreparedAnswers(Answers):
    """The pages and passages of one document as they come; ``on_page`` hears of each page. One thread."""

    def __init__(
        self,
        limits: ReadingLimits,
        on_page: Callable[[PreparedPage], None],
        on_facts: Callable[[DocumentFacts], None] | None,
    ) -> None:
        super().__init__(None, on_facts)
        self._limits = limits
        self._on_prepared = on_page
        self._ready: list[PreparedPage] = []
        self._passages: list[PreparedPassage] = []
        self._words: DocumentWords | None = None
        self._characters = 0
        self._weight = 0

    def take(self, message: object, order_id: int) -> None:
        """Keep what came of this order. Raises Refused."""
        if isinstance(message, PagesRead):  # nobody asked for these
            raise Refused
        if not isinstance(message, PagesPrepared):
            super().take(message, order_id)
        elif message.order_id == order_id:
            self._take(message)

    def document(self, facts: DocumentFacts) -> PreparedDocument:
        """All of it, however reading ended."""
        words = self._words or Preparation().words(facts)
        pages, passages = tuple(self._ready), tuple(self._passages)
        return PreparedDocument(facts, words.language, pages, passages, words.title, words.opening)

    def _take(self, message: PagesPrepared) -> None:
        number, chars = (self._ready[-1].page.number, self._ready[-1].chars) if self._ready else (0, 0)
        chars_of = {number: chars}
        for page in message.pages:
            if not number < page.page.number <= self._limits.pages or not _is_sound_page(page):
                raise Refused
            number = page.page.number
            chars_of[number] = page.chars
            self._characters += page.chars
            self._weight += len(page.boxes or b"")
        for one in message.passages:
            if not _is_sound_passage(one, chars_of.get(one.passage.page, 0)):
                raise Refused
            self._weight += _weight(one)
        self._mind_words(message.words)
        most = self._limits.text_characters
        if self._characters > most or self._weight > CHARACTERS_A_CHARACTER * most:
            raise Refused(ReadingEnd.TOO_LARGE, "text")
        self._keep(message)

    def _mind_words(self, words: DocumentWords | None) -> None:
        if words is None:
            return
        if len(words.language) > LONGEST_LANGUAGE:
            raise Refused
        if len(words.title) + len(words.opening) > CHARACTERS_A_CHARACTER * self._limits.text_characters:
            raise Refused(ReadingEnd.TOO_LARGE, "text")
        self._words = words

    def _keep(self, message: PagesPrepared) -> None:
        self._passages += message.passages
        for page in message.pages:
            self._ready.append(page)
            self._pages += 1
            if page.page.picture:
                self._pictures.append(page.page.number)
            self._on_prepared(page)


def _is_sound_page(prepared: PreparedPage) -> bool:
    page, boxes = prepared.page, prepared.boxes
    if page.blocks or prepared.chars < 0 or len(page.label) > LONGEST_NAME or len(page.part) > 2 * LONGEST_NAME:
        return False
    if not (isfinite(page.width) and isfinite(page.height)):
        return False
    return not boxes or (len(boxes) % BOX.size == 0 and _are_sound_boxes(boxes, prepared.chars))


def _are_sound_boxes(boxes: bytes, chars: int) -> bool:
    # The sum of numbers is finite only if each of them is; of float32 it can't run over.
    return all(
        start <= stop <= chars and isfinite(left + bottom + right + top)
        for start, stop, left, bottom, right, top in BOX.iter_unpack(boxes)
    )


def _is_sound_passage(prepared: PreparedPassage, chars: int) -> bool:
    passage = prepared.passage
    length = passage.stop - passage.start
    return (
        0 <= passage.start < passage.stop <= chars
        and len(passage.text) == length
        and len(passage.digest) == HASH_BYTES
        and len(passage.language) <= LONGEST_LANGUAGE
        and 0 <= passage.tokens <= 2 * (length + len(passage.header)) + 2
    )


def _weight(prepared: PreparedPassage) -> int:
    passage = prepared.passage
    texts = len(passage.text) + len(passage.heading) + len(passage.header)
    return COSTS + texts + len(prepared.head_words) + len(prepared.body_words)
