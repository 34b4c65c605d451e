"""Every kind of fault of the matrix once; ``python -m tests.faults.matrix`` runs each with many seeds."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator
from multiprocessing.pool import AsyncResult
from pathlib import Path

import pytest

from tests.faults.case import Broken, Case, FaultKind
from tests.faults.matrix import KINDS, Result, run_one, runs_here
from tests.faults.models import Model, make_models
from tests.faults.running import run_case
from tests.hub import Kind

SEED = 1
JOBS = 3
PATIENCE_S = 300.0
Pending = AsyncResult[Result]
SMALL = ("small",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def models(folder: Path) -> dict[str, Model]:
    return make_models(folder)


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, folder: Path, models: dict[str, Model]) -> Iterator[dict[str, Pending]]:
    """All kinds that were asked for, at work in a few processes: most of them wait for something most of the time."""
    asked = [item.callspec.params.get("kind") for item in request.session.items if hasattr(item, "callspec")]
    kinds = [kind for kind in asked if isinstance(kind, FaultKind) and runs_here(kind)]
    with multiprocessing.get_context("spawn").Pool(JOBS) as pool:
        yield {kind.name: pool.apply_async(run_one, ((str(folder), kind.name, SEED),)) for kind in kinds}
        pool.close()
        pool.join()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_one_seed_of(kind: FaultKind, results: dict[str, Pending]) -> None:
    if not runs_here(kind):
        pytest.skip("a small real disk needs root on Linux")
    assert results[kind.name].get(PATIENCE_S).failure == ""


def test_there_are_many_kinds() -> None:
    assert len(KINDS) >= 60
    assert {kind.group for kind in KINDS.values()} == {"line", "store", "bytes", "hub", "disk"}


# --- the checks find what they are for --------------------------------------------------------------------------------


def _wrong_bytes_installed(case: Case) -> None:
    def install() -> None:
        folder = shutil.copytree(case.model.folder, case.paths.models / "maker--model")
        (folder / "model.safetensors").write_bytes(b"wrong")
        (folder / "hearth-manifest.json").write_text("{}")

    case.midway(install)


def _file_outside(case: Case) -> None:
    case.midway((case.folder / "outside" / "new.txt").touch)


def _never_strikes(case: Case) -> None:
    case.strike(Kind.CUT, path="no such file")


def _left_over(case: Case) -> None:
    def leave() -> None:
        (case.paths.models / ".incoming" / "other.part").write_bytes(b"x")

    case.midway(leave)


def _always_wrong(case: Case) -> None:
    case.strike(Kind.ZEROS, times=None)


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        (_wrong_bytes_installed, "wrong bytes under the final name"),
        (_file_outside, "changed outside the models folder"),
        (_never_strikes, "the fault never struck"),
        (_left_over, "left behind"),
        (_always_wrong, "did not complete: ContentMismatch"),
    ],
)
def test_what_is_broken_is_found(
    arrange: Callable[[Case], None], words: str, models: dict[str, Model], tmp_path: Path
) -> None:
    assert os.listdir(tmp_path) == []
    with pytest.raises(Broken, match=words):
        run_case(FaultKind("broken", "disk", arrange, SMALL), SEED, models["pieces"], tmp_path)
