"""Documents put in, read back, changed, moved and forgotten."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from runtime.documents.index import Index
from runtime.documents.index_schema import INDEX_MIGRATIONS, open_index_connection
from runtime.documents.prepare import INDEX_VERSION
from runtime.documents.reading import Block, BlockKind, DocumentFacts, Page
from runtime.documents.rows import Box, DocumentState
from runtime.errors import StoreDamaged
from runtime.storage.migrations import migrate
from tests.runtime.documents.index.kit import WordsAsDirections, add, bytes_of, learn, page, rows

SECRET = "zanzibarquokka"


def test_a_document_is_there_at_once_and_states_add_up(index: Index) -> None:
    first = index.register("/home/me/a.pdf", 10, 20)
    assert index.register("/home/me/a.pdf", 99, 99) == first
    add(index, "/home/me/b.txt", "Some words.")
    index.documents.set_state(index.register("/home/me/c.doc", 1, 1), DocumentState.FAILED, "unsupported")
    document = index.documents.get(first)
    assert document is not None
    assert (document.state, document.name, document.size_bytes) == (DocumentState.WAITING, "a.pdf", 10)
    assert sum(index.documents.counts().values()) == 3
    assert [one.reason for one in index.documents.all(DocumentState.FAILED)] == ["unsupported"]
    assert index.documents.stamps()["/home/me/a.pdf"] == (first, 10, 20)


def test_pages_come_back_as_they_were(index: Index) -> None:
    blocks = (
        Block(BlockKind.HEADING, "Costs", 1, box=(1.0, 2.0, 3.0, 4.0)),
        Block(BlockKind.PARAGRAPH, "One sentence. " * 150),
        *rows("a | b", "a | b", "1 | 2"),
    )
    document = index.register("/a.pdf", 1, 1)
    from runtime.documents.prepare import prepare

    index.put(document, prepare([Page(1, blocks, "iv", 600.0, 800.0)], DocumentFacts("pdf", "Title", 1)))
    read = index.documents.page(document, 1)
    assert read is not None
    assert read.text.split() == " ".join(block.text for block in blocks).split()
    assert (read.label, read.width, read.height) == ("iv", 600.0, 800.0)
    assert read.boxes == (Box(0, 5, 1.0, 2.0, 3.0, 4.0),)
    assert index.documents.page(document, 2) is None
    hit = index.search("costs")[0]
    assert read.text[hit.start : hit.stop] == hit.text


def test_a_document_put_again_replaces_what_was_there(index: Index) -> None:
    document = add(index, "/a.txt", "The old lease ended.", "Cats are allowed.")
    add(index, "/a.txt", "The new contract begins.")
    assert index.search("lease") == index.search("cats") == []
    assert [hit.document_id for hit in index.search("contract")] == [document]
    found = index.documents.get(document)
    assert found is not None
    assert (found.passages, found.pages_read) == (1, 1)


def test_an_edit_embeds_only_what_changed(index: Index) -> None:
    texts = [f"Page {number} speaks of subject {number * 7919}." for number in range(120)]
    add(index, "/a.pdf", *texts)
    embedder = WordsAsDirections()
    assert learn(index, embedder) == 120
    texts[60] = "Page 60 was edited."
    document = add(index, "/a.pdf", *texts)
    assert index.vectors_stored(embedder.model_id, document) == 119
    embedder.embedded.clear()
    assert learn(index, embedder) == 1
    assert embedder.embedded == ["Page 60 was edited."]
    # What is found by meaning is what a fresh start finds.
    live = index.search("subject 79190", embedder=embedder)
    index._meaning.drop()
    assert index.search("subject 79190", embedder=embedder) == live


def test_forgotten_documents_leave_no_byte(tmp_path: Path) -> None:
    index = Index(tmp_path / "documents.db")
    embedder = WordsAsDirections()
    kept = add(index, "/kept.txt", "Nothing of this goes away.")
    for copy in range(3):
        pages = [f"The {SECRET} number {at} was seen again, {SECRET}{at}." for at in range(200)]
        add(index, f"/{SECRET}{copy}.txt", *pages, title=SECRET)
    learn(index, embedder)
    add(index, f"/{SECRET}0.txt", "Another text took its place.", title="Harmless")
    assert SECRET.encode() in bytes_of(tmp_path)
    gone = [one.id for one in index.documents.all() if one.id != kept]
    assert index.search(SECRET, embedder=embedder)
    index.forget(gone)
    assert index.search(SECRET) == []
    assert {hit.document_id for hit in index.search(SECRET, embedder=embedder)} <= {kept}
    due = index.purge_is_due
    assert index.purge()
    assert (due, index.purge_is_due) == (True, False)
    left = bytes_of(tmp_path)
    index.close()
    assert left.count(SECRET[:8].encode()) == 0
    assert bytes_of(tmp_path).count(SECRET[:8].encode()) == 0


def test_purging_says_that_somebody_still_reads(index: Index) -> None:
    document = add(index, "/a.txt", f"{SECRET} is here.")
    with index._store.read() as connection:
        assert connection.execute("SELECT count(*) FROM passages").fetchall() == [(1,)]
        index.forget([document])
        index._store._writer.set_busy_timeout(1)
        assert not index.purge()
    assert index.purge()
    assert SECRET.encode() not in bytes_of(index._store.path.parent)


def test_with_a_key_nothing_is_readable_and_without_it_nothing_opens(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    index = Index(path, key=bytes(range(32)))
    add(index, "/a.txt", f"{SECRET} is here.")
    assert index.search(SECRET)
    assert SECRET.encode() not in bytes_of(tmp_path)
    index.close()
    with pytest.raises(StoreDamaged):
        Index(path, key=bytes(32))
    with pytest.raises(StoreDamaged):
        Index(path)


def test_a_renamed_file_keeps_its_words(index: Index) -> None:
    document = add(index, "/a.txt", "Some words.")
    index.documents.moved(document, "/folder/b.txt", "b.txt")
    assert [(hit.path, hit.name) for hit in index.search("words")] == [("/folder/b.txt", "b.txt")]
    assert index.documents.at_path("/a.txt") is None


def test_a_renamed_file_is_told_by_its_new_name(index: Index) -> None:
    text = ["Section one lists general matters.", "The revenue of the year was stated.", "Section three ends."]
    first = add(index, f"/{SECRET}/Acme_2021.pdf", *text, title="Report")
    second = add(index, "/reports/Bolt_2022.pdf", *text, title="Report")
    assert index.search("revenue of Bolt")[0].document_id == second
    before = [(hit.document_id, hit.score) for hit in index.search("revenue of Bolt")]
    index.documents.moved(second, "/reports/Cord_2023.pdf", "Cord_2023.pdf")
    index.documents.moved(first, "/reports/Bolt_2022.pdf", "Bolt_2022.pdf")
    assert index.search("revenue of Bolt")[0].document_id == first
    # A path that is taken is not taken over, and neither are its words.
    index.documents.moved(first, "/reports/Cord_2023.pdf", "Cord_2023.pdf")
    assert index.search("revenue of Cord")[0].document_id == second
    assert index.search("revenue of Bolt")[0].document_id == first
    assert [score for _, score in before] == [hit.score for hit in index.search("revenue of Bolt")]
    assert index.purge()
    assert SECRET.encode() not in bytes_of(index._store.path.parent)


def test_documents_of_an_earlier_index_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    connection = open_index_connection(path, None, writes=True)
    migrate(connection, INDEX_MIGRATIONS[:1])
    connection.execute(
        "INSERT INTO documents (path, name, size_bytes, modified_ns, state, passages, version, added_ns)"
        " VALUES ('/a.txt', 'a.txt', 1, 1, 'ready', 0, ?, 1)",
        (INDEX_VERSION,),
    )
    connection.close()
    index = Index(path)
    assert [one.path for one in index.documents.outdated()] == ["/a.txt"]
    add(index, "/a.txt", "Some words.")
    assert index.documents.outdated() == []
    index.close()


def test_collections_are_sets_of_documents(index: Index) -> None:
    leases, letters = index.collections.make("Leases"), index.collections.make("Letters", "/letters")
    assert index.collections.make("Leases") == leases
    one = add(index, "/1.txt", "The rent is due.", collection=leases)
    two = add(index, "/2.txt", "The rent was paid.", collection=letters)
    index.collections.add(letters, [one])
    assert {hit.document_id for hit in index.search("rent", collection=leases)} == {one}
    assert {hit.document_id for hit in index.search("rent", collection=letters)} == {one, two}
    assert {hit.document_id for hit in index.search("rent", collection=letters, documents=[two])} == {two}
    index.collections.take_out(letters, [one])
    index.collections.rename(letters, "Post")
    assert [(each.name, each.folder, each.documents) for each in index.collections.all()] == [
        ("Leases", None, 1),
        ("Post", "/letters", 1),
    ]
    index.forget([one])
    assert index.collections.members(leases) == []
    index.collections.remove(leases)
    assert index.search("rent", collection=leases) == []


def test_what_was_being_read_waits_again(tmp_path: Path) -> None:
    index = Index(tmp_path / "documents.db")
    document = index.register("/a.txt", 1, 1)
    index.documents.set_state(document, DocumentState.READING)
    index.close()
    index = Index(tmp_path / "documents.db")
    assert [one.id for one in index.documents.unfinished()] == [document]
    index.close()


def test_word_tables_share_the_passages(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.documents.writing.SHARD_PASSAGES", 5)
    words = ["apple", "birch", "cedar", "daisy", "elder", "fern", "grape", "hazel"]
    documents = [add(index, f"/{word}.txt", *[f"{word} common"] * 3) for word in words]
    with index._store.read() as connection:
        shards = connection.execute("SELECT number, passages FROM shards").fetchall()
    assert shards == [(1, 6), (2, 6), (3, 6), (4, 6)]
    for word, document in zip(words, documents, strict=True):
        assert {hit.document_id for hit in index.search(word)} == {document}
    assert {hit.document_id for hit in index.search("common", limit=99)} == set(documents)
    index.forget(documents[:4])
    assert index.purge()
    assert {hit.document_id for hit in index.search("common", limit=99)} == set(documents[4:])


def test_searches_and_writes_at_the_same_time(index: Index) -> None:
    embedder = WordsAsDirections()
    add(index, "/0.txt", "The treaty was signed in Paris.")
    learn(index, embedder)
    done = threading.Event()
    problems: list[BaseException] = []

    def ask() -> None:
        try:
            while not done.is_set():
                assert index.search("treaty", embedder=embedder)
        except BaseException as problem:
            problems.append(problem)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    try:
        for number in range(1, 25):
            document = add(index, f"/{number}.txt", f"The treaty number {number} was kept.")
            learn(index, embedder)
            if number % 3 == 0:
                index.forget([document])
    finally:
        done.set()
        for thread in asking:
            thread.join()
    assert problems == []
    assert len({hit.document_id for hit in index.search("treaty", limit=99)}) == 17


def test_two_models_keep_their_vectors_apart(index: Index) -> None:
    add(index, "/a.txt", "The physician came.")
    one, other = WordsAsDirections(), WordsAsDirections(model_id="words/2")
    learn(index, one)
    assert index.vectors_stored(other.model_id) == 0
    learn(index, other)
    index.forget_model(one.model_id)
    assert (index.vectors_stored(one.model_id), index.vectors_stored(other.model_id)) == (0, 1)
    assert index.search("doctor", embedder=other)
    assert index.search("doctor", embedder=one) == []


def test_an_old_model_serves_until_the_new_one_has_learnt_all(index: Index) -> None:
    for number in range(12):
        add(index, f"/{number}.txt", f"The physician came to house {number}.")
    old, new = WordsAsDirections(), WordsAsDirections(model_id="words/2")
    learn(index, old)
    served = index.search("doctor in house 3", embedder=old)
    assert index.learn_some(new, 5)
    assert 0 < index.vectors_stored(new.model_id) < index.vectors_stored(old.model_id) == 12
    assert index.search("doctor in house 3", embedder=old) == served
    add(index, "/12.txt", "The physician left.")
    add(index, "/de.txt", "Der Arzt ging mit der Bank und dem Vertrag aus dem Haus.")
    learn(index, old)
    assert "/12.txt" in {hit.path for hit in index.search("doctor left", embedder=old)}
    learn(index, new)
    # What is searched with stays in memory while the other goes.
    assert index.search("doctor left", embedder=new) == index.search("doctor left", embedder=old)
    index.load_vectors(new)
    at_hand = index._meaning.load(new.model_id, new.dimensions)
    index.forget_model(old.model_id)
    assert index._meaning.load(new.model_id, new.dimensions) is at_hand
    assert len(at_hand) == 13
    with index._store.read() as connection:
        left = {model for (model,) in connection.execute("SELECT DISTINCT model FROM vectors")}
    assert not any(model.startswith(old.model_id) for model in left)


def test_a_forgotten_model_gives_its_space_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.documents.store.FEWEST_FREE_PAGES", 2)
    monkeypatch.setattr("runtime.documents.store.PAGES_AT_ONCE", 3)
    monkeypatch.setattr("runtime.documents.writing.VECTOR_ROWS_AT_ONCE", 4)
    index = Index(tmp_path / "documents.db")
    for number in range(6):
        add(index, f"/{number}.txt", *[f"Ship {number} carries {at} barrels." for at in range(200)])
    index.tidy()
    without = index._store.path.stat().st_size
    one, other = WordsAsDirections(), WordsAsDirections(model_id="words/2")
    learn(index, one)
    learn(index, other)
    index.tidy()
    with index._store.read() as connection:
        vectors = [data[:200] for (data,) in connection.execute("SELECT data FROM vectors WHERE model = 'words/1'")]
    both = index._store.path.stat().st_size
    index.forget_model(one.model_id)
    index.forget_model(other.model_id)
    left = index._store.path.stat().st_size
    assert without < both
    assert left - without < (both - without) / 4
    assert not any(vector in bytes_of(tmp_path) for vector in vectors)
    assert len(index.search("ship barrels", limit=20)) == 20
    with index._store.read() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    index.close()


def test_text_of_any_letters_goes_in_and_out(index: Index) -> None:
    odd = 'quote " star* (a) -b AND OR NEAR ^c :d \x00 \u200b 😀 \U0010ffff'
    document = add(index, "/a.txt", page(1, odd))
    for query in (odd, '"', "*", "a* OR", "NEAR(", "\x00", "😀", "", "   ", "^c", "-"):
        index.search(query)
        index.search(query, typing=True)
    assert {hit.document_id for hit in index.search("star")} == {document}
