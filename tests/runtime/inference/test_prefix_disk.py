"""What was read yesterday is not read again today; and what can't be trusted is."""

from __future__ import annotations

import os
import re
import shutil
import threading
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from runtime.inference.prefix import identity, saving
from runtime.inference.prefix.numbers import Numbers, Piece, exported, imported, packed, shrunk, unpacked
from runtime.inference.prefix.sealing import Damaged, Seal
from runtime.inference.prefix.shelf import Shelf, forget_kept_prompts
from runtime.requests import PromptKeeping
from tests.runtime.inference.prefix_chat import QUESTIONS, SYSTEM, Chat, Models, model, user
from tests.runtime.inference.prefix_models import KINDS, write_model

KEY = "5a" * 32
LONG = user(" ".join(QUESTIONS))
FIRST = (SYSTEM, LONG)
SECOND = (SYSTEM, LONG, model("It is far away."), user(QUESTIONS[1]))
# Keys and values of 32 bits are kept in 16.
TOLERANCE = 0.05


@pytest.fixture(scope="module")
def folders(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: write_model(kind, tmp_path_factory.mktemp("model"), tiny_model) for kind in KINDS}


@pytest.fixture
def models(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    made = Models(folders, monkeypatch)
    yield made
    made.backend.unload()


@pytest.fixture
def keeping(tmp_path: Path) -> PromptKeeping:
    return PromptKeeping(str(tmp_path / "kept"), KEY, 2**28, 2**28)


def files(keeping: PromptKeeping) -> dict[str, Path]:
    return {f"{path.parent.name}/{path.name}": path for path in Path(keeping.folder).glob("*/*")}


def saved(chat: Chat) -> None:
    assert chat.backend._caches is not None
    chat.backend._caches.wait_saved()


def asked_and_saved(models: Models, kind: str, keeping: PromptKeeping, **options: Any) -> int:
    """The tokens of a prompt that was read and kept before the engine ended."""
    chat = models.load(kind, keeping, **options)
    finished = chat.ask(*FIRST)
    saved(chat)
    models.backend.unload()
    return finished.statistics.prompt_tokens


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_restart_a_conversation_goes_on_from_files(
    models: Models, kind: str, keeping: PromptKeeping, record_property: Callable[[str, object], None]
) -> None:
    tokens = asked_and_saved(models, kind, keeping)
    chat = models.load(kind, keeping)
    turn = chat.same(*SECOND, tolerance=TOLERANCE).statistics
    record_property("worst", chat.worst)
    assert tokens - 128 < turn.reused_tokens <= tokens
    again = chat.same(*SECOND, tolerance=TOLERANCE).statistics
    assert again.reused_tokens > turn.reused_tokens


def test_a_long_conversation_is_not_written_again_with_each_turn(models: Models, keeping: PromptKeeping) -> None:
    chat = models.load("attention", keeping)
    chat.ask(*FIRST)
    saved(chat)
    before = {name: path.stat().st_ino for name, path in files(keeping).items()}
    chat.ask(*SECOND)
    saved(chat)
    after = {name: path.stat().st_ino for name, path in files(keeping).items()}
    pages = {name for name in before if name.endswith(".page")}
    assert len(pages) == 1
    assert {name: after[name] for name in pages} == {name: before[name] for name in pages}
    # The point at the end of the first turn made way for that of the second.
    assert len(after) == len(before) + 1


def test_nothing_of_a_private_conversation_goes_to_disk(models: Models, keeping: PromptKeeping) -> None:
    chat = models.load("attention", keeping)
    chat.ask(*FIRST, private=True)
    assert chat.ask(*SECOND, private=True).statistics.reused_tokens > 0
    saved(chat)
    assert files(keeping) == {}
    # Another that asks the same may keep what it asked itself.
    chat.ask(*FIRST)
    saved(chat)
    assert files(keeping)


def spoil_a_byte(path: Path, _other: bytes) -> None:
    written = bytearray(path.read_bytes())
    written[len(written) // 2] ^= 1
    path.write_bytes(written)


def put_a_folder(path: Path, _other: bytes) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path, bytes], Any]] = {
    "a wrong byte": spoil_a_byte,
    "cut short": lambda path, _: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path, _: os.truncate(path, 0),
    "a stranger's": lambda path, _: path.write_bytes(b"HearthS1" + os.urandom(5000)),
    "exchanged": lambda path, other: path.write_bytes(other),
    "a folder": put_a_folder,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("kind", "key"), [("attention", KEY), ("sliding window", "")])
def test_a_damaged_file_is_read_again_and_goes(
    models: Models, kind: str, damage: str, key: str, keeping: PromptKeeping
) -> None:
    keeping = PromptKeeping(keeping.folder, key, keeping.memory_bytes, keeping.disk_bytes)
    asked_and_saved(models, kind, keeping)
    whole = {path: path.read_bytes() for path in files(keeping).values()}
    for n, path in enumerate(whole):
        DAMAGES[damage](path, list(whole.values())[n - 1])
    damaged = {path: path.read_bytes() if path.is_file() else b"" for path in files(keeping).values()}
    chat = models.load(kind, keeping)
    turn = chat.same(*SECOND, tolerance=TOLERANCE).statistics
    assert turn.reused_tokens == 0
    saved(chat)
    # What was needed is gone or as it should be again; nobody has looked at the end of an answer that was not wanted.
    still = [path for path, content in damaged.items() if path.is_file() and path.read_bytes() == content]
    assert len(still) <= len(damaged) - 1
    assert not any(path.suffix == ".page" for path in still)
    models.backend.unload()
    assert models.load(kind, keeping).ask(*SECOND).statistics.reused_tokens > 200


def test_a_folder_that_can_not_be_made_costs_no_answer(models: Models, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    chat = models.load("attention", PromptKeeping(str(tmp_path / "file" / "kept"), "", 2**28, 2**28))
    chat.ask(*FIRST)
    assert chat.ask(*SECOND).statistics.reused_tokens > 100


def test_with_a_key_no_word_stands_in_a_file_or_a_name(models: Models, keeping: PromptKeeping) -> None:
    clear = PromptKeeping(f"{keeping.folder} clear", "", keeping.memory_bytes, keeping.disk_bytes)
    for kept in (keeping, clear):
        chat = models.load("attention", kept)
        chat.ask(*FIRST)
        saved(chat)
    assert chat.backend._caches is not None
    tokens = chat.backend._caches._kept.sheets[0].tokens
    token_list = ", ".join(map(str, tokens[20:40])).encode()
    sealed = {name: path.read_bytes() for name, path in files(keeping).items()}
    plain = {name: path.read_bytes() for name, path in files(clear).items()}
    assert any(token_list in content for content in plain.values())
    for content in sealed.values():
        assert token_list not in content
        assert array("i", tokens[:8]).tobytes() not in content
        assert b"tokens" not in content
    assert all(re.fullmatch(r"[0-9a-f-]{49}/[0-9a-f]{32}\.(page|\d+\.[0-9a-f]{32}\.point)", name) for name in sealed)
    assert not set(sealed) & set(plain)
    # The same content under the same name twice: never the same bytes.
    seal = Seal(KEY)
    assert seal.closed(b"a" * 100, "n") != seal.closed(b"a" * 100, "n")
    assert seal.opened(seal.closed(b"a" * 100, "n"), "n") == b"a" * 100
    for other, name in ((Seal(KEY), "m"), (Seal("5b" * 32), "n"), (Seal(), "n")):
        with pytest.raises(Damaged):
            other.opened(seal.closed(b"a" * 100, "n"), name)
    with pytest.raises(ValueError):
        Seal("5a5a")


def edit_template(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "chat_template.jinja"
    path.write_text(path.read_text() + "{# new #}")


def touch_weights(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    os.utime(folder / "model.safetensors", ns=(1, 1))


def edit_tokenizer(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "tokenizer.json"
    path.write_text(path.read_text() + " ")


def newer_library(_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "version", lambda name: "99")


@pytest.mark.parametrize("change", [edit_template, touch_weights, edit_tokenizer, newer_library])
def test_what_was_kept_of_a_model_goes_when_the_model_or_a_library_changes(
    models: Models,
    folders: dict[str, Path],
    keeping: PromptKeeping,
    tmp_path: Path,
    change: Callable[[Path, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Path(shutil.copytree(folders["attention"], tmp_path / "mine"))
    asked_and_saved(models, "attention", keeping, folder=folder)
    asked_and_saved(models, "attention", keeping)
    both = files(keeping)
    change(folder, monkeypatch)
    chat = models.load("attention", keeping, folder)
    # Only what another model read stands there still.
    assert len(files(keeping)) == len(both) // 2
    assert chat.ask(*SECOND).statistics.reused_tokens == 0


def test_another_key_leaves_nothing_of_before(models: Models, keeping: PromptKeeping) -> None:
    asked_and_saved(models, "attention", PromptKeeping(keeping.folder, "", 2**28, 2**28))
    assert files(keeping)
    chat = models.load("attention", keeping)
    assert not files(keeping)
    assert chat.ask(*SECOND).statistics.reused_tokens == 0


def test_the_limit_of_the_disk_is_kept_and_the_oldest_goes(models: Models, keeping: PromptKeeping) -> None:
    chat = models.load("attention", keeping)
    questions = [(SYSTEM, user(f"{n} is the number. " + LONG.text)) for n in range(4)]
    sizes = []
    for question in questions:
        chat.ask(*question)
        saved(chat)
        sizes.append(sum(path.stat().st_size for path in files(keeping).values()))
    models.backend.unload()
    tight = PromptKeeping(keeping.folder, KEY, 2**28, sizes[1] + 1000)
    chat = models.load("attention", tight)
    chat.ask(SYSTEM, user("Another question. " + LONG.text))
    saved(chat)
    assert sum(path.stat().st_size for path in files(keeping).values()) <= tight.disk_bytes
    models.backend.unload()
    chat = models.load("attention", tight)
    assert chat.ask(*questions[0]).statistics.reused_tokens < 128
    models.backend.unload()
    nothing = PromptKeeping(keeping.folder, KEY, 2**28, 100)
    chat = models.load("attention", nothing)
    assert chat.ask(SYSTEM, user("A third. " + LONG.text)).problem is None
    saved(chat)


def test_what_is_forgotten_is_forgotten_in_memory_too(models: Models, keeping: PromptKeeping) -> None:
    chat = models.load("attention", keeping)
    chat.ask(*FIRST)
    saved(chat)
    forget_kept_prompts(Path(keeping.folder))
    assert not list(Path(keeping.folder).parent.iterdir())
    assert chat.same(*SECOND).statistics.reused_tokens == 0
    saved(chat)
    assert chat.ask(*SECOND).statistics.reused_tokens > 100
    models.backend.unload()
    assert models.load("attention", keeping).ask(*SECOND).statistics.reused_tokens > 100
    forget_kept_prompts(Path(keeping.folder) / "not there")


def test_a_write_cut_short_leaves_nothing(tmp_path: Path) -> None:
    seal = Seal(KEY)
    shelf = Shelf(tmp_path / "kept", "model", "state", seal, 2**20)
    shelf.write("a.page", b"content")
    room = tmp_path / "kept" / "model-state"
    (room / ".0123.part").write_bytes(b"half")
    again = Shelf(tmp_path / "kept", "model", "state", seal, 2**20)
    assert [path.name for path in room.iterdir()] == ["a.page"]
    assert again.read("a.page") == b"content"
    assert (room.stat().st_mode & 0o777, again.held_bytes) == (0o700, (room / "a.page").stat().st_size)


def test_a_question_waits_for_no_disk_and_shares_nothing_with_it(
    models: Models, keeping: PromptKeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = models.load("attention", keeping)
    writing, go_on = threading.Event(), threading.Event()
    real = Shelf.write

    def slow(self: Shelf, *arguments: Any, **options: Any) -> None:
        writing.set()
        go_on.wait(60)
        real(self, *arguments, **options)

    monkeypatch.setattr(Shelf, "write", slow)
    chat.ask(*FIRST)
    assert writing.wait(60)
    assert chat.backend._caches is not None
    assert chat.backend._caches._disk is not None
    job = chat.backend._caches._disk.saver._busy
    assert job is not None
    assert job.rows
    # While the disk is still busy with the first answer, the second is made.
    finished = chat.same(*SECOND)
    assert finished.statistics.reused_tokens > 100
    assert (job.rows, job.done) == ({}, False)
    go_on.set()
    saved(chat)
    assert len(files(keeping)) >= 2


def test_numbers_outside_mlx_stay_as_they_were_when_the_cache_is_written_to() -> None:
    for kind in (mx.float32, mx.bfloat16):
        array = mx.zeros((2, 8), kind)
        mx.eval(array)
        outside = exported({"keys": [array]})["keys"][0]
        array[0:1] = mx.ones((1, 8), kind)
        mx.eval(array)
        assert outside.array.sum() == 0
        assert imported(outside).dtype == kind
        assert float(array.sum()) == 8.0


def test_numbers_too_large_for_16_bits_are_kept_in_32() -> None:

    large = Numbers(np.array([[1.0, 1e30]], np.float32), "float32")
    small = Numbers(np.array([[1.0, -3.5]], np.float32), "float32")
    assert shrunk(large).array.dtype == np.float32
    assert shrunk(small).array.dtype == np.float16
    piece = unpacked(packed(Piece([1, 2], {3: [shrunk(small)]}, {0: {"cache": [large, None], "keep": (4, "x")}})))
    assert piece.rows[3][0].array.tolist() == [[1.0, -3.5]]
    assert piece.states[0]["cache"][0].array.tolist() == large.array.tolist()
    assert (piece.states[0]["cache"][1], piece.states[0]["keep"], piece.tokens) == (None, (4, "x"), [1, 2])
    assert saving.LEAST_TOKENS < 128
