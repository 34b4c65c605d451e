"""GGUF models in the library: listed, verified, removed and brought back, moved, put on a shelf, used in place."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from runtime.cancel import CancelToken
from runtime.errors import ModelDamaged, ModelEngineMissing
from runtime.library.copies import bring_back
from runtime.library.moving import move_library
from runtime.library.service import CheckKind, LibraryService, Owner, Places
from runtime.paths import Paths
from runtime.storage import model_folder
from runtime.storage.engines import EngineKind
from runtime.storage.manifest import Manifest, write_manifest
from tests.hub.gguf import LLAMA, TENSORS, write_gguf, write_split
from tests.hub.models import make_model_folder
from tests.runtime.library.kit import COMMIT, cache, flip, listed_files, tree
from tests.runtime.library.shelf_kit import ignore, put_on

NAME = "maker/Tiny-GGUF"
FILE = "Tiny-Q4_K_M.gguf"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp is installed."""
    monkeypatch.setattr(model_folder, "llama_cpp_is_here", lambda: True)


def install(models: Path, pieces: bool = True) -> Path:
    """As a finished download leaves it."""
    folder = models / NAME.replace("/", "--")
    folder.mkdir(parents=True)
    write_gguf(folder / FILE, chance=True)
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    files = listed_files(folder, NAME, pieces)
    write_manifest(folder, Manifest(NAME, COMMIT, "Tiny helper", "2026-11-22T04:00:00+00:00", files))
    return folder


def studio_folder(studio: Path, *names: str) -> Path:
    folder = studio / "maker" / "Tiny-GGUF"
    folder.mkdir(parents=True)
    for name in names:
        write_gguf(folder / name, chance=True)
    return folder


# --- ours -------------------------------------------------------------------------------------------------------------


def test_it_is_listed_with_what_its_head_says(paths: Paths) -> None:
    folder = install(paths.models)
    (model,) = LibraryService(paths).models()
    assert (model.name, model.repository, model.folder) == ("Tiny helper", NAME, str(folder))
    assert (model.architecture, model.context_tokens, model.problem) == ("llama", 2048, None)
    assert (model.ours, model.verified, model.licence) == (True, True, "apache-2.0")
    assert model.shape is not None
    assert model.shape.engine is EngineKind.LLAMA_CPP
    assert model.shape.weight_bytes == (folder / FILE).stat().st_size


def test_every_byte_is_verified_and_the_wrong_piece_named(paths: Paths) -> None:
    folder = install(paths.models)
    library = LibraryService(paths)
    assert library.verify(NAME).wrong_files == ()
    flip(folder / FILE, (folder / FILE).stat().st_size - 100)
    report = library.verify(NAME)
    assert (report.by, report.wrong_files, report.wrong_pieces) == (CheckKind.HASHES, (FILE,), ((0,),))
    (model,) = library.models()
    assert model.problem is not None
    assert model.problem.code == "model.damaged"


def test_a_head_that_was_damaged_is_seen_at_once(paths: Paths) -> None:
    folder = install(paths.models)
    library = LibraryService(paths)
    assert library.models()[0].problem is None
    flip(folder / FILE, 1)
    (model,) = library.models()
    assert model.problem is not None
    assert model.problem.code == "model.damaged"


def test_removed_and_brought_back(paths: Paths) -> None:
    folder = install(paths.models)
    library = LibraryService(paths)
    before = tree(folder)
    size_bytes = library.find(NAME).size_bytes
    removed = library.remove(NAME)
    assert removed.size_bytes == size_bytes
    assert library.models() == ()
    assert library.bring_back(removed.id).repository == NAME
    assert tree(folder) == before


def test_moved_with_the_others(paths: Paths, tmp_path: Path) -> None:
    install(paths.models)
    make_model_folder(paths.models / "by hand", 1000)
    by_hand = paths.models / "tiny by hand"
    by_hand.mkdir()
    write_gguf(by_hand / FILE, chance=True)
    target = move_library(paths.models, tmp_path / "elsewhere", CancelToken(), ignore)
    found = LibraryService(paths, lambda: Places(models=target)).models()
    assert {Path(model.folder).name for model in found} == {"by hand", "maker--Tiny-GGUF", "tiny by hand"}
    assert all(model.problem is None for model in found)


def test_to_a_shelf_and_back(paths: Paths, tmp_path: Path) -> None:
    folder = install(paths.models)
    (tmp_path / "shelf").mkdir()
    copy = put_on(tmp_path / "shelf", folder)
    assert (copy / FILE).read_bytes() == (folder / FILE).read_bytes()
    before = (folder / FILE).read_bytes()
    shutil.rmtree(folder)
    back = bring_back(copy, paths.models, CancelToken(), ignore)
    assert (back / FILE).read_bytes() == before
    (model,) = LibraryService(paths).models()
    assert (model.repository, model.problem) == (NAME, None)


def test_a_shelf_takes_it_where_nothing_here_could_run_it(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install(paths.models)
    (tmp_path / "shelf").mkdir()
    monkeypatch.setattr(model_folder, "llama_cpp_is_here", lambda: False)
    assert (put_on(tmp_path / "shelf", folder) / FILE).is_file()


def test_by_hand_with_its_eyes_beside_it_only_the_model_goes_to_a_shelf(paths: Paths, tmp_path: Path) -> None:
    folder = paths.models / "tiny"
    folder.mkdir()
    write_gguf(folder / FILE, chance=True)
    write_gguf(folder / "mmproj-Tiny.gguf", {"general.architecture": "clip"})
    (folder / "run.py").write_text("raise SystemExit")
    (tmp_path / "shelf").mkdir()
    copy = put_on(tmp_path / "shelf", folder)
    assert {path.name for path in copy.iterdir() if path.suffix in (".gguf", ".py")} == {FILE}


# --- without llama.cpp ------------------------------------------------------------------------------------------------


def test_without_llama_cpp_it_is_listed_with_the_reason(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install(paths.models)
    monkeypatch.setattr(model_folder, "llama_cpp_is_here", lambda: False)
    library = LibraryService(paths)
    (model,) = library.models()
    assert model.problem is not None
    assert (model.problem.code, model.name) == ("model.engine_missing", "Tiny helper")
    with pytest.raises(ModelEngineMissing):
        library.inspect_folder(folder)
    assert library.verify(NAME).wrong_files == (), "its bytes can be looked at all the same"


def test_without_llama_cpp_another_programs_is_not_offered(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio_folder(tmp_path / "studio", FILE)
    library = LibraryService(paths, lambda: Places(lm_studio=(tmp_path / "studio",)))
    assert len(library.models()) == 1
    monkeypatch.setattr(model_folder, "llama_cpp_is_here", lambda: False)
    assert LibraryService(paths, lambda: Places(lm_studio=(tmp_path / "studio",))).models() == ()


# --- elsewhere --------------------------------------------------------------------------------------------------------


def test_lm_studios_are_used_in_place(paths: Paths, tmp_path: Path) -> None:
    studio = tmp_path / "studio"
    folder = studio_folder(studio, FILE, "mmproj-Tiny-F16.gguf")
    before = tree(studio)
    (model,) = LibraryService(paths, lambda: Places(lm_studio=(studio,))).models()
    assert (model.repository, model.owner, model.folder) == (NAME, Owner.LM_STUDIO, str(folder))
    assert model.name == "Tiny", "what kind of file it is, is nobody's business"
    assert model.size_bytes == (folder / FILE).stat().st_size, "without the eyes"
    assert tree(studio) == before


def test_a_folder_of_several_packings_is_left_out(paths: Paths, tmp_path: Path) -> None:
    studio_folder(tmp_path / "studio", FILE, "Tiny-Q8_0.gguf")
    library = LibraryService(paths, lambda: Places(lm_studio=(tmp_path / "studio",)))
    assert library.models() == ()
    with pytest.raises(ModelDamaged):
        library.inspect_folder(tmp_path / "studio" / "maker" / "Tiny-GGUF")


def test_a_named_folder_of_loose_files_still_shows_what_lies_below(paths: Paths, tmp_path: Path) -> None:
    named = tmp_path / "models"
    make_model_folder(named / "inner", 1000)
    for name in (FILE, "Other-Q4_K_M.gguf"):
        write_gguf(named / name)
    library = LibraryService(paths, lambda: Places(named=(named,)))
    assert [model.name for model in library.models()] == ["inner"]


def test_a_named_folder_is_told_of_even_when_it_is_broken(paths: Paths, tmp_path: Path) -> None:
    named = tmp_path / "my model"
    named.mkdir()
    first, _second = write_split(named)
    library = LibraryService(paths, lambda: Places(named=(named,)))
    (model,) = library.models()
    assert (model.problem, model.owner, model.architecture) == (None, Owner.NAMED, "llama")
    assert library.verify(str(named)).by is CheckKind.STRUCTURE
    first.write_bytes(first.read_bytes()[:-40])
    (model,) = library.models()
    assert model.problem is not None
    assert library.verify(str(named)).wrong_files == (first.name,)


def test_the_hubs_cache_has_them_too(paths: Paths, tmp_path: Path) -> None:
    snapshot = cache(tmp_path / "hub", NAME)
    for link in list(snapshot.iterdir()):
        link.unlink()
    made = write_gguf(tmp_path / "made", LLAMA, TENSORS, chance=True)
    blob = hashlib.sha256(made.read_bytes()).hexdigest()
    made.rename(snapshot.parents[1] / "blobs" / blob)
    (snapshot / FILE).symlink_to(Path("../../blobs") / blob)
    library = LibraryService(paths, lambda: Places(hugging_face=(tmp_path / "hub",)))
    (model,) = library.models()
    assert (model.repository, model.commit, model.problem) == (NAME, COMMIT, None)
    report = library.verify(model.folder)
    assert (report.by, report.wrong_files) == (CheckKind.HASHES, ())
