"""One file after another from the disk into the index, by a thread of its own with a reading process of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.ends import GOOD_ENDS, end_and_parameters, reason_text
from runtime.documents.followed import content_digest
from runtime.documents.limits import MEBIBYTE, ReadingLimits
from runtime.documents.prepare import INDEX_VERSION, DocumentPreparation, PreparedDocument
from runtime.documents.queue_of_files import QueueOfFiles
from runtime.documents.reader_answers import ReadingResult
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.reading import DocumentFacts, Page, ReadingEnd
from runtime.documents.rows import DocumentState, IndexedDocument
from runtime.documents.standing import FileStamp, StandingIndex
from runtime.documents.views import DocumentViewState, Doing
from runtime.documents.walking import stamp_of, system_path
from runtime.errors import HearthError, problem_of

_log = logging.getLogger(__name__)

# A file of more text (some 15,000 pages) would fill the app's own memory while its words are put in order.
LIMITS = ReadingLimits(text_characters=30_000_000)
HASHED_UP_TO_BYTES = 512 * MEBIBYTE
IDLE_BEFORE_REST_S = 20.0
_TICK_S = 0.5
_PACE_AFTER_S = 0.5


class ReadingWork:
    """Owns a thread and a :class:`ReaderProcess`; takes documents from a queue until closed.

    ``tell`` is called on that thread when a document changed, ``when_idle`` when nothing waits; ``may_go_on`` is waited
    on before each page.
    """

    def __init__(
        self,
        index: StandingIndex,
        queue: QueueOfFiles,
        *,
        name: str,
        niceness: int,
        recognises: bool,
        password: Callable[[int], str],
        tell: Callable[[int], None],
        may_go_on: threading.Event,
        when_idle: Callable[[], None],
    ) -> None:
        self._index = index
        self._queue = queue
        self._reader = ReaderProcess(LIMITS, niceness=niceness)
        self._recognises = recognises
        self._password = password
        self._tell = tell
        self._may_go_on = may_go_on
        self._when_idle = when_idle
        self._lock = threading.Lock()
        self._current: tuple[int, CancelToken] | None = None
        self._closed = False
        self._last_use = time.monotonic()
        self.doing: dict[int, Doing] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def cancel(self, document_id: int) -> None:
        """Leave off reading this document, if it is the one."""
        with self._lock:
            if self._current is not None and self._current[0] == document_id:
                self._current[1].cancel()

    def close(self) -> None:
        """Leave off and end the thread and its process. What was unfinished is read again at the next start."""
        with self._lock:
            self._closed = True
            if self._current is not None:
                self._current[1].cancel()
        self._queue.close()
        self._thread.join()

    # --- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closed:
            if not self._may_go_on.wait(_TICK_S):
                continue
            taken = self._queue.take(_TICK_S)
            if taken is None:
                self._rest()
                continue
            while not self._may_go_on.wait(_TICK_S) and not self._closed:
                continue
            try:
                self._one(*taken)
            finally:
                self._queue.done(taken[0])
                # Only now is nothing said of it that is no longer so.
                self._tell(taken[0])
        self._reader.close()

    def _rest(self) -> None:
        if time.monotonic() - self._last_use > IDLE_BEFORE_REST_S:
            self._reader.close()
        try:
            self._when_idle()
        except HearthError:
            _log.warning("tidying the documents' index failed", exc_info=True)

    def _one(self, document_id: int, forced: bool) -> None:
        token = CancelToken()
        with self._lock:
            self._current = (document_id, token)
            if self._closed:
                token.cancel()
        self._last_use = time.monotonic()
        try:
            self._read(document_id, forced, token)
        except Cancelled:
            pass
        except Exception as error:  # a fault of ours with one file must not end the reading of all others
            _log.exception("a document could not be read")
            self._failed(document_id, problem_of(error).code)
        finally:
            with self._lock:
                self._current = None
            self.doing.pop(document_id, None)

    def _failed(self, document_id: int, code: str) -> None:
        try:
            text = reason_text(ReadingEnd.UNREADABLE, {"reason": code})
            self._index.documents.set_state(document_id, DocumentState.FAILED, text)
        except HearthError:
            _log.exception("and that could not be written either")

    def _read(self, document_id: int, forced: bool, token: CancelToken) -> None:
        row = self._index.documents.get(document_id)
        if row is None:
            return
        before = stamp_of(row.path) or FileStamp(0, 0)
        stamp = FileStamp(
            before.size_bytes, before.modified_ns, content_digest(system_path(row.path), HASHED_UP_TO_BYTES)
        )
        if not forced and _is_read_already(row, stamp):
            self._index.unchanged(document_id, stamp)
            return
        progress = _Progress(self, document_id, recognises=self._recognises)
        prepared, reason = (
            self._recognised(row, progress, token) if self._recognises else self._plain(row, progress, token)
        )
        token.check()
        self._index.put_read(document_id, prepared, reason, stamp)

    def _plain(self, row: IndexedDocument, progress: _Progress, token: CancelToken) -> tuple[PreparedDocument, str]:
        preparation = DocumentPreparation()

        def take(page: Page) -> None:
            self._hold(token)
            preparation.take(page)
            progress.page()

        result = self._whole(row, take, progress, token)
        return preparation.done(result.facts), reason_text(result.end.value, result.problem_parameters)

    def _recognised(
        self, row: IndexedDocument, progress: _Progress, token: CancelToken
    ) -> tuple[PreparedDocument, str]:
        """The whole file, its picture pages by what is read in their pictures."""
        pages: dict[int, Page] = {}
        first = self._whole(row, lambda page: pages.__setitem__(page.number, page), None, token)
        pictures = first.picture_pages
        parameters = dict(first.problem_parameters)
        end = first.end
        if pictures:
            progress.known(DocumentFacts(first.facts.format, pages=len(pictures)))

            def take(page: Page) -> None:
                self._hold(token)
                # A picture whose words were read is a page with text.
                pages[page.number] = replace(page, picture=page.picture and not page.blocks)
                progress.page()

            second = self._reader.recognise(
                Path(system_path(row.path)), pictures, take, password=self._password(row.id), cancel=token
            )
            parameters |= second.problem_parameters
            some = any(page.recognised and page.blocks for page in pages.values())
            if end is ReadingEnd.PICTURES_ONLY and some:
                end = ReadingEnd.READ
        preparation = DocumentPreparation()
        for number in sorted(pages):
            token.check()
            preparation.take(pages[number])
        return preparation.done(first.facts), reason_text(end.value, parameters)

    def _whole(
        self, row: IndexedDocument, take: Callable[[Page], None], progress: _Progress | None, token: CancelToken
    ) -> ReadingResult:
        return self._reader.read(
            Path(system_path(row.path)),
            take,
            password=self._password(row.id),
            cancel=token,
            on_facts=progress.known if progress is not None else None,
        )

    def _hold(self, token: CancelToken) -> None:
        """While the person has paused everything, the reading process waits with us."""
        while not self._may_go_on.wait(_TICK_S):
            token.check()

    def show(self, document_id: int, doing: Doing) -> None:
        """What is being done, for views."""
        self.doing[document_id] = doing
        self._tell(document_id)


class _Progress:
    """Counts the pages of one document as they come."""

    def __init__(self, work: ReadingWork, document_id: int, *, recognises: bool) -> None:
        self._work = work
        self._document_id = document_id
        self._state = DocumentViewState.RECOGNISING if recognises else DocumentViewState.READING
        self._facts = DocumentFacts("")
        self._pages = 0
        self._begun = time.monotonic()
        self._show()

    def known(self, facts: DocumentFacts) -> None:
        self._facts = facts
        self._show()

    def page(self) -> None:
        self._pages += 1
        self._show()

    def _show(self) -> None:
        wall_s = time.monotonic() - self._begun
        total = self._facts.pages
        left = None
        if total and self._pages and wall_s > _PACE_AFTER_S:
            left = max(0, total - self._pages) * wall_s / self._pages
        self._work.show(self._document_id, Doing(self._state, self._pages, total, self._facts.format, left))


def _is_read_already(row: IndexedDocument, stamp: FileStamp) -> bool:
    """The same bytes, read well by what reads now."""
    same = stamp.sha256 is not None and row.sha256 == stamp.sha256
    return same and row.version == INDEX_VERSION and end_and_parameters(row.reason)[0] in GOOD_ENDS
