"""A sample of the hostile files; ``python -m tests.faults.documents_matrix`` reads them all."""

from __future__ import annotations

from runtime.documents.reader_process import ReaderProcess
from tests.documents_made.hostile import hostile_files
from tests.faults.documents_matrix import limits_of, run_one

SAMPLE = (
    "bomb.zip", "bomb-overlapping.zip", "climbing-names.zip", "deep-zips.zip", "laughs-docx.docx", "outside-odt.odt",
    "far-corner.xlsx", "repeats.ods", "slide-damaged.pptx", "locked-book.epub", "sectors-in-circles.msg",
    "a-billion-pages-said.pdf", "tree-in-circles.pdf", "labels-in-circles.pdf", "lone-halves.pdf", "huge-page.pdf",
    "attachment-in-attachment.pdf", "parts-deep.eml", "mails-deep.eml", "bad-words.eml", "halves.txt", "deep.json",
    "huge.png", "frames.gif", "braces.rtf", "100000-table.html", "folder.pdf", "pipe.txt", "endless-zeros.txt",
    "cut-50-report.pdf", "cut-70-lease.docx", "flip-3-all.zip", "rubbish.msg", "zeros.pdf", "nothing.docx",
)  # fmt: skip


def test_there_are_enough_of_them() -> None:
    names = [hostile.name for hostile in hostile_files()]
    assert len(names) == len(set(names)) >= 300
    assert set(SAMPLE) <= set(names)


def test_each_ends_once_and_harms_nothing() -> None:
    """One reading process for all: each file must leave it fit for the next, or be followed by a new one."""
    with ReaderProcess(limits_of(10.0)) as reader:
        outcomes = [run_one(hostile, limits_of(10.0), reader) for hostile in hostile_files() if hostile.name in SAMPLE]
    assert {outcome.name: outcome.failure for outcome in outcomes if outcome.failure} == {}
    assert len(outcomes) == len(SAMPLE)
