"""The reading process itself: locked down, killable, restarted, and never the end of its parent."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import psutil
import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.limits import MEBIBYTE, ReadingLimits
from runtime.documents.reader_mailbox import Mailbox
from runtime.documents.reader_process import ReaderProcess, read_document
from runtime.documents.reading import DocumentFacts, Page, ReadingEnd
from tests.documents_made import hostile_pdfs, pdfs
from tests.runtime.documents.readers.conftest import ReadBytes


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="the locks of Linux")
def test_every_lock_holds(reader: ReaderProcess) -> None:
    reader.start()
    assert {"file_size", "core", "memory", "own_network", "no_writing", "filtered_calls"} <= set(reader.locks)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of a process")
def test_no_secret_of_the_environment_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with ReaderProcess() as reader:
        reader.start()
        assert b"hf_secret" not in Path(f"/proc/{reader.pid}/environ").read_bytes()


def test_one_child_reads_many_files(reader: ReaderProcess, read: ReadBytes) -> None:
    read("first.pdf", pdfs.report(1))
    pid = reader.pid
    for i in range(5):
        assert read(f"{i}.txt", b"some words").result.end is ReadingEnd.READ
    assert reader.pid == pid


def test_a_killed_child_is_an_end_and_the_next_file_is_read(reader: ReaderProcess, tmp_path: Path) -> None:
    path = put(tmp_path / "report.pdf", pdfs.report(40))
    pages: list[Page] = []

    def kill_it(page: Page) -> None:
        pages.append(page)
        if len(pages) == 1:
            assert reader.pid is not None
            psutil.Process(reader.pid).kill()

    result = reader.read(path, kill_it)
    assert (result.end, result.problem_parameters) == (ReadingEnd.DAMAGED, {"reason": "reader_died"})
    assert result.pages_read == len(pages) < 40
    assert reader.read(path, lambda page: None).end is ReadingEnd.READ


def test_time_memory_and_text_have_limits(reader: ReaderProcess, tmp_path: Path) -> None:
    slow = put(tmp_path / "slow.html", b"<html>" + b"<div>" * 60_000)
    result = reader.read(slow, lambda page: None, limits=ReadingLimits(base_s=0.5))
    assert (result.end, result.problem_parameters) == (ReadingEnd.TOO_LARGE, {"reason": "time"})
    long = put(tmp_path / "long.txt", b"word " * 100_000)
    told: list[Page] = []
    result = reader.read(long, told.append, limits=ReadingLimits(text_characters=200_000))
    assert (result.end, result.problem_parameters) == (ReadingEnd.TOO_LARGE, {"reason": "text"})
    assert 0 < result.pages_read == len(told)


def test_a_swelling_file_does_not_fill_the_computer(tmp_path: Path) -> None:
    content = dict((name, make) for name, make, _ends in hostile_pdfs.files())["form-in-itself.pdf"]()
    path = put(tmp_path / "circle.pdf", content)
    with ReaderProcess(ReadingLimits(memory_bytes=400 * MEBIBYTE)) as reader:
        result = reader.read(path, lambda page: None)
    assert (result.end, result.problem_parameters) == (ReadingEnd.TOO_LARGE, {"reason": "memory"})


def test_cancelling_ends_the_child_at_once(reader: ReaderProcess, tmp_path: Path) -> None:
    path = put(tmp_path / "report.pdf", pdfs.report(60))
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        reader.read(path, lambda page: cancel.cancel(), cancel=cancel)
    assert reader.pid is None


def test_what_the_caller_raises_comes_through(reader: ReaderProcess, tmp_path: Path) -> None:
    path = put(tmp_path / "report.pdf", pdfs.report(60))

    def fail(page: Page) -> None:
        raise KeyError(page.number)

    with pytest.raises(KeyError):
        reader.read(path, fail)
    assert reader.read(path, lambda page: None).end is ReadingEnd.READ


def test_whoever_hears_the_child_waits_for_room_and_is_let_go() -> None:
    mailbox = Mailbox()

    def hear() -> None:
        for i in range(100):
            mailbox.put(i)

    hearing = threading.Thread(target=hear)
    hearing.start()
    assert [mailbox.take(10.0) for _ in range(50)] == list(range(50))
    mailbox.close()
    hearing.join(10.0)
    assert not hearing.is_alive()
    rest = list(iter(lambda: mailbox.take(0.0), None))
    assert rest == list(range(50, 50 + len(rest)))
    assert len(rest) < 50


def test_facts_come_before_the_pages(reader: ReaderProcess, tmp_path: Path) -> None:
    path = put(tmp_path / "report.pdf", pdfs.report(3))
    told: list[DocumentFacts | int] = []
    reader.read(path, lambda page: told.append(page.number), on_facts=told.append)
    first = told[1]
    assert isinstance(first, DocumentFacts)
    assert first.pages == 3
    assert told[-3:] == [1, 2, 3]


def test_no_regular_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    reasons = {}
    for name in ("folder.pdf", "pipe.txt", "loop.txt", "gone.txt"):
        result = read_document(tmp_path / name, lambda page: None)
        assert (result.end, result.pages_read) == (ReadingEnd.UNREADABLE, 0)
        reasons[name] = result.problem_parameters["reason"]
    assert reasons == {"folder.pdf": "folder", "pipe.txt": "not_a_file", "loop.txt": "link", "gone.txt": "gone"}
