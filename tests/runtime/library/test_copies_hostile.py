"""Copies that somebody made to do harm, or that time has eaten: nothing outside the models folder is touched."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from runtime.cancel import CancelToken
from runtime.errors import (
    CopyDamaged,
    CopyNotFound,
    CopyTooNew,
    HearthError,
    ModelError,
    ModelUnsafe,
    ModelUnsupported,
)
from runtime.library.copies import bring_back, check_copy, copies_on, read_copy
from tests.hub.models import CONFIG
from tests.runtime.library.shelf_kit import contents, flip_bit, ignore, install, put_on

MANIFEST = "hearth-model.json"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    return put_on(shelf, install(tmp_path / "models"))


def seal(folder: Path, told: dict[str, Any]) -> None:
    """Write a manifest whose seal is right, as somebody who knows how would."""
    told["seal"] = "0" * 64
    plain = json.dumps(told, indent=1).encode()
    right = hashlib.sha256(plain).hexdigest().encode()
    (folder / MANIFEST).write_bytes(re.sub(rb'"seal": "0{64}"', b'"seal": "' + right + b'"', plain))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    told = json.loads((folder / MANIFEST).read_text())
    change(told)
    seal(folder, told)


def swap(folder: Path, path: str, data: bytes) -> None:
    """Other bytes for a listed file, with every checksum made right again."""
    (folder / path).write_bytes(data)

    def change(told: dict[str, Any]) -> None:
        for file in told["files"]:
            if file["path"] == path:
                file.update(size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), digest="")

    rewrite(folder, change)


def refused(copy: Path, expected: type[HearthError] = CopyDamaged) -> None:
    """Neither read nor brought back, and nothing appears anywhere."""
    models = copy.parent.parent / "target" / "models"
    models.mkdir(parents=True, exist_ok=True)
    around = contents(copy.parent.parent)
    with pytest.raises(expected):
        read_copy(copy)
    with pytest.raises(expected):
        bring_back(copy, models, CancelToken(), ignore)
    assert contents(copy.parent.parent) == around
    assert [found.problem is None for found in copies_on(copy.parent)] in ([False], [])


def test_a_manifest_made_by_hand_is_believed_when_nothing_is_wrong(copy: Path) -> None:
    rewrite(copy, lambda told: told.update(name="Another name", later_field=1))
    assert read_copy(copy).name == "Another name"
    assert check_copy(copy, CancelToken(), ignore) == ("SHA256SUMS",)


@pytest.mark.parametrize(
    "path",
    [
        "../escape.json",
        "/etc/passwd",
        "a/../../escape.json",
        "C:\\escape.json",
        "hearth-model.json",
        "SHA256sums",
        "hearth-manifest.json",
        ".hearth-part",
        "CONFIG.JSON",
        "config.json/inside",
        "ends with dot.",
        "",
        "a\u202eb",
        "a\nb",
        "x" * 600,
    ],
)
def test_names_that_lead_out_or_hide_are_refused(copy: Path, path: str) -> None:
    rewrite(copy, lambda told: told["files"].append({**told["files"][0], "path": path}))
    refused(copy)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["files"][0].update(size_bytes=-1),
        lambda told: told["files"][0].update(size_bytes=2**62),
        lambda told: told["files"][0].update(size_bytes=2**70),
        lambda told: told["files"][0].update(size_bytes=told["files"][0]["size_bytes"] + 1),
        lambda told: told["files"][0].update(sha256="z" * 64),
        lambda told: told["files"][0].update(digest="md5:00"),
        lambda told: told.update(files=[]),
        lambda told: told.update(repository="../../etc"),
        lambda told: told.update(repository="maker/../x"),
        lambda told: told.update(repository="a" * 300),
        lambda told: told.update(commit="main"),
        lambda told: told.update(format="another-program"),
        lambda told: told.update(card={"good_at": 3}),
        lambda told: told.update(read_me_sha256=""),
        lambda told: told.pop("files"),
    ],
)
def test_what_lies_is_refused(copy: Path, change: Callable[[dict[str, Any]], object]) -> None:
    rewrite(copy, change)
    refused(copy)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"format": "hearth-model", "version": 1, "x": ' + b"[" * 200_000,
        b'{"format": "hearth-model", "version": 1, "card": ' + b'{"a": ' * 100_000,
        b"null",
        b'{"format": "hearth-model", "version": "1"}',
        b'{"format": "hearth-model", "version": 1}',
        b'{"format": "hearth-model", "version": 1, "name": "' + b"a" * 100_000_000 + b'"}',
    ],
    ids=["empty", "no text", "deep", "deep inside", "deep objects", "null", "version", "too little", "100 MB"],
)
def test_manifests_that_are_none_are_refused(copy: Path, data: bytes) -> None:
    (copy / MANIFEST).write_bytes(data)
    refused(copy)


def test_links_and_pipes_are_refused(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_bytes((copy / "config.json").read_bytes())
    (copy / "config.json").unlink()
    (copy / "config.json").symlink_to(outside)
    refused(copy)
    (copy / "config.json").unlink()
    os.mkfifo(copy / "config.json")
    refused(copy)
    (copy / MANIFEST).rename(tmp_path / "manifest")
    (copy / MANIFEST).symlink_to(tmp_path / "manifest")
    refused(copy)
    (copy / MANIFEST).unlink()
    os.mkfifo(copy / MANIFEST)
    refused(copy)


def test_a_folder_inside_that_is_a_link_is_refused(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    data = b"{}"
    (outside / "more.json").write_bytes(data)
    (copy / "sub").symlink_to(outside)
    more = {"path": "sub/more.json", "size_bytes": 2, "sha256": hashlib.sha256(data).hexdigest(), "digest": ""}
    rewrite(copy, lambda told: told["files"].append(more))
    refused(copy)


def test_what_a_later_hearth_wrote_is_left_alone(copy: Path) -> None:
    (copy / MANIFEST).write_text(json.dumps({"format": "hearth-model", "version": 2, "other": "things"}))
    refused(copy, CopyTooNew)


def test_nothing_there_is_not_a_damaged_copy(copy: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "no such", tmp_path, copy / "config.json"):
        with pytest.raises(CopyNotFound):
            read_copy(folder)
        with pytest.raises(CopyNotFound):
            check_copy(folder, CancelToken(), ignore)
        with pytest.raises(CopyNotFound):
            bring_back(folder, tmp_path / "back", CancelToken(), ignore)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("config.json", json.dumps({**CONFIG, "model_file": "evil.py"}).encode(), ModelUnsafe),
        ("tokenizer_config.json", b'{"auto_map": {"AutoTokenizer": ["evil.Tokenizer", null]}}', ModelUnsafe),
        ("config.json", json.dumps({**CONFIG, "model_type": "never_heard_of"}).encode(), ModelUnsupported),
        ("config.json", b"[" * 100_000, ModelError),
        ("model.safetensors", b"no weights at all", ModelError),
    ],
)
def test_models_that_could_not_be_used_are_not_installed(
    copy: Path, tmp_path: Path, path: str, data: bytes, expected: type[HearthError]
) -> None:
    models = tmp_path / "back"
    swap(copy, path, data)
    before = contents(install(models, commit="b" * 40))
    with pytest.raises(expected):
        bring_back(copy, models, CancelToken(), ignore)
    assert contents(models / "maker--model") == before
    assert not list(models.rglob("returned"))


def test_programs_do_not_come_along(copy: Path, tmp_path: Path) -> None:
    (copy / "modeling_evil.py").write_text("code")
    evil = {"path": "modeling_evil.py", "size_bytes": 4, "sha256": hashlib.sha256(b"code").hexdigest(), "digest": ""}
    rewrite(copy, lambda told: told["files"].append(evil))
    with pytest.raises(ModelUnsafe):
        bring_back(copy, tmp_path / "back", CancelToken(), ignore)
    assert not (tmp_path / "back").exists()


def test_every_flipped_bit_at_rest_is_noticed(copy: Path, tmp_path: Path) -> None:
    chance = Random(5)
    names = sorted(os.listdir(copy))
    for turn in range(60):
        name = names[turn % len(names)]
        before = (copy / name).read_bytes()
        flip_bit(copy / name, chance.randrange(len(before) * 8))
        try:
            noticed = check_copy(copy, CancelToken(), ignore)
        except (CopyDamaged, CopyTooNew):
            noticed = (MANIFEST,)
        assert noticed == (name,)
        if name not in ("READ ME.txt", "SHA256SUMS"):
            with pytest.raises((CopyDamaged, CopyTooNew)):
                bring_back(copy, tmp_path / "back", CancelToken(), ignore)
            assert not (tmp_path / "back" / "maker--model").exists()
        (copy / name).write_bytes(before)
    assert check_copy(copy, CancelToken(), ignore) == ()
