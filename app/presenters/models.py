"""The models page: what is here, what is coming, what would fit, what would not."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app import sentences, texts, wording
from app.controllers.computer import ComputerController
from app.controllers.downloads import DownloadsController
from app.controllers.models import ModelsController
from app.models.models_page import ModelCard, ModelsPage, Section
from runtime.api import Choice, DownloadChanged, DownloadPhase, EngineState, Fit, InstalledModel


class ModelsPresenter(QObject):
    """Owns the models page.

    Signals:
        chat_wanted: a model was put in use; go back to the conversation.
        trouble: name and Problem to show.
    """

    chat_wanted = Signal()
    trouble = Signal(str, object)

    def __init__(
        self,
        computer: ComputerController,
        downloads: DownloadsController,
        models: ModelsController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._computer = computer
        self._downloads = downloads
        self._models = models
        self.page = ModelsPage()
        self._waking = ""
        self.page.use_requested.connect(self._use)
        self.page.folder_chosen.connect(self._use)
        self.page.download_requested.connect(downloads.start)
        self.page.pause_requested.connect(downloads.pause)
        self.page.resume_requested.connect(downloads.resume)
        self.page.cancel_requested.connect(downloads.cancel)
        self.page.remove_requested.connect(models.remove)
        self.page.back_requested.connect(self.chat_wanted)
        for changed in (computer.looked, models.installed_changed, models.engine_changed):
            changed.connect(self.show_all)
        downloads.changed.connect(self.show_all)
        downloads.arrived.connect(lambda _repository, _folder: models.refresh())

    def show_all(self, *_what: object) -> None:
        """Bring the page up to date; it changes only the cards that differ."""
        self.page.set_sections(self._sections(), self._footer())

    def _use(self, name: str) -> None:
        self._waking = name
        self._models.use(name)
        self.chat_wanted.emit()

    # --- sections -------------------------------------------------------------------------------------------------

    def _sections(self) -> tuple[Section, ...]:
        here = tuple(self._installed_card(model) for model in self._models.installed)
        coming = tuple(self._download_card(job) for job in self._downloads.jobs.values())
        taken = {model.repository for model in self._models.installed} | set(self._downloads.jobs)
        choices = self._computer.recommendation.choices if self._computer.recommendation else ()
        pick = self._computer.recommendation.pick if self._computer.recommendation else None
        others = [choice for choice in choices if choice.edition.repository not in taken]
        others.sort(key=lambda choice: choice is not pick)
        fitting = tuple(self._offer_card(c) for c in others if c.fit in (Fit.COMFORTABLE, Fit.TIGHT))
        too_large = tuple(self._offer_card(c) for c in others if c.fit not in (Fit.COMFORTABLE, Fit.TIGHT))
        sections = (
            Section("On this computer", here),
            Section("Downloading", coming),
            Section("More that fit this computer", fitting),
            Section("Too large or too slow here", too_large, collapsed=True),
        )
        return tuple(section for section in sections if section.cards)

    def _footer(self) -> str:
        used = sum(model.size_bytes for model in self._models.installed)
        computer = self._computer.computer
        free = f" · {wording.size(computer.disk_free_bytes)} free" if computer and computer.disk_free_bytes else ""
        return f"Models use {wording.size(used)}{free}"

    def _installed_card(self, model: InstalledModel) -> ModelCard:
        choice = self._computer.choice(model.repository)
        current = self._models.current is not None and self._models.current.folder == model.folder
        words = texts.explain(model.problem) if model.problem else None
        return ModelCard(
            id=model.repository or model.folder,
            title=sentences.model_title(choice, model.repository or model.folder),
            badge="Needs mending" if words else "",
            badge_kind="warning" if words else "",
            sentence=words.sentence if words else (choice.model.sentence if choice else ""),
            facts=sentences.installed_facts(model, choice),
            state=self._installed_state(model, current),
            details=_details(model),
        )

    def _installed_state(self, model: InstalledModel, current: bool) -> str:
        if model.problem is not None:
            return "broken"
        if not current:
            return "ready"
        return "waking" if self._models.engine.state in (EngineState.STARTING, EngineState.LOADING) else "in_use"

    def _download_card(self, job: DownloadChanged) -> ModelCard:
        choice = self._computer.choice(job.repository)
        state = {DownloadPhase.PAUSED: "paused", DownloadPhase.FAILED: "failed"}.get(job.phase, "downloading")
        pieces = (sentences.download_amount(job), sentences.download_rate(job), sentences.download_phase(job))
        return ModelCard(
            id=job.repository,
            title=job.title or sentences.model_title(choice, job.repository),
            badge="",
            badge_kind="",
            sentence=choice.model.sentence if choice else "",
            facts=choice.model.name if choice else job.repository,
            state=state,
            fraction=sentences.download_fraction(job),
            progress_text=" · ".join(piece for piece in pieces if piece),
            details=job.problem.code if job.problem else "",
        )

    def _offer_card(self, choice: Choice) -> ModelCard:
        recommendation = self._computer.recommendation
        recommended = recommendation is not None and recommendation.pick is choice
        fits = choice.fit in (Fit.COMFORTABLE, Fit.TIGHT)
        badge, kind = ("Recommended", "good") if recommended else ("", "") if fits else ("Too large", "warning")
        if choice.fit is Fit.CRAWLS:
            badge = "Too slow"
        return ModelCard(
            id=choice.edition.repository,
            title=choice.model.role,
            badge=badge,
            badge_kind=kind,
            sentence=choice.model.sentence,
            facts=sentences.choice_facts(choice)
            if fits
            else f"{choice.model.name} · {sentences.choice_reason(choice)}",
            state="available" if fits else "too_large",
            details=_choice_details(choice),
        )


def _details(model: InstalledModel) -> str:
    rows = {
        "Repository": model.repository,
        "Commit": model.commit,
        "Folder": model.folder,
        "Architecture": model.architecture,
        "Downloaded": model.downloaded_at,
    }
    return "\n".join(f"{name}: {value}" for name, value in rows.items() if value)


def _choice_details(choice: Choice) -> str:
    edition = choice.edition
    rows = {
        "Repository": edition.repository,
        "Maker": choice.model.maker,
        "Licence": choice.model.licence,
        "Memory needed": wording.size(choice.need_bytes),
        "Memory this computer can give": wording.size(choice.budget_bytes),
        "Speed, estimated": f"{choice.tokens_per_s_low:.1f} to {choice.tokens_per_s_high:.1f} tokens a second",
    }
    return "\n".join(f"{name}: {value}" for name, value in rows.items() if value)
