"""Everything that a network, a hub and a disk do to a download: it completes, or ends in one named problem."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import (
    AccessNotGranted,
    AlreadyDownloading,
    ContentMismatch,
    DownloadError,
    RepositoryHasNoModel,
    RepositoryNotFound,
    TokenRejected,
    TokenRequired,
)
from runtime.events import DownloadPhase
from runtime.paths import Paths
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.hub.models import make_model_folder
from tests.runtime.downloads.kit import NAME, job_for, nothing_wrong_installed, paths_below, same_bytes

WEIGHT_BYTES = 3_000_000
WEIGHTS = "model.safetensors"
HALF = WEIGHT_BYTES // 2


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("source"), WEIGHT_BYTES)


@pytest.fixture
def hub(source: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source)
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


def _each(kind: Kind, count: int, **how: int) -> list[Fault]:
    return [Fault(kind, path=WEIGHTS, **how) for _ in range(count)]  # type: ignore[arg-type]


RECOVERABLE = {
    "cut once": _each(Kind.CUT, 1, after_bytes=HALF),
    "cut at the first byte": _each(Kind.CUT, 1, after_bytes=0),
    "cut five times": _each(Kind.CUT, 5, after_bytes=300_000),
    "reset once": _each(Kind.RESET, 1, after_bytes=HALF),
    "reset twelve times": _each(Kind.RESET, 12, after_bytes=100_000),
    "drops each 200 kB": [Fault(Kind.CUT, path=WEIGHTS, times=None, after_bytes=200_000)],
    "stall once": _each(Kind.STALL, 1, after_bytes=HALF),
    "stall at the start": _each(Kind.STALL, 1, after_bytes=0),
    "one wrong byte": _each(Kind.CORRUPT, 1, after_bytes=HALF),
    "one wrong byte twice": _each(Kind.CORRUPT, 2, after_bytes=HALF),
    "zeros": _each(Kind.ZEROS, 1),
    "small file altered": [Fault(Kind.CORRUPT, path="config.json", after_bytes=20)],
    "small file cut": [Fault(Kind.CUT, path="config.json", after_bytes=20)],
    "wrong offset on resume": [*_each(Kind.CUT, 1, after_bytes=HALF), *_each(Kind.WRONG_OFFSET, 1)],
    "wrong offset, hidden": [*_each(Kind.CUT, 1, after_bytes=HALF), *_each(Kind.LYING_OFFSET, 1)],
    "range ignored": [*_each(Kind.CUT, 1, after_bytes=HALF), *_each(Kind.IGNORE_RANGE, 1)],
    "no length": _each(Kind.NO_LENGTH, 1),
    "no length and cut": _each(Kind.NO_LENGTH, 1, after_bytes=HALF),
    "too short": _each(Kind.SHORT, 1),
    "too long": _each(Kind.LONG, 1),
    "store says 503 four times": _each(Kind.STATUS, 4),
    "store says 403: the link expired": _each(Kind.STATUS, 1, status=403),
    "store has a log-in page": _each(Kind.HTML, 1),
    "store refuses": _each(Kind.REFUSE, 2),
    "store asks for a day": [Fault(Kind.STATUS, path=WEIGHTS, status=429, retry_after="86400")],
    "hub says 500 on resolve": [Fault(Kind.STATUS, Place.RESOLVE, times=3, status=500)],
    "hub never answers resolve": [Fault(Kind.STALL, Place.RESOLVE, times=1)],
    "hub changed the tag once": [Fault(Kind.OTHER_ETAG, Place.RESOLVE, WEIGHTS)],
    "tag changed on resume": [*_each(Kind.CUT, 1, after_bytes=HALF), *_each(Kind.OTHER_ETAG, 1)],
    "api says 503": [Fault(Kind.STATUS, Place.API, times=5)],
    "api says 429 for a day": [Fault(Kind.STATUS, Place.API, times=1, status=429, retry_after="86400")],
    "api says 429 on the tree": [Fault(Kind.STATUS, Place.API, "*tree*", status=429, retry_after="86400")],
    "api refuses": [Fault(Kind.REFUSE, Place.API, times=2)],
    "api never answers": [Fault(Kind.STALL, Place.API, times=1)],
    "tree never answers": [Fault(Kind.STALL, Place.API, "*tree*", times=1)],
    "api is a log-in page": [Fault(Kind.HTML, Place.API, times=2)],
    "tree is a log-in page": [Fault(Kind.HTML, Place.API, "*tree*", times=2)],
    "api is rubbish": [Fault(Kind.GARBAGE, Place.API, times=2)],
}


@pytest.mark.parametrize("faults", RECOVERABLE.values(), ids=RECOVERABLE.keys())
def test_what_passes_is_waited_out(hub: LoopbackHub, paths: Paths, source: Path, faults: list[Fault]) -> None:
    hub.faults.add(*[Fault(**vars(fault)) for fault in faults])
    folder = job_for(hub, paths).run()
    assert hub.faults.struck > 0
    assert same_bytes(folder, source)
    assert not list((paths.models / ".incoming").rglob("*.part"))


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault(Kind.CORRUPT, path=WEIGHTS, times=None, after_bytes=HALF), ContentMismatch),
        (Fault(Kind.ZEROS, path="config.json", times=None), ContentMismatch),
        (Fault(Kind.OTHER_ETAG, Place.RESOLVE, WEIGHTS, times=None), ContentMismatch),
        (Fault(Kind.GONE, Place.RESOLVE, times=None), RepositoryNotFound),
        (Fault(Kind.STATUS, Place.API, times=None, status=404), RepositoryNotFound),
        (Fault(Kind.STATUS, Place.RESOLVE, times=None, status=401), TokenRequired),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else value.__name__,
)
def test_what_stays_is_named(
    hub: LoopbackHub, paths: Paths, source: Path, fault: Fault, problem: type[DownloadError]
) -> None:
    hub.faults.add(Fault(**vars(fault)))
    with pytest.raises(problem):
        job_for(hub, paths).run()
    assert nothing_wrong_installed(paths, source)
    hub.faults.clear()
    assert same_bytes(job_for(hub, paths).run(), source)


@pytest.mark.parametrize(
    ("token", "problem"),
    [(None, TokenRequired), ("hf_invented", TokenRejected), ("hf_stranger", AccessNotGranted)],
)
def test_gated(paths: Paths, source: Path, token: str | None, problem: type[DownloadError]) -> None:
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source, gated=True)
        with pytest.raises(problem) as raised:
            job_for(hub, paths, token=token).run()
        assert raised.value.problem().parameters["page_url"] == f"{hub.endpoint}/{NAME}"
        assert same_bytes(job_for(hub, paths, token="hf_granted").run(), source)


def test_the_token_never_reaches_the_second_origin(paths: Paths, source: Path) -> None:
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source, gated=True)
        hub.faults.add(*_each(Kind.CUT, 2, after_bytes=100_000))
        job_for(hub, paths, token="hf_granted").run()
        assert len(hub.asked("store")) == 3
        assert not [asked for asked in hub.asked("store") if "hf_granted" in str(asked)]
        assert all("hf_granted" in asked.headers["authorization"] for asked in hub.asked("hub", "/resolve/"))
    assert not [path for path in paths.home.rglob("*") if path.is_file() and b"hf_granted" in path.read_bytes()]


@pytest.mark.parametrize("token", [None, "hf_granted"])
def test_no_such_repository(hub: LoopbackHub, paths: Paths, token: str | None) -> None:
    with pytest.raises(RepositoryNotFound):
        job_for(hub, paths, token=token, name="maker/misspelt").run()


def test_nothing_listens_is_told_and_mended(paths: Paths, source: Path) -> None:
    """The hub is gone: the job says that it waits and why, and does so until it is cancelled."""
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source)
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


def test_code_pickles_and_names_that_leave_are_never_fetched(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    names = (
        "../evil.safetensors",
        "/etc/evil.safetensors",
        "a\\..\\evil.safetensors",
        "C:evil.safetensors",
        "x/../y.json",
    )
    oid = "a" * 40
    hub.repositories[NAME].extra_entries = [{"type": "file", "oid": oid, "size": 3, "path": name} for name in names]
    folder = job_for(hub, paths).run()
    assert same_bytes(folder, source)
    fetched = {asked.path.rpartition("/")[2] for asked in hub.asked("hub", "/resolve/")}
    assert fetched == {"README.md", "config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS}


def test_two_processes_or_threads_do_not_fetch_the_same(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.faults.add(Fault(Kind.STALL, path=WEIGHTS, times=None, after_bytes=HALF))
    cancel = CancelToken()
    started = threading.Event()
    first = job_for(hub, paths, cancel=cancel, on_phase=lambda _: started.set())

    def run_first() -> None:
        with pytest.raises(Cancelled):
            first.run()

    thread = threading.Thread(target=run_first)
    thread.start()
    assert started.wait(10)
    with pytest.raises(AlreadyDownloading):
        job_for(hub, paths).run()
    cancel.cancel()
    thread.join(30)
    assert not thread.is_alive()
    hub.faults.clear()
    assert same_bytes(job_for(hub, paths).run(), source)


def test_resume_asks_for_the_rest_only(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.faults.add(*_each(Kind.CUT, 1, after_bytes=HALF))
    job_for(hub, paths).run()
    total = sum((source / name).stat().st_size for name in ("README.md", "config.json", "tokenizer.json", WEIGHTS))
    assert hub.sent_bytes <= total * 1.05
    assert hub.asked("store")[1].headers["range"] == f"bytes={HALF}-"


def test_an_answer_at_another_offset_costs_nothing(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    """It is refused before one byte of it is kept, so the part need not be thrown away."""
    hub.faults.add(*_each(Kind.CUT, 1, after_bytes=HALF), *_each(Kind.WRONG_OFFSET, 1))
    assert same_bytes(job_for(hub, paths).run(), source)
    assert [asked.headers.get("range") for asked in hub.asked("store")] == [None, f"bytes={HALF}-", f"bytes={HALF}-"]


def test_bit_rot_in_a_part_is_found(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    cancel = CancelToken()
    hub.faults.add(Fault(Kind.STALL, path=WEIGHTS, times=None, after_bytes=HALF))
    job = job_for(hub, paths, cancel=cancel)

    def run() -> None:
        with pytest.raises(Cancelled):
            job.run()

    thread = threading.Thread(target=run)
    thread.start()
    while job.progress.done_bytes < HALF:
        thread.join(0.01)
    cancel.cancel()
    thread.join(30)
    (part,) = (paths.models / ".incoming").rglob("*.part")
    with part.open("r+b") as stream:
        stream.seek(1000)
        byte = stream.read(1)
        stream.seek(1000)
        stream.write(bytes([byte[0] ^ 255]))
    hub.faults.clear()
    assert same_bytes(job_for(hub, paths).run(), source)


def test_the_staging_folder_deleted_under_us(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.rate_bytes_per_s = 4_000_000
    removed = threading.Event()

    def remove_once(progress: object) -> None:
        if job.progress.phase is DownloadPhase.TRANSFERRING and not removed.is_set():
            removed.set()
            shutil.rmtree(paths.models / ".incoming")

    job = job_for(hub, paths, on_phase=remove_once)
    folder = job.run()
    assert removed.is_set()
    assert same_bytes(folder, source)
