"""Documents made ready for the index where they are read, and what the app believes of that."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from runtime.documents import reader_process
from runtime.documents.limits import ReadingLimits
from runtime.documents.prepare import DocumentPreparation
from runtime.documents.prepared import BOX, DocumentWords, Passage, PreparedDocument, PreparedPage, PreparedPassage
from runtime.documents.reader_answers import Refused
from runtime.documents.reader_messages import FactsFound, PagesPrepared, PagesRead
from runtime.documents.reader_prepared import CHARACTERS_A_CHARACTER, PreparedAnswers
from runtime.documents.reader_preparing import MESSAGE_CHARACTERS
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.reading import DocumentFacts, Page, ReadingEnd
from tests.documents_made import pdfs
from tests.documents_made.sound import sound_files

LIAR = """
from runtime.documents.prepared import DocumentWords, PreparedPage
from runtime.documents.reader_messages import CODEC, PagesPrepared
from runtime.documents.reading import Page
from runtime.wire import PROTOCOL_VERSION, ChildEnd, Hello

end = ChildEnd(CODEC)
end.send(Hello(PROTOCOL_VERSION, "reader"))
for order in end.receive():
    for number in (1, 2, 2):
        page = PreparedPage(Page(number, ()), 0, None)
        end.send(PagesPrepared(order.order_id, (page,), (), DocumentWords("en", "title", "opening")))
"""


def prepared_here(reader: ReaderProcess, path: Path) -> PreparedDocument:
    """The same file, made ready in this process."""
    preparation = DocumentPreparation()
    return preparation.done(reader.read(path, preparation.take).facts)


def test_what_the_child_makes_ready_is_what_would_be_made_here(reader: ReaderProcess, tmp_path: Path) -> None:
    for name, content in sound_files().items():
        path = tmp_path / name
        path.write_bytes(content)
        told: list[PreparedPage] = []
        result, document = reader.prepare(path, told.append)
        assert document == prepared_here(reader, path), name
        assert tuple(told) == document.pages != (), name
        assert result.pages_read == len(told), name


def test_a_long_page_comes_in_several_messages_and_is_whole(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "long.html"
    said = "".join(f"Number {n} names the Mill of Kvarn in 1987. " for n in range(MESSAGE_CHARACTERS // 20))
    path.write_text(f"<html><title>Mills</title><body><p>{said}</p></body></html>")
    result, document = reader.prepare(path, lambda page: None)
    assert result.end is ReadingEnd.READ
    assert max(page.chars for page in document.pages) > MESSAGE_CHARACTERS
    assert document == prepared_here(reader, path)
    assert {"mill", "kvarn", "1987"} <= set(document.title_words.split())


def test_of_a_child_that_dies_stays_what_came(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdfs.report(60))
    whole = prepared_here(reader, path)
    told: list[PreparedPage] = []

    def kill_it(page: PreparedPage) -> None:
        told.append(page)
        if len(told) == 1:
            assert reader.pid is not None
            psutil.Process(reader.pid).kill()

    result, document = reader.prepare(path, kill_it)
    assert (result.end, result.problem_parameters) == (ReadingEnd.DAMAGED, {"reason": "reader_died"})
    assert document.pages == whole.pages[: len(told)] == tuple(told)
    assert document.passages == whole.passages[: len(document.passages)] != ()
    assert (document.language, document.opening_words[:20]) == ("en", whole.opening_words[:20])
    assert result.pages_read == len(told) < 60


def test_a_file_that_gives_no_page_is_told_by_what_it_says_of_itself(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "gone.pdf"
    result, document = reader.prepare(path, lambda page: None)
    assert result.end is ReadingEnd.UNREADABLE
    assert document == PreparedDocument(result.facts, "", (), (), "", "")


def test_its_text_has_a_limit(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"word " * 100_000)
    result, document = reader.prepare(path, lambda page: None, limits=ReadingLimits(text_characters=200_000))
    assert (result.end, result.problem_parameters) == (ReadingEnd.TOO_LARGE, {"reason": "text"})
    assert 0 < sum(page.chars for page in document.pages) <= 200_000


def test_a_child_that_lies_is_ended_and_what_it_said_before_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_process, "python_child", lambda *_arguments: [sys.executable, "-c", LIAR])
    with ReaderProcess() as reader:
        result, document = reader.prepare(tmp_path / "any.pdf", lambda page: None)
        assert (result.end, result.problem_parameters) == (ReadingEnd.DAMAGED, {"reason": "reader_died"})
        assert [page.page.number for page in document.pages] == [1, 2]
        assert document.title_words == "title"
        assert reader.pid is None


PAGE = PreparedPage(Page(1, (), "i", 100.0, 200.0), 11, BOX.pack(0, 11, 1.0, 2.0, 3.0, 4.0))
PASSAGE = Passage(1, 0, 11, "Seven sacks", "Mill", "", False, False, "en", 3, bytes(16))
READY = PreparedPassage(PASSAGE, "mill", "seven sack")
WORDS = DocumentWords("en", "mill", "seven sack")
HONEST = PagesPrepared(1, (PAGE,), (READY,), WORDS)


def with_page(**changed: object) -> PagesPrepared:
    return replace(HONEST, pages=(replace(PAGE, page=replace(PAGE.page, **changed)),))  # type: ignore[arg-type]


def with_passage(**changed: object) -> PagesPrepared:
    return replace(HONEST, passages=(replace(READY, passage=replace(PASSAGE, **changed)),))  # type: ignore[arg-type]


def with_boxes(boxes: bytes) -> PagesPrepared:
    return replace(HONEST, pages=(replace(PAGE, boxes=boxes),))


LIES = {
    "a page before the first": lambda: with_page(number=0),
    "a page beyond all": lambda: with_page(number=1_001),
    "a page with its text": lambda: with_page(label="x" * 301),
    "a long part": lambda: with_page(part="x" * 601),
    "a page without end": lambda: with_page(width=float("inf")),
    "less than no text": lambda: replace(HONEST, pages=(replace(PAGE, chars=-1),), passages=()),
    "half a box": lambda: with_boxes(bytes(23)),
    "a box that is no number": lambda: with_boxes(struct.pack("<IIffff", 0, 1, float("nan"), 0, 0, 0)),
    "a box beyond its text": lambda: with_boxes(BOX.pack(0, 12, 0, 0, 0, 0)),
    "a box that ends before it begins": lambda: with_boxes(BOX.pack(2, 1, 0, 0, 0, 0)),
    "a passage of another page": lambda: with_passage(page=2),
    "a passage beyond its page": lambda: with_passage(start=1, stop=12),
    "a passage before its page": lambda: with_passage(start=-1, stop=10),
    "a passage of nothing": lambda: with_passage(start=0, stop=0, text=""),
    "another text than there is room for": lambda: with_passage(text="Seven sacks of flour"),
    "a short digest": lambda: with_passage(digest=bytes(15)),
    "a long language": lambda: with_passage(language="x" * 36),
    "tokens without end": lambda: with_passage(tokens=2**70),
    "a language of the whole without end": lambda: replace(HONEST, words=replace(WORDS, language="x" * 36)),
    "pages as they were read": lambda: PagesRead(1, (Page(1, ()),)),
    "a title without end": lambda: FactsFound(1, DocumentFacts("pdf", title="x" * 301)),
    "pages without end": lambda: FactsFound(1, DocumentFacts("pdf", pages=2**40)),
}  # fmt: skip


def answers(text_characters: int = 1_000) -> tuple[PreparedAnswers, list[PreparedPage]]:
    told: list[PreparedPage] = []
    limits = ReadingLimits(pages=1_000, text_characters=text_characters)
    return PreparedAnswers(limits, told.append, None), told


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_cannot_be_is_refused(lie: Callable[[], object]) -> None:
    taking, told = answers()
    with pytest.raises(Refused) as refused:
        taking.take(lie(), 1)
    assert (refused.value.end, refused.value.reason) == (ReadingEnd.DAMAGED, "reader_died")
    assert (told, taking.document(DocumentFacts("")).passages) == ([], ())


def test_what_is_honest_is_taken_and_more_of_the_same_page_may_follow() -> None:
    taking, told = answers()
    taking.take(HONEST, 1)
    taking.take(replace(HONEST, pages=(), words=None), 1)
    taking.take(HONEST, 2)  # of another order
    assert told == [PAGE]
    facts = DocumentFacts("pdf")
    assert taking.document(facts) == PreparedDocument(facts, "en", (PAGE,), (READY, READY), "mill", "seven sack")
    with pytest.raises(Refused):
        taking.take(HONEST, 1)  # the same page again


MORE_THAN_ALLOWED = {
    "pages": replace(HONEST, pages=(replace(PAGE, chars=1_001),)),
    "passages": replace(HONEST, passages=(READY,) * 50),
    "words": replace(HONEST, passages=(replace(READY, body_words="w" * 1_000 * CHARACTERS_A_CHARACTER),)),
    "headings": replace(HONEST, passages=(replace(READY, passage=replace(PASSAGE, heading="h" * 10_001)),)),
    "title": replace(HONEST, words=replace(WORDS, title="w" * 10_001)),
}


@pytest.mark.parametrize("much", MORE_THAN_ALLOWED.values(), ids=MORE_THAN_ALLOWED)
def test_more_than_a_file_may_hold_is_too_large(much: PagesPrepared) -> None:
    taking, told = answers()
    with pytest.raises(Refused) as refused:
        taking.take(much, 1)
    assert (refused.value.end, refused.value.reason, told) == (ReadingEnd.TOO_LARGE, "text", [])
