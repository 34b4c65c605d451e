"""Copies on a shelf: made, recognised, listed, checked by us and by others' tools, brought back elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import CopyDamaged, CopyNotFound, ModelDamaged, ModelsDiskMissing, ModelsFolderRefused, ModelUnsafe
from runtime.events import EngineState
from runtime.inference.host import EngineHost
from runtime.library.copies import ShelfCard, bring_back, check_copy, copies_on, read_copy, shelve
from runtime.library.names import safe_name
from runtime.library.service import LibraryService
from runtime.paths import Paths
from runtime.storage.manifest import PIECE_BYTES, file_agrees, read_manifest, wrong_pieces
from tests.contract.recording import RecordedEngine
from tests.runtime.library.shelf_kit import (
    CARD,
    COMMIT,
    REPOSITORY,
    by_hand,
    contents,
    flip_bit,
    ignore,
    install,
    model_contents,
    put_on,
)
from tests.tiny.corpus import KNOWN_ANSWERS


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "disk" / "shelf"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return install(tmp_path / "models", shards=3)


def check(copy: Path) -> tuple[str, ...]:
    return check_copy(copy, CancelToken(), ignore)


def back(copy: Path, models: Path) -> Path:
    return bring_back(copy, models, CancelToken(), ignore)


# --- putting one there ----------------------------------------------------------------------------------------------


def test_a_copy_is_one_readable_folder_that_says_what_it_is(model: Path, shelf: Path) -> None:
    before = contents(model)
    copy = put_on(shelf, model)
    assert os.listdir(shelf) == ["Pocket Model 4B"]
    assert contents(model) == before
    assert model_contents(copy) == model_contents(model)
    told = json.loads((copy / "hearth-model.json").read_text())
    assert told["version"] == 1
    assert told["name"] == "Pocket Model 4B"
    assert (told["repository"], told["origin"], told["commit"]) == (REPOSITORY, "https://hub.example", COMMIT)
    assert (told["licence"], told["downloaded_at"]) == ("MIT", "2026-11-21T04:00:00+00:00")
    assert told["card"]["good_at"] == ["everyday", "writing"]
    assert told["card"]["sampling"]["top_k"] == 20
    assert {file["path"]: file["sha256"] for file in told["files"]} == model_contents(model)
    page = (copy / "READ ME.txt").read_text()
    for words in ("Pocket Model 4B", "MIT", "no internet", "sha256sum -c SHA256SUMS", REPOSITORY, COMMIT):
        assert words in page


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on this computer")
def test_anyone_can_check_a_copy_with_the_usual_tool(model: Path, shelf: Path) -> None:
    copy = put_on(shelf, model)
    told = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=copy, capture_output=True, text=True)
    assert told.returncode == 0
    assert told.stdout.count(": OK") == len(os.listdir(copy)) - 1
    flip_bit(copy / "tokenizer.json", 99)
    told = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=copy, capture_output=True, text=True)
    assert told.returncode == 1
    assert "tokenizer.json: FAILED" in told.stdout


def test_the_same_model_is_recognised_and_another_never_overwritten(model: Path, shelf: Path, tmp_path: Path) -> None:
    copy = put_on(shelf, model)
    before = contents(shelf)
    assert put_on(shelf, model) == copy
    assert contents(shelf) == before
    newer = install(tmp_path / "elsewhere", commit="d" * 40)
    assert put_on(shelf, newer).name == "Pocket Model 4B (model)"
    assert put_on(shelf, install(tmp_path / "third", commit="e" * 40)).name == "Pocket Model 4B (2)"
    flip_bit(copy / "config.json", 12)
    assert put_on(shelf, model).name == "Pocket Model 4B (3)"
    assert check(copy) == ("config.json",)
    assert len(copies_on(shelf)) == 4


def test_a_damaged_model_is_not_put_on_a_shelf(model: Path, shelf: Path) -> None:
    flip_bit(model / "README.md", 5)
    with pytest.raises(ModelDamaged) as raised:
        put_on(shelf, model)
    assert raised.value.file == "README.md"
    assert copies_on(shelf) == ()
    (model / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": "evil.py"}}')
    with pytest.raises(ModelUnsafe):
        put_on(shelf, model)


def test_a_model_of_another_program_is_kept_without_its_programs(tmp_path: Path, shelf: Path) -> None:
    theirs = by_hand(tmp_path / "LM Studio" / "maker" / "some model")
    (theirs / "consolidated.safetensors").write_bytes(b"twice the weights")
    copy = put_on(shelf, theirs, ShelfCard())
    assert copy.name == "some model"
    assert json.loads((copy / "hearth-model.json").read_text())["origin"] == "another program's folder"
    kept = {"config.json", "tokenizer.json", "tokenizer_config.json", "README.md", "model.safetensors"}
    assert set(model_contents(copy)) == kept
    assert check(copy) == ()
    assert put_on(shelf, theirs, ShelfCard()) == copy
    (theirs / "README.md").write_text("# A Model\n")
    assert put_on(shelf, theirs, ShelfCard()).name == "some model (2)"


def test_the_hubs_own_cache_tells_where_a_model_came_from(tmp_path: Path, shelf: Path) -> None:
    cache = tmp_path / "hub" / "models--maker--model"
    snapshot = cache / "snapshots" / COMMIT
    by_hand(cache / "real")
    (cache / "blobs").mkdir()
    snapshot.mkdir(parents=True)
    for number, path in enumerate(sorted((cache / "real").iterdir())):
        path.rename(cache / "blobs" / str(number))
        (snapshot / path.name).symlink_to(f"../../blobs/{number}")
    copy = put_on(shelf, snapshot, ShelfCard())
    assert copy.name == "model"
    found = read_copy(copy)
    assert (found.repository, found.commit) == (REPOSITORY, COMMIT)
    assert not any(path.is_symlink() for path in copy.iterdir())
    (tmp_path / "secret.txt").write_text("mine")
    (snapshot / "vocab.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ModelDamaged, match="vocab"):
        put_on(shelf, snapshot, ShelfCard())


def test_places_that_can_be_no_shelf_are_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelsFolderRefused):
        put_on(model / "shelf", model)
    with pytest.raises(ModelsDiskMissing):
        put_on(tmp_path / "no" / "such", model)
    assert not (tmp_path / "no").exists()
    assert put_on(tmp_path / "new shelf", model).parent == tmp_path / "new shelf"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('Qwen3: 4B/"best"?', "Qwen3 4B best"),
        (" ..hidden. ", "hidden"),
        ("CON", "CON model"),
        ("aux.old", "aux.old model"),
        ("\u202egnp\n\t", "gnp"),
        ("...", "Model"),
        ("é" * 300, "é" * 80),
        ("名" * 300, "名" * 53),
    ],
)
def test_names_of_folders_suit_every_disk(text: str, name: str) -> None:
    assert safe_name(text) == name


# --- cancelling and progress ----------------------------------------------------------------------------------------


def test_progress_is_a_true_fraction_that_only_grows(model: Path, shelf: Path, tmp_path: Path) -> None:
    for work in (
        lambda report: shelve(model, shelf, CARD, CancelToken(), report),
        lambda report: shelve(model, shelf, CARD, CancelToken(), report),
        lambda report: check_copy(shelf / "Pocket Model 4B", CancelToken(), report),
        lambda report: bring_back(shelf / "Pocket Model 4B", tmp_path / "back", CancelToken(), report),
        lambda report: bring_back(shelf / "Pocket Model 4B", tmp_path / "back", CancelToken(), report),
    ):
        seen: list[tuple[int, int]] = []
        work(lambda done, total, seen=seen: seen.append((done, total)))
        assert seen[0][0] == 0
        assert seen == sorted(seen)
        assert len({total for _done, total in seen}) == 1
        assert seen[-1][0] == seen[-1][1]
        assert len(seen) > 5


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.85])
def test_stopping_leaves_no_copy_and_the_next_one_uses_what_is_there(model: Path, shelf: Path, share: float) -> None:
    cancel = CancelToken()

    def stop(done: int, total: int) -> None:
        if done >= share * total:
            cancel.cancel()

    with pytest.raises(Cancelled):
        shelve(model, shelf, CARD, cancel, stop)
    assert copies_on(shelf) == ()
    with pytest.raises(CopyNotFound):
        read_copy(shelf / "Pocket Model 4B.incomplete")
    kept = {path: path.stat().st_ino for path in shelf.rglob("*.safetensors")}
    assert len(kept) == {0.0: 0, 0.3: 1, 0.6: 2, 0.85: 3}[share]
    copy = put_on(shelf, model)
    assert os.listdir(shelf) == [copy.name]
    assert {(copy / path.name).stat().st_ino for path in kept} == set(kept.values())
    assert check(copy) == ()


def test_a_folder_of_a_person_that_looks_unfinished_is_left_alone(model: Path, shelf: Path) -> None:
    theirs = shelf / "Pocket Model 4B.incomplete"
    theirs.mkdir()
    (theirs / "novel.txt").write_text("chapter one")
    copy = put_on(shelf, model)
    assert (theirs / "novel.txt").read_text() == "chapter one"
    assert check(copy) == ()


# --- looking at them ------------------------------------------------------------------------------------------------


def test_copies_are_listed_quickly_and_the_unreadable_ones_say_why(model: Path, shelf: Path, tmp_path: Path) -> None:
    copy = put_on(shelf, model)
    assert copies_on(tmp_path / "nothing") == ()
    assert copies_on(copy) == copies_on(shelf) == (read_copy(copy),)
    found = read_copy(copy)
    assert (found.name, found.repository, found.commit, found.licence) == ("Pocket Model 4B", REPOSITORY, COMMIT, "MIT")
    assert found.size_bytes == sum((model / path).stat().st_size for path in model_contents(model))
    assert found.card == CARD
    for name in ("no json", "empty", "shorter"):
        shutil.copytree(copy, shelf / name)
    (shelf / "no json" / "hearth-model.json").write_text("{")
    (shelf / "empty" / "hearth-model.json").unlink()
    with (shelf / "shorter" / "config.json").open("ab") as stream:
        stream.truncate(10)
    problems = {Path(found.folder).name: found.problem for found in copies_on(shelf)}
    assert set(problems) == {"Pocket Model 4B", "no json", "shorter"}
    assert problems["Pocket Model 4B"] is None
    for name, file in (("no json", "hearth-model.json"), ("shorter", "config.json")):
        problem = problems[name]
        assert problem is not None
        assert (problem.code, problem.parameters["file"]) == ("model.copy_damaged", file)


def test_a_check_names_what_is_wrong_missing_or_extra(model: Path, shelf: Path) -> None:
    copy = put_on(shelf, model)
    assert check(copy) == ()
    for litter in (".DS_Store", "._config.json", "Thumbs.db"):
        (copy / litter).write_bytes(b"of the system")
    assert check(copy) == ()
    flip_bit(copy / "model-00002-of-00003.safetensors", 700_001)
    (copy / "tokenizer.json").unlink()
    (copy / "READ ME.txt").write_text("nothing")
    (copy / "SHA256SUMS").write_text("nothing")
    (copy / "more").mkdir()
    (copy / "more" / "notes.md").write_text("mine")
    (copy / "way out").symlink_to("/etc")
    assert check(copy) == (
        "model-00002-of-00003.safetensors",
        "tokenizer.json",
        "READ ME.txt",
        "SHA256SUMS",
        "more/notes.md",
        "way out",
    )


# --- bringing one back ----------------------------------------------------------------------------------------------


def test_a_model_comes_back_exactly_as_a_download_leaves_it(model: Path, shelf: Path, tmp_path: Path) -> None:
    copy = put_on(shelf, model)
    before = contents(copy)
    paths = Paths.below(tmp_path / "another home")
    paths.prepare()
    folder = back(copy, paths.models)
    assert folder == paths.models / "maker--model"
    assert model_contents(folder) == model_contents(model)
    was, now = read_manifest(model), read_manifest(folder)
    assert was is not None
    assert now is not None
    plain = {(file.path, file.size_bytes, file.digest) for file in was.files}
    assert {(file.path, file.size_bytes, file.digest) for file in now.files} == plain
    assert (now.repository, now.commit, now.title) == (was.repository, was.commit, was.title)
    assert (now.downloaded_at, now.origin, now.licence) == (was.downloaded_at, was.origin, was.licence)
    for file in now.files:
        assert wrong_pieces(file, folder / file.path) == ()
    (found,) = LibraryService(paths).models()
    assert (found.ours, found.repository, found.problem) == (True, REPOSITORY, None)
    assert contents(copy) == before
    kept = {path: path.stat().st_ino for path in folder.iterdir()}
    assert back(copy, paths.models) == folder
    assert {path: path.stat().st_ino for path in folder.iterdir()} == kept


def test_pieces_are_known_again_after_coming_back(tmp_path: Path, shelf: Path) -> None:
    model = install(tmp_path / "models", weight_bytes=PIECE_BYTES + 5_000)
    folder = back(put_on(shelf, model), tmp_path / "back")
    manifest = read_manifest(folder)
    assert manifest is not None
    weights = next(file for file in manifest.files if file.path == "model.safetensors")
    assert len(weights.pieces) == 2
    assert wrong_pieces(weights, folder / weights.path) == ()
    flip_bit(folder / weights.path, 8 * (PIECE_BYTES + 9))
    assert wrong_pieces(weights, folder / weights.path) == (1,)


def test_a_damaged_or_another_version_here_is_replaced(model: Path, shelf: Path, tmp_path: Path) -> None:
    copy = put_on(shelf, model)
    models = tmp_path / "back"
    older = install(models, commit="b" * 40)
    folder = back(copy, models)
    assert folder == older
    assert model_contents(folder) == model_contents(model)
    assert sorted(os.listdir(models)) == [".incoming", "maker--model"]
    flip_bit(folder / "config.json", 3)
    back(copy, models)
    assert model_contents(folder) == model_contents(model)


def test_a_folder_that_is_not_ours_is_moved_beside(model: Path, shelf: Path, tmp_path: Path) -> None:
    models = tmp_path / "back"
    theirs = contents(by_hand(models / "maker--model"))
    folder = back(put_on(shelf, model), models)
    assert model_contents(folder) == model_contents(model)
    (beside,) = models.glob("maker--model.before-*")
    assert contents(beside) == theirs


def test_a_model_of_unknown_origin_comes_back_under_a_free_name(tmp_path: Path, shelf: Path) -> None:
    theirs = by_hand(tmp_path / "theirs")
    copy = put_on(shelf, theirs, ShelfCard(name="My model"))
    models = tmp_path / "back"
    other = contents(by_hand(models / "My model"))
    folder = back(copy, models)
    assert folder == models / "My model (2)"
    assert back(copy, models) == folder
    assert contents(models / "My model") == other
    manifest = read_manifest(folder)
    assert manifest is not None
    assert (manifest.repository, manifest.title, manifest.origin) == ("", "My model", "")
    assert all(file_agrees(file, folder / file.path) for file in manifest.files)


@pytest.mark.parametrize("file", ["config.json", "README.md", "model-00003-of-00003.safetensors"])
def test_nothing_of_a_damaged_copy_is_installed(model: Path, shelf: Path, tmp_path: Path, file: str) -> None:
    copy = put_on(shelf, model)
    flip_bit(copy / file, 1234)
    models = tmp_path / "back"
    before = contents(install(models, commit="b" * 40))
    with pytest.raises(CopyDamaged) as raised:
        back(copy, models)
    assert (raised.value.file, raised.value.folder) == (file, str(copy))
    assert contents(models / "maker--model") == before
    assert not list(models.rglob("returned"))


# --- on another computer --------------------------------------------------------------------------------------------

ANOTHER_COMPUTER = """
import sys
from pathlib import Path

def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.")):
        print("network:", event, flush=True)

sys.addaudithook(watch)
from runtime.cancel import CancelToken
from runtime.library.copies import bring_back, check_copy, copies_on
shelf, models = map(Path, sys.argv[1:])
(found,) = copies_on(shelf)
assert check_copy(Path(found.folder), CancelToken(), lambda done, total: None) == ()
print(bring_back(Path(found.folder), models, CancelToken(), lambda done, total: None))
"""


def test_a_real_model_comes_back_on_another_computer_and_answers(
    tiny_model: Path, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on(shelf, tiny_model, ShelfCard(name="Tiny"))
    carried = tmp_path / "carried" / "over"
    shutil.copytree(shelf, carried)
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path / "fresh home"))
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", ANOTHER_COMPUTER, str(carried), str(tmp_path / "their models")]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told == [str(tmp_path / "their models" / "Tiny")]
    engine = RecordedEngine(EngineHost)
    try:
        assert engine.load(Path(told[0])).state is EngineState.READY
        question, answer = next(iter(KNOWN_ANSWERS.items()))
        assert engine.ask(question) == answer
    finally:
        engine.engine.close()
