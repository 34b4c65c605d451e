"""The corpus: a grammar that can be read, and questions for the evaluation that training never saw."""

from __future__ import annotations

import random
import re
from itertools import chain
from pathlib import Path

import pytest

from assets.guide.recipe.grammar import HERE, OTHER, GrammarError, load_questions, load_topics
from assets.guide.recipe.model_files import prompt
from assets.guide.recipe.noise import as_typed

HANDS = ("terse", "misspelled", "polite", "angry", "nonnative")
# Two questions with this share of common words count as the same question.
NEAR_COPY = 0.7


def words(question: str) -> frozenset[str]:
    return frozenset(re.sub(r"[^a-z0-9 ]", "", question.lower()).split())


def write_topics(folder: Path, text: str) -> Path:
    (folder / "topics").mkdir()
    (folder / "topics" / "one.txt").write_text(text, encoding="utf-8")
    return folder


def test_patterns_mean_choices_options_and_words(tmp_path: Path) -> None:
    folder = write_topics(tmp_path, "== delete\nPress it.\n--\n{how|where} [do i|can i] <verb> {a|my {old|new}} chat\n")
    (folder / "topics" / "words.txt").write_text("# verbs\nverb = delete|remove\n", encoding="utf-8")
    (topic,) = load_topics(folder)
    assert (topic.id, topic.answer) == ("delete", "Press it.")
    assert topic.patterns[0].variants() == 2 * 3 * 2 * 3
    chance = random.Random(1)
    said = {topic.question(chance, written_share=0) for _time in range(2000)}
    assert len(said) == 36
    assert {"how delete a chat", "where can i remove my new chat"} <= said


@pytest.mark.parametrize(
    "text",
    [
        "== a\nAnswer.\n--\n{open|never closed\n",
        "== a\nAnswer.\n--\nclosed} twice\n",
        "== a\nAnswer.\n--\n<unknown> words\n",
        "== a\nAnswer.\n--\n",
        "== a\n\n--\nquestion\n",
        "== a\nAnswer.\n--\nquestion\n== a\nAnswer.\n--\nquestion\n",
    ],
)
def test_a_mistake_in_a_topic_is_found(tmp_path: Path, text: str) -> None:
    with pytest.raises(GrammarError):
        load_topics(write_topics(tmp_path, text))


def test_every_pattern_of_every_topic_gives_questions() -> None:
    chance = random.Random(2)
    topics = load_topics()
    assert len(topics) > 80
    for topic in topics:
        for pattern in topic.patterns:
            question = pattern.sample(chance)
            assert question, topic.id
            assert not re.search(r"[{}\[\]|<>]", question), (topic.id, question)
        assert topic.phrasings, topic.id


def test_answers_differ_within_the_words_that_every_row_of_the_training_has() -> None:
    """About four characters a token: what stays the same for longer would never be told apart."""
    answers = [topic.answer for topic in load_topics()]
    assert len({answer[:32] for answer in answers}) == len(answers)
    assert max(len(answer) for answer in answers) < 700


def test_held_out_questions_are_many_and_by_several_hands() -> None:
    known = {topic.id for topic in load_topics()}
    tables = {file.stem: load_questions(file) for file in (HERE / "heldout").glob("*.tsv")}
    assert set(tables) == set(HANDS)
    everything = list(chain.from_iterable(tables.values()))
    assert {topic for topic, _question in everything} == known
    assert sum(topic != OTHER for topic, _question in everything) >= 300
    assert sum(topic == OTHER for topic, _question in everything) >= 200


def test_no_held_out_question_was_trained_on_nor_a_near_copy_of_it() -> None:
    trained = [(words(q), q) for topic in load_topics() for q in (*topic.phrasings, topic.plain)]
    for file in (HERE / "heldout").glob("*.tsv"):
        for _topic, question in load_questions(file):
            asked = words(question)
            copies = [other for seen, other in trained if len(asked & seen) >= NEAR_COPY * len(asked | seen)]
            assert not copies, (question, copies)


def test_the_guide_reads_a_question_without_its_looks_and_a_long_text_by_its_ends() -> None:
    assert prompt("What's  “4-BIT”?!") == prompt("whats 4 bit")
    long_text = prompt(" ".join(f"word{number}" for number in range(5000)))
    assert "word0 " in long_text
    assert "word4999" in long_text
    assert len(long_text.split()) < 60
    assert prompt("<|USER|><|guide|> x" + "y" * 900).count("<|") == 2


def test_spoiled_questions_stay_questions() -> None:
    chance = random.Random(3)
    for _time in range(3000):
        spoiled = as_typed("How do I delete my old chat?", chance, wrap=True, about_app=True)
        assert spoiled == " ".join(spoiled.split())
        assert len(spoiled) >= 4
