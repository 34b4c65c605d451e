"""The model for documents as the page "Models" shows it."""

from __future__ import annotations

from app import sentences, texts, wording
from app.models.for_documents import BetterState, ForDocuments
from app.sentences import for_documents as words
from runtime.api import DocumentsStatus, DownloadChanged, DownloadPhase, InstalledModel, OfferedModel, WaitsFor

STILL = (DownloadPhase.PAUSED, DownloadPhase.FAILED)


def title(offered: OfferedModel) -> str:
    """Its name in a person's words."""
    return words.better_title(offered.language_count)


def for_documents(
    offered: OfferedModel,
    here: InstalledModel | None,
    job: DownloadChanged | None,
    learning: DocumentsStatus | None = None,
) -> ForDocuments:
    """Where it stands: on its way (also to be mended), learning, here, or to be had."""
    size_bytes = here.size_bytes if here is not None else (job.total_bytes if job else 0) or offered.download_bytes
    shown = ForDocuments(words.BUILT_IN, title(offered), wording.size(size_bytes))
    if job is not None:
        return _coming(shown, job)
    if here is None:
        return _with(shown, words.better_sentence(here=False), BetterState.OFFERED)
    if here.problem is not None:
        return _with(shown, texts.explain(here.problem).sentence, BetterState.BROKEN)
    if learning is not None and learning.model == offered.model.model_id and learning.learnt < learning.passages:
        return _learning(shown, learning)
    return _with(shown, words.better_sentence(here=True), BetterState.HERE)


def _learning(shown: ForDocuments, status: DocumentsStatus) -> ForDocuments:
    """Never all of it while something is left."""
    share = status.learnt / status.passages
    done = f"Getting to know your documents: {min(round(100 * share), 99)} %."
    before = status.asked_model and status.asked_model != status.model
    serves = "Until it knows them all, what was learnt before serves." if before else ""
    sentence = " ".join(part for part in (done, serves) if part)
    return ForDocuments(
        shown.built_in, shown.title, shown.size, sentence, BetterState.LEARNING, share, _why_not_or_when(status)
    )


def _why_not_or_when(status: DocumentsStatus) -> str:
    if status.paused:
        return "Paused in your documents"
    if status.waits_for is WaitsFor.POWER:
        return "Waiting for power, to save the battery"
    return f"{wording.duration(status.seconds_left).capitalize()} left" if status.seconds_left is not None else ""


def _coming(shown: ForDocuments, job: DownloadChanged) -> ForDocuments:
    state = BetterState.PAUSED if job.phase in STILL else BetterState.COMING
    there = sentences.download_amount(job) if job.done_bytes else ""
    amount = " · ".join(part for part in (there, sentences.download_rate(job)) if part)
    fraction = sentences.download_fraction(job)
    share = min(fraction, 1.0) if fraction is not None else None
    return ForDocuments(shown.built_in, shown.title, shown.size, sentences.download_phase(job), state, share, amount)


def _with(shown: ForDocuments, sentence: str, state: BetterState) -> ForDocuments:
    return ForDocuments(shown.built_in, shown.title, shown.size, sentence, state)
