"""Language tags as files have them, and what the text itself says against them."""

from __future__ import annotations

import pytest

from runtime.documents.index import Index
from runtime.documents.passages import cut_pages, primary
from tests.runtime.documents.index.kit import add, page

GERMAN = "Der Vertrag wurde von dem Mieter und der Bank nicht unterschrieben, das ist bekannt."
TELLS_NOTHING = "Kontokorrent 4711 Rahmenvereinbarung"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-US", "en"), ("de_CH", "de"), ("zh-Hans", "zh"), ("zh_Hant_TW", "zh"), ("sr-Latn-RS", "sr"),
        ("EN", "en"), (" pt-br ", "pt"), ("fr", "fr"), ("ca_ES@valencia", "ca"), ("x-default", "x"), ("", ""),
        ("  ", ""), ("-", ""),
    ],
)  # fmt: skip
def test_a_tag_begins_with_its_language(tag: str, language: str) -> None:
    assert primary(tag) == language


@pytest.mark.parametrize("tag", ["de", "de-DE", "DE_at"])
def test_a_text_that_tells_nothing_is_in_the_language_of_its_file(tag: str) -> None:
    (cut,) = cut_pages([page(1, TELLS_NOTHING)], tag)
    assert [passage.language for passage in cut.passages] == ["de"]


def test_the_text_is_believed_before_the_file_and_later_pages_follow_it() -> None:
    first, second = cut_pages([page(1, GERMAN), page(2, TELLS_NOTHING)], "en-US")
    assert {passage.language for cut in (first, second) for passage in cut.passages} == {"de"}


def test_words_are_found_in_the_language_that_the_text_has(index: Index) -> None:
    document = add(index, "/v.txt", GERMAN, "Die Häuser wurden von den Mietern der Stadt gekauft und nicht verkauft.")
    hits = index.search("Haus")
    assert [(hit.document_id, hit.page) for hit in hits] == [(document, 2)]
