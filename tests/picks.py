"""The page of the picks, ``assets/catalogue/README.md``: which model suits which computer, for what, and why.

``python -m tests.picks`` writes it from the code and the catalogue; a test fails while the two differ.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from app import wording
from runtime.catalogue.entries import Catalogue, CatalogueModel, load_catalogue
from runtime.catalogue.purposes import Purpose, context_for
from runtime.catalogue.recommend import Choice, ReasonCode, Recommendation, recommend
from runtime.hardware.computer import Computer
from runtime.hardware.described import described_computer
from runtime.storage.engines import EngineKind

PAGE = Path(__file__).resolve().parent.parent / "assets" / "catalogue" / "README.md"
COMMAND = "python -m tests.picks"

MACHINES: dict[str, Computer] = {
    "Mac with M1, 8 GB": described_computer("Apple M1", 8),
    "Mac with M1, 16 GB": described_computer("Apple M1", 16),
    "Mac with M2, 16 GB": described_computer("Apple M2", 16),
    "Mac with M3, 24 GB": described_computer("Apple M3", 24),
    "Mac with M4, 16 GB": described_computer("Apple M4", 16),
    "Mac with M4, 24 GB": described_computer("Apple M4", 24),
    "Mac with M5, 32 GB": described_computer("Apple M5", 32),
    "Mac with M3 Pro, 18 GB": described_computer("Apple M3 Pro", 18),
    "Mac with M3 Pro, 36 GB": described_computer("Apple M3 Pro", 36),
    "Mac with M4 Pro, 24 GB": described_computer("Apple M4 Pro", 24),
    "Mac with M4 Pro, 48 GB": described_computer("Apple M4 Pro", 48),
    "Mac with M1 Max, 32 GB": described_computer("Apple M1 Max", 32),
    "Mac with M4 Max, 36 GB": described_computer("Apple M4 Max", 36),
    "Mac with M4 Max, 64 GB": described_computer("Apple M4 Max", 64),
    "Mac with M4 Max, 128 GB": described_computer("Apple M4 Max", 128),
    "Mac with M5 Max, 128 GB": described_computer("Apple M5 Max", 128),
    "Mac with M2 Ultra, 192 GB": described_computer("Apple M2 Ultra", 192),
    "Mac with M3 Ultra, 512 GB": described_computer("Apple M3 Ultra", 512),
    "Laptop with RTX 4060, 8 GB on the card": described_computer("RTX 4060 Laptop", 16, 8),
    "PC with RTX 3060, 12 GB on the card": described_computer("RTX 3060", 32, 12),
    "PC with RTX 4090, 24 GB on the card": described_computer("RTX 4090", 64, 24),
    "PC with RTX 5090, 32 GB on the card": described_computer("RTX 5090", 64, 32),
    "NVIDIA GB10, 128 GB": described_computer("NVIDIA GB10", 128),
    "No graphics card, 64 GB": described_computer("cpu", 64),
    "No graphics card, 32 GB": described_computer("cpu", 32),
    "No graphics card, 16 GB": described_computer("cpu", 16),
    "No graphics card, 16 GB, 4 cores": described_computer("cpu", 16, cores=4),
    "No graphics card, 8 GB": described_computer("cpu", 8),
    "No graphics card, 2 GB": described_computer("cpu", 2),
}

_TITLES = {
    Purpose.EVERYDAY: "For everyday use",
    Purpose.DOCUMENTS: "For documents",
    Purpose.WRITING: "For writing",
    Purpose.CODE: "For code",
    Purpose.PICTURES: "For pictures",
    Purpose.LANGUAGES: "For languages",
}
_REASONS = {
    ReasonCode.BEST_THAT_FITS: "the best one that fits and keeps up with reading",
    ReasonCode.ONLY_ONE_THAT_FITS: "the only one that fits",
    ReasonCode.BEST_FOR_PURPOSE: "the best for this that fits and keeps up with reading",
    ReasonCode.SMALL_FOR_CPU: "without a graphics processor that Hearth can use, the quickest one",
    ReasonCode.SLOW_HERE: "it fits, but answers come slowly",
}
_NONE_HERE = "what is made for this does not run well here; the best for everyday use"
_NONE_AT_ALL = "no model in the list is made for this; the best for everyday use"

_INTRODUCTION = f"""# Which model suits which computer

`{COMMAND}` writes this page from the catalogue (`models.json`) and the code that recommends. It
tells what Hearth offers on a computer that was just started, with a browser open, before anything was measured there.
After the self-test, after real answers and with other programs running the pick may be another one.

- **Because** is the reason for the pick. A model that thinks before it answers has to write faster to be offered, for
  its thoughts are not read.
- **Words a second**: the slowest and the fastest that is expected, half-way through a conversation.
- **20 pages**: the time until a document of that length was read and the answer begins.
- **Memory**: what it takes for a conversation of the usual length, and what stays free for other programs.
- **Faster** and **smarter** are the ways to either side, where there are any. The smarter one may write slower than
  people read, or ask for other programs to be closed.
- **No graphics card**: with the part of the set-up that computes on the processor (llama.cpp). Nobody can tell from
  outside how fast a computer's memory is, so the range is wide until the self-test or the first answers narrow it.

`hearth recommend --as "Apple M4 Max" --memory-gb 64 --purpose code` says the same for any computer.
"""


@cache
def found_for(name: str, purpose: Purpose) -> Recommendation:
    """What is recommended on one of :data:`MACHINES`."""
    machine = MACHINES[name]
    engine = EngineKind.MLX if machine.gpu is not None else EngineKind.LLAMA_CPP
    return recommend(machine, _catalogue(), purpose=purpose, engine=engine)


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *map(_section, Purpose)])


def _section(purpose: Purpose) -> str:
    lines = [
        f"## {_TITLES[purpose]}",
        "",
        f"Planned for conversations of {context_for(purpose)} tokens (about "
        f"{round(context_for(purpose) * wording.WORDS_PER_TOKEN, -2):.0f} words).",
        "",
        "| Computer | Take | Because | Words a second | 20 pages | Memory | Download | Faster | Smarter |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {' | '.join([name, *_cells(found_for(name, purpose))])} |" for name in MACHINES]
    return "\n".join([*lines, ""])


def _cells(found: Recommendation) -> list[str]:
    pick = found.pick
    if pick is None:
        return ["none", _ways_out(found), *[""] * 6]
    return [
        _named(pick),
        because(pick),
        f"{_words(pick.tokens_per_s_low)} to {_words(pick.tokens_per_s_high)}",
        wording.duration(pick.document_s),
        f"{wording.size(pick.need_bytes)}, leaves {wording.size(pick.left_bytes)}",
        wording.size(pick.download_bytes),
        _beside(found.faster),
        _beside(found.smarter),
    ]


def because(choice: Choice) -> str:
    """The reason for a pick in lay words."""
    if choice.reason.code is ReasonCode.NONE_FOR_PURPOSE:
        return _NONE_HERE if choice.reason.parameters["exists"] else _NONE_AT_ALL
    return _REASONS[choice.reason.code]


def _ways_out(found: Recommendation) -> str:
    ways = found.ways_out
    if ways is None:
        return "nothing runs well here"
    missing = f"lacks {wording.size(ways.missing_bytes)} of memory" if ways.missing_bytes else "would crawl"
    return (
        f"nothing runs well here: even {ways.smallest.model.name} {missing}. Another computer with "
        f"{wording.memory(ways.enough_memory_bytes)} would do, or a server of your own"
    )


def _named(choice: Choice) -> str:
    return f"{_title(choice.model)}, {choice.edition.bits} bit"


def _beside(choice: Choice | None) -> str:
    return _title(choice.model) if choice else ""


def _title(model: CatalogueModel) -> str:
    return f"{model.role} ({model.name})"


def _words(tokens_per_s: float) -> str:
    words = tokens_per_s * wording.WORDS_PER_TOKEN
    return f"{words:.0f}" if words >= 10 else f"{words:.1f}"


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {len(MACHINES)} computers, {len(Purpose)} purposes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
