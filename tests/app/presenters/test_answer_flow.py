"""What is said while a prompt is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from app.controllers.chat import PromptReading
from app.presenters import answer_flow
from app.presenters.answer_flow import READING, SHARE_AFTER_S, WAITS, reading_words
from app.theme.theme import Theme
from runtime.api import AnswerDelta, AnswerFinished, AnswerGrounded, AnswerStarted, FinishReason, PromptProgress
from tests import made_up_answers as made
from tests.answers_scene import AnswersScene


@pytest.fixture
def scene(theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnswersScene]:
    monkeypatch.setattr(answer_flow, "SHARE_AFTER_S", 0.0)
    shown = AnswersScene(tmp_path / "home", theme, lambda seconds: QTest.qWait(max(1, round(1000 * seconds))))
    shown.open()
    yield shown
    shown.close()


def status(scene: AnswersScene, answer: str) -> str:
    line = scene.view(answer)._status
    return "" if line.isHidden() else line.text()


def shows(scene: AnswersScene, answer: str, words: str) -> bool:
    return status(scene, answer) == words


def reading(done: int, *, total: int = 1000, kept: int = 0, seconds: float = 2 * SHARE_AFTER_S) -> PromptReading:
    return PromptReading("answer", done, total, kept, seconds)


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (0, 1000, "Reading your question … 0 %"),
        (404, 1000, "Reading your question … 40 %"),
        (999, 1000, "Reading your question … 99 %"),
        (1000, 1000, "Reading your question … 100 %"),
        (0, 0, "Reading your question …"),
    ],
)
def test_the_share_is_of_what_had_to_be_read_and_never_ahead(done: int, total: int, words: str) -> None:
    assert reading_words(reading(done, total=total), documents=0, earlier=False) == words


def test_what_is_over_in_a_moment_has_no_share() -> None:
    soon = reading(500, seconds=SHARE_AFTER_S / 2)
    assert reading_words(soon, documents=0, earlier=False) == "Reading your question …"


def test_it_says_what_is_read() -> None:
    assert reading_words(reading(400), documents=1, earlier=True) == "Reading your document … 40 %"
    assert reading_words(reading(400), documents=3, earlier=False) == "Reading your documents … 40 %"
    assert reading_words(reading(400), documents=0, earlier=True) == "Reading the conversation … 40 %"
    kept = reading(400, kept=5000)
    assert reading_words(kept, documents=0, earlier=True) == "Reading your question … 40 %", "the rest was kept"


# --- in the window ----------------------------------------------------------------------------------------------------


def test_of_a_prompt_that_was_partly_kept_the_rest_is_counted(scene: AnswersScene) -> None:
    _chat, answer = scene.conversation(made.QUESTION)
    scene.tell(AnswerGrounded(answer, replace(made.checked(), verdicts=None)))
    of = "document" if scene.hearth.answers_view.documents_of(answer) == 1 else "documents"
    for done, words in ((8000, "0 %"), (8400, "40 %"), (9000, "100 %")):
        scene.tell(PromptProgress(answer, done, 9000))
        scene.until(partial(shows, scene, answer, f"Reading your {of} … {words}"))
    scene.tell(AnswerDelta(answer, "The"))
    scene.until(lambda: status(scene, answer) == "")


def test_progress_in_another_chat_is_true_when_it_is_opened_in_the_middle(scene: AnswersScene) -> None:
    chat, answer = scene.conversation("How high is the rent?")
    scene.hearth.chat_view.new_chat()
    scene.until(lambda: not scene.hearth.chat.current_id)
    scene.tell(PromptProgress(answer, 100, 1100))
    scene.show(chat)
    scene.tell(PromptProgress(answer, 600, 1100))
    scene.until(lambda: status(scene, answer) == "Reading your question … 50 %")
    assert scene.composer.send_button.accessibleName() == "Stop"
    scene.tell(AnswerFinished(answer, FinishReason.STOPPED))
    scene.until(lambda: scene.composer.send_button.accessibleName() == "Send")


def test_what_waits_says_so_until_it_is_read(scene: AnswersScene) -> None:
    _first, running = scene.conversation("One?")
    _second, waiting = scene.conversation("Two?")
    scene.until(lambda: status(scene, waiting) == WAITS)
    scene.tell(AnswerFinished(running, FinishReason.COMPLETE))
    scene.tell(PromptProgress(waiting, 0, 0))
    scene.until(lambda: status(scene, waiting) == READING)


def test_the_guide_and_the_model_do_not_wait_for_each_other(scene: AnswersScene) -> None:
    _first, running = scene.conversation("One?")
    chat, other = scene.conversation("Two?")
    scene.tell(AnswerFinished(other, FinishReason.STOPPED))
    store = scene.runtime.conversations
    question, guided = store.add_exchange(chat, "Three?", model="hearth-guide", parent_id=None)
    scene.show(chat)
    scene.tell(AnswerStarted(guided, chat, question, model="hearth-guide"))
    scene.until(lambda: guided in scene.hearth.chat.answering)
    assert not scene.hearth.chat.waits(guided)
    assert not scene.hearth.chat.waits(running)
