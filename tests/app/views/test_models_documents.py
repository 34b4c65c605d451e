"""The section "For your documents" of the page "Models": the offer, its download, and what is here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.models.for_documents import BetterState, ForDocuments
from app.models.page import ModelsPage
from app.presenters import model_documents
from runtime.api import DocumentsStatus, DownloadChanged, DownloadPhase, InstalledModel, WaitsFor
from runtime.documents.embeddings.models import OFFERED
from runtime.errors import ModelDamaged
from tests.app.views.models_page import heard, page, press, said

__all__ = ["page"]

NAME = OFFERED.model.repository
BUILT_IN = "Finds by meaning: English, built in. Words are found in every language."
TITLE = "Finds by meaning in 100 languages"
E5 = InstalledModel("e5", NAME, "/models/e5", 488_200_000, ours=True, verified=True)
LEARNING = DocumentsStatus(
    documents=412,
    by_state={},
    pages_read=9_000,
    passages=40_000,
    learnt=11_600,
    busy=True,
    paused=False,
    seconds_left=700.0,
    model=OFFERED.model.model_id,
    asked_model="built-in",
)


def shown(
    job: DownloadChanged | None = None, here: InstalledModel | None = None, learning: DocumentsStatus | None = None
) -> ForDocuments:
    return model_documents.for_documents(OFFERED, here, job, learning)


def test_what_is_there_and_what_is_offered(qtbot: QtBot, page: ModelsPage) -> None:
    section = page.here.documents
    assert not section.isVisible()
    told = heard(section.download_requested)
    section.show_documents(shown())
    assert said(section) == [
        "For your documents",
        BUILT_IN,
        f"{TITLE} · 488 MB",
        "For documents that are not in English: a question finds what says the same in other words.",
    ]
    press(qtbot, page, f"Download: {TITLE}")
    assert len(told) == 1


def test_on_its_way_it_can_be_paused_and_given_up(qtbot: QtBot, page: ModelsPage) -> None:
    section = page.here.documents
    told = heard(section.pause_requested, section.resume_requested, section.cancel_requested)
    job = DownloadChanged(NAME, DownloadPhase.TRANSFERRING, "", "", 122_000_000, 488_000_000, 4e6, 90.0)
    section.show_documents(shown(job))
    assert "122 of 488 MB · 4 MB a second · about 2 minutes left" in said(section)
    assert section.bar.value() == 250
    press(qtbot, page, f"Pause: {TITLE}")
    section.show_documents(shown(replace(job, phase=DownloadPhase.PAUSED)))
    assert "Paused. What is here is kept." in said(section)
    press(qtbot, page, f"Resume: {TITLE}")
    press(qtbot, page, f"Cancel: {TITLE}")
    assert [each[0] for each in told] == [0, 1, 2]


def test_here_it_can_be_removed_and_broken_mended(qtbot: QtBot, page: ModelsPage) -> None:
    section = page.here.documents
    told = heard(section.remove_requested, section.mend_requested)
    section.show_documents(shown(here=E5))
    assert f"{TITLE} · 488 MB" in said(section)
    assert not section.bar.isVisible()
    press(qtbot, page, f"Remove: {TITLE}")
    broken = replace(E5, problem=ModelDamaged("model.safetensors", "missing").problem())
    section.show_documents(shown(here=broken))
    press(qtbot, page, f"Mend it: {TITLE}")
    assert [each[0] for each in told] == [0, 1]


@pytest.mark.parametrize("phase", [each for each in DownloadPhase if each is not DownloadPhase.DONE])
def test_every_phase_says_something(phase: DownloadPhase) -> None:
    found = shown(DownloadChanged(NAME, phase, total_bytes=488_000_000))
    assert found.state in (BetterState.COMING, BetterState.PAUSED)
    assert found.sentence or found.amount


def test_the_keyboard_stays_when_a_button_goes(qtbot: QtBot, page: ModelsPage) -> None:
    section = page.here.documents
    section.show_documents(shown())
    section.download_button.setFocus()
    section.show_documents(shown(DownloadChanged(NAME, DownloadPhase.LISTING)))
    assert section.pause_button.hasFocus()


def test_here_it_says_how_far_it_knows_the_documents(qtbot: QtBot, page: ModelsPage) -> None:
    section = page.here.documents
    told = heard(section.remove_requested)
    section.show_documents(shown(here=E5, learning=LEARNING))
    known = "Getting to know your documents: 29 %. Until it knows them all, what was learnt before serves."
    assert said(section)[3:] == [known, "About 12 minutes left"]
    assert (section.bar.isVisible(), section.bar.value()) == (True, 290)
    press(qtbot, page, f"Remove: {TITLE}")
    assert len(told) == 1
    section.show_documents(shown(here=E5, learning=replace(LEARNING, learnt=40_000)))
    assert not section.bar.isVisible()
    assert said(section)[3:] == [
        "Your documents are learnt with it in the background. What was learnt before serves until it has them all."
    ]


@pytest.mark.parametrize(
    ("status", "sentence", "amount"),
    [
        (replace(LEARNING, paused=True), 1, "Paused in your documents"),
        (replace(LEARNING, waits_for=WaitsFor.POWER), 1, "Waiting for power, to save the battery"),
        (replace(LEARNING, seconds_left=None), 1, ""),
        (replace(LEARNING, learnt=39_990, asked_model=LEARNING.model), 0, "About 12 minutes left"),
    ],
)
def test_why_it_holds_still_is_told(status: DocumentsStatus, sentence: int, amount: str) -> None:
    found = shown(here=E5, learning=status)
    assert (found.state, found.amount) == (BetterState.LEARNING, amount)
    known = ["Getting to know your documents: 99 %.", "Getting to know your documents: 29 %."][sentence]
    assert found.sentence.startswith(known)
    assert ("Until it knows them all" in found.sentence) == bool(sentence)


@pytest.mark.parametrize("status", [replace(LEARNING, model="built-in"), replace(LEARNING, passages=0, learnt=0), None])
def test_what_another_model_learns_is_not_told_here(status: DocumentsStatus | None) -> None:
    assert shown(here=E5, learning=status).state is BetterState.HERE
    assert shown(learning=status).state is BetterState.OFFERED
