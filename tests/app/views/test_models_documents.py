"""The section "For your documents" of the page "Models": the offer, its download, and what is here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.models.for_documents import BetterState, ForDocuments
from app.models.page import ModelsPage
from app.presenters import model_documents
from runtime.api import DownloadChanged, DownloadPhase, InstalledModel
from runtime.documents.embeddings.models import OFFERED
from runtime.errors import ModelDamaged
from tests.app.views.models_page import heard, page, press, said

__all__ = ["page"]

NAME = OFFERED.model.repository
BUILT_IN = "Finds by meaning: English, built in. Words are found in every language."
TITLE = "Finds by meaning in 100 languages"


def shown(job: DownloadChanged | None = None, here: InstalledModel | None = None) -> ForDocuments:
    return model_documents.for_documents(OFFERED, here, job)


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
    model = InstalledModel("e5", NAME, "/models/e5", 488_200_000, ours=True, verified=True)
    section.show_documents(shown(here=model))
    assert f"{TITLE} · 488 MB" in said(section)
    assert not section.bar.isVisible()
    press(qtbot, page, f"Remove: {TITLE}")
    broken = replace(model, problem=ModelDamaged("model.safetensors", "missing").problem())
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
