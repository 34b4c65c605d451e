"""A file read as it is: its own text, at once; what is only a picture in it is left for recognition."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.documents.ends import GOOD_ENDS, end_and_parameters, reason_text
from runtime.documents.followed import content_digest
from runtime.documents.limits import MEBIBYTE, ReadingLimits
from runtime.documents.prepare import INDEX_VERSION, DocumentPreparation
from runtime.documents.prepared import PreparedDocument
from runtime.documents.queue_of_files import QueueOfFiles
from runtime.documents.reader_answers import ReadingResult
from runtime.documents.reader_messages import Scalar
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.readers.recognising import recogniser
from runtime.documents.reading import DocumentFacts, Page, ReadingEnd
from runtime.documents.reading_progress import ReadingProgress, Show
from runtime.documents.restored_pages import RestoredPages
from runtime.documents.rows import IndexedDocument
from runtime.documents.standing import WANTED, FileStamp, StandingIndex, wants_recognition
from runtime.documents.walking import stamp_of, system_path

# A file of more text (some 15,000 pages) would fill the app's own memory while its words are put in order.
LIMITS = ReadingLimits(text_characters=30_000_000)
HASHED_UP_TO_BYTES = 512 * MEBIBYTE
_TICK_S = 0.5
# Good enough that the same bytes need not be read again; words in pictures come by themselves.
_SETTLED = GOOD_ENDS | {ReadingEnd.PICTURES_ONLY.value}


class PlainReading:
    """Owns a reading process. ``may_go_on`` is waited on before each page."""

    def __init__(
        self,
        index: StandingIndex,
        *,
        niceness: int,
        password: Callable[[int], str],
        show: Show,
        may_go_on: threading.Event,
        pictures: QueueOfFiles | None,
    ) -> None:
        self._index = index
        self._reader = ReaderProcess(LIMITS, niceness=niceness)
        self._password = password
        self._show = show
        self._may_go_on = may_go_on
        self._pictures = pictures

    def read(self, row: IndexedDocument, forced: bool, cancel: CancelToken) -> None:
        """All pages into the index in one go. Raises Cancelled, HearthError."""
        stamp = stamp_with_digest(row.path)
        if not forced and _is_read_already(row, stamp):
            self._index.unchanged(row.id, stamp)
            return
        progress = ReadingProgress(row.id, self._show)

        def came() -> None:
            self._hold(cancel)
            progress.page()

        result, prepared = self._prepared(row, stamp, came, cancel, progress.known)
        cancel.check()
        wanted = bool(end_and_parameters(row.reason)[1].get(WANTED))
        reason = _reason(result.end, result.problem_parameters, wanted=wanted, has_words=bool(prepared.passages))
        self._index.put_read(row.id, prepared, reason, stamp)
        pictures = sum(one.page.picture and not one.page.recognised for one in prepared.pages)
        if self._pictures is not None and wants_recognition(reason, len(prepared.pages), pictures) and recogniser():
            self._pictures.add([row.id])

    def _prepared(
        self,
        row: IndexedDocument,
        stamp: FileStamp,
        came: Callable[[], None],
        cancel: CancelToken,
        on_facts: Callable[[DocumentFacts], None],
    ) -> tuple[ReadingResult, PreparedDocument]:
        """The file, made ready by the child that reads it; ``came`` is called for each page."""
        path, password = Path(system_path(row.path)), self._password(row.id)
        # What was locked in a file of before is read beside what is known.
        again = row.version != INDEX_VERSION or bool(password)
        known = RestoredPages(self._index, row, stamp) if again else None
        if known is None or not known.tried:
            return self._reader.prepare(path, lambda _page: came(), password=password, cancel=cancel, on_facts=on_facts)
        # What was recognised before is in the index alone: here is where it can be put in.
        preparation = DocumentPreparation()

        def restore(page: Page) -> None:
            came()
            preparation.take(known.instead_of(page) if page.picture else page)

        result = self._reader.read(path, restore, password=password, cancel=cancel, on_facts=on_facts)
        return result, preparation.done(result.facts)

    def more(self) -> list[int]:
        """Whoever keeps step with the disk puts everything in line."""
        return []

    def rest(self) -> None:
        """Keep no process."""
        self._reader.close()

    def _hold(self, cancel: CancelToken) -> None:
        """While the person has paused everything, the reading process waits with us."""
        while not self._may_go_on.wait(_TICK_S):
            cancel.check()


def stamp_with_digest(path: str) -> FileStamp:
    """What the file at a path (as the index names it) is now; of size 0 where there is none."""
    found = stamp_of(path) or FileStamp(0, 0)
    return FileStamp(found.size_bytes, found.modified_ns, content_digest(system_path(path), HASHED_UP_TO_BYTES))


def _reason(end: ReadingEnd, parameters: dict[str, Scalar], *, wanted: bool, has_words: bool) -> str:
    told = dict(parameters)
    if end is ReadingEnd.PICTURES_ONLY and has_words:  # words that were recognised before
        end = ReadingEnd.READ
    if end is ReadingEnd.PICTURES_ONLY and not recogniser():
        told["reason"] = "recognition"
    if wanted:
        told[WANTED] = True
    return reason_text(end.value, told)


def _is_read_already(row: IndexedDocument, stamp: FileStamp) -> bool:
    """The same bytes, read well by what reads now."""
    same = stamp.sha256 is not None and row.sha256 == stamp.sha256
    return same and row.version == INDEX_VERSION and end_and_parameters(row.reason)[0] in _SETTLED
