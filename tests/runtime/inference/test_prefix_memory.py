"""What is kept of conversations in memory: how much of it, which of it, and that it makes way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models.cache import ArraysCache, KVCache, RotatingKVCache

from runtime.inference.common_length import common_length
from runtime.inference.prefix import leaves as layers
from runtime.inference.prefix.room import MlxRoom
from runtime.inference.prefix.sheet import MOST_MARKS, Sheet
from runtime.inference.prefix.store import Kept
from runtime.requests import Priority, PromptKeeping
from tests.runtime.inference.prefix_chat import QUESTIONS, SYSTEM, Models, model, user
from tests.runtime.inference.prefix_models import write_model

TOKEN_BYTES = 2 * 4 * 8


def filled(tokens: int) -> KVCache:
    cache = KVCache()
    rows = mx.arange(tokens, dtype=mx.float32).reshape(1, 1, tokens, 1) + mx.zeros((1, 1, tokens, 8))
    cache.update_and_fetch(rows, rows)
    mx.eval(cache.state)
    return cache


def sheet(*tokens: int, urgent: bool = True) -> Sheet:
    return Sheet(list(tokens), [filled(len(tokens))], len(tokens), urgent=urgent)


def numbers(start: int, count: int) -> list[int]:
    return list(range(start, start + count))


def kept(limit_steps: float, *sheets: Sheet) -> Kept:
    """Room for so many steps of 256 tokens."""
    store = Kept(int(limit_steps * 256 * TOKEN_BYTES))
    for one in sheets:
        store.put(one)
    return store


def room(_more_bytes: int) -> bool:
    return True


# --- which of it ---------------------------------------------------------------------------------------------------


def test_what_was_used_last_stays_under_the_limit() -> None:
    sheets = [sheet(*numbers(1000 * n, 100)) for n in range(5)]
    store = kept(2, *sheets)
    # The person's latest is not counted: its memory was reckoned with.
    assert store.sheets == tuple(sheets[2:])
    assert store.held_bytes == 3 * 256 * TOKEN_BYTES
    taken = store.take(numbers(2000, 101), urgent=True, has_room=room)
    assert taken is sheets[2]
    store.put(taken)
    store.put(sheet(*numbers(9000, 100)))
    assert [one.tokens[0] for one in store.sheets] == [4000, 2000, 9000]


def test_work_of_the_app_goes_before_a_persons_conversation() -> None:
    mine = sheet(*numbers(0, 100))
    store = kept(2, mine, *(sheet(*numbers(1000 * n, 100), urgent=False) for n in range(1, 6)))
    assert mine in store.sheets
    assert [one.tokens[0] for one in store.sheets] == [0, 4000, 5000]


def test_nothing_is_kept_without_leave() -> None:
    assert len(kept(0, sheet(1, 2, 3))) == 0


def test_the_longest_beginning_is_found_and_one_token_is_left_to_read() -> None:
    store = kept(9, sheet(*numbers(0, 50)), sheet(*numbers(0, 20), 99, 98))
    assert store.reach([*numbers(0, 40), 7]) == 40
    assert store.reach(numbers(0, 50)) == 49
    assert store.reach([*numbers(0, 20), 99, 5]) == 21
    assert store.reach([8, 9]) == 0
    assert store.take([8, 9], urgent=True, has_room=room) is None
    assert [common_length([1, 2, 3], [1, 2, 4]), common_length([], [1]), common_length([1, 2], [1, 2])] == [2, 0, 2]


def test_another_conversation_leaves_the_longer_one_as_it_is() -> None:
    mine = sheet(*numbers(0, 600))
    store = kept(9, mine)
    branch = store.take([*numbers(0, 300), 7000], urgent=True, has_room=room)
    assert branch is not None
    assert branch is not mine
    assert (len(branch.tokens), branch.cache[0].offset, mine.cache[0].offset) == (300, 300, 600)
    extra = mx.full((1, 1, 2, 8), 5.0)
    branch.cache[0].update_and_fetch(extra, extra)
    mx.eval(branch.cache[0].state, mine.cache[0].state)
    assert mine.cache[0].keys[0, 0, :, 0].tolist()[:600] == [float(n) for n in range(600)]
    assert branch.cache[0].keys[0, 0, :302, 0].tolist() == [*map(float, range(300)), 5.0, 5.0]
    # Where there is no room for both, the beginning is taken from it all the same.
    moved = store.take([*numbers(0, 300), 7000], urgent=True, has_room=lambda _: False)
    assert moved is mine
    assert (len(mine.tokens), mine.cache[0].offset, len(store)) == (300, 300, 0)
    # And a little that is lost is read again.
    close = kept(9, sheet(*numbers(0, 600)))
    assert close.take([*numbers(0, 590), 7000], urgent=True, has_room=room) is not None
    assert len(close) == 0


def test_a_sheet_replaces_its_own_beginnings_and_no_longer_one() -> None:
    store = kept(9, sheet(*numbers(0, 10)), sheet(*numbers(0, 30)), sheet(*numbers(0, 20)))
    assert [len(one.tokens) for one in store.sheets] == [30]


def test_room_mostly_empty_is_given_up() -> None:
    cache = filled(3000)
    layers.rewind(cache, 10)
    mx.eval(cache.state)
    assert layers.room_tokens(cache) == 256
    assert cache.keys[0, 0, :10, 0].tolist() == [float(n) for n in range(10)]


# --- what can't go back ----------------------------------------------------------------------------------------------


def test_a_state_that_was_taken_stays_as_it_was_when_the_cache_moves_on() -> None:
    rotating = RotatingKVCache(max_size=8)
    rows = mx.ones((1, 1, 6, 4))
    rotating.update_and_fetch(rows, rows)
    arrays = ArraysCache(2)
    arrays[0], arrays[1] = mx.ones((1, 3)), mx.ones((1, 5))
    for leaf in (rotating, arrays):
        state = layers.frozen(leaf)
        mx.eval(list(layers.arrays_in(state)))
        if leaf is rotating:
            for _ in range(9):
                leaf.update_and_fetch(mx.zeros((1, 1, 1, 4)), mx.zeros((1, 1, 1, 4)))
        else:
            leaf[0][:, 1:2] = mx.zeros((1, 1))
            leaf[1] = mx.zeros((1, 5))
        mx.eval(list(layers.arrays_in(vars(leaf))))
        for _ in range(2):
            again = layers.thaw(leaf, state)
            kept_sum = sum(float(array.sum()) for array in layers.arrays_in(vars(again)))
            assert kept_sum == (48.0 if leaf is rotating else 8.0)
            # What is restored may be written to as well.
            for array in layers.arrays_in(vars(again)):
                array[...] = mx.zeros_like(array)
                mx.eval(array)


def test_a_small_part_does_not_keep_the_whole_in_memory() -> None:
    mx.clear_cache()
    before = mx.get_active_memory()
    large = mx.zeros((1, 1000, 1000))
    mx.eval(large)
    leaf = ArraysCache(1)
    leaf[0] = large[:, -3:, :]
    state = layers.frozen(leaf)
    layers.compute([leaf])
    mx.eval(list(layers.arrays_in(state)))
    del large
    assert mx.get_active_memory() - before < 100_000


def test_points_are_few_and_the_first_and_the_last_stay() -> None:
    made = Sheet([], [ArraysCache(1)])
    made.cache[0][0] = mx.zeros((1, 4))
    for tokens in range(1, 60):
        made.tokens, made.position = numbers(0, tokens), tokens
        made.mark(boundary=tokens in (1, 30, 40, 59))
    tokens_of = [mark.tokens for mark in made.marks]
    assert len(tokens_of) <= MOST_MARKS
    assert {1, 30, 40, 59} <= set(tokens_of)
    heavy = Sheet([], [ArraysCache(1)])
    heavy.cache[0][0] = mx.zeros((40, 2**20))
    for tokens in range(1, 10):
        heavy.tokens, heavy.position = numbers(0, tokens), tokens
        heavy.mark(boundary=tokens % 2 == 1)
    assert [mark.tokens for mark in heavy.marks] == [1, 7, 9]


# --- that it makes way ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    kinds = ["attention", "sliding window", "linear attention"]
    return {kind: write_model(kind, tmp_path_factory.mktemp("model"), tiny_model) for kind in kinds}


@pytest.fixture
def models(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    made = Models(folders, monkeypatch)
    yield made
    made.backend.unload()
    made.backend._memory.limit(None, 0)


@pytest.mark.parametrize("kind", ["attention", "sliding window", "linear attention"])
def test_what_is_said_to_be_kept_is_what_mlx_holds(models: Models, kind: str) -> None:
    chat = models.load(kind)
    chat.ask(user("Hello!"))
    caches = chat.backend._caches
    assert caches is not None
    caches._kept.clear()
    chat.steps = []
    mx.clear_cache()
    empty = mx.get_active_memory()
    for n in range(4):
        chat.ask(SYSTEM, user(f"{n}: " + " ".join(QUESTIONS)))
    chat.steps = []
    assert len(caches._kept) == 4
    held = mx.get_active_memory() - empty
    assert caches.kept_bytes == pytest.approx(held, rel=0.05)
    caches._kept.clear()
    assert mx.get_active_memory() <= empty + 10_000


def test_kept_conversations_go_before_an_answer_is_ended(
    models: Models, folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(folders["attention"], tmp_path / "long"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 100_000}))
    # Room for the model and some 2,300 tokens of 512 bytes.
    budget = 1_600_000
    long = user("A long one: " + " ".join(QUESTIONS * 4))
    for release in (True, False):
        chat = models.load("attention", PromptKeeping(memory_bytes=10**9), folder, budget_bytes=budget)
        caches = chat.backend._caches
        assert caches is not None
        for n in range(8):
            assert chat.ask(user(f"{n}: " + " ".join(QUESTIONS))).problem is None
        assert len(caches._kept) == 8
        chat.steps = []
        if not release:
            monkeypatch.setattr(caches, "release", lambda _: 0)
        finished = chat.ask(long, tokens=20)
        assert (finished.problem is None) == release
        chat.steps = []
        if release:
            assert 1 < len(caches._kept) < 9
            assert mx.get_active_memory() < budget + 256 * 512


def test_points_to_go_back_to_go_before_an_answer_is_ended(
    models: Models, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = models.load("sliding window", budget_bytes=2_000_000)
    memory = chat.backend._memory
    real = type(memory).active_bytes.fget  # type: ignore[attr-defined]
    caches = chat.backend._caches
    assert caches is not None

    def heavy(self: object) -> int:
        """As if each point were half of what is allowed."""
        reading = caches._reading
        return int(real(self)) + (1_000_000 * len(reading.sheet.marks) if reading is not None else 0)

    monkeypatch.setattr(type(memory), "active_bytes", property(heavy))
    finished = chat.ask(SYSTEM, user(" ".join(QUESTIONS)), tokens=40)
    assert finished.problem is None
    assert finished.statistics.answer_tokens == 40


def test_a_computer_short_of_memory_keeps_nothing(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = models.load("attention")
    chat.ask(SYSTEM, user(QUESTIONS[0]))
    monkeypatch.setattr(MlxRoom, "is_short", staticmethod(lambda: True))
    assert chat.ask(SYSTEM, user(QUESTIONS[0])).statistics.reused_tokens == 0
    caches = chat.backend._caches
    assert caches is not None
    assert len(caches._kept) == 0


def test_figures_of_an_answer_leave_out_what_is_kept_of_others(models: Models) -> None:
    chat = models.load("attention")
    alone = chat.ask(user("Hello!")).statistics
    for n in range(4):
        chat.ask(user(f"{n}: " + " ".join(QUESTIONS)))
    chat.steps = []
    beside = chat.ask(user("Good morning!")).statistics
    assert beside.peak_memory_bytes < alone.peak_memory_bytes + 200_000


def test_a_title_made_aside_leaves_the_conversation_where_it_was(models: Models) -> None:
    for kind in ("attention", "linear attention"):
        chat = models.load(kind)
        first: tuple[Any, ...] = (SYSTEM, user(QUESTIONS[0]))
        prompt = chat.ask(*first).statistics.prompt_tokens
        said = chat.said
        aside = (*first, model(said), user("A title, please."))
        assert chat.ask(*aside, priority=Priority.ASIDE).statistics.reused_tokens >= prompt - 1
        turn = chat.same(*first, model(said), user(QUESTIONS[1])).statistics
        assert turn.reused_tokens >= prompt - 1
