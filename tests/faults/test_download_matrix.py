"""Every kind of fault of the matrix once; ``python -m tests.faults.matrix`` runs each with many seeds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.case import Broken, Case, FaultKind
from tests.faults.matrix import KINDS, runs_here
from tests.faults.models import Model, make_models
from tests.faults.running import run_case
from tests.hub import Kind

SEED = 1
PATIENCE_S = 500.0
SMALL = ("small",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def models(folder: Path) -> dict[str, Model]:
    return make_models(folder)


@pytest.fixture(scope="module")
def failures(request: pytest.FixtureRequest, folder: Path) -> dict[str, str]:
    """All kinds that were asked for, in a process of their own that uses several: most wait most of the time."""
    asked = [item.callspec.params.get("kind") for item in request.session.items if hasattr(item, "callspec")]
    names = [kind.name for kind in asked if isinstance(kind, FaultKind) and runs_here(kind)]
    kinds, found = folder / "kinds.json", folder / "failures.json"
    kinds.write_text(json.dumps(names))
    command = [sys.executable, "-m", "tests.faults.matrix", "--seeds", "1", "--first-seed", str(SEED)]
    command += ["--kinds", str(kinds), "--failures", str(found)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert found.exists(), ran.stderr
    failed: dict[str, str] = json.loads(found.read_text())
    return failed


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_one_seed_of(kind: FaultKind, failures: dict[str, str]) -> None:
    if not runs_here(kind):
        pytest.skip("a small real disk needs root on Linux")
    assert failures.get(kind.name, "") == ""


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
