"""The computer in one line, and why a model is or is not for it."""

from __future__ import annotations

from typing import Any

from app import wording
from runtime.api import Choice, Computer, Fit, ReasonCode, System

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
FITS = {
    Fit.COMFORTABLE: "fits",
    Fit.TIGHT: "fits if you close other programs",
    Fit.CRAWLS: "would crawl here",
    Fit.TOO_LARGE: "too large for this computer",
}


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
    """ "fits", "fits if you close other programs", "would crawl here", "too large for this computer"."""
    return FITS[choice.fit]


def fit_word(found: Fit | None) -> str:
    """The same of a bare judgement; "" while nobody has judged."""
    return FITS[found] if found is not None else ""


def model_title(choice: Choice | None, repository: str) -> str:
    """The role of a catalogue model, else the last part of its repository or folder."""
    return choice.model.role if choice else repository.rstrip("/").rsplit("/", 1)[-1]


def choice_facts(choice: Choice) -> str:
    """ "Qwen3 8B · 4.9 GB to download · fits"."""
    speed = f" · {wording.words_a_second(choice.tokens_per_s_low)}, estimated" if choice.tokens_per_s_low else ""
    return f"{choice.model.name} · {wording.size(choice.download_bytes)} to download · {fit(choice)}{speed}"
