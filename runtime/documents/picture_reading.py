"""The words in a document's pictures, written into the index every few seconds, so that an interruption costs a few
pages at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.documents.ends import end_and_parameters, reason_text
from runtime.documents.plain_reading import LIMITS, stamp_with_digest
from runtime.documents.prepare import prepare
from runtime.documents.reader_answers import ReadingResult
from runtime.documents.reader_messages import Scalar
from runtime.documents.reader_team import PageFailed, PicturePages, RecognitionTeam
from runtime.documents.readers.recognising import languages_known, recogniser
from runtime.documents.readers.recognition_languages import ChosenLanguages, chosen_languages, system_language
from runtime.documents.reading import Block, Page, ReadingEnd
from runtime.documents.reading_progress import PutDown, RecognitionProgress, Show
from runtime.documents.restored_pages import RestoredPages
from runtime.documents.rows import DocumentState, IndexedDocument
from runtime.documents.standing import WANTED, FileStamp, StandingIndex
from runtime.documents.walking import system_path

# Of several pages at a time; the first document's own pages then tell.
FIRST_GUESS_PAGE_S = 2.0
# Writing costs time that grows with the document, and may take this share of all.
WRITE_EVERY_S = 3.0
WRITING_SHARE = 0.1
LOOK_EVERY_S = 30.0
_OPEN_ENDS = (ReadingEnd.READ, ReadingEnd.REPAIRED, ReadingEnd.PICTURES_ONLY, ReadingEnd.TOO_LARGE, ReadingEnd.DAMAGED)


class PictureReading:
    """Owns the reading processes. ``allowed`` says how many may work now, ``put_down`` whether to leave a document for
    something more urgent."""

    def __init__(
        self,
        index: StandingIndex,
        *,
        niceness: int,
        password: Callable[[int], str],
        show: Show,
        allowed: Callable[[], int],
        put_down: Callable[[], bool],
    ) -> None:
        self._index = index
        self._team = RecognitionTeam(LIMITS, niceness)
        self._password = password
        self._show = show
        self._allowed = allowed
        self._put_down = put_down
        self._page_s = FIRST_GUESS_PAGE_S
        self._looked_s: float | None = None
        # Locked ones, whose password nobody knows any more; vanished ones; until somebody asks.
        self._given_up: set[int] = set()

    def read(self, row: IndexedDocument, forced: bool, cancel: CancelToken) -> None:
        """Recognise what was not looked at yet; ``forced``: also where nothing was found before. Raises Cancelled,
        PutDown, HearthError; what was recognised until then is written."""
        if row.state is not DocumentState.READY:
            return
        self._given_up.add(row.id)
        stamp = stamp_with_digest(row.path)
        known = RestoredPages(self._index, row, stamp)
        pages: dict[int, Page] = {}
        path, password = Path(system_path(row.path)), self._password(row.id)
        first = self._team.first().read(
            path, lambda page: pages.__setitem__(page.number, page), password=password, cancel=cancel
        )
        if first.end not in _OPEN_ENDS:
            return
        for number in first.picture_pages:
            pages[number] = known.instead_of(pages[number])
        settled = known.with_words if forced else known.tried
        todo = [number for number in first.picture_pages if number not in settled]
        if not todo:
            return
        done = len(first.picture_pages) - len(todo)
        gathered = _Gathered(self._index, row, stamp, first, pages, todo, keeps_count=not forced)
        progress = RecognitionProgress(
            row.id,
            self._show,
            done=done,
            total=len(first.picture_pages),
            format=first.facts.format,
            page_s=self._page_s,
        )

        def take(told: Page | PageFailed) -> None:
            gathered.take(told)
            progress.page()
            self._page_s = progress.page_s
            if self._put_down():
                raise PutDown

        asked = PicturePages(path, todo, password, lambda: gathered.languages.names)
        try:
            whole = self._team.recognise(asked, take, allowed=self._may_work, cancel=cancel)
        finally:
            gathered.write()
        if whole:
            self._given_up.discard(row.id)

    def more(self) -> list[int]:
        """Scans that wait: after a start, or since the program was installed. Looked for now and then."""
        now = time.monotonic()
        if self._looked_s is not None and now - self._looked_s < LOOK_EVERY_S:
            return []
        self._looked_s = now
        if not recogniser():
            return []
        return [document for document in self._index.with_unread_pictures() if document not in self._given_up]

    def rest(self) -> None:
        """Keep no process."""
        self._team.close()

    def _may_work(self) -> int:
        if self._put_down():
            raise PutDown
        return self._allowed()


class _Gathered:
    """A document's pages as far as they are known, and when they were written last. One thread."""

    def __init__(
        self,
        index: StandingIndex,
        row: IndexedDocument,
        stamp: FileStamp,
        first: ReadingResult,
        pages: dict[int, Page],
        todo: list[int],
        *,
        keeps_count: bool,
    ) -> None:
        self._index = index
        self._row = row
        self._stamp = stamp
        self._first = first
        self._pages = pages
        self._left = set(todo)
        self._before = end_and_parameters(row.reason)[1]
        failed = self._before.get("unrecognised", 0)
        self._failed = failed if keeps_count and isinstance(failed, int) else 0
        self._fresh = 0
        self._written_s = time.monotonic()
        self._cost_s = 0.0
        self.languages = self._chosen()

    def take(self, told: Page | PageFailed) -> None:
        """One more page; written with others after a while. Raises PutDown when the document is no longer the same."""
        if isinstance(told, PageFailed):
            self._failed += 1
            page = replace(self._pages[told.number], recognised=True)
        else:
            # A picture whose words were read is a page with text.
            blocks = _with_own_words(self._pages[told.number].blocks, told.blocks)
            page = replace(told, blocks=blocks, picture=told.picture and not told.blocks)
        self._pages[page.number] = page
        self._left.discard(page.number)
        self._fresh += 1
        since_s = time.monotonic() - self._written_s
        if since_s > max(WRITE_EVERY_S, self._cost_s / WRITING_SHARE) and not self.write():
            raise PutDown

    def write(self) -> bool:
        """All of the document as it is known now; whether it is still the same document."""
        if not self._fresh:
            return True
        begun = time.monotonic()
        prepared = prepare((self._pages[number] for number in sorted(self._pages)), self._first.facts)
        row = self._index.put_recognised(self._row, prepared, self._reason(), self._stamp)
        if row is None:
            return False
        self._row = row
        self._fresh = 0
        self._written_s = time.monotonic()
        self._cost_s = self._written_s - begun
        # The words that were found may say in which language the others are.
        self.languages = self._chosen()
        return True

    def _chosen(self) -> ChosenLanguages:
        language = self._first.facts.language or self._row.language
        return chosen_languages(language, languages_known(recogniser()), system_language())

    def _reason(self) -> str:
        tried = [page for page in self._pages.values() if page.recognised]
        end = self._first.end
        told: dict[str, Scalar] = dict(self._first.problem_parameters)
        if end is ReadingEnd.PICTURES_ONLY:
            if any(page.blocks for page in tried):
                end = ReadingEnd.READ
            elif not self._left:
                told["reason"] = "no_text"
        told |= {
            "recognised": len(tried) - self._failed,
            "unrecognised": self._failed,
            "pictures_left": len(self._left),
            "languages": self.languages.names,
        }
        if self.languages.missing:
            told |= {"language_missing": self.languages.missing, "language_data": self.languages.missing_name}
        if self._before.get(WANTED) and self._left:
            told[WANTED] = True
        return reason_text(end.value, told)


def _with_own_words(own: tuple[Block, ...], recognised: tuple[Block, ...]) -> tuple[Block, ...]:
    """The few words that the page has as text (a fax's line), then those in its picture, which shows the former too."""
    known = {word for block in own for word in block.text.split()}
    return own + tuple(block for block in recognised if not known or not known.issuperset(block.text.split()))
