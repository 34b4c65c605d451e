"""What a hub refuses, what a download costs, and what it never fetches. The kinds of fault are in the matrix."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import (
    AccessNotGranted,
    DiskFull,
    DownloadError,
    FolderNotWritable,
    RepositoryHasNoModel,
    RepositoryNotFound,
    TokenRejected,
    TokenRequired,
)
from runtime.events import DownloadPhase
from runtime.paths import Paths
from tests.faults.checks import same_model
from tests.faults.models import Model, make_models
from tests.hub import Fault, Kind, LoopbackHub
from tests.runtime.downloads.kit import NAME, job_for, paths_below, same_bytes

WEIGHTS = "model.safetensors"
MB = 1_000_000


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    return make_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def source(models: dict[str, Model]) -> Path:
    return models["small"].folder


@pytest.fixture
def hub(models: dict[str, Model]) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.repositories[NAME] = models["small"].repository()
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


# --- what the hub refuses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "problem"),
    [(None, TokenRequired), ("hf_invented", TokenRejected), ("hf_stranger", AccessNotGranted)],
)
def test_gated(hub: LoopbackHub, paths: Paths, source: Path, token: str | None, problem: type[DownloadError]) -> None:
    hub.repositories[NAME].gated = True
    with pytest.raises(problem) as raised:
        job_for(hub, paths, token=token).run()
    assert raised.value.problem().parameters["page_url"] == f"{hub.endpoint}/{NAME}"
    assert same_bytes(job_for(hub, paths, token="hf_granted").run(), source)


@pytest.mark.parametrize("token", [None, "hf_granted"])
def test_no_such_repository(hub: LoopbackHub, paths: Paths, token: str | None) -> None:
    with pytest.raises(RepositoryNotFound):
        job_for(hub, paths, token=token, name="maker/misspelt").run()


def test_nothing_listens_is_told_until_it_is_cancelled(hub: LoopbackHub, paths: Paths) -> None:
    """The hub is gone: the job says that it waits and why, and does so until it is cancelled."""
    hub.go_down()
    cancel = CancelToken()
    told = []

    def on_phase(progress: object) -> None:
        told.append(progress)
        if len(told) == 3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        job_for(hub, paths, cancel=cancel, on_phase=on_phase).run()
    assert {p.phase for p in told} == {DownloadPhase.WAITING}  # type: ignore[attr-defined]
    assert {p.problem.code for p in told} == {"download.hub_unreachable"}  # type: ignore[attr-defined]


def test_no_weights_and_pickle_only(hub: LoopbackHub, paths: Paths, tmp_path: Path, source: Path) -> None:
    bare = shutil.copytree(source, tmp_path / "bare")
    (bare / WEIGHTS).unlink()
    hub.add_repository("maker/pickles", bare)
    with pytest.raises(RepositoryHasNoModel):
        job_for(hub, paths, name="maker/pickles").run()


def test_code_and_pickles_are_never_fetched(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    assert {"modeling_evil.py", "pytorch_model.bin"} <= hub.repositories[NAME].files.keys()
    assert same_bytes(job_for(hub, paths).run(), source)
    fetched = {asked.path.rpartition("/")[2] for asked in hub.asked("hub", "/resolve/")}
    assert fetched == {"README.md", "config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS}


def test_files_of_the_same_bytes_and_of_none(hub: LoopbackHub, paths: Paths, tmp_path: Path, source: Path) -> None:
    """Parts are named by their hash, and two files may have the same."""
    twins = shutil.copytree(source, tmp_path / "twins")
    shutil.copy(twins / "README.md", twins / "LICENSE.md")
    shutil.copy(twins / WEIGHTS, twins / "model-00002.safetensors")
    (twins / "NOTICE").touch()
    (twins / "LICENSE").touch()
    hub.add_repository(NAME, twins)
    assert same_model(job_for(hub, paths).run(), twins)
    assert same_model(job_for(hub, paths).run(), twins)


# --- what the disk refuses --------------------------------------------------------------------------------------------


def test_a_full_disk_is_refused_before_the_first_byte(hub: LoopbackHub, paths: Paths) -> None:
    class Nearly:
        free = 60_000_000

    job = job_for(hub, paths, disk_usage=lambda _: Nearly())
    with pytest.raises(DiskFull) as raised:
        job.run()
    assert raised.value.needed_bytes > raised.value.free_bytes == 60_000_000
    assert hub.sent_bytes == 0
    assert job_for(hub, paths).run().is_dir()


def test_a_home_that_is_a_file(hub: LoopbackHub, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    with pytest.raises(FolderNotWritable):
        job_for(hub, Paths.below(tmp_path / "home")).run()


# --- what it costs ----------------------------------------------------------------------------------------------------


def _extra_bytes(hub: LoopbackHub, paths: Paths, model: Model, *faults: Fault) -> int:
    """What was sent beyond the model's own bytes to get it through these faults."""
    hub.repositories[NAME] = model.repository()
    hub.faults.add(*faults)
    hub.total_rate_bytes_per_s = 100e6  # so that little is on its way when something breaks
    assert same_bytes(job_for(hub, paths).run(), model.folder)
    assert hub.faults.struck == len(faults)
    return hub.sent_bytes - model.total_bytes


@pytest.mark.parametrize("size", ["small", "pieces"])
def test_without_trouble_every_byte_comes_once(
    hub: LoopbackHub, paths: Paths, models: dict[str, Model], size: str
) -> None:
    assert _extra_bytes(hub, paths, models[size]) == 0


@pytest.mark.parametrize("kind", [Kind.CUT, Kind.RESET])
def test_after_a_break_the_rest_alone_is_asked_for(
    hub: LoopbackHub, paths: Paths, models: dict[str, Model], kind: Kind
) -> None:
    breaks = [Fault(kind, path=WEIGHTS, after_bytes=mb * MB) for mb in (1, 2, 3, 1)]
    assert _extra_bytes(hub, paths, models["pieces"], *breaks) <= 4 * MB


@pytest.mark.parametrize("kind", [Kind.WRONG_OFFSET, Kind.OTHER_TOTAL, Kind.SHORT, Kind.LONG, Kind.UNASKED_RANGE])
def test_an_answer_that_does_not_fit_costs_what_was_on_its_way(
    hub: LoopbackHub, paths: Paths, models: dict[str, Model], kind: Kind
) -> None:
    """It is refused before one byte of it is kept, so that nothing need be thrown away."""
    assert _extra_bytes(hub, paths, models["pieces"], Fault(kind, path=WEIGHTS)) <= 8 * MB


@pytest.mark.parametrize("at", [0, 20_000_000, 39_999_000])
def test_a_wrong_byte_costs_the_file_once_more_at_most(
    hub: LoopbackHub, paths: Paths, models: dict[str, Model], at: int
) -> None:
    """The hub lists a hash of the whole file alone, so pieces are looked at again until the wrong one is found."""
    wrong = Fault(Kind.CORRUPT, path=WEIGHTS, after_bytes=at)
    assert 0 < _extra_bytes(hub, paths, models["pieces"], wrong) <= models["pieces"].weight_bytes
