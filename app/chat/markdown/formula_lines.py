"""Formulas on lines of their own: between two dollars or between brackets, on one line or over several."""

from __future__ import annotations

from dataclasses import dataclass, replace

# A formula whose end has not come by then is no formula.
LONGEST_FORMULA = 2_000


def one_line_formula(line: str) -> tuple[str, str] | None:
    """The source of a formula that begins and ends on this line, and the words behind it."""
    text = line.strip()
    if text.startswith("$$") and text.endswith("$$") and len(text) > 4:
        return text[2:-2], ""
    end = text.find("\\]", 3)
    if text.startswith("\\[") and end > 0:
        return text[2:end], text[end + 2 :].strip()
    return None


def opened_formula(line: str) -> OpenFormula | None:
    """The formula that begins on this line and does not end there."""
    text = line.strip()
    if text.startswith("$$") and "$$" not in text[2:]:
        return OpenFormula("$$", (text[2:],))
    if text.startswith("\\["):
        return OpenFormula("\\]", (text[2:],))
    return None


@dataclass(frozen=True)
class OpenFormula:
    """The lines of a formula so far, and what will end it."""

    ending: str
    lines: tuple[str, ...]

    @property
    def length(self) -> int:
        """How many characters it has."""
        return sum(map(len, self.lines)) + len(self.lines)

    def longer(self, part: str) -> OpenFormula:
        """With more of its last line."""
        return replace(self, lines=(*self.lines[:-1], self.lines[-1] + part))

    def with_line(self, line: str) -> OpenFormula:
        """With one more line."""
        return replace(self, lines=(*self.lines, line))

    def closed(self) -> tuple[str, str] | None:
        """The source, and the words behind it, if the last line has the end."""
        last = self.lines[-1].rstrip()
        found = last.find("\\]") if self.ending != "$$" else len(last) - 2 if last.endswith("$$") else -1
        if found < 0:
            return None
        return "\n".join([*self.lines[:-1], last[:found]]), last[found + 2 :].strip()
