"""Facts of the engine as sentences: the computer in one line, the reason for a model. No Qt here."""

from __future__ import annotations

from typing import Any

from app import texts, wording
from runtime.api import Choice, Computer, DownloadChanged, DownloadPhase, Fit, InstalledModel, ReasonCode, System


def computer(found: Computer) -> str:
    """ "MacBook Air · Apple M2 · 16 GB memory · 212 GB free"."""
    parts = [found.model_name, found.chip]
    if found.gpu is not None and not found.unified_memory:
        own = f" with {wording.memory(found.gpu.memory_bytes)}" if found.gpu.memory_bytes else ""
        parts.append(f"{found.gpu.name}{own}")
    parts.append(f"{wording.memory(found.memory_bytes)} memory")
    if found.disk_free_bytes:
        parts.append(f"{wording.size(found.disk_free_bytes)} free")
    return " · ".join(part for part in parts if part)


def computer_name(found: Computer) -> str:
    """ "this Mac", "this computer"."""
    return "this Mac" if found.system is System.MACOS else "this computer"


LEFT_WORTH_SAYING = 1_500_000_000

REASONS = {
    ReasonCode.BEST_THAT_FITS: "The best one that runs well here. {leaves}",
    ReasonCode.ONLY_ONE_THAT_FITS: "The one that fits in the memory of this computer. {leaves}",
    ReasonCode.SMALL_FOR_CPU: "There is no graphics card here that Hearth can use, so it takes a small model that "
    "keeps moving: {speed}.",
    ReasonCode.SLOW_HERE: "It fits, but answers come slowly here: {speed}.",
    ReasonCode.SMARTER: "Better answers, a little slower: {speed}.",
    ReasonCode.FASTER: "Quicker answers, a little simpler: {speed}.",
    ReasonCode.ALSO_FITS: "It also fits. {leaves}",
    ReasonCode.TIGHT: "It fits if you close other programs.",
    ReasonCode.CRAWLS_FOR_SPEED: "It would crawl here: {speed}.",
    ReasonCode.CRAWLS_FOR_MEMORY: "It would crawl here: it needs {need} of memory, and there is {budget}.",
    ReasonCode.TOO_LARGE: "It needs {need} of memory, and this computer can give {budget}.",
    ReasonCode.NO_DISK_SPACE: "It needs {download} of disk space, more than is free.",
}


def reason(code: str, parameters: dict[str, Any]) -> str:
    """The reason for (or against) a model, from the catalogue's code and figures."""
    values = _words(parameters)
    return REASONS[ReasonCode(code)].format_map(values).strip()


def _words(parameters: dict[str, Any]) -> dict[str, str]:
    need = int(parameters.get("need_bytes") or 0)
    budget = int(parameters.get("budget_bytes") or 0)
    speed = float(parameters.get("tokens_per_s_low") or 0)
    left = budget - need
    return {
        "need": wording.size(need),
        "budget": wording.size(budget),
        "download": wording.size(int(parameters.get("download_bytes") or 0)),
        "speed": wording.words_a_second(speed) if speed else "speed not known yet",
        "leaves": f"It leaves at least {wording.size(left)} for your other programs."
        if left > LEFT_WORTH_SAYING
        else "",
    }


def choice_reason(choice: Choice) -> str:
    """The reason sentence of one judged model."""
    return reason(choice.reason.code, choice_values(choice))


def choice_values(choice: Choice) -> dict[str, Any]:
    """Every figure of a choice under the names that the sentences use."""
    return {
        "need_bytes": choice.need_bytes,
        "budget_bytes": choice.budget_bytes,
        "download_bytes": choice.download_bytes,
        "tokens_per_s_low": choice.tokens_per_s_low,
        **choice.reason.parameters,
    }


def fit(choice: Choice) -> str:
    """ "fits", "fits if you close other programs", "would crawl", "too large"."""
    words = {
        Fit.COMFORTABLE: "fits",
        Fit.TIGHT: "fits if you close other programs",
        Fit.CRAWLS: "would crawl here",
        Fit.TOO_LARGE: "too large for this computer",
    }
    return words[choice.fit]


def download_phase(event: DownloadChanged) -> str:
    """What a download is doing, when bytes are not simply flowing. Empty while they are."""
    match event.phase:
        case DownloadPhase.QUEUED:
            return "Waiting for its turn"
        case DownloadPhase.LISTING:
            return "Asking what to fetch …"
        case DownloadPhase.VERIFYING:
            return "Checking every byte …"
        case DownloadPhase.PAUSED:
            return "Paused. What is here is kept."
        case DownloadPhase.WAITING if event.problem is not None:
            return texts.explain(event.problem).sentence
        case DownloadPhase.WAITING:
            return "Waiting for the internet. It goes on by itself."
        case DownloadPhase.TRANSFERRING if event.stalled:
            return "Nothing is arriving just now. Trying again …"
        case DownloadPhase.FAILED if event.problem is not None:
            return texts.explain(event.problem).sentence
        case _:
            return ""


def download_amount(event: DownloadChanged) -> str:
    """ "1.8 of 4.9 GB"."""
    return wording.part_of(event.done_bytes, event.total_bytes) if event.total_bytes else ""


def download_rate(event: DownloadChanged) -> str:
    """ "22 MB a second · about 2 minutes left"."""
    if event.phase is not DownloadPhase.TRANSFERRING or event.stalled or not event.bytes_per_s:
        return ""
    left = f"{wording.duration(event.seconds_left)} left" if event.seconds_left is not None else ""
    return " · ".join(part for part in (wording.rate(event.bytes_per_s), left) if part)


def download_fraction(event: DownloadChanged) -> float | None:
    """0 to 1, or None while the size is not known."""
    return min(event.done_bytes / event.total_bytes, 1.0) if event.total_bytes else None


def download_line(event: DownloadChanged, title: str) -> str:
    """ "Everyday helper is on its way: 1.8 of 4.9 GB · about 2 minutes left", or what holds it up."""
    news = " · ".join(part for part in (download_amount(event), download_rate(event)) if part)
    return f"{title} is on its way: {download_phase(event) or news or 'starting …'}"


def model_title(choice: Choice | None, repository: str) -> str:
    """The role of a catalogue model, else the last part of its repository or folder."""
    return choice.model.role if choice else repository.rstrip("/").rsplit("/", 1)[-1]


def installed_facts(model: InstalledModel, choice: Choice | None) -> str:
    """ "Qwen3 8B · 4.9 GB on disk · about 18 words a second here"."""
    parts = [choice.model.name if choice else model.repository, f"{wording.size(model.size_bytes)} on disk"]
    if choice is not None and choice.tokens_per_s_low:
        parts.append(f"{wording.words_a_second(choice.tokens_per_s_low)}, estimated")
    return " · ".join(part for part in parts if part)


def choice_facts(choice: Choice) -> str:
    """ "Qwen3 8B · 4.9 GB to download · fits"."""
    speed = f" · {wording.words_a_second(choice.tokens_per_s_low)}, estimated" if choice.tokens_per_s_low else ""
    return f"{choice.model.name} · {wording.size(choice.download_bytes)} to download · {fit(choice)}{speed}"
