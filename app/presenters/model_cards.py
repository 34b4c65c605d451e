"""The models on this computer as the page "Models" shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app import sentences, texts, wording
from app.controllers.computer import ComputerController
from app.controllers.models import ModelsController
from app.models.forecast import Fits, Instead, Length, Outlook
from app.models.shown import Here, HereModel, HereState, OtherFolder, RemovedModel, Suggestion
from app.presenters import model_documents
from runtime.api import (
    Basis,
    CheckKind,
    Choice,
    EngineState,
    Fit,
    InstalledModel,
    Judgement,
    Owner,
    Settings,
    WorkChanged,
    WorkKind,
    licence_of,
)
from runtime.api import RemovedModel as Removed

FITS = {
    Fit.COMFORTABLE: Fits.WELL,
    Fit.TIGHT: Fits.TIGHT,
    Fit.CRAWLS: Fits.CRAWLS,
    Fit.TOO_LARGE: Fits.TOO_LARGE,
}
BASES = {
    Basis.ESTIMATED: "estimated",
    Basis.SELF_TEST: "by this computer's test",
    Basis.MEASURED_HERE: "by its own answers here",
}
BUSY = {WorkKind.VERIFY: "being checked", WorkKind.SHELVE: "being put on the shelf"}
OTHERS = {Owner.LM_STUDIO: "LM Studio", Owner.HUGGING_FACE: "Hugging Face's tools"}
KEPT_BECAUSE = {
    Owner.LM_STUDIO: "LM Studio looks after it",
    Owner.HUGGING_FACE: "Hugging Face's tools look after it",
    Owner.NAMED: "it is in a folder of yours",
}


def here(
    models: ModelsController,
    computer: ComputerController,
    works: Mapping[str, WorkChanged],
    coming: frozenset[str],
    judgements: Mapping[str, Judgement],
    settings: Settings,
    folder: str,
    now: datetime,
) -> Here:
    """All of the place "On this computer". ``coming`` are the repositories that are being fetched."""
    every = (*models.installed, *filter(None, [models.for_documents]))
    used = sum(model.size_bytes for model in every if model.owner in (Owner.OURS, Owner.BY_HAND))
    free = computer.computer.disk_free_bytes if computer.computer else None
    return Here(
        models=tuple(
            card(model, models, computer, works, coming, judgements.get(model.folder), now)
            for model in models.installed
        ),
        removed=tuple(
            RemovedModel(
                gone.id,
                _removed_title(models, computer, gone),
                wording.size(gone.size_bytes),
                _removed_words(gone.removed_at, now),
            )
            for gone in models.removed
        ),
        removed_size=wording.size(sum(gone.size_bytes for gone in models.removed)),
        looking=not models.looked,
        room=f"Models use {wording.size(used)}" + (f" · {wording.size(free)} free" if free else ""),
        used=wording.size(used),
        folder=folder,
        missing=texts.explain(models.problem).sentence if models.problem else "",
        others_used=settings.other_apps_models,
        others=_others(models.installed, settings),
        suggestion=_suggestion(computer),
    )


def _removed_title(models: ModelsController, computer: ComputerController, gone: Removed) -> str:
    if gone.repository == models.offered.model.repository:
        return model_documents.title(models.offered)
    return sentences.model_title(computer.choice(gone.repository), gone.name)


def card(
    model: InstalledModel,
    models: ModelsController,
    computer: ComputerController,
    works: Mapping[str, WorkChanged],
    coming: frozenset[str],
    judgement: Judgement | None,
    now: datetime,
) -> HereModel:
    """One model."""
    choice = computer.choice(model.repository)
    used_at, verified_at = wording.moment(model.last_used_at), wording.moment(model.verified_at)
    by_bytes = model.verified_by is not CheckKind.STRUCTURE
    ours = model.owner in (Owner.OURS, Owner.BY_HAND)
    can_mend = model.owner is Owner.OURS and bool(model.repository)
    return HereModel(
        id=model.folder,
        title=sentences.model_title(choice, model.name),
        name=choice.model.name if choice else "",
        sentence=choice.model.sentence if choice else "",
        size=wording.size(model.size_bytes),
        size_bytes=model.size_bytes,
        used=sentences.last_used(now, used_at),
        used_at=used_at.timestamp() if used_at else 0.0,
        speed=_speed(model, judgement),
        measured=bool(model.tokens_per_s) or (judgement is not None and sentences.is_measured(judgement)),
        fits=FITS[judgement.fit] if judgement else Fits.UNKNOWN,
        checked=sentences.checked(now, verified_at, by_bytes=by_bytes),
        owner=sentences.owner(model.owner),
        state=_state(model, models),
        busy=_busy(model, works, coming),
        trouble=texts.explain(model.problem).sentence if model.problem else "",
        mend="Mend it" if can_mend else "",
        kept_because="" if ours else KEPT_BECAUSE.get(model.owner, "it is not Hearth's"),
        details=_details(model, judgement),
        comfortable=sentences.comfortable(judgement) if judgement else "",
        warning=sentences.warning(judgement) if judgement else "",
        instead=instead_of(model.repository or model.folder, judgement, models, computer, coming),
        outlook=outlook(judgement) if judgement else None,
    )


def outlook(forecast: sentences.Forecast) -> Outlook:
    """How a model does here, for the details of its card."""
    lengths = (Length(pages, FITS[fit], verdict, need) for fit, pages, verdict, need in sentences.lengths(forecast))
    return Outlook(sentences.outlook(forecast), tuple(lengths))


def instead_of(
    name: str,
    forecast: sentences.Forecast | None,
    models: ModelsController,
    computer: ComputerController,
    coming: frozenset[str],
) -> Instead | None:
    """What does better here than the model called ``name``, where that one is not comfortable: what its own forecast
    names, or else the one that suits this computer best."""
    if forecast is None or computer.recommendation is None or forecast.fit is Fit.COMFORTABLE:
        return None
    named = forecast.reason.parameters.get("instead") if isinstance(forecast, Choice) else None
    choices = computer.recommendation.choices if named else ()
    better = next((c for c in choices if c.model.role == named), computer.recommendation.pick)
    if better is None or better.edition.repository == name or better.fit is not Fit.COMFORTABLE:
        return None
    repository = better.edition.repository
    here = next((m.folder for m in models.installed if m.repository == repository and m.problem is None), "")
    return Instead(
        id=here or repository,
        title=better.model.role,
        pace=sentences.pace(better),
        size="" if here else wording.size(better.download_bytes),
        here=bool(here),
        coming=repository in coming and not here,
    )


def _speed(model: InstalledModel, judgement: Judgement | None) -> str:
    if model.tokens_per_s:
        return wording.words_a_second(model.tokens_per_s)
    return sentences.pace(judgement) if judgement else ""


def _state(model: InstalledModel, models: ModelsController) -> HereState:
    if model.problem is not None:
        return HereState.BROKEN
    if models.current is None or models.current.folder != model.folder:
        return HereState.READY
    waking = models.engine.state in (EngineState.STARTING, EngineState.LOADING)
    return HereState.WAKING if waking else HereState.IN_USE


def _busy(model: InstalledModel, works: Mapping[str, WorkChanged], coming: frozenset[str]) -> str:
    for work in works.values():
        if work.subject == model.folder and work.kind in BUSY:
            return BUSY[work.kind]
        if work.kind is WorkKind.MOVE and model.owner in (Owner.OURS, Owner.BY_HAND):
            return "being moved"
    return "being mended" if model.repository in coming and model.owner is Owner.OURS else ""


def _removed_words(removed_at: str, now: datetime) -> str:
    then = wording.moment(removed_at)
    return f"removed {wording.days_ago(now, then)} · goes for good in a day" if then else "goes for good in a day"


def _others(installed: tuple[InstalledModel, ...], settings: Settings) -> tuple[OtherFolder, ...]:
    """Whose models are used: other programs that have some, and the folders that the person named."""
    found = []
    for owner, name in OTHERS.items():
        count = sum(model.owner is owner for model in installed)
        if count:
            found.append(OtherFolder("", name, wording.count(count, "model")))
    for folder in settings.extra_model_folders:
        count = sum(model.owner is Owner.NAMED and model.folder.startswith(folder) for model in installed)
        found.append(OtherFolder(folder, folder, wording.count(count, "model") if count else "nothing now", named=True))
    return tuple(found)


def _suggestion(computer: ComputerController) -> Suggestion | None:
    pick = computer.recommendation.pick if computer.recommendation else None
    if pick is None:
        return None
    sentence = f"{pick.model.sentence} {sentences.choice_reason(pick)}".strip()
    return Suggestion(pick.edition.repository, pick.model.role, sentence, wording.size(pick.download_bytes))


def forecast_rows(forecast: sentences.Forecast) -> dict[str, str]:
    """The figures of a forecast as experts read them."""
    low, high = forecast.tokens_per_s_low, forecast.tokens_per_s_high
    return {
        f"Speed, {BASES[forecast.basis]}": f"{low:.1f} to {high:.1f} tokens a second",
        "Comfortable up to": f"{forecast.longest_context_tokens:,} tokens" if forecast.longest_context_tokens else "",
        "Memory": "as measured here" if forecast.memory_measured else "",
    }


def _details(model: InstalledModel, judgement: Judgement | None) -> str:
    licence = licence_of(model.licence)
    rows = {
        "Repository": model.repository,
        "Commit": model.commit,
        "Folder": model.folder,
        "Architecture": model.architecture,
        "Licence": sentences.licence(licence.kind, licence.name) if model.licence else "",
        "Sees up to": f"{model.context_tokens:,} tokens" if model.context_tokens else "",
        "Bits": str(model.shape.bits) if model.shape and model.shape.bits else "",
        "Memory needed": wording.size(judgement.need_bytes) if judgement else "",
        "Memory this computer can give": wording.size(judgement.budget_bytes) if judgement else "",
        **(forecast_rows(judgement) if judgement else {}),
        "Measured in chats": f"{model.tokens_per_s:.1f} tokens a second" if model.tokens_per_s else "",
        "Downloaded": model.downloaded_at,
    }
    return wording.details(rows)
