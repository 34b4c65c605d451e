"""Whether anything found has to do with a question: what is asked of the documents is shown, other things are not."""

from __future__ import annotations

import math

import pytest

from runtime.documents.index import Index
from runtime.documents.query import read_query
from runtime.documents.relevance import Evidence, SecondLook, meaning_of
from runtime.documents.spoken import is_foreign, is_spoken_by, is_spoken_where_found
from tests.runtime.documents.index.kit import WordsAsDirections, add, learn

LEASE = (
    "The tenant pays a rent of 900 euros on the third day of each month.",
    "The landlord returns the deposit within six weeks after the keys were handed over.",
    "Pets may be kept where the neighbours do not object to them.",
)


class EnglishOnly(WordsAsDirections):
    """Takes only questions with an English "the" for English, as a gate of a real model may."""

    def speaks(self, text: str) -> bool:
        """Whether it does."""
        return " the " in f" {text.lower()} "


def evidence(index: Index, question: str, embedder: WordsAsDirections | None = None) -> Evidence:
    """What speaks for an answer from all documents."""
    return index.weighed_context(question, 500, documents=None, embedder=embedder)[1]


@pytest.mark.parametrize(
    "question",
    ["When is the rent due?", "rent", "deposit", "How long until I get my deposit back?", "Are pets allowed?"],
)
def test_what_the_documents_speak_of_is_enough_by_words_alone(index: Index, question: str) -> None:
    add(index, "/lease.txt", *LEASE)
    assert evidence(index, question).is_enough


@pytest.mark.parametrize("question", ["Who painted the ceiling?", "violin", "How deep are tulips planted?", ""])
def test_other_things_are_not(index: Index, question: str) -> None:
    add(index, "/lease.txt", *LEASE)
    found = evidence(index, question)
    assert found.words == 0.0
    assert not found.is_enough


def test_a_question_in_a_language_that_nobody_knows_is_not_said_to_be_unanswered(index: Index) -> None:
    add(index, "/lease.txt", *(text + " This is what the parties have agreed to." for text in LEASE))
    embedder = WordsAsDirections()
    learn(index, embedder)
    question = "Wann ist die Miete von 900 Euro für die Wohnung fällig?"
    for asked in (None, embedder):
        found = evidence(index, question, asked)
        assert found.foreign
        assert found.is_enough
    everything = WordsAsDirections(languages=None, model_id="all/1")
    learn(index, everything)
    assert not evidence(index, question, everything).foreign
    assert not evidence(index, "When is the rent due?", embedder).foreign


def test_the_more_passages_the_nearer_the_nearest_must_be() -> None:
    assert Evidence(0.0, 0.36, 400).is_enough
    assert not Evidence(0.0, 0.36, 33_000).is_enough
    assert Evidence(0.0, 0.43, 33_000).is_enough
    assert not Evidence(0.0, 0.2, 1).is_enough
    assert not Evidence().is_enough


def test_words_are_enough_where_meaning_is_far_if_most_of_the_question_stands_there() -> None:
    assert Evidence(0.5, 0.1, 400).is_enough
    assert not Evidence(0.3, 0.1, 400).is_enough
    assert Evidence(0.3, None, 400).is_enough


def test_a_rare_word_weighs_more_than_one_that_is_everywhere() -> None:
    query = read_query("sinking harbour", {"en": 1000})
    look = SecondLook(query, {"sink": 900, "harbour": 2}, 1000)
    rare, common = look.coverage("The harbour.", "", "en"), look.coverage("All is sinking.", "", "en")
    assert rare > 0.9 > 0.1 > common > 0
    assert rare + common == pytest.approx(1.0)
    assert look.coverage("A sinking harbour.", "", "en") == pytest.approx(1.0)


def test_words_far_apart_do_not_stand_together() -> None:
    query = read_query("harbour piles", {"en": 100})
    look = SecondLook(query, {"harbour": 5, "pile": 5}, 100)
    near = look.coverage("The harbour rests on piles.", "", "en")
    far = look.coverage("The harbour. " + "Nothing of that sort is said here. " * 20 + "Piles.", "", "en")
    assert near == pytest.approx(1.0)
    assert far == pytest.approx(0.5)


def test_a_heading_counts_half_for_what_stands_below_it() -> None:
    look = SecondLook(read_query("harbour", {"en": 100}), {"harbour": 5}, 100)
    assert look.coverage("Built of oak.", "The harbour", "en") == pytest.approx(0.5)
    assert look.coverage("The harbour is built of oak.", "The harbour", "en") == pytest.approx(1.0)


def test_a_question_without_words_covers_nothing() -> None:
    assert SecondLook(read_query("?!", {"en": 100}), {}, 100).coverage("Anything.", "Any", "en") == 0.0
    assert meaning_of([]) is None
    assert meaning_of([(1, 0.2), (2, math.pi / 10)]) == math.pi / 10


def test_words_that_stand_in_english_passages_are_asked_by_meaning_too(index: Index) -> None:
    add(index, "/car.txt", "The automobile was repaired by the doctor.", "The physician drove the wagon home.")
    german = add(index, "/de.txt", "Der Wagen wurde von dem Arzt in der Stadt repariert und nicht verkauft.")
    embedder = EnglishOnly()
    learn(index, embedder)
    assert len(index.search("medic", embedder=embedder)) == 2
    found = index.search("doctor", embedder=embedder)
    assert [hit.text for hit in found] == [
        "The automobile was repaired by the doctor.",
        "The physician drove the wagon home.",
    ]
    assert [hit.document_id for hit in index.search("repariert", embedder=embedder)] == [german]


def test_what_its_words_found_tells_the_language_of_a_question() -> None:
    embedder = EnglishOnly()
    english, german = read_query("IBAN", {"en": 9, "de": 1}), read_query("Wer hat die Miete bezahlt?", {"en": 9})
    assert not is_spoken_by(embedder, english)
    assert is_spoken_by(embedder, read_query("Who has paid the rent?", {"en": 9}))
    assert not is_spoken_by(embedder, read_query("  ", {"en": 9}))
    assert is_spoken_where_found(embedder, english, ["en"] * 9 + ["de"])
    assert is_spoken_where_found(embedder, english, ["en", ""])
    assert not is_spoken_where_found(embedder, english, ["en"] * 8 + ["de"] * 2)
    assert not is_spoken_where_found(embedder, english, [""])
    assert not is_spoken_where_found(embedder, german, ["en"] * 9)
    assert is_spoken_where_found(embedder, german, [])
    assert is_foreign(embedder, german, {"en": 9})
    assert is_foreign(None, german, {"en": 9})
    assert not is_foreign(embedder, german, {"en": 9, "de": 1})
    assert not is_foreign(WordsAsDirections(languages=None), german, {"en": 9})
