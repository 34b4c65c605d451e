"""What may be kept of conversations that were read: how much, with which key, and that all of it can go."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from runtime.api import Paths, Runtime
from runtime.prompt_keeping import (
    DISK_BYTES,
    FOLDER,
    LEAST_DISK_BYTES,
    MOST_MEMORY_BYTES,
    derived_key,
    disk_limit_bytes,
    forget_kept,
    keeping_folder,
    memory_limit_bytes,
    prompt_keeping,
)
from runtime.requests import LoadModel
from runtime.storage.model_shape import ModelShape

GIB = 2**30
# 8 billion weights in 4 bits: 128 KiB for each token of a conversation.
SHAPE = ModelShape(
    layers=32, hidden_size=4096, weight_bytes=4_500_000_000, kv_heads=8, head_dim=128, attention_heads=32
)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths.below(tmp_path / "home")
    paths.prepare()
    return paths


def fill(paths: Paths) -> Path:
    """Something kept, as a model would have left it."""
    folder = keeping_folder(paths)
    (folder / "tiny-1").mkdir(parents=True)
    (folder / "tiny-1" / "page").write_bytes(b"words")
    (folder / "tiny-2").mkdir()
    (folder / "key.check").write_text("x")
    return folder


def left(paths: Paths) -> list[Path]:
    """All that is still there of it, under whatever name."""
    return list(paths.home.glob(f"{FOLDER}*"))


# --- how much ---------------------------------------------------------------------------------------------------------


def test_memory_is_what_weights_and_a_usual_conversation_leave_and_half_of_that() -> None:
    plenty = memory_limit_bytes(LoadModel("m", budget_bytes=64 * GIB), SHAPE)
    assert plenty == MOST_MEMORY_BYTES
    ten = memory_limit_bytes(LoadModel("m", budget_bytes=10 * GIB), SHAPE)
    beside = 10 * GIB - int(4_500_000_000 * 9 / 8) - 8192 * 128 * 1024
    assert ten == beside // 2


@pytest.mark.parametrize("budget", [0, GIB, 5 * GIB])
def test_where_nothing_is_left_nothing_is_kept(budget: int) -> None:
    assert memory_limit_bytes(LoadModel("m", budget_bytes=budget), SHAPE) == 0


def test_of_what_is_not_known_nothing_is_kept() -> None:
    assert memory_limit_bytes(LoadModel("m"), SHAPE) == 0
    assert memory_limit_bytes(LoadModel("m", budget_bytes=64 * GIB), None) == 0


def test_a_conversation_that_can_not_be_long_leaves_more() -> None:
    usual = memory_limit_bytes(LoadModel("m", budget_bytes=8 * GIB), SHAPE)
    short = memory_limit_bytes(LoadModel("m", budget_bytes=8 * GIB, kv_limit_tokens=2048), SHAPE)
    assert short > usual > 0


def test_the_disk_gives_two_gibibytes_or_a_tenth_of_what_is_free(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [500 * GIB]
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1000 * GIB, 0, free[0]))
    assert disk_limit_bytes(paths.home) == DISK_BYTES
    free[0] = 10 * GIB
    assert disk_limit_bytes(paths.home) == GIB
    free[0] = LEAST_DISK_BYTES * 9
    assert disk_limit_bytes(paths.home) == 0
    assert prompt_keeping(paths, LoadModel("m"), SHAPE).folder == ""


def test_what_is_kept_already_is_room_too(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1000 * GIB, 0, 5 * GIB))
    before = disk_limit_bytes(paths.home)
    (fill(paths) / "tiny-2" / "page").write_bytes(bytes(1_000_000))
    assert disk_limit_bytes(paths.home) >= before + 100_000


def test_a_home_that_does_not_say_keeps_nothing(tmp_path: Path) -> None:
    assert disk_limit_bytes(tmp_path / "nowhere") == 0


# --- with which key ---------------------------------------------------------------------------------------------------


def test_the_key_is_made_of_the_stores_and_is_another(paths: Paths) -> None:
    store_key = bytes(range(32))
    key = derived_key(store_key)
    assert len(bytes.fromhex(key)) == 32
    assert key == derived_key(store_key) != derived_key(bytes(32))
    assert store_key.hex() not in key
    assert prompt_keeping(paths, LoadModel("m"), SHAPE, store_key).key_hex == key
    assert prompt_keeping(paths, LoadModel("m"), SHAPE).key_hex == ""


# --- all of it goes ---------------------------------------------------------------------------------------------------


def test_all_that_is_kept_goes_and_nothing_else(paths: Paths, tmp_path: Path) -> None:
    folder = fill(paths)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_text("stays")
    os.symlink(outside, folder / "link")
    os.symlink(outside / "mine", folder / "tiny-1" / "link")
    assert forget_kept(paths)
    assert left(paths) == []
    assert (outside / "mine").read_text() == "stays"


def test_a_model_that_writes_meanwhile_does_not_keep_it_alive(paths: Paths) -> None:
    folder = fill(paths)
    ended, wrote = threading.Event(), threading.Event()

    def write() -> None:
        count = 0
        while not ended.is_set():
            with contextlib.suppress(OSError):
                (folder / "tiny-1" / f"page-{count}").write_bytes(b"words")
            count += 1
            if count == 50:
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(60.0)
        assert forget_kept(paths)
        assert left(paths) == []
    finally:
        ended.set()
        writer.join()


def test_there_may_be_nothing_and_it_may_be_a_link(paths: Paths, tmp_path: Path) -> None:
    assert forget_kept(paths)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_text("stays")
    os.symlink(outside, keeping_folder(paths))
    assert forget_kept(paths)
    assert (outside / "mine").exists()
    assert not os.path.lexists(keeping_folder(paths))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may delete everything")
def test_what_can_not_be_deleted_is_told(paths: Paths) -> None:
    folder = fill(paths)
    (folder / "tiny-1").chmod(0o500)
    try:
        assert not forget_kept(paths)
    finally:
        (folder / "tiny-1").chmod(0o700)


@pytest.mark.parametrize("how", ["forget", "forget_message", "empty_bin", "purge_bin"])
def test_what_is_deleted_for_good_takes_it_along(paths: Paths, how: str) -> None:
    with Runtime(paths) as runtime:
        store, shelf = runtime.conversations, runtime.shelf
        conversation = store.create()
        question, _answer = store.add_exchange(conversation, "A secret?", parent_id=None, model="m", title="t")
        folder = fill(paths)
        if how == "forget_message":
            store.delete_message(question)
            shelf.forget_message(question)
        else:
            shelf.move_to_bin(conversation)
            assert (folder / "tiny-1" / "page").exists(), "it can still be brought back"
            if how == "forget":
                shelf.forget(conversation)
            elif how == "empty_bin":
                assert shelf.empty_bin() == 1
            else:
                assert shelf.purge_bin() == 0
                assert (folder / "tiny-1" / "page").exists(), "nothing went"
                assert shelf.purge_bin(now=10**15) == 1
        assert left(paths) == []


def test_a_forgotten_document_takes_it_along(paths: Paths, tmp_path: Path) -> None:
    document = tmp_path / "lease.txt"
    document.write_text("The rent is 1,450 euros.")
    with Runtime(paths) as runtime:
        runtime.documents.start()
        runtime.documents.add([str(document)])
        assert runtime.documents.wait(timeout_s=60.0)
        fill(paths)
        runtime.documents.forget([view.id for view in runtime.documents.documents()])
        runtime._forgetting.wait()
        assert left(paths) == []
        assert not runtime.documents.forgotten()
