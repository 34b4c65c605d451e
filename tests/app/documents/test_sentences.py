"""Where a document stands, in words."""

from __future__ import annotations

import pytest

from app.documents.shown import Act
from app.presenters.document_rows import counts, grouped, row_of
from app.sentences import documents as sentences
from runtime.documents.rows import Collection, Hit
from runtime.documents.views import DocumentView, DocumentViewState
from tests import made_up_documents as made

State = DocumentViewState


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (made.document(1, "a.pdf", pages=412, pages_read=412, language=""), "Ready · 412 pages"),
        (made.document(1, "a.pptx", pages=1, pages_read=1), "Ready · 1 slide · English"),
        (made.document(1, "a.pdf", State.READING, pages=412, pages_read=39), "Reading page 40 of 412"),
        (made.document(1, "a.pdf", State.READING, pages=9, pages_read=9), "Reading page 9 of 9"),
        (made.document(1, "a.txt", State.READING, pages=None, pages_read=0), "Reading"),
        (
            made.document(1, "a.pdf", State.LEARNING, meaning=0.4),
            "Ready for words, still learning what it means: 40 %",
        ),
        (made.document(1, "a.pdf", State.NEEDS_PASSWORD), "Needs a password"),
        (made.document(1, "a.pdf", State.NEEDS_PASSWORD, reason="wrong"), "That password did not open it"),
        (
            made.document(1, "a.pdf", State.PICTURES_ONLY, pages=30, pages_without_text=30),
            "These pages are pictures: read the text in them? About a minute",
        ),
        (
            made.document(1, "a.png", State.PICTURES_ONLY, pages=1, pages_without_text=1),
            "This is a picture: read the text in it? A few seconds",
        ),
        (
            made.document(1, "a.pdf", State.PICTURES_ONLY, pages=2, pages_without_text=2, reason="no_text"),
            "Pictures: no words were found in them",
        ),
        (
            made.document(1, "a.pdf", pages=2, pages_read=2, parameters={"language_missing": "pl"}),
            "Ready · 2 pages · English · read without the recognition of Polish, which is not installed",
        ),
        (
            made.document(1, "a.zip", pages=3, pages_read=3, parameters={"parts_failed": 3, "parts_locked": 2}),
            "Ready · 3 pages · English · 1 part could not be read · 2 files in it need a password",
        ),
        (
            made.document(1, "a.zip", State.LEARNING, meaning=0.4, parameters={"parts_failed": 1, "parts_locked": 1}),
            "Ready for words, still learning what it means: 40 % · 1 file in it needs a password",
        ),
        (
            made.document(
                1,
                "a.zip",
                pages=1,
                pages_read=1,
                parameters={"parts_failed": 1, "parts_locked": 1, "password_wrong": True},
            ),
            "Ready · 1 page · English · that password did not open 1 file in it",
        ),
        (
            made.document(1, "a.pdf", State.PICTURES_ONLY, pages=30, parameters={"scrambled_pages": 30}),
            "The letters in this file are scrambled: read its pages as pictures? About a minute",
        ),
        (
            made.document(
                1, "a.pdf", State.PICTURES_ONLY, pages=30, reason="recognition", parameters={"scrambled_pages": 30}
            ),
            "The letters in this file are scrambled, and nothing on this computer can read its pages as pictures",
        ),
        (made.document(1, "a.pdf", State.DAMAGED, pages_read=0), "Damaged: it can't be opened"),
        (made.document(1, "a.pdf", State.DAMAGED, pages_read=3), "Damaged: only 3 pages could be read"),
        (made.document(1, "a.zip", State.TOO_LARGE, pages_read=0, reason="unpacked"), "Too large once unpacked"),
        (made.document(1, "a.dwg", State.UNSUPPORTED), "This kind can't be read: save it as PDF"),
        (made.document(1, "a.txt", State.EMPTY), "Empty: there is nothing in it to read"),
        (made.document(1, "a.txt", State.GONE), "The file is not there any more"),
        (made.document(1, "a.txt", State.UNREADABLE, reason="permission"), "You have no permission to read it"),
    ],
)
def test_each_state_has_its_line(view: DocumentView, line: str) -> None:
    assert sentences.line_of(view) == line


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_line_and_a_way_on(state: DocumentViewState) -> None:
    row = row_of(made.document(1, "a.pdf", state, reason="something nobody foresaw"))
    assert row.line
    assert row.acts
    assert row.label or row.act.value == "open"


def test_groups_add_up() -> None:
    found = counts(row_of(view) for view in (*made.every_state(), *made.many(500)))
    total = found.pop(next(group for group in found if group.value == "all"))
    assert total == 515 == sum(found.values())


def test_documents_are_listed_in_each_of_their_collections() -> None:
    both = made.document(1, "b.pdf", collections=(1, 2))
    one, none = made.document(2, "A.pdf", collections=(1,)), made.document(3, "c.pdf")
    views = (both, one, none)
    kept = [Collection(1, "First", "/tmp/first", 2), Collection(2, "Second", None, 1), Collection(3, "None", None, 0)]
    found = grouped(views, kept, {view.id: row_of(view) for view in views})
    assert [(each.name, [row.name for row in each.rows]) for each in found] == [
        ("First", ["A.pdf", "b.pdf"]),
        ("Second", ["b.pdf"]),
        ("Added one by one", ["c.pdf"]),
    ]


def test_progress_counts_what_is_done() -> None:
    documents = made.MadeUpDocuments(made.every_state())
    assert (
        sentences.progress_line(documents.status()) == "Reading your documents: 12 of 15 done · about 40 seconds left"
    )
    documents.paused = True
    assert sentences.progress_line(documents.status()) == "Paused · 3 documents to read"
    learning = made.MadeUpDocuments((made.document(1, "a.pdf", State.LEARNING, meaning=0.5),))
    assert "50 %" in sentences.progress_line(learning.status())
    ready = made.MadeUpDocuments((made.document(1, "a.pdf"),))
    assert sentences.progress_line(ready.status()) == ""
    assert sentences.progress_share(ready.status()) is None


@pytest.mark.parametrize("at", [0, 300, 900])
def test_an_excerpt_keeps_its_marks_on_the_words(at: int) -> None:
    words = "word " * 200
    text = f"{words[:at]}𝒜 notice\n{words[at:]}"
    start = text.index("notice")
    line, marks = sentences.excerpt(text, ((start, start + 6),))
    assert [line[a:b] for a, b in marks] == ["notice"]
    assert "\n" not in line
    assert len(line) <= sentences.EXCERPT_CHARS + 4


def test_an_excerpt_joins_lines_and_keeps_marks_behind_them() -> None:
    text = "Part 11\n\n  Revenue \t grew, and revenue fell"
    marks = tuple((at, at + 7) for at in (text.index("Revenue"), text.index("revenue")))
    line, moved = sentences.excerpt(text, marks)
    assert line == "Part 11 Revenue grew, and revenue fell"
    assert [line[a:b] for a, b in moved] == ["Revenue", "revenue"]


def test_pages_that_are_pictures_are_not_said_to_be_searchable() -> None:
    views = (
        made.document(1, "a.pdf", pages=12, pages_read=12, pages_without_text=2),
        made.document(2, "b.pdf", State.PICTURES_ONLY, pages=5, pages_read=5, pages_without_text=5),
        made.document(3, "c.pdf", State.GONE, pages=7, pages_read=7),
    )
    assert sentences.total_line(views) == "10 pages can be searched."


def test_marks_move_to_the_page_behind_a_tables_header() -> None:
    page = "before\nrent | 900\nafter"
    start, stop = page.index("rent"), page.index("\nafter")
    text = "what | euro\nrent | 900"
    at = text.index("900")
    marks = sentences.marks_on_page(text, ((0, 4), (at, at + 3)), page, start, stop)
    assert [page[a:b] for a, b in marks] == ["900"]


def test_where_tells_part_page_and_heading() -> None:
    hit = Hit(1, 9, "§ 12", 1.0, "text", 0, 4, (), "a.zip", label="iv", part="b.pdf")
    assert sentences.where(hit) == "b.pdf · Page iv · § 12"
    assert sentences.where(Hit(1, 2, "", 1.0, "text", 0, 4, (), label="Sheet 1")) == "Sheet 1"


@pytest.mark.parametrize("state", [State.READY, State.LEARNING])
def test_what_is_locked_within_a_file_can_be_opened(state: DocumentViewState) -> None:
    row = row_of(made.document(1, "a.zip", state, pages=3, pages_read=3, parameters={"parts_locked": 2}))
    assert (row.act, row.label) == (Act.PASSWORD, "Enter password…")
