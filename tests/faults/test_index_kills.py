"""The process is killed while it indexes; the whole run is ``python -m tests.faults.index_kills``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.index_kills import killed


@pytest.mark.slow
def test_an_index_survives_kills_whole(tmp_path: Path) -> None:
    outcome = killed(tmp_path, 6, seed=5)
    assert outcome.problems == []
    assert outcome.killed_at_work > 0
