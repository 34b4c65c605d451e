"""Verifying real folders: what is found, what it would cost to make right, and what the list says afterwards."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.errors import ModelDamaged, ModelNotFound, ModelUnsafe
from runtime.library.service import CheckKind, LibraryService, Places
from runtime.paths import Paths
from runtime.storage.manifest import PIECE_BYTES, read_manifest, write_manifest
from tests.hub.models import make_model_folder
from tests.runtime.library.kit import cache, flip, install, rewrite, set_config, tree


def test_verify_finds_the_wrong_byte(paths: Paths) -> None:
    folder = install(paths, "maker/model")
    library = LibraryService(paths)
    seen: list[tuple[int, int]] = []
    report = library.verify("maker/model", CancelToken(), lambda done, total: seen.append((done, total)))
    assert (report.wrong_files, report.wrong_bytes, report.by) == ((), 0, CheckKind.HASHES)
    assert seen[-1][0] == seen[-1][1] == library.find("maker/model").size_bytes
    flip(folder / "model.safetensors", 200_000)
    flip(folder / "config.json", 5)
    size_bytes = (folder / "tokenizer.json").stat().st_size
    (folder / "tokenizer.json").unlink()
    report = library.verify(str(folder))
    assert set(report.wrong_files) == {"config.json", "model.safetensors", "tokenizer.json"}
    others = sum((folder / name).stat().st_size for name in ("config.json", "model.safetensors"))
    assert report.wrong_bytes == size_bytes + others
    assert set(report.wrong_pieces) == {()}


def test_progress_reaches_the_end_whatever_is_missing(paths: Paths) -> None:
    folder = install(paths, "maker/model", shards=3)
    (folder / "model-00002-of-00003.safetensors").unlink()
    rewrite(folder / "model-00003-of-00003.safetensors", lambda data: data[:100])
    seen: list[tuple[int, int]] = []
    LibraryService(paths).verify("maker/model", None, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]


def test_known_pieces_tell_how_little_must_be_fetched(paths: Paths) -> None:
    size_bytes = 2 * PIECE_BYTES + 1000
    folder = install(paths, "maker/model", weight_bytes=size_bytes, pieces=True)
    weights = folder / "model.safetensors"
    library = LibraryService(paths)
    flip(weights, PIECE_BYTES + 7)
    report = library.verify("maker/model")
    assert (report.wrong_files, report.wrong_bytes, report.wrong_pieces) == (
        ("model.safetensors",),
        PIECE_BYTES,
        ((1,),),
    )
    flip(weights, weights.stat().st_size - 1)
    tail = weights.stat().st_size - 2 * PIECE_BYTES
    report = library.verify("maker/model")
    assert (report.wrong_bytes, report.wrong_pieces) == (PIECE_BYTES + tail, ((1, 2),))


def test_verify_can_be_cancelled_and_then_notes_nothing(paths: Paths) -> None:
    folder = install(paths, "maker/model")
    flip(folder / "model.safetensors", 200_000)
    cancel = CancelToken()
    library = LibraryService(paths)
    with pytest.raises(Cancelled):
        library.verify("maker/model", cancel, lambda _done, _total: cancel.cancel())
    assert not (paths.home / "models.json").exists()
    assert library.find("maker/model").problem is None


def test_without_a_readable_manifest_nothing_can_be_verified(paths: Paths) -> None:
    folder = install(paths, "maker/model")
    (folder / "hearth-manifest.json").write_text("{")
    with pytest.raises(ModelDamaged):
        LibraryService(paths).verify(str(folder))
    with pytest.raises(ModelNotFound):
        LibraryService(paths).verify("maker/model")


def test_a_verdict_lasts_until_a_clean_look(paths: Paths) -> None:
    folder = install(paths, "maker/model")
    library = LibraryService(paths)
    assert library.find("maker/model").verified_at == "2026-11-21T04:00:00+00:00"
    library.verify("maker/model")
    clean = library.find("maker/model")
    assert (clean.verified, clean.problem, clean.verified_by) == (True, None, CheckKind.HASHES)
    assert clean.verified_at > "2026-11-21T04:00:00+00:00"
    flip(folder / "model.safetensors", 200_000)
    library.verify("maker/model")
    damaged = LibraryService(paths).find("maker/model")
    assert damaged.problem is not None
    assert (damaged.problem.code, damaged.problem.parameters["file"]) == ("model.damaged", "model.safetensors")
    assert not damaged.verified
    flip(folder / "model.safetensors", 200_000)
    library.verify("maker/model")
    assert LibraryService(paths).find("maker/model").problem is None


def test_a_verdict_lasts_until_the_model_is_fetched_again(paths: Paths) -> None:
    folder = install(paths, "maker/model")
    library = LibraryService(paths)
    library.note_verified(folder, ("model.safetensors",))
    assert library.find("maker/model").problem is not None
    manifest = read_manifest(folder)
    assert manifest is not None
    write_manifest(folder, dataclasses.replace(manifest, downloaded_at="2026-11-22T04:00:00+00:00"))
    model = library.find("maker/model")
    assert (model.problem, model.verified, model.verified_at) == (None, True, "2026-11-22T04:00:00+00:00")
    # A repair of the same second is a new download as well.
    library.note_verified(folder, ("model.safetensors",))
    assert library.find("maker/model").problem is not None
    manifest = read_manifest(folder)
    assert manifest is not None
    write_manifest(folder, manifest)
    assert library.find("maker/model").problem is None


def test_the_hub_s_cache_is_verified_by_the_names_of_its_blobs(paths: Paths, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    snapshot = cache(hub, "maker/cached")
    library = LibraryService(paths, lambda: Places(hugging_face=(hub,)))
    before = tree(hub)
    report = library.verify("maker/cached")
    assert (report.by, report.wrong_files) == (CheckKind.HASHES, ())
    assert library.find("maker/cached").verified_by is CheckKind.HASHES
    assert tree(hub) == before
    flip(Path(os.path.realpath(snapshot / "model.safetensors")), 200_000)
    report = library.verify(str(snapshot))
    assert report.wrong_files == ("model.safetensors",)
    assert report.wrong_bytes == (snapshot / "model.safetensors").stat().st_size
    damaged = library.find("maker/cached")
    assert damaged.problem is not None
    # The other program fetches it anew: what was said of the old bytes is moot.
    flip(Path(os.path.realpath(snapshot / "model.safetensors")), 200_000)
    assert library.find("maker/cached").problem is None


def test_a_blob_that_leads_into_a_shared_store_keeps_its_name(paths: Paths, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    snapshot = cache(hub, "maker/cached")
    blob = Path(os.path.realpath(snapshot / "model.safetensors"))
    store = hub / "blobs" / "ab" / ("ab" + "0" * 62)
    store.parent.mkdir(parents=True)
    os.rename(blob, store)
    blob.symlink_to(store)
    library = LibraryService(paths, lambda: Places(hugging_face=(hub,)))
    assert library.verify("maker/cached").wrong_files == ()
    flip(store, 200_000)
    report = library.verify("maker/cached")
    assert (report.by, report.wrong_files) == (CheckKind.HASHES, ("model.safetensors",))


def test_a_cache_without_links_is_verified_by_structure(paths: Paths, tmp_path: Path) -> None:
    """Where links are not to be had the cache holds the files themselves, and nothing tells their hashes."""
    hub = tmp_path / "hub"
    snapshot = cache(hub, "maker/cached")
    for path in list(snapshot.iterdir()):
        os.replace(os.path.realpath(path), path)
    library = LibraryService(paths, lambda: Places(hugging_face=(hub,)))
    assert library.verify("maker/cached").by is CheckKind.STRUCTURE


def test_other_folders_are_verified_by_structure(paths: Paths, tmp_path: Path) -> None:
    studio = tmp_path / "lm"
    folder = make_model_folder(studio / "maker" / "model", 300_000, 3)
    library = LibraryService(paths, lambda: Places(lm_studio=(studio,), named=(tmp_path / "mine",)))
    mine = make_model_folder(tmp_path / "mine", 100_000)
    seen: list[tuple[int, int]] = []
    report = library.verify("maker/model", None, lambda done, total: seen.append((done, total)))
    assert (report.by, report.wrong_files) == (CheckKind.STRUCTURE, ())
    assert seen[-1][0] == seen[-1][1] == library.find(str(folder)).size_bytes
    assert library.find(str(folder)).verified_by is CheckKind.STRUCTURE
    rewrite(mine / "model.safetensors", lambda data: data[:-1])
    (mine / "tokenizer.json").unlink()
    report = library.verify(str(mine))
    assert set(report.wrong_files) == {"model.safetensors", "tokenizer.json"}
    set_config(mine, model_file="evil.py")
    with pytest.raises(ModelUnsafe):
        library.verify(str(mine))
