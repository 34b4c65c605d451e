"""One order of the parent: reading, recognising, drawing, locating; each ends with one ``OrderEnded``."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable
from dataclasses import replace

from runtime.documents.reader_messages import (
    AnyOrder,
    FactsFound,
    LocateText,
    OrderEnded,
    PageDrawn,
    PagesRead,
    RecognisePages,
    RenderPage,
    Reply,
    Scalar,
    TextLocated,
)
from runtime.documents.readers.formats import read_locked_parts, read_source
from runtime.documents.readers.outcomes import Damaged, ReadingStopped, Unsupported
from runtime.documents.readers.recognising import Recogniser
from runtime.documents.readers.sink import PageView, Sink, Visit
from runtime.documents.readers.source import source_of_path
from runtime.documents.reading import Page, ReadingEnd

_WIDEST_PX = 6_000


class _Done(BaseException):
    """What was asked for is done; the rest of the file need not be read. No error, so that nothing takes it for one."""


class OrderWork:
    """Does one order on the calling thread; replies go through ``send``. Raises MemoryError alone."""

    def __init__(self, order: AnyOrder, send: Callable[[Reply], None]) -> None:
        self._order = order
        self._send = send
        self._recogniser: Recogniser | None = None
        self._recognised = 0
        self._unrecognised = 0
        self._sink = Sink(order.limits, self._pages, self._facts, self._visit())

    def run(self) -> None:
        """Work, and tell the end whatever happens."""
        end, reason = self._worked()
        self._sink.flush()
        parameters: dict[str, Scalar] = {"reason": reason} if reason else {}
        if self._sink.failed_parts:
            parameters["parts_failed"] = len(self._sink.failed_parts)
            parameters["first_failed"] = self._sink.failed_parts[0]
        if self._sink.locked_parts:
            parameters["parts_locked"] = len(self._sink.locked_parts)
            parameters["password_wrong"] = bool(self._order.password)
        if self._sink.scrambled_pages:
            parameters["scrambled_pages"] = self._sink.scrambled_pages
        if isinstance(self._order, RecognisePages):
            parameters["recognised"] = self._recognised
            parameters["unrecognised"] = self._unrecognised
            parameters["languages"] = self._recogniser.languages if self._recogniser else ""
        sink = self._sink
        pictures = tuple(sink.pictures)
        self._send(OrderEnded(self._order.order_id, end, sink.facts, sink.pages, pictures, parameters))

    def _worked(self) -> tuple[ReadingEnd, str]:
        try:
            if isinstance(self._order, RecognisePages):
                self._recogniser = Recogniser(self._order.languages)
            source = source_of_path(self._order.path, self._order.limits.file_bytes)
            try:
                read_source(source, self._sink, self._order.password)
                read_locked_parts(self._sink, self._order.password)
            finally:
                source.close()
        except _Done:
            return ReadingEnd.READ, ""
        except ReadingStopped as stopped:
            return stopped.end, stopped.reason
        except RecursionError:
            return ReadingEnd.TOO_LARGE, "depth"
        except MemoryError:
            raise
        except Exception:  # any library's way to say that this is no sound file
            traceback.print_exc()
            return ReadingEnd.DAMAGED, "unexpected"
        if self._sink.locked_parts and self._misses_all():
            return ReadingEnd.NEEDS_PASSWORD, "wrong" if self._order.password else ""
        return self._sound_end(), ""

    def _misses_all(self) -> bool:
        """Whether nothing was read, or the one page that is asked for did not come."""
        if isinstance(self._order, RenderPage | LocateText):
            return True
        return self._sink.visit is None and not self._sink.pages

    def _sound_end(self) -> ReadingEnd:
        """How a file ends that was read to its last byte."""
        sink = self._sink
        if sink.visit is None and not sink.characters:
            if sink.pictures:
                return ReadingEnd.PICTURES_ONLY
            # What was lost was all there was.
            return ReadingEnd.DAMAGED if sink.failed_parts or sink.repaired else ReadingEnd.EMPTY
        return ReadingEnd.REPAIRED if sink.repaired else ReadingEnd.READ

    def _visit(self) -> Visit | None:
        order = self._order
        if isinstance(order, RecognisePages):
            return Visit(frozenset(order.numbers), self._recognise)
        if isinstance(order, RenderPage):
            return Visit(frozenset((order.number,)), self._draw)
        if isinstance(order, LocateText):
            return Visit(frozenset((order.number,)), self._locate)
        return None

    def _pages(self, pages: tuple[Page, ...]) -> None:
        self._send(PagesRead(self._order.order_id, pages))

    def _facts(self, facts: object) -> None:
        self._send(FactsFound(self._order.order_id, self._sink.facts))

    def _recognise(self, page: Page, view: PageView | None) -> None:
        assert isinstance(self._order, RecognisePages)
        assert self._recogniser is not None
        if view is None or (not page.picture and not self._order.numbers):
            return
        try:
            blocks = self._recogniser.blocks(*view.at_resolution(self._order.dots_per_inch))
        except Damaged:
            self._unrecognised += 1
        else:
            self._recognised += 1
            self._sink.characters += sum(len(block.text) for block in blocks)
            self._pages((replace(page, blocks=blocks, recognised=True),))
        if self._recognised + self._unrecognised == len(self._order.numbers):
            raise _Done

    def _draw(self, page: Page, view: PageView | None) -> None:
        assert isinstance(self._order, RenderPage)
        if view is None:
            raise Unsupported("no_picture")
        picture = view.draw(max(1, min(_WIDEST_PX, self._order.width_px)))
        stream = io.BytesIO()
        picture.save(stream, "PNG", compress_level=1)
        self._send(PageDrawn(self._order.order_id, picture.width, picture.height, stream.getvalue()))
        raise _Done

    def _locate(self, page: Page, view: PageView | None) -> None:
        assert isinstance(self._order, LocateText)
        boxes = view.locate(self._order.text, self._order.words) if view is not None else ()
        self._send(TextLocated(self._order.order_id, boxes))
        raise _Done
