"""One job against the loopback hub: many connections, repair, room, speed, sleep, and what the manifest keeps."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub.hf_api import ModelInfo

from runtime.cancel import Cancelled, CancelToken
from runtime.downloads.hub import LONGEST_LICENCE, Source, licence_of
from runtime.downloads.job import DownloadJob
from runtime.downloads.limiter import Limiter
from runtime.downloads.messages import JobProgress
from runtime.downloads.patience import Setbacks
from runtime.downloads.stage import THROWN_AWAY, Stage, sweep_forgotten
from runtime.errors import DiskFull, ModelsDiskMissing
from runtime.events import DownloadPhase
from runtime.paths import Paths
from runtime.storage.manifest import PIECE_BYTES, Manifest, read_manifest, wrong_pieces
from tests.hub import Fault, Kind, LoopbackHub
from tests.hub.models import make_model_folder
from tests.hub.repositories import Repository, read_repository
from tests.runtime.downloads.kit import IMPATIENT, NAME, job_for, paths_below, same_bytes

WEIGHTS = "model.safetensors"
WEIGHT_BYTES = 3 * PIECE_BYTES + 1_000_000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("source"), WEIGHT_BYTES)


@pytest.fixture(scope="module")
def repository(source: Path) -> Repository:
    return read_repository(NAME, source, gated=False)


@pytest.fixture
def hub(repository: Repository) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.repositories[NAME] = replace(repository, files=dict(repository.files))
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


def job(
    hub: LoopbackHub,
    paths: Paths,
    *,
    cancel: CancelToken | None = None,
    limiter: Limiter | None = None,
    setbacks: Setbacks | None = None,
    on_phase: Callable[[JobProgress], None] = lambda _: None,
    retry_after_limit_s: float = IMPATIENT.retry_after_limit_s,
) -> DownloadJob:
    return DownloadJob(
        Source(hub.endpoint, NAME),
        "main",
        "A model",
        paths.models,
        cancel=cancel or CancelToken(),
        patience=replace(IMPATIENT, retry_after_limit_s=retry_after_limit_s),
        on_phase=on_phase,
        limiter=limiter,
        setbacks=setbacks,
    )


def manifest_of(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    assert manifest is not None
    return manifest


def damage(path: Path, *positions: int) -> None:
    """Other bytes in the same file, under every name that it has."""
    with path.open("r+b") as stream:
        for position in positions:
            stream.seek(position)
            stream.write(b"rot")


def test_a_large_file_comes_in_pieces_over_several_connections(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.rate_bytes_per_s = 100e6
    folder = job(hub, paths).run()
    assert same_bytes(folder, source)
    asked = hub.asked("store")
    ranges = {request.headers["range"] for request in asked}
    assert len(ranges) == len(asked) == 4
    assert len(hub.asked("hub", f"/{WEIGHTS}")) <= 2, "where the file is, is remembered"
    assert sum(request.sent_bytes for request in asked) == (source / WEIGHTS).stat().st_size


def test_the_manifest_knows_pieces_and_origin(hub: LoopbackHub, paths: Paths) -> None:
    folder = job(hub, paths).run()
    manifest = manifest_of(folder)
    assert manifest.origin == hub.endpoint
    assert {file.path: len(file.pieces) for file in manifest.files}[WEIGHTS] == 4
    assert all(wrong_pieces(file, folder / file.path) == () for file in manifest.files)
    (folder / "hearth-manifest.json").unlink()
    assert manifest_of(job(hub, paths).run()).files == manifest.files, "also of files that were there already"


@pytest.mark.parametrize(
    ("positions", "pieces"), [((5,), 1), ((PIECE_BYTES + 5, 3 * PIECE_BYTES + 5), 2)], ids=["first", "two"]
)
def test_a_repair_fetches_the_wrong_pieces_alone(
    hub: LoopbackHub, paths: Paths, source: Path, tmp_path: Path, positions: tuple[int, ...], pieces: int
) -> None:
    folder = job(hub, paths).run()
    damage(folder / WEIGHTS, *positions)
    os.link(folder / WEIGHTS, tmp_path / "of somebody else")
    rotten = (tmp_path / "of somebody else").read_bytes()
    before = len(hub.requests)
    assert same_bytes(job(hub, paths).run(), source)
    fetched = [request for request in hub.requests[before:] if request.origin == "store"]
    assert len(fetched) == pieces
    assert sum(request.sent_bytes for request in fetched) <= pieces * PIECE_BYTES
    assert (tmp_path / "of somebody else").read_bytes() == rotten, "never written through another name"


def test_a_file_cut_short_is_repaired_from_there(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    folder = job(hub, paths).run()
    os.truncate(folder / WEIGHTS, 2 * PIECE_BYTES + 100)
    before = hub.sent_bytes
    assert same_bytes(job(hub, paths).run(), source)
    assert hub.sent_bytes - before == (source / WEIGHTS).stat().st_size - 2 * PIECE_BYTES


def stopped_after(hub: LoopbackHub, paths: Paths, count_bytes: int) -> None:
    """Begin a download and cancel it with so much on the disk."""
    cancel = CancelToken()
    hub.rate_bytes_per_s = 40e6
    begun = job(hub, paths, cancel=cancel)

    def run() -> None:
        with pytest.raises(Cancelled):
            begun.run()

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: begun.progress.done_bytes > count_bytes)
    cancel.cancel()
    thread.join(30)
    hub.rate_bytes_per_s = None


def test_the_suspicious_piece_is_looked_at_first(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    """It came in two answers, the second wrong by a byte: that piece alone is fetched again."""
    stopped_after(hub, paths, 2 * PIECE_BYTES + 4_000_000)
    before = len(hub.requests)
    hub.faults.add(Fault(Kind.CORRUPT, path=WEIGHTS, after_bytes=3 * PIECE_BYTES - 10))
    assert same_bytes(job(hub, paths).run(), source)
    assert hub.faults.struck == 1
    again = [request.headers["range"] for request in hub.requests[before:] if request.origin == "store"]
    begins = [int(asked.removeprefix("bytes=").partition("-")[0]) for asked in again]
    assert begins[-1] == 2 * PIECE_BYTES
    assert not [begin for begin in begins if begin < 2 * PIECE_BYTES]


def test_a_rotten_piece_of_an_unfinished_download_is_fetched_again_alone(
    hub: LoopbackHub, paths: Paths, source: Path
) -> None:
    stopped_after(hub, paths, 2 * PIECE_BYTES + 4_000_000)
    (part,) = (path for path in (paths.models / ".incoming").rglob("*.part") if path.stat().st_size > PIECE_BYTES)
    damage(part, 1000)
    before = len(hub.requests)
    assert same_bytes(job(hub, paths).run(), source)
    again = [request.headers["range"] for request in hub.requests[before:] if request.origin == "store"]
    assert f"bytes=0-{PIECE_BYTES - 1}" in again
    assert f"bytes={PIECE_BYTES}-{2 * PIECE_BYTES - 1}" not in again


def test_two_files_of_the_same_bytes(hub: LoopbackHub, paths: Paths, tmp_path: Path) -> None:
    twins = make_model_folder(tmp_path / "twins", 1_500_000)
    (twins / "model-2.safetensors").write_bytes((twins / WEIGHTS).read_bytes())
    hub.add_repository("maker/twins", twins)
    folder = job_for(hub, paths, name="maker/twins").run()
    assert (folder / "model-2.safetensors").read_bytes() == (folder / WEIGHTS).read_bytes()


def test_a_hub_without_ranges_is_read_from_the_start(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.faults.add(Fault(Kind.IGNORE_RANGE, path=WEIGHTS, times=None))
    assert same_bytes(job(hub, paths).run(), source)
    whole = [request for request in hub.asked("store") if request.sent_bytes > 2 * PIECE_BYTES]
    assert len(whole) == 1


def test_a_limit_holds_all_connections_and_can_be_lifted(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    limiter = Limiter(100_000)
    limited = job(hub, paths, limiter=limiter)
    folders: list[Path] = []
    thread = threading.Thread(target=lambda: folders.append(limited.run()))
    thread.start()
    try:
        until(lambda: limiter.owed_s() > 0 and limited.progress.done_bytes > 0)
        assert limited.progress.done_bytes < WEIGHT_BYTES
    finally:
        limiter.set(0)
        thread.join(30)
    assert same_bytes(folders[0], source)


def until(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait for something that will come true."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        threading.Event().wait(0.005)


def test_a_wait_ends_when_the_computer_slept(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    slept_s = 0.0
    patience = replace(IMPATIENT, retry_after_limit_s=3600.0)
    setbacks = Setbacks(patience, wall=lambda: time.time() + slept_s)
    hub.faults.add(Fault(Kind.STATUS, path=WEIGHTS, status=429, retry_after="3600"))
    waiting = threading.Event()

    def on_phase(progress: JobProgress) -> None:
        if progress.phase is DownloadPhase.WAITING:
            assert progress.retry_in_s is not None
            assert progress.retry_in_s > 3000
            waiting.set()

    sleeper = job(hub, paths, setbacks=setbacks, on_phase=on_phase, retry_after_limit_s=3600.0)
    folders: list[Path] = []
    thread = threading.Thread(target=lambda: folders.append(sleeper.run()))
    thread.start()
    assert waiting.wait(30)
    slept_s = 1800.0
    thread.join(30)
    assert same_bytes(folders[0], source)


class Room:
    """A disk whose free space is what the bin of removed models has given back, and some."""

    def __init__(self, models: Path, free_bytes: int, in_bin_bytes: int) -> None:
        self._bin = models / ".deleted"
        self._free, self._in_bin = free_bytes, in_bin_bytes

    @property
    def free(self) -> int:
        left = sum(path.stat().st_size for path in self._bin.rglob("*") if path.is_file())
        return self._free + self._in_bin - left


def removed_models(paths: Paths, *sizes: int) -> list[Path]:
    folders = []
    for number, size in enumerate(sizes):
        folder = paths.models / ".deleted" / f"model-{number}"
        folder.mkdir(parents=True)
        (folder / "weights").write_bytes(os.urandom(size))
        os.utime(folder, (1000 + number, 1000 + number))
        folders.append(folder)
    return folders


def test_removed_models_make_room_the_oldest_first(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    older, younger = removed_models(paths, 2_000_000, 2_000_000)
    room = Room(paths.models, WEIGHT_BYTES + 64 * 1024 * 1024 - 1_000_000, 4_000_000)
    assert same_bytes(job_for(hub, paths, disk_usage=lambda _: room).run(), source)
    assert not older.exists()
    assert younger.exists()


def test_removed_models_are_not_given_up_in_vain(hub: LoopbackHub, paths: Paths) -> None:
    (removed,) = removed_models(paths, 2_000_000)
    room = Room(paths.models, 1_000_000, 2_000_000)
    with pytest.raises(DiskFull):
        job_for(hub, paths, disk_usage=lambda _: room).run()
    assert removed.exists()
    assert hub.sent_bytes == 0


def test_a_bin_that_is_a_link_is_left_alone(hub: LoopbackHub, paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "precious" / "folder").mkdir(parents=True)
    (tmp_path / "precious" / "folder" / "file").write_bytes(bytes(2_000_000))
    (paths.models / ".deleted").symlink_to(tmp_path / "precious")
    room = Room(paths.models, WEIGHT_BYTES + 64 * 1024 * 1024 - 1_000_000, 0)
    with pytest.raises(DiskFull):
        job_for(hub, paths, disk_usage=lambda _: room).run()
    assert (tmp_path / "precious" / "folder" / "file").exists()


def test_what_is_there_is_counted(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    """A paused job of which most is there fits where a new one would not."""
    stopped_after(hub, paths, WEIGHT_BYTES // 2)
    room = Room(paths.models, WEIGHT_BYTES // 2 + 64 * 1024 * 1024 + 1_000_000, 0)
    before = hub.sent_bytes
    assert same_bytes(job_for(hub, paths, disk_usage=lambda _: room).run(), source)
    assert hub.sent_bytes - before < WEIGHT_BYTES // 2 + 2_000_000


def test_a_disk_that_is_unplugged_is_not_replaced_by_a_folder(hub: LoopbackHub, tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home", tmp_path / "disk" / "models")
    with pytest.raises(ModelsDiskMissing):
        job_for(hub, paths).run()
    assert not (tmp_path / "disk").exists()
    Stage(paths.models, NAME).discard()
    assert not (tmp_path / "disk").exists()
    (tmp_path / "disk").mkdir()
    assert job_for(hub, paths).run().is_dir()


def test_a_discarded_job_leaves_nothing_and_an_old_deletion_is_finished(paths: Paths) -> None:
    stage = Stage(paths.models, NAME)
    stage.prepare()
    (stage.files / "config.json").write_text("{}")
    stage.discard()
    assert not list((paths.models / ".incoming").iterdir())
    begun = paths.models / ".incoming" / f"{THROWN_AWAY}1"
    begun.mkdir()
    (begun / "x.part").write_bytes(b"x")
    sweep_forgotten(paths.models, [])
    assert not begun.exists()


@pytest.mark.parametrize(
    ("card", "tags", "licence"),
    [
        ({"license": "apache-2.0"}, [], "apache-2.0"),
        ({"license": ["mit", "gpl"]}, [], "mit"),
        ({"license": "other", "license_name": "llama3.2"}, [], "llama3.2"),
        ({"license": "other"}, [], "other"),
        ({}, ["mlx", "license:gemma"], "gemma"),
        (None, None, ""),
        ({"license": {"a": 1}}, [], ""),
        ({"license": "x" * 5000}, [], "x" * LONGEST_LICENCE),
        ({"license": "a\n\x1b[31mb\u202e c"}, [], "a [31mb c"),
    ],
)
def test_the_licence_is_one_short_line(card: object, tags: list[str] | None, licence: str) -> None:
    info = ModelInfo(id=NAME, cardData=card, tags=tags, siblings=[])
    assert licence_of(info) == licence
