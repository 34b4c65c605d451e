"""Jobs that only wait: how long each may keep the turn from others, and how it behaves when it comes back."""

from __future__ import annotations

from dataclasses import replace

from runtime.downloads.patience import PROGRESS_THAT_COUNTS_BYTES, Patience

DOUBLINGS_ALLOWED = 3


class VainTurns:
    """Counts the turns in a row in which a job only waited. Belongs to the service's thread."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}

    def note(self, repository: str, done_bytes: int) -> None:
        """A job with so many bytes gave up its turn."""
        count, before_bytes = self._counts.get(repository, (0, 0))
        progressed = done_bytes >= before_bytes + PROGRESS_THAT_COUNTS_BYTES
        self._counts[repository] = (1 if progressed else count + 1, done_bytes)

    def of(self, repository: str) -> int:
        """The number of such turns."""
        return self._counts.get(repository, (0, 0))[0]

    def forget(self, repository: str | None = None) -> None:
        """All counts, or that of one job: there is reason to hope."""
        if repository is None:
            self._counts.clear()
        else:
            self._counts.pop(repository, None)

    def give_way_after_s(self, others: list[str], shortest_s: float) -> float:
        """How long the job in work may wait while ``others`` want its turn.

        A job that has not been tried gets it soon; where all wait, the turns grow longer, so that a network that is
        away is not asked more often than a single job would.
        """
        fewest = min((self.of(other) for other in others), default=0)
        return shortest_s * 2.0 ** min(fewest, DOUBLINGS_ALLOWED)

    def patience_of(self, repository: str, patience: Patience) -> Patience:
        """A job that waited in vain asks seldom from the start, and says at once what it waits for."""
        if not self.of(repository):
            return patience
        return replace(patience, quiet_tries=0, first_delay_s=patience.longest_delay_s)
