"""One GGUF file of a repository that has many: fetched alone, resumed, checked, mended, fetched again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from runtime.cancel import CancelToken
from runtime.downloads.hub import Source, is_allowed, list_model
from runtime.downloads.job import DownloadJob
from runtime.downloads.messages import StartJob
from runtime.downloads.records import JobRecord
from runtime.errors import RepositoryHasNoModel
from runtime.events import DownloadPhase
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from runtime.storage.manifest import MANIFEST_NAME, read_manifest
from runtime.wire import Codec
from tests.hub import Fault, Kind, LoopbackHub
from tests.hub.gguf import make_gguf_repository
from tests.hub.models import make_model_folder
from tests.runtime.downloads.kit import IMPATIENT, paths_below, same_bytes
from tests.runtime.downloads.watched import Downloads

NAME = "maker/Tiny-GGUF"
FILE = "Tiny-Q4_K_M.gguf"
FETCHED = ("README.md", FILE)
WEIGHT_ITEMS = 4_000_000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gguf_repository(tmp_path_factory.mktemp("source"), weight_items=WEIGHT_ITEMS)


@pytest.fixture
def hub(source: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source)
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_below(tmp_path)


def job(hub: LoopbackHub, paths: Paths, *only: str) -> DownloadJob:
    return DownloadJob(
        Source(hub.endpoint, NAME), "main", "Tiny", paths.models, cancel=CancelToken(), patience=IMPATIENT, only=only
    )


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (FILE, True),
        ("README.md", True),
        ("LICENSE", True),
        ("Tiny-Q8_0.gguf", False),
        ("mmproj-Tiny-F16.gguf", False),
        ("config.json", False),
        ("model.safetensors", False),
        ("run.py", False),
        ("README.gguf", False),
        ("model.bin", False),
        ("con.gguf", False),
        ("folder/Tiny.gguf", False),
    ],
)
def test_only_what_was_asked_for_by_name_and_the_papers(path: str, allowed: bool) -> None:
    only = (FILE, "model.bin", "con.gguf", "folder/Tiny.gguf")
    assert is_allowed(path, only) is allowed
    assert not is_allowed(FILE), "and without being asked for, no GGUF file at all"


def test_the_list_counts_those_files_alone(hub: LoopbackHub, source: Path) -> None:
    listing = list_model(Source(hub.endpoint, NAME), "main", IMPATIENT, only=(FILE,))
    assert tuple(file.path for file in listing.files) == FETCHED
    assert listing.size_bytes == sum((source / name).stat().st_size for name in FETCHED)
    for only in ((FILE, "not-there.gguf"), ()):
        with pytest.raises(RepositoryHasNoModel):
            list_model(Source(hub.endpoint, NAME), "main", IMPATIENT, only=only)


def test_it_is_fetched_alone_through_a_cut_and_a_wrong_byte(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    hub.faults.add(Fault(Kind.CUT, path=FILE, after_bytes=1_000_000))
    hub.faults.add(Fault(Kind.CORRUPT, path=FILE, after_bytes=2_000_000))
    folder = job(hub, paths, FILE).run()
    assert same_bytes(folder, source, FETCHED)
    manifest = read_manifest(folder)
    assert manifest is not None
    assert {file.path for file in manifest.files} == set(FETCHED)
    assert not any("Q8_0" in request.path or "mmproj" in request.path for request in hub.requests)


def test_a_damaged_one_is_mended_without_being_told_which_it_is(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    folder = job(hub, paths, FILE).run()
    with (folder / FILE).open("r+b") as stream:
        stream.seek(100_000)
        stream.write(b"damage")
    assert job(hub, paths).run() == folder
    assert same_bytes(folder, source, FETCHED)


def test_so_is_one_whose_manifest_is_rubbish(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    folder = job(hub, paths, FILE).run()
    (folder / MANIFEST_NAME).write_text("rubbish")
    assert job(hub, paths).run() == folder
    assert same_bytes(folder, source, FETCHED)


def test_another_packing_takes_its_place(hub: LoopbackHub, paths: Paths, source: Path) -> None:
    folder = job(hub, paths, FILE).run()
    assert job(hub, paths, "Tiny-Q8_0.gguf").run() == folder
    assert same_bytes(folder, source, ("README.md", "Tiny-Q8_0.gguf"))


def test_a_model_of_the_other_kind_is_not_taken_for_one(hub: LoopbackHub, paths: Paths) -> None:
    """A folder of the same name with safetensors files says nothing of which GGUF file to fetch."""
    make_model_folder(paths.models / NAME.replace("/", "--"), 1000)
    with pytest.raises(RepositoryHasNoModel):
        job(hub, paths).run()


def test_what_to_fetch_is_kept_and_handed_on() -> None:
    request = DownloadRequest(NAME, only=(FILE,))
    assert msgspec.json.decode(msgspec.json.encode(JobRecord(request)), type=JobRecord).request == request
    order = StartJob("models", NAME, "main", "", "https://hub", only=(FILE,))
    codec = Codec(StartJob)
    assert codec.decode(codec.encode(order)) == order
    old = msgspec.json.decode(b'{"request": {"repository": "a/b"}}', type=JobRecord)
    assert old.request.only == (), "and a record of before says nothing"


def test_through_the_service_with_a_pause_and_a_request_that_forgot(
    hub: LoopbackHub, paths: Paths, source: Path
) -> None:
    downloads = Downloads(paths, hub)
    try:
        hub.rate_bytes_per_s = 3_000_000
        size_bytes = sum((source / name).stat().st_size for name in FETCHED)
        downloads.service.start(DownloadRequest(NAME, title="Tiny", expected_bytes=size_bytes, only=(FILE,)))
        downloads.until(lambda event: event.done_bytes > 500_000, NAME)
        downloads.service.pause(NAME)
        assert downloads.ended(NAME).phase is DownloadPhase.PAUSED
        hub.rate_bytes_per_s = None
        downloads.service.start(DownloadRequest(NAME, title="Tiny"))
        end = downloads.ended(NAME)
        assert (end.phase, end.total_bytes) == (DownloadPhase.DONE, size_bytes)
        assert same_bytes(Path(end.folder), source, FETCHED)
    finally:
        downloads.service.close()
