"""The service of documents is killed while it indexes; the whole run is ``python -m tests.faults.documents_kills``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.documents_kills import killed


@pytest.mark.slow
def test_documents_survive_kills_whole(tmp_path: Path) -> None:
    outcome = killed(tmp_path, 4, seed=7)
    assert outcome.problems == []
    assert outcome.killed_at_work > 0
