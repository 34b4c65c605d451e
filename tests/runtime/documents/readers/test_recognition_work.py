"""Scans read by themselves, several pages at a time, written as they go, put down and taken up again."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from runtime.cancel import CancelToken
from runtime.documents import picture_reading
from runtime.documents.limits import ReadingLimits
from runtime.documents.prepare import prepare
from runtime.documents.queue_of_files import QueueOfFiles, Turn
from runtime.documents.reader_team import PageFailed, PicturePages, RecognitionTeam, free_children
from runtime.documents.readers.recognising import recogniser
from runtime.documents.reading import DocumentFacts, Page
from runtime.documents.reading_work import ReadingWork
from runtime.documents.rows import IndexedDocument, PageText
from runtime.documents.standing import FileStamp, StandingIndex
from runtime.documents.walking import stamp_of
from tests.documents_made import office, pdfs
from tests.documents_made.pdf_writer import PdfWriter
from tests.documents_made.sound import picture

pytestmark = pytest.mark.skipif(not recogniser(), reason="no program for text recognition on this computer")
PATIENCE_S = 60.0
FRUITS = ["apple", "banana", "cherry", "damson", "elder", "fig", "grape", "hazel"]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


class Desk:
    """An index with the workers that read into it, as the service has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = StandingIndex(folder / "documents.db")
        self.reads, self.pictures = QueueOfFiles(), QueueOfFiles()
        self.may_go_on, self.may_recognise = threading.Event(), threading.Event()
        self.may_go_on.set()
        self.may_recognise.set()
        self.children = 2
        self.works: list[ReadingWork] = []

    def work(self, *, recognises: bool) -> ReadingWork:
        made = ReadingWork(
            self.index,
            self.pictures if recognises else self.reads,
            name=f"desk-{recognises}",
            niceness=0,
            recognises=recognises,
            password=lambda _document: "",
            tell=lambda _document: None,
            may_go_on=self.may_go_on,
            when_idle=lambda: None,
            pictures=self.pictures,
            after=self.reads,
            may_recognise=self.may_recognise.is_set,
            children=lambda: self.children,
        )
        self.works.append(made)
        return made

    def put(self, name: str, content: bytes) -> int:
        """A file in line to be read."""
        path = self.folder / name
        path.write_bytes(content)
        stamp = stamp_of(str(path))
        assert stamp is not None
        document = self.index.register(str(path), stamp.size_bytes, stamp.modified_ns)
        self.reads.add([document])
        return document

    def row(self, document: int) -> IndexedDocument:
        found = self.index.documents.get(document)
        assert found is not None
        return found

    def page(self, document: int, number: int) -> PageText:
        found = self.index.documents.page(document, number)
        assert found is not None
        return found

    def recognised(self, document: int) -> int:
        return len(self.index.recognised_pages(document))

    def end_works(self) -> None:
        for work in self.works:
            work.close()
        self.works.clear()
        self.reads, self.pictures = QueueOfFiles(), QueueOfFiles()

    def close(self) -> None:
        self.end_works()
        self.index.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(picture_reading, "WRITE_EVERY_S", 0.0)
    made = Desk(tmp_path)
    yield made
    made.close()


def fruit_scan(pages: int, text_pages: int = 0) -> bytes:
    """Small pages: each is read in a moment."""
    return pdfs.small_scan([f"The {FRUITS[number]} is ripe" for number in range(pages)], text_pages=text_pages)


def test_a_scan_is_read_by_itself_after_all_that_has_words(desk: Desk) -> None:
    scan = desk.put("scan.pdf", fruit_scan(3))
    other = desk.put("other.txt", b"Some words")
    recognising = desk.work(recognises=True)
    desk.work(recognises=False)
    until(lambda: desk.recognised(scan) == 3 and desk.pictures.idle)
    assert desk.row(other).version
    assert [desk.page(scan, number).text for number in (1, 2, 3)] == [f"The {one} is ripe" for one in FRUITS[:3]]
    assert desk.row(scan).pages_without_text == 0
    assert desk.row(scan).reason.startswith('read {"recognised": 3, "unrecognised": 0, "pictures_left": 0')
    assert recognising.doing == {}
    assert desk.index.with_unread_pictures() == []


def test_a_document_with_few_pictures_waits_for_a_person(desk: Desk) -> None:
    mixed = desk.put("mixed.pdf", fruit_scan(1, text_pages=3))
    desk.work(recognises=False)
    until(lambda: desk.row(mixed).version and desk.reads.idle)
    assert desk.pictures.idle
    assert desk.index.with_unread_pictures() == []
    desk.index.want_pictures(mixed)
    # A new start knows of the wish from the index alone.
    desk.end_works()
    desk.work(recognises=True)
    until(lambda: desk.recognised(mixed) == 1)
    assert "apple" in desk.page(mixed, 4).text
    assert "ordinary text" in desk.page(mixed, 1).text


def test_what_was_read_is_kept_when_it_is_stopped_and_not_read_again(desk: Desk) -> None:
    desk.children = 1
    scan = desk.put("scan.pdf", fruit_scan(8))
    desk.work(recognises=False)
    desk.work(recognises=True)
    until(lambda: desk.recognised(scan) >= 2)
    desk.end_works()
    before = desk.index.recognised_pages(scan)
    assert 2 <= len(before) < 8
    assert desk.row(scan).reason.startswith("read ")
    shown: list[tuple[int, int | None]] = []
    work = desk.work(recognises=True)
    until(lambda: work.doing.get(scan))
    shown.append((work.doing[scan].pages_done, work.doing[scan].pages))
    until(lambda: desk.recognised(scan) == 8)
    assert shown[0][0] >= len(before)
    assert shown[0][1] == 8
    assert [desk.page(scan, number + 1).text for number in range(8)] == [f"The {one} is ripe" for one in FRUITS]


def test_a_person_s_wish_comes_before_a_long_scan(desk: Desk) -> None:
    desk.children = 1
    long = desk.put("long.pdf", fruit_scan(8))
    mixed = desk.put("mixed.pdf", fruit_scan(1, text_pages=3))
    desk.work(recognises=False)
    desk.work(recognises=True)
    until(lambda: desk.recognised(long) >= 1)
    desk.pictures.add([mixed], Turn.ASKED, forced=True)
    until(lambda: desk.recognised(mixed))
    assert desk.recognised(long) < 8
    until(lambda: desk.recognised(long) == 8)


def test_without_leave_only_what_a_person_asked_for_is_read(desk: Desk) -> None:
    desk.may_recognise.clear()
    scan, asked = desk.put("scan.pdf", fruit_scan(2)), desk.put("asked.pdf", fruit_scan(1))
    desk.work(recognises=False)
    until(lambda: desk.pictures.waiting == {scan, asked} and desk.reads.idle)
    desk.work(recognises=True)
    desk.pictures.add([asked], Turn.ASKED, forced=True)
    until(lambda: desk.recognised(asked))
    assert desk.recognised(scan) == 0
    desk.may_recognise.set()
    until(lambda: desk.recognised(scan) == 2)


def test_a_changed_file_is_not_overwritten_with_what_it_was(desk: Desk) -> None:
    desk.children = 1
    scan = desk.put("scan.pdf", fruit_scan(4))
    desk.work(recognises=False)
    desk.work(recognises=True)
    until(lambda: desk.recognised(scan) >= 1)
    path = Path(desk.row(scan).path)
    path.write_bytes(pdfs.small_scan(["The medlar is ripe"]))
    desk.reads.add([scan])
    until(lambda: desk.reads.idle and desk.pictures.idle)
    assert desk.row(scan).pages == 1
    assert desk.page(scan, 1).text == "The medlar is ripe"


def test_a_picture_without_words_is_looked_at_once(desk: Desk) -> None:
    path = desk.folder / "grey.png"
    Image.new("L", (400, 300), 200).save(path)
    document = desk.put("grey.png", path.read_bytes())
    desk.work(recognises=False)
    desk.work(recognises=True)
    until(lambda: desk.recognised(document) == 1 and desk.pictures.idle)
    assert desk.row(document).reason.startswith('pictures_only {"reason": "no_text"')
    assert desk.row(document).pages_without_text == 1
    assert desk.index.with_unread_pictures() == []
    desk.reads.add([document])
    until(lambda: desk.reads.idle)
    assert desk.pictures.idle
    assert desk.recognised(document) == 1


def test_an_index_of_an_earlier_version_keeps_what_was_recognised(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = desk.put("scan.pdf", fruit_scan(2))
    desk.work(recognises=False)
    desk.work(recognises=True)
    until(lambda: desk.recognised(scan) == 2 and desk.pictures.idle)
    monkeypatch.setattr("runtime.documents.plain_reading.INDEX_VERSION", -1)
    desk.reads.add([scan], Turn.AGAIN, forced=True)
    until(lambda: desk.reads.idle)
    assert (desk.recognised(scan), desk.pictures.idle, desk.row(scan).pages_without_text) == (2, True, 0)
    assert desk.page(scan, 2).text == "The banana is ripe"


def test_a_scan_with_a_line_of_its_own_is_a_scan(desk: Desk) -> None:
    writer = PdfWriter()
    page = writer.page()
    page.picture(*pdfs.scan_picture(["The miller counts"]))
    page.text(72, 30, "FROM 0123 456 TO 0789 012 PAGE 1 OF 1")
    fax = desk.put("fax.pdf", writer.content())
    desk.work(recognises=False)
    until(lambda: desk.row(fax).version and desk.reads.idle)
    assert desk.row(fax).pages_without_text == 1
    desk.work(recognises=True)
    until(lambda: desk.recognised(fax) == 1 and desk.pictures.idle)
    text = desk.page(fax, 1).text
    assert (text.count("The miller counts"), text.count("0123")) == (1, 1)


def test_nothing_is_written_over_what_others_did(desk: Desk) -> None:
    document = desk.put("scan.pdf", fruit_scan(1))
    desk.work(recognises=False)
    until(lambda: desk.row(document).version)
    row = desk.row(document)
    stamp = FileStamp(row.size_bytes, row.modified_ns, row.sha256)
    prepared = prepare([], DocumentFacts("pdf"))
    desk.index.gone([document])
    assert desk.index.put_recognised(row, prepared, "read", stamp) is None
    desk.index.forget([document])
    assert desk.index.put_recognised(row, prepared, "read", stamp) is None


# --- the team ---------------------------------------------------------------------------------------------------------


class Asked:
    def __init__(self, tmp_path: Path, content: bytes, name: str = "scan.pdf") -> None:
        self.path = tmp_path / name
        self.path.write_bytes(content)
        self.team = RecognitionTeam(ReadingLimits(), 0)

    def recognise(
        self, pages: int, on_page: Callable[[Page | PageFailed], None], allowed: Callable[[], int] = lambda: 3
    ) -> bool:
        asked = PicturePages(self.path, range(1, pages + 1), "", lambda: "eng")
        try:
            return self.team.recognise(asked, on_page, allowed=allowed, cancel=CancelToken())
        finally:
            self.team.close()


def recognising_children() -> list[int]:
    """Reading processes of this one that live."""
    found = []
    for child in psutil.Process().children():
        try:
            if "runtime.documents.reader_worker" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child.pid)
        except psutil.Error:
            continue
    return found


def test_every_page_comes_once_and_fewer_work_as_soon_as_fewer_may(tmp_path: Path) -> None:
    told: list[int] = []
    seen: list[int] = []

    def take(one: Page | PageFailed) -> None:
        assert isinstance(one, Page)
        assert one.blocks[0].text == f"The {FRUITS[one.number - 1]} is ripe"
        told.append(one.number)
        if len(told) == 3:
            until(lambda: len(recognising_children()) == 3)

    def allowed() -> int:
        if len(told) < 3:
            return 3
        seen.append(len(recognising_children()))
        return 1

    assert Asked(tmp_path, fruit_scan(8)).recognise(8, take, allowed)
    assert sorted(told) == list(range(1, 9))
    assert seen[-1] == 1


def test_a_page_that_takes_its_process_down_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    told: list[Page | PageFailed] = []
    killed: list[int] = []

    def take(one: Page | PageFailed) -> None:
        told.append(one)

    def allowed() -> int:
        if told and not killed:
            killed.extend(recognising_children())
            for pid in killed:
                psutil.Process(pid).kill()
        return 1

    assert Asked(tmp_path, fruit_scan(4)).recognise(4, take, allowed)
    assert sorted(one.number for one in told) == [1, 2, 3, 4]
    assert sum(isinstance(one, PageFailed) for one in told) <= 1
    assert killed


def test_a_file_that_went_away_ends_it(tmp_path: Path) -> None:
    asked = Asked(tmp_path, b"")
    asked.path.unlink()
    assert not asked.recognise(2, lambda told: None)


def test_a_page_on_its_side_is_read_all_the_same(tmp_path: Path) -> None:
    words = [f"The miller counts seven sacks of flour on day {number} of the harvest." for number in range(8)]
    width, height, grey = pdfs.scan_picture(words)
    out = io.BytesIO()
    Image.frombytes("L", (width, height), grey).rotate(90, expand=True).save(out, "PNG", dpi=(200, 200))
    told: list[Page] = []
    asked = Asked(tmp_path, out.getvalue(), "side.png")
    assert asked.recognise(1, lambda one: told.append(one) if isinstance(one, Page) else None)
    text = " ".join(block.text for block in told[0].blocks)
    assert text.count("seven sacks of flour") == 8


def test_pictures_in_an_archive_and_with_nothing_behind_them(tmp_path: Path) -> None:
    width, height, grey = pdfs.scan_picture(["Black letters on nothing"])
    letters = Image.frombytes("L", (width, height), grey)
    see_through = Image.new("RGBA", letters.size, (0, 0, 0, 0))
    see_through.putalpha(Image.eval(letters, lambda value: 255 - value))
    out = io.BytesIO()
    see_through.save(out, "PNG", dpi=(200, 200))
    content = office.packed({"photo.jpg": picture("JPEG"), "glass.png": out.getvalue()})
    told: dict[str, str] = {}

    def take(one: Page | PageFailed) -> None:
        assert isinstance(one, Page)
        told[one.part] = " ".join(block.text for block in one.blocks)

    assert Asked(tmp_path, content, "all.zip").recognise(2, take)
    assert "seven sacks" in told["photo.jpg"]
    assert told["glass.png"] == "Black letters on nothing"


def test_half_of_the_cores_while_a_chat_answers() -> None:
    assert free_children(chat_answers=True) == max(1, free_children() // 2)
