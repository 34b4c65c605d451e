"""Models that other programs have, used in place: real folders in their layouts, nothing of the real home."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import ModelDamaged, ModelsDiskMissing
from runtime.library.elsewhere import Walk, found_elsewhere
from runtime.library.places import OTHERS_HOME, places_from
from runtime.library.service import LibraryService, Owner, Places
from runtime.paths import Paths
from runtime.storage.settings import Settings
from tests.hub.models import make_model_folder
from tests.runtime.library.kit import COMMIT, cache, install, rewrite, set_config, tree

OTHER = "d" * 40


# --- the hub's cache --------------------------------------------------------------------------------------------------


def in_cache(paths: Paths, hub: Path) -> LibraryService:
    return LibraryService(paths, lambda: Places(hugging_face=(hub,)))


def test_a_cached_model_is_used_where_it_is(paths: Paths, tmp_path: Path) -> None:
    snapshot = cache(tmp_path / "hub", "maker/some-model--4bit")
    before = tree(tmp_path / "hub")
    (model,) = in_cache(paths, tmp_path / "hub").models()
    assert (model.repository, model.name, model.commit) == ("maker/some-model--4bit", "some-model--4bit", COMMIT)
    assert (model.folder, model.owner, model.ours) == (str(snapshot), Owner.HUGGING_FACE, False)
    assert (model.problem, model.verified_at, model.architecture) == (None, "", "llama")
    assert model.size_bytes > 300_000
    assert model.shape is not None
    assert (model.shape.layers, model.shape.weight_bytes) == (2, model.size_bytes)
    assert tree(tmp_path / "hub") == before
    assert list(paths.models.iterdir()) == []


def test_the_snapshot_that_main_names_is_the_model(paths: Paths, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    named = cache(hub, "maker/model", COMMIT)
    cache(hub, "maker/model", OTHER, main=False)
    library = in_cache(paths, hub)
    assert [model.folder for model in library.models()] == [str(named)]
    # Half fetched: the other one is whole and is used.
    (named / "model.safetensors").unlink()
    assert [model.commit for model in library.models()] == [OTHER]


def test_without_main_the_newest_is_the_model(paths: Paths, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    first = cache(hub, "maker/model", COMMIT, main=False)
    second = cache(hub, "maker/model", OTHER, main=False)
    os.utime(first, (2_000_000_000, 2_000_000_000))
    os.utime(second, (1_000_000_000, 1_000_000_000))
    assert [model.commit for model in in_cache(paths, hub).models()] == [COMMIT]
    os.utime(second, (2_100_000_000, 2_100_000_000))
    assert [model.commit for model in in_cache(paths, hub).models()] == [OTHER]


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("dangling", [True, False])
def test_what_is_not_whole_is_left_out(paths: Paths, tmp_path: Path, missing: str, dangling: bool) -> None:
    snapshot = cache(tmp_path / "hub", "maker/model")
    if dangling:
        Path(os.path.realpath(snapshot / missing)).unlink()
    else:
        (snapshot / missing).unlink()
    assert in_cache(paths, tmp_path / "hub").models() == ()


def test_parts_are_counted_by_their_names(paths: Paths, tmp_path: Path) -> None:
    """Without an index only the names of the parts tell that some are not fetched yet."""
    folder = make_model_folder(tmp_path / "lm" / "maker" / "model", 300_000, 3)
    (folder / "model.safetensors.index.json").unlink()
    library = LibraryService(paths, lambda: Places(lm_studio=(tmp_path / "lm",)))
    assert len(library.models()) == 1
    (folder / "model-00002-of-00003.safetensors").unlink()
    assert library.models() == ()


def test_what_the_engine_can_not_load_is_left_out(paths: Paths, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    configs: dict[str, dict[str, Any]] = {
        "unknown": {"model_type": "nobody_knows"},
        "code": {"model_file": "evil.py"},
        "tokens": {"auto_map": {"AutoTokenizer": ["evil.Tok", None]}},
    }
    for name, config in configs.items():
        snapshot = cache(hub, f"maker/{name}")
        (snapshot / "config.json").unlink()
        set_config(snapshot, **config)
    (hub / "datasets--maker--data" / "snapshots" / COMMIT).mkdir(parents=True)
    (hub / "models--maker--empty").mkdir()
    (hub / "models--maker--file").write_text("x")
    cache(hub, "maker/good")
    assert [model.repository for model in in_cache(paths, hub).models()] == ["maker/good"]


# --- LM Studio, and folders the person named --------------------------------------------------------------------------


def test_lm_studio_s_models_have_their_maker_s_name(paths: Paths, tmp_path: Path) -> None:
    studio = tmp_path / "models"
    folder = make_model_folder(studio / "mlx-community" / "Some-4bit", 300_000, 3)
    make_model_folder(studio / "deep" / "er" / "est", 1000)
    make_model_folder(studio / "too" / "deep" / "to" / "see", 1000)
    make_model_folder(studio / ".hidden" / "model", 1000)
    (studio / "maker" / "gguf-only").mkdir(parents=True)
    (studio / "maker" / "gguf-only" / "model.gguf").write_bytes(b"GGUF")
    before = tree(studio)
    models = LibraryService(paths, lambda: Places(lm_studio=(studio,))).models()
    assert [model.repository for model in models] == ["er/est", "mlx-community/Some-4bit"]
    assert (models[1].folder, models[1].owner) == (str(folder), Owner.LM_STUDIO)
    assert tree(studio) == before


def test_a_named_folder_is_a_model_or_holds_some(paths: Paths, tmp_path: Path) -> None:
    itself = make_model_folder(tmp_path / "itself", 1000)
    make_model_folder(tmp_path / "several" / "a", 1000)
    make_model_folder(tmp_path / "several" / "x" / "b", 1000)
    make_model_folder(tmp_path / "several" / "a" / "inside a model", 1000)
    named = (itself, tmp_path / "several", tmp_path / "not connected")
    models = LibraryService(paths, lambda: Places(named=named)).models()
    assert [model.name for model in models] == ["a", "b", "itself"]
    assert {model.owner for model in models} == {Owner.NAMED}


def test_a_broken_model_is_told_of_only_if_it_was_named(paths: Paths, tmp_path: Path) -> None:
    named = make_model_folder(tmp_path / "several" / "broken", 1000)
    rewrite(named / "model.safetensors", lambda data: data[:-1])
    assert LibraryService(paths, lambda: Places(named=(tmp_path / "several",))).models() == ()
    (model,) = LibraryService(paths, lambda: Places(named=(named,))).models()
    assert model.problem is not None
    assert (model.problem.code, model.name, model.owner) == (ModelDamaged.code, "broken", Owner.NAMED)


def test_a_copy_of_a_cache_can_be_named(paths: Paths, tmp_path: Path) -> None:
    cache(tmp_path / "disk" / "hub", "maker/model", COMMIT)
    cache(tmp_path / "disk" / "hub", "maker/model", OTHER, main=False)
    for named in (tmp_path / "disk", tmp_path / "disk" / "hub" / "models--maker--model"):
        places = Places(named=(named,))
        (model,) = LibraryService(paths, partial(lambda places: places, places)).models()
        assert (model.repository, model.commit, model.owner) == ("maker/model", COMMIT, Owner.NAMED)


def test_a_link_in_a_circle_ends(paths: Paths, tmp_path: Path) -> None:
    make_model_folder(tmp_path / "several" / "a", 1000)
    (tmp_path / "several" / "again").symlink_to(tmp_path / "several")
    (tmp_path / "several" / "up").symlink_to(tmp_path)
    models = LibraryService(paths, lambda: Places(named=(tmp_path / "several",))).models()
    assert [model.name for model in models] == ["a"]


def test_a_walk_ends(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}").mkdir()
    walk = Walk(entries_left=10)
    assert len(walk.folders(tmp_path)) == 10
    assert walk.folders(tmp_path) == []
    assert Walk(left_s=-1).folders(tmp_path) == []


def test_files_that_can_be_reached_twice_are_one_model(paths: Paths, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    ours = install(paths, "maker/model")
    snapshot = cache(hub, "maker/cached")
    studio = tmp_path / "lm"
    (studio / "maker").mkdir(parents=True)
    (studio / "maker" / "linked").symlink_to(ours)
    (studio / "maker" / "cached").symlink_to(snapshot)
    by_file = studio / "maker" / "by file"
    by_file.mkdir()
    for path in snapshot.iterdir():
        (by_file / path.name).symlink_to(path)
    places = Places(None, (hub,), (studio,), (paths.models, tmp_path / "lm" / "maker", ours))
    models = LibraryService(paths, lambda: places).models()
    assert [(model.repository, model.owner) for model in models] == [
        ("maker/cached", Owner.HUGGING_FACE),
        ("maker/model", Owner.OURS),
    ]


def test_of_two_copies_ours_is_found_first(paths: Paths, tmp_path: Path) -> None:
    cache(tmp_path / "hub", "maker/model")
    ours = install(paths, "maker/model")
    library = in_cache(paths, tmp_path / "hub")
    assert len(library.models()) == 2
    assert library.find("maker/model").folder == str(ours)
    assert library.find("model").folder == str(ours)


def test_a_folder_by_itself_knows_its_place(paths: Paths, tmp_path: Path) -> None:
    snapshot = cache(tmp_path / "hub", "maker/cached")
    studio = make_model_folder(tmp_path / "lm" / "maker" / "studio", 1000)
    ours = install(paths, "maker/ours")
    own = make_model_folder(paths.models / "own", 1000)
    places = Places(hugging_face=(tmp_path / "hub",), lm_studio=(tmp_path / "lm",))
    library = LibraryService(paths, lambda: places)
    found = [library.inspect_folder(folder) for folder in (snapshot, studio, ours, own)]
    assert [(model.repository, model.owner) for model in found] == [
        ("maker/cached", Owner.HUGGING_FACE),
        ("maker/studio", Owner.LM_STUDIO),
        ("maker/ours", Owner.OURS),
        ("", Owner.BY_HAND),
    ]
    assert found[0].commit == COMMIT
    assert LibraryService(paths).inspect_folder(snapshot).owner is Owner.NAMED


def test_the_card_tells_the_licence(paths: Paths, tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "mine", 1000)
    library = LibraryService(paths, lambda: Places(named=(folder,)))
    for card, licence in (
        ("# No head\nlicense: mit\n", ""),
        ("---\nlanguage: en\nlicense: apache-2.0\ntags:\n- mlx\n---\n# A model\nlicense: mit\n", "apache-2.0"),
        ("---\nlicense: other\nlicense_name: gemma\n---\n", "gemma"),
        ("---\nlicense: other\n---\n", "other"),
        ('---\nlicense: "mit"\n---\n', "mit"),
    ):
        (folder / "README.md").write_text(card)
        assert library.models()[0].licence == licence


# --- places -----------------------------------------------------------------------------------------------------------


def test_places_follow_the_environment(tmp_path: Path) -> None:
    settings = Settings()

    def hub(environ: dict[str, str]) -> str:
        (folder,) = places_from(settings, environ, tmp_path).hugging_face
        return str(folder)

    assert hub({}) == str(tmp_path / ".cache/huggingface/hub")
    assert hub({"XDG_CACHE_HOME": "/x"}) == "/x/huggingface/hub"
    assert hub({"XDG_CACHE_HOME": "/x", "HF_HOME": "~/h"}) == str(tmp_path / "h/hub")
    assert hub({"HF_HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/old"}) == "/old"
    assert hub({"HF_HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/new"}) == "/new"


def test_lm_studio_s_settings_lead_to_its_folder(tmp_path: Path) -> None:
    usual = (tmp_path / ".lmstudio/models", tmp_path / ".cache/lm-studio/models")

    def folders() -> tuple[Path, ...]:
        return places_from(Settings(), {}, tmp_path).lm_studio

    assert folders() == usual
    (tmp_path / ".lmstudio").mkdir()
    (tmp_path / ".lmstudio" / "settings.json").write_text(json.dumps({"downloadsFolder": "/disk/models"}))
    assert folders() == (Path("/disk/models"), *usual)
    (tmp_path / ".lmstudio-home-pointer").write_text(str(tmp_path / "moved") + "\n")
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "settings.json").write_text(json.dumps({"downloadsFolder": "/other"}))
    assert folders() == (Path("/other"), Path("/disk/models"), tmp_path / "moved/models", *usual)
    for rubbish in (
        b"{",
        b"[]",
        b'{"downloadsFolder": 3}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"downloadsFolder": "\\u0000"}',
    ):
        (tmp_path / ".lmstudio" / "settings.json").write_bytes(rubbish)
        (tmp_path / "moved" / "settings.json").write_bytes(rubbish)
        (tmp_path / ".lmstudio-home-pointer").write_bytes(rubbish * 2)
        assert folders()[-2:] == usual


def test_the_person_decides(tmp_path: Path) -> None:
    settings = Settings(other_apps_models=False, extra_model_folders=("/a", "~/b", ""), models_folder="/disk/models")
    assert places_from(settings, {}, tmp_path) == Places(
        models=Path("/disk/models"), named=(Path("/a"), tmp_path / "b")
    )


def test_another_home_hides_everything_of_the_real_one(tmp_path: Path) -> None:
    environ = {OTHERS_HOME: str(tmp_path / "other"), "HF_HOME": "/real", "XDG_CACHE_HOME": "/real"}
    places = places_from(Settings(), environ, Path("/real"))
    assert all(folder.is_relative_to(tmp_path) for folder in (*places.hugging_face, *places.lm_studio))
    assert list(found_elsewhere(places)) == []


# --- a disk that is not connected -------------------------------------------------------------------------------------


def test_a_models_folder_that_is_not_there(paths: Paths, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    make_model_folder(tmp_path / "mine", 1000)
    places = Places(models=disk / "models", named=(tmp_path / "mine",))
    library = LibraryService(paths, lambda: places)
    assert [model.name for model in library.models()] == ["mine"]
    assert library.problem is not None
    assert (library.problem.code, library.problem.parameters) == (
        "model.disk_missing",
        {"folder": str(disk / "models")},
    )
    library.sweep()
    assert library.removed() == ()
    library.empty_bin()
    library.note_used(tmp_path / "mine")
    assert not disk.exists()
    install(Paths(home=paths.home, models=disk / "models"), "maker/model")
    assert LibraryService(paths, lambda: places).problem is None
    assert [model.name for model in library.models()] == ["mine", "model"]
    library.delete("maker/model")
    shutil.rmtree(disk)
    assert LibraryService(paths, lambda: places).problem == ModelsDiskMissing(str(disk / "models")).problem()


def test_the_usual_folder_may_be_missing(tmp_path: Path) -> None:
    assert LibraryService(Paths.below(tmp_path / "home")).problem is None
    moved = LibraryService(Paths(home=tmp_path / "home", models=tmp_path / "disk"))
    assert moved.problem is not None
