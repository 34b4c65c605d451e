"""Questions and what they find."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.documents.index import Index
from runtime.documents.rows import Hit
from runtime.documents.snippets import excerpt
from runtime.documents.vectors import VectorMatrix, pack
from runtime.documents.weight import token_estimate
from tests.runtime.documents.index.kit import WordsAsDirections, add, learn, page, rows


def filler(number: int) -> str:
    """A passage that answers nothing."""
    return f"Section {number} lists matters of general nature, item {number}, without further detail."


def marked(index: Index, query: str, *, typing: bool = False) -> list[list[str]]:
    """The highlighted parts of each hit."""
    return [[hit.text[a:b] for a, b in hit.highlights] for hit in index.search(query, typing=typing)]


def test_words_find_their_page_and_are_marked(index: Index) -> None:
    document = add(index, "/lease.pdf", filler(1), "The tenant pays a deposit of 1,500 euros.", filler(3))
    hit = index.search("What deposits must tenants pay?")[0]
    assert (hit.document_id, hit.page, hit.name) == (document, 2, "lease.pdf")
    assert [hit.text[a:b] for a, b in hit.highlights] == ["tenant", "pays", "deposit"]
    assert index.search("1500")[0].page == 2


def test_the_last_word_may_be_a_beginning(index: Index) -> None:
    add(index, "/a.txt", "The photosynthesis of plants.", "Nothing here.")
    assert index.search("pho") == []
    assert marked(index, "pho", typing=True) == [["pho"]]
    assert marked(index, "plants photosy", typing=True) == [["photosy", "plants"]]
    assert marked(index, "Photosy", typing=True) == [["photosy"]]
    assert marked(index, "plants ", typing=True) == [["plants"]]


def test_what_a_beginning_found_is_marked(index: Index) -> None:
    add(index, "/a.txt", "The zorblaxian treaty was kept.")
    add(index, "/zh.txt", "合同的租金为每月一千元。")
    assert marked(index, "zorblaxia") == [["zorblaxian"]]
    assert marked(index, "租") == [["租"]]
    assert marked(index, "treaty zorb", typing=True) == [["zorb", "treaty"]]


def test_chinese_and_thai_are_found_within_their_words(index: Index) -> None:
    add(index, "/zh.txt", "合同的租金为每月一千元。", "狗不得入内。")
    add(index, "/th.txt", "ค่าเช่าต้องชำระทุกเดือน", "ห้ามเลี้ยงสุนัข")
    assert marked(index, "租金多少？")[0] == ["租金"]
    assert marked(index, "租金", typing=True) == [["租金"]]
    assert [hit.page for hit in index.search("租")] == [1]
    assert index.search("สุนัข")[0].page == 2


def test_each_language_is_stemmed_its_own_way_in_one_index(index: Index) -> None:
    de = add(index, "/de.txt", "Der Mieter zahlt die Häuser und die Verträge werden von ihm unterschrieben.")
    en = add(index, "/en.txt", "The tenants were paying for the houses and the contracts that they signed.")
    assert index.search("Wer hat den Vertrag für das Haus unterschrieben?")[0].document_id == de
    assert index.search("Who was the tenant that paid for the house?")[0].document_id == en


def test_parts_of_words_bring_a_compound_forward(index: Index) -> None:
    add(index, "/1.txt", "Die Zahlung wird sofort fällig, sagt der Text.")
    two = add(index, "/2.txt", "Die Vertragsstrafe wird mit der Zahlung nach drei Wochen fällig, sagt der Text.")
    assert index.search("Strafe bei Zahlung")[0].document_id == two


def test_meaning_finds_what_words_do_not(index: Index) -> None:
    document = add(index, "/a.txt", filler(1), "The automobile was repaired.", filler(2))
    embedder = WordsAsDirections()
    assert index.search("car") == []
    learn(index, embedder)
    hit = index.search("car", embedder=embedder)[0]
    assert (hit.document_id, hit.page) == (document, 2)


def test_meaning_stays_out_of_languages_the_model_does_not_know(index: Index) -> None:
    add(index, "/de.txt", "Der Vertrag wurde von dem Mieter und der Bank unterschrieben.", "Das Haus ist nicht alt.")
    embedder = WordsAsDirections()
    learn(index, embedder)
    question = "Wann wurde der Vertrag von dem Mieter unterschrieben?"
    assert index.search(question, embedder=embedder) == index.search(question)
    everything = WordsAsDirections(languages=None, model_id="all/1")
    learn(index, everything)
    assert len(index.search(question, embedder=everything)) == 2


def test_a_document_is_told_by_its_name(index: Index) -> None:
    text = [filler(0), "The total revenue of the year was stated in the annual report.", filler(2)]
    add(index, "/reports/Acme_2021.pdf", *text)
    second = add(index, "/reports/Bolt_2022.pdf", *text)
    add(index, "/reports/Cord_2023.pdf", *text)
    assert index.search("What was the revenue of Bolt in 2022?")[0].document_id == second


def test_repeats_within_a_document_are_shown_once_but_other_documents_may_say_the_same(index: Index) -> None:
    clause = "The parties agree to keep all terms of this contract confidential at all times."
    add(index, "/1.txt", clause, clause, clause)
    add(index, "/2.txt", clause)
    assert len(index.search("confidential contract")) == 2


def test_a_table_is_found_by_its_header(index: Index) -> None:
    header = "Quarter | Turnover | Margin"
    add(index, "/t.xlsx", page(1, *(filler(at) for at in range(5))))
    table = (header, *(f"Q{at} | {at * 1000} | {at}" for at in range(1, 90)))
    from runtime.documents.reading import Page

    sheet = add(index, "/s.xlsx", Page(1, rows(header, *table), "Sheet1"))
    hits = index.search("turnover in Q77")
    assert hits[0].document_id == sheet
    assert "Q77 | 77000 | 77" in hits[0].text
    assert hits[0].text.startswith(header)
    assert hits[0].label == "Sheet1"


def test_common_words_alone_still_find(index: Index) -> None:
    document = add(index, "/a.txt", "To be or not to be, that is the question.")
    assert [hit.document_id for hit in index.search("to be or not to be")] == [document]


@pytest.mark.parametrize("budget", [60, 300, 1200])
def test_a_context_keeps_to_its_budget_in_reading_order(index: Index, budget: int) -> None:
    for number in range(6):
        text = (f"The harbour of town {number} was built in {1900 + at}. It has {at} piers." for at in range(40))
        add(index, f"/{number}.txt", *text)
    hits = index.context("When was the harbour of town 3 built?", budget)
    assert hits
    assert sum(token_estimate(hit.text) for hit in hits) <= budget
    places = [(hit.document_id, hit.page, hit.start) for hit in hits]
    for document in {place[0] for place in places}:
        assert [p for p in places if p[0] == document] == sorted(p for p in places if p[0] == document)
    best = max(hits, key=lambda hit: hit.score)
    assert hits[-1].document_id == best.document_id


def test_a_context_joins_what_stands_together(index: Index) -> None:
    text = " ".join(f"The lighthouse number {at} stands on rock {at}." for at in range(40))
    add(index, "/a.txt", page(1, text))
    hits = index.context("Which lighthouse stands on which rock?", 4000)
    assert len(hits) == 1
    assert hits[0].text == text


def test_many_documents_in_scope_are_as_good_as_few(index: Index) -> None:
    documents = [add(index, f"/{at}.txt", f"The cat number {at} sleeps.") for at in range(120)]
    every_second = documents[::2]
    found = {hit.document_id for hit in index.search("cat sleeps", documents=every_second, limit=200)}
    assert found == set(every_second)
    embedder = WordsAsDirections()
    learn(index, embedder)
    found = {hit.document_id for hit in index.search("cat", documents=every_second, limit=200, embedder=embedder)}
    assert found == set(every_second)


def places(hits: list[Hit]) -> list[int]:
    """The documents of hits."""
    return [hit.document_id for hit in hits]


def test_a_few_letters_find_the_newest_and_what_is_only_in_the_oldest(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.documents.writing.SHARD_PASSAGES", 5)
    first = add(index, "/0.txt", "The zygote divides.")
    documents = [add(index, f"/{at}.txt", f"The photon of town {at} was seen.") for at in range(1, 40)]
    everything = set(places(index.search("ph", typing=True, limit=200)))
    assert everything == set(documents)
    monkeypatch.setattr("runtime.documents.words.MOST_ROWS", 12)
    # Beyond the bound a list is filled from the newest on.
    newest = index._search.find("ph", typing=True, depth=10).passages
    assert {passage.document_id for passage in newest} <= set(documents[-16:])
    assert len(newest) == 10
    assert set(places(index.search("ph", typing=True, limit=200))) == set(documents)
    assert places(index.search("zy", typing=True)) == places(index.search("zyg", typing=True)) == [first]
    some = documents[3:6]
    assert set(places(index.search("ph", typing=True, documents=some))) == set(some)


def test_words_that_are_everywhere_are_looked_up_in_the_newest(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.documents.writing.SHARD_PASSAGES", 5)
    documents = [add(index, f"/{at}.txt", f"To be or not to be, page {at}.") for at in range(30)]
    rare = add(index, "/rare.txt", "To be a quokka.")
    documents += [add(index, f"/{at}.txt", f"To be or not to be, page {at}.") for at in range(30, 60)]
    assert set(places(index.search("to be", limit=200))) == {*documents, rare}
    monkeypatch.setattr("runtime.documents.words.MOST_ROWS", 10)
    monkeypatch.setattr("runtime.documents.words.MOST_COMMON_ROWS", 20)
    assert set(places(index.search("to be", limit=200))) <= set(documents[-12:])
    # What is rare is found wherever it is.
    assert places(index.search("to be a quokka", limit=200))[0] == rare
    assert rare in places(index.search("to be a quok", limit=200, typing=True))
    assert rare in places(index.search("to be a quokkam", limit=200))


def test_vectors_read_from_the_file_are_those_that_were_learnt(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = WordsAsDirections()
    for number in range(9):
        add(index, f"/{number}.txt", *[f"Ship {number} carries {number * at} barrels of tar." for at in range(20)])
    assert learn(index, embedder) == 180
    questions = ["ship with 21 barrels", "automobile", "tar 48"]
    index.load_vectors(embedder)
    index.forget([3])
    live = [index.search(question, embedder=embedder, limit=50) for question in questions]
    assert all(live)
    for rows_ in (7, 64, 65_536):
        monkeypatch.setattr("runtime.documents.vectors.SEGMENT_ROWS", rows_)
        index._meaning.drop()
        assert [index.search(question, embedder=embedder, limit=50) for question in questions] == live


def test_nearest_is_the_nearest() -> None:
    chance = np.random.default_rng(5)
    rows_ = chance.standard_normal((3000, 64)).astype(np.float32)
    rows_ /= np.linalg.norm(rows_, axis=1, keepdims=True)
    matrix = VectorMatrix(64)
    for at in range(0, 3000, 250):
        matrix.add(1000 + at, pack(rows_[at : at + 250]))
    matrix.remove(1500, 1600)
    for _ in range(20):
        query = chance.standard_normal(64).astype(np.float32)
        query /= np.linalg.norm(query)
        exact = rows_ @ query
        exact[500:600] = -9
        found = [passage - 1000 for passage, _ in matrix.nearest(query, 10)]
        assert len(set(found) & set(np.argsort(-exact)[:10].tolist())) >= 9
        within = [passage for passage, _ in matrix.nearest(query, 10, [(1000, 1020), (3990, 4000)])]
        assert all(1000 <= passage < 1020 or 3990 <= passage < 4000 for passage in within)
        assert matrix.nearest(query, 10, []) == []


def test_an_excerpt_shows_the_words_asked_for() -> None:
    text = "lead in " * 60 + "the needle is here" + " tail" * 60
    at = text.index("needle")
    short, spans = excerpt(text, ((at, at + 6),), 120)
    assert len(short) <= 120
    assert [short[a:b] for a, b in spans] == ["needle"]
    assert excerpt("short", ((0, 5),)) == ("short", ((0, 5),))
