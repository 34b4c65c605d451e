"""A hub that means harm: nothing beside the model changes, nobody else sees the token, memory is bounded."""

from __future__ import annotations

import shutil
import threading
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import DownloadError
from runtime.events import DownloadPhase
from runtime.paths import Paths
from runtime.requests import DownloadRequest
from tests.faults.checks import same_model, snapshot
from tests.faults.models import Model, make_models
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.hub.repositories import read_repository
from tests.runtime.downloads.kit import NAME, job_for, paths_below
from tests.runtime.downloads.watched import Downloads, until_true, workers

WEIGHTS = "model.safetensors"
TARGET = "maker--model"
MOST_MEMORY_BYTES = 400_000_000
LONGEST_RUN_S = 5.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_models(tmp_path_factory.mktemp("models"))["small"]


@pytest.fixture
def hub(model: Model) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        hub.repositories[NAME] = model.repository()
        yield hub


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "diary.txt").write_text("nobody touches this")
    paths = paths_below(tmp_path)
    (paths.models / "maker--neighbour").mkdir()
    (paths.models / "maker--neighbour" / "config.json").write_text("{}")
    return paths


def beside(paths: Paths) -> dict[str, str]:
    """Everything around the home and in it that is neither this model nor on its way to become it."""
    found = snapshot(paths.home.parent, paths.models / TARGET)
    return {name: state for name, state in found.items() if "/.incoming" not in name}


def run_to_the_end(hub: LoopbackHub, paths: Paths) -> Path | None:
    """The installed folder, or None when the job ended as a named error or still waited when it was cancelled."""
    cancel = CancelToken()
    patience = threading.Timer(LONGEST_RUN_S, cancel.cancel)
    patience.start()
    job = job_for(hub, paths, cancel=cancel)
    try:
        return job.run()
    except DownloadError:
        return None
    except Cancelled:
        assert job.progress.phase is DownloadPhase.WAITING, "neither ended nor said that it waits"
        return None
    finally:
        patience.cancel()
        patience.join()


# --- names ------------------------------------------------------------------------------------------------------------

LEAVING = (
    "../evil.safetensors",
    "../../outside/diary.txt",
    "../maker--neighbour/config.json",
    "/etc/evil.safetensors",
    "//server/share/evil.safetensors",
    "x/../../y.safetensors",
    "x/../config.json",
    "./config.json",
    "..",
    ".",
    "",
    "a\\..\\..\\evil.safetensors",
    "..\\evil.safetensors",
    "\\\\server\\share\\evil.safetensors",
    "C:evil.safetensors",
    "C:\\evil.safetensors",
    "model\0.safetensors",
    "model.safetensors\0.py",
    "README\nmore",
    "README\x1b[2J",
    "model.safetensors/config.json",
    "model.safetensors:stream",
    "README|rm",
    "README*",
    "LICENSE?",
    "~/README",
)
TRICKS = (
    "model-\u202esrosnetefas.safetensors",  # turns the rest of the name round
    "model-\u200b.safetensors",  # a space of no width
    "model-\ud83d.safetensors".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "\uff0e\uff0e\uff0fmodel.safetensors",  # wide dots and slash
    "model\u2215x.safetensors",
    "README-" + "x" * 250,
    "README-" + "\u00e9" * 120,  # short in characters, too long in bytes
    "hearth-manifest.json",
    ".incoming",
    "README.part",
)
ELSEWHERE = ("LICENSE.", "NOTICE ", " README", "README.\u00a0", "NUL.jinja", "con.tiktoken", "LPT1.jinja", "aux.jinja")


def add_file(hub: LoopbackHub, name: str, folder: Path) -> None:
    """One more file at the hub, with content of its own, listed and served under that name."""
    source = folder / f"served-{len(hub.repositories[NAME].files)}"
    source.write_text(f"the file {name!a}")
    (made,) = read_repository(NAME, _only(source, folder), gated=False).files.values()
    hub.repositories[NAME].files[name] = replace(made, path=name)


def _only(file: Path, folder: Path) -> Path:
    made = folder / f"of-{file.name}"
    made.mkdir()
    return Path(shutil.copy(file, made)).parent


@pytest.mark.parametrize("names", [LEAVING, TRICKS], ids=["leaving", "tricks"])
def test_names_lead_nowhere(
    hub: LoopbackHub, paths: Paths, model: Model, tmp_path_factory: pytest.TempPathFactory, names: tuple[str, ...]
) -> None:
    """Nor do they keep the model from coming: what is good of it is fetched."""
    for name in names:
        add_file(hub, name, tmp_path_factory.mktemp("served"))
    before = beside(paths)
    folder = job_for(hub, paths).run()
    assert beside(paths) == before
    found = list(folder.rglob("*"))
    assert {*model.names, "hearth-manifest.json"} <= {path.name for path in found}
    assert {path.name for path in found} - {*model.names, "hearth-manifest.json"} <= set(names)
    assert all(path.name.isprintable() and path.parent == folder and path.is_file() for path in found)
    fetched = [asked.path for asked in hub.asked("hub", "/resolve/")]
    assert not [path for path in fetched if ".." in path or "%5C" in path or "%00" in path]


def test_names_that_other_systems_can_not_keep_are_not_fetched(
    hub: LoopbackHub, paths: Paths, model: Model, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A model is carried to other disks: names that Windows or its disks refuse or change stay away."""
    for name in ELSEWHERE:
        add_file(hub, name, tmp_path_factory.mktemp("served"))
    assert same_model(job_for(hub, paths).run(), model.folder)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LICENSE.txt", "LICENSE.TXT"),
        ("chat.jinja", "Chat.jinja"),
        ("README.md", "README.MD"),
        ("README-\u00e9", "README-e\u0301"),
    ],
    ids=ascii,
)
def test_names_that_are_one_on_other_disks(
    hub: LoopbackHub, paths: Paths, tmp_path_factory: pytest.TempPathFactory, one: str, other: str
) -> None:
    """Most disks of Macs and Windows take both for one: the second would overwrite the first."""
    for name in (one, other):
        add_file(hub, name, tmp_path_factory.mktemp("served"))
    before = beside(paths)
    folder = run_to_the_end(hub, paths)
    assert beside(paths) == before
    if folder is not None:
        names = [unicodedata.normalize("NFC", path.name).casefold() for path in folder.iterdir()]
        assert len(names) == len(set(names))


# --- links ------------------------------------------------------------------------------------------------------------

PLANTED = (
    ".incoming",
    f".incoming/{TARGET}",
    f".incoming/{TARGET}.lock",
    f".incoming/{TARGET}/files",
    f".incoming/{TARGET}/parts",
    f".incoming/{TARGET}/files/config.json",
    f".incoming/{TARGET}/files/hearth-manifest.json",
    f".incoming/{TARGET}/replaced",
    TARGET,
)


@pytest.mark.parametrize(
    ("at", "to"),
    [(at, "folder") for at in PLANTED]
    + [(at, "file") for at in PLANTED[2::3]]
    + [(at, "nothing") for at in PLANTED[2::2]],
)
def test_a_planted_link_is_not_followed(hub: LoopbackHub, paths: Paths, model: Model, at: str, to: str) -> None:
    planted = paths.models / at
    planted.parent.mkdir(parents=True, exist_ok=True)
    outside = paths.home.parent / "outside"
    planted.symlink_to({"folder": outside, "file": outside / "diary.txt", "nothing": outside / "new"}[to])
    before = snapshot(outside, outside / "-")
    folder = run_to_the_end(hub, paths)
    assert snapshot(outside, outside / "-") == before
    assert folder is None or same_model(folder, model.folder)


# --- sizes and answers ------------------------------------------------------------------------------------------------


def _sized(size: object) -> Callable[[list[dict[str, object]]], list[dict[str, object]]]:
    def change(entries: list[dict[str, object]]) -> list[dict[str, object]]:
        for entry in entries:
            entry["size"] = size
            if isinstance(lfs := entry.get("lfs"), dict):
                lfs["size"] = size
        return entries

    return change


@pytest.mark.parametrize(
    "size",
    [-1, 0, 2**45, 2**63 - 1, 2**200, 1.5, "9", None],
    ids=lambda size: repr(size)[:20],
)
def test_a_senseless_size(hub: LoopbackHub, paths: Paths, model: Model, size: object) -> None:
    """It is refused, waited out or does not fit on the disk; the disk is not filled, and afterwards all is well."""
    hub.faults.add(Fault(Kind.JSON, Place.API, "*/tree/*", change=_sized(size), times=1))
    before, free = beside(paths), shutil.disk_usage(paths.models).free
    run_to_the_end(hub, paths)
    assert beside(paths) == before
    assert shutil.disk_usage(paths.models).free > free - 500_000_000
    hub.faults.clear()
    assert same_model(job_for(hub, paths).run(), model.folder)


# --- the token --------------------------------------------------------------------------------------------------------

ELSEWHERE_LINKS = (
    "{store}/x/y",
    "{store}{path}",
    "http://localhost:1/{number}",
    "//127.0.0.1:1/x",
    "http://hub@127.0.0.1:1/x",
)


@pytest.mark.parametrize("location", ELSEWHERE_LINKS)
@pytest.mark.parametrize("place", [Place.API, Place.RESOLVE])
def test_the_token_reaches_the_hub_and_nobody_else(
    hub: LoopbackHub, paths: Paths, model: Model, caplog: pytest.LogCaptureFixture, place: Place, location: str
) -> None:
    hub.repositories[NAME].gated = True
    hub.faults.add(Fault(Kind.REDIRECT, place, location=location, times=2))
    hub.faults.add(Fault(Kind.CUT, path=WEIGHTS, times=2, after_bytes=100_000))
    try:
        folder = job_for(hub, paths, token="hf_granted").run()
        assert same_model(folder, model.folder)
    except DownloadError:
        assert place is Place.API  # whoever answers for the hub may say no
    assert not [asked for asked in hub.asked("store") if "hf_granted" in str(asked)]
    assert [asked for asked in hub.asked("hub") if "hf_granted" in str(asked.headers)]
    assert not [path for path in paths.home.rglob("*") if path.is_file() and b"hf_granted" in path.read_bytes()]
    assert "hf_granted" not in caplog.text


def test_a_link_with_the_hub_s_name_before_an_at_sign_is_another_host(hub: LoopbackHub, paths: Paths) -> None:
    hub.repositories[NAME].gated = True
    sign = hub.endpoint + "@" + hub.store_endpoint.removeprefix("http://")
    hub.faults.add(Fault(Kind.REDIRECT, Place.RESOLVE, WEIGHTS, location=f"{sign}/x/y", times=2))
    job_for(hub, paths, token="hf_granted").run()
    assert not [asked for asked in hub.asked("store") if "hf_granted" in str(asked)]


# --- memory -----------------------------------------------------------------------------------------------------------

TREE = "*/tree/*"
PAGE = "*/revision/*"
BOMBS = {
    "packed page": Fault(Kind.GZIP_BOMB, Place.API, PAGE, times=None, count_bytes=2_000_000_000),
    "packed list": Fault(Kind.GZIP_BOMB, Place.API, TREE, times=None, count_bytes=2_000_000_000),
    "packed refusal": Fault(Kind.GZIP_BOMB, Place.RESOLVE, "*", times=None, count_bytes=2_000_000_000),
    "packed file": Fault(Kind.GZIP_BOMB, Place.BYTES, "*", times=None, count_bytes=2_000_000_000),
    "long page": Fault(Kind.LONG_JSON, Place.API, PAGE, times=None, count_bytes=100_000_000),
    "long list": Fault(Kind.LONG_JSON, Place.API, TREE, times=None, count_bytes=100_000_000),
    "page without end": Fault(Kind.CHUNKED_ENDLESS, Place.API, PAGE, times=None),
    "list without end": Fault(Kind.CHUNKED_ENDLESS, Place.API, TREE, times=None),
    "list in a circle": Fault(Kind.LINK_CYCLE, Place.API, TREE, times=None),
    "file without end": Fault(Kind.CHUNKED_ENDLESS, Place.BYTES, "*", times=None),
    "headers without end": Fault(Kind.HEADERS_ENDLESS, Place.API, "*", times=None),
    "file's headers without end": Fault(Kind.HEADERS_ENDLESS, Place.BYTES, "*", times=None),
    "huge header": Fault(Kind.HEADERS_HUGE, Place.API, "*", times=None, count_bytes=200_000_000),
    "file's huge header": Fault(Kind.HEADERS_HUGE, Place.BYTES, "*", times=None, count_bytes=200_000_000),
    "links without end": Fault(Kind.REDIRECT, Place.RESOLVE, "*", times=None, location="{hub}{path}?{number}"),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_does_not_fill_the_memory(hub: LoopbackHub, paths: Paths, model: Model, bomb: Fault) -> None:
    """The worker swallows little of it and says so; when the hub is good again the download completes by itself."""
    hub.faults.add(Fault(**{name: value for name, value in vars(bomb).items() if name != "matched"}))
    before = beside(paths)
    downloads = Downloads(paths, hub)
    peaks = Peaks()
    try:
        downloads.service.start(DownloadRequest(NAME))
        until_true(lambda: peaks.look() or _told(downloads), "neither waits nor ended")
        hub.faults.clear()
        if downloads.events[-1].phase is DownloadPhase.FAILED:
            downloads.service.resume(NAME)
        until_true(lambda: peaks.look() or not downloads.order(), "did not complete")
    finally:
        downloads.service.close()
    records = {name: state for name, state in beside(paths).items() if name not in before}
    assert all(name.startswith("home/downloads") for name in records)
    assert same_model(paths.models / TARGET, model.folder)
    assert 0 < peaks.bytes < MOST_MEMORY_BYTES


def _told(downloads: Downloads) -> bool:
    told = downloads.events[-1] if downloads.events else None
    return told is not None and told.phase in (DownloadPhase.WAITING, DownloadPhase.FAILED, DownloadPhase.DONE)


class Peaks:
    """The most memory that any worker took; the system's own record where it keeps one."""

    def __init__(self) -> None:
        self.bytes = 0

    def look(self) -> bool:
        """Take one sample; always False, so that it can stand in a condition."""
        for worker in workers():
            try:
                self.bytes = max(self.bytes, worker.memory_info().rss, _high_water_bytes(worker.pid))
            except psutil.Error:
                continue
        return False


def _high_water_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
