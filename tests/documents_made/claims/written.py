"""Cases written by hand: passages as people keep them, and sentences as answers say them."""

from __future__ import annotations

from pathlib import Path

from tests.documents_made.claims.cases import Case

WRITTEN = Path(__file__).with_name("written.txt")


def written_cases(path: Path = WRITTEN) -> list[Case]:
    """All of them. ``> `` begins a passage, ``+ `` a true sentence, ``- kind: `` a false one."""
    cases: list[Case] = []
    for block in path.read_text(encoding="utf-8").split("\n# "):
        lines = block.removeprefix("# ").strip().splitlines()
        group, language, origin = lines[0].split()
        sources = tuple(line[2:] for line in lines if line.startswith("> "))
        for line in lines[1:]:
            if line.startswith("+ "):
                cases.append(Case(line[2:], sources, True, "written", origin, group, language))
            elif line.startswith("- "):
                kind, sentence = line[2:].split(": ", 1)
                cases.append(Case(sentence, sources, False, kind, origin, group, language))
    return cases
