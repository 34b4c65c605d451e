"""What is learnt of this computer: from real events into a real file, and from a real self-test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from runtime.cancel import CancelToken
from runtime.catalogue.measured import NOTHING_MEASURED, Basis
from runtime.composition import Runtime
from runtime.events import (
    AnswerStatistics,
    DownloadChanged,
    DownloadPhase,
    Event,
    SelfTestChanged,
    SelfTestState,
)
from runtime.hardware.described import described_computer
from runtime.inference.self_test import run_self_test
from runtime.measuring import LEAST_ANSWER_TOKENS, ROOM_BYTES, Measuring, identity
from runtime.paths import Paths
from runtime.storage.measurements import FILE_NAME, FormatRate, MeasurementStore, ModelMemory, SelfTest

HERE = replace(described_computer("Apple M4 Pro", 24), model_name="Mac mini")
MODEL = "maker/model"
ANSWER = AnswerStatistics(prompt_tokens=400, answer_tokens=100, prompt_tokens_per_s=300.0, answer_tokens_per_s=25.0)
RESULT = SelfTest("gpu", 2e11, 6e12, 4e-5, (FormatRate(4, 2e11, 6e12),), 1.0, "0")
PATIENCE_S = 60.0
quick_test = partial(run_self_test, longest_s=1.0)


class Heard:
    """Events of one Measuring, and a wait for the one that ends a self-test."""

    def __init__(self) -> None:
        self.events: list[SelfTestChanged] = []
        self.first, self.ended = threading.Event(), threading.Event()

    def __call__(self, event: Event) -> None:
        assert isinstance(event, SelfTestChanged)
        self.events.append(event)
        self.first.set()
        if event.state is not SelfTestState.RUNNING:
            self.ended.set()


def _nobody(_event: Event) -> None:
    raise AssertionError("nothing is told without a self-test")


def _opened(home: Path, on_event: Callable[[Event], None] = _nobody) -> Measuring:
    measuring = Measuring(home, on_event)
    measuring.open_for(HERE)
    return measuring


# --- answers and memory -----------------------------------------------------------------------------------------------


def test_nothing_is_known_before_it_is_said_which_computer_this_is(tmp_path: Path) -> None:
    measuring = Measuring(tmp_path, _nobody)
    measuring.note_loaded(MODEL, 10**9)
    measuring.note_answer(MODEL, ANSWER)
    measuring.note_download(DownloadChanged(MODEL, DownloadPhase.DONE))
    measuring.start_test()
    assert not measuring.testing
    assert not measuring.wants_test(HERE)
    assert measuring.measured(HERE) is NOTHING_MEASURED
    assert not (tmp_path / FILE_NAME).exists()
    measuring.close()


def test_an_answer_is_remembered_by_its_middle(tmp_path: Path) -> None:
    _opened(tmp_path).note_answer(MODEL, ANSWER)
    (chat,) = _opened(tmp_path).measured(HERE).of(MODEL).chats
    assert (chat.context_tokens, chat.tokens_per_s) == (450, 25.0)
    assert (chat.prompt_tokens, chat.prompt_tokens_per_s) == (400, 300.0)
    assert chat.taken_at > 0


def test_what_was_kept_of_a_prompt_tells_nothing_of_its_reading(tmp_path: Path) -> None:
    _opened(tmp_path).note_answer(MODEL, replace(ANSWER, reused_tokens=350))
    (chat,) = _opened(tmp_path).measured(HERE).of(MODEL).chats
    assert (chat.context_tokens, chat.prompt_tokens) == (450, 50)


@pytest.mark.parametrize(
    "figures",
    [replace(ANSWER, answer_tokens=LEAST_ANSWER_TOKENS - 1), replace(ANSWER, answer_tokens_per_s=0.0)],
)
def test_an_answer_of_a_few_words_tells_nothing(tmp_path: Path, figures: AnswerStatistics) -> None:
    measuring = _opened(tmp_path)
    measuring.note_answer(MODEL, figures)
    assert measuring.measured(HERE).of(MODEL).chats == ()


def test_the_peak_of_the_longest_conversation_is_kept_with_what_was_held(tmp_path: Path) -> None:
    measuring = _opened(tmp_path)
    # before it was loaded nobody knows what the weights take
    measuring.note_answer(MODEL, replace(ANSWER, peak_memory_bytes=2_500_000_000))
    assert measuring.measured(HERE).of(MODEL).memory is None
    measuring.note_loaded(MODEL, 2_000_000_000)
    measuring.note_answer(MODEL, replace(ANSWER, peak_memory_bytes=2_500_000_000))
    assert _opened(tmp_path).measured(HERE).of(MODEL).memory == ModelMemory(2_000_000_000, 2_500_000_000, 500)
    # a shorter one tells less, a longer one more
    measuring.note_answer(MODEL, replace(ANSWER, prompt_tokens=100, peak_memory_bytes=2_200_000_000))
    assert _memory(measuring).peak_bytes == 2_500_000_000
    measuring.note_answer(MODEL, replace(ANSWER, prompt_tokens=4000, peak_memory_bytes=3_000_000_000))
    assert _memory(measuring) == ModelMemory(2_000_000_000, 3_000_000_000, 4100)
    # loaded again in the same way: what is known stays
    measuring.note_loaded(MODEL, 2_010_000_000)
    assert _memory(measuring).peak_bytes == 3_000_000_000
    # and unpacked it is another thing
    measuring.note_loaded(MODEL, 14_000_000_000)
    assert _memory(measuring) == ModelMemory(14_000_000_000)


def _memory(measuring: Measuring) -> ModelMemory:
    memory = measuring.measured(HERE).of(MODEL).memory
    assert memory is not None
    return memory


def test_what_can_not_be_kept_disturbs_nobody(tmp_path: Path) -> None:
    measuring = _opened(tmp_path / "missing")
    measuring.note_loaded(MODEL, 10**9)
    measuring.note_answer(MODEL, ANSWER)
    assert measuring.measured(HERE).of(MODEL).chats == ()


# --- whose measurements they are --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        described_computer("Apple M4 Pro", 24),
        replace(HERE, chip="Apple M4 Max"),
        replace(HERE, memory_bytes=HERE.memory_bytes * 2),
        replace(HERE, gpu=None),
    ],
)
def test_another_computer_never_gets_these_measurements(tmp_path: Path, other: object) -> None:
    measuring = _opened(tmp_path)
    measuring.note_answer(MODEL, ANSWER)
    assert measuring.measured(HERE) is not NOTHING_MEASURED
    assert measuring.measured(other) is NOTHING_MEASURED  # type: ignore[arg-type]
    # what changes from minute to minute makes no other computer of it
    assert measuring.measured(replace(HERE, available_bytes=1, disk_free_bytes=1)).of(MODEL).chats


def test_a_described_computer_is_forecast_without_what_was_measured_here(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path)
    paths.prepare()
    with Runtime(paths) as runtime:
        here = runtime.fitting.computer()
        MeasurementStore(paths.home, identity(here)).save_self_test(RESULT)
    with Runtime(paths) as runtime:
        here = runtime.fitting.computer()
        assert runtime.measuring.self_test == RESULT
        assert {choice.basis for choice in runtime.fitting.recommend(here).choices} == {Basis.SELF_TEST}
        described = described_computer(here.chip, here.memory_bytes / 2**30)
        assert {choice.basis for choice in runtime.fitting.recommend(described).choices} == {Basis.ESTIMATED}


# --- the line ---------------------------------------------------------------------------------------------------------


def _transfer(measuring: Measuring, *done_bytes: int, ends: DownloadPhase = DownloadPhase.DONE) -> float | None:
    for done in done_bytes:
        measuring.note_download(DownloadChanged(MODEL, DownloadPhase.TRANSFERRING, done_bytes=done))
    measuring.note_download(DownloadChanged(MODEL, ends, done_bytes=done_bytes[-1]))
    return measuring.measured(HERE).download_bytes_per_s


def test_the_line_is_measured_by_what_came_over_it(tmp_path: Path) -> None:
    measuring = _opened(tmp_path)
    rate = _transfer(measuring, 0, 50_000_000)
    assert rate is not None
    assert rate > 0
    assert _opened(tmp_path).measured(HERE).download_bytes_per_s == rate


@pytest.mark.parametrize(
    "done_bytes",
    [(0, 5_000_000), (900_000_000, 905_000_000), (900_000_000, 900_000_000)],
    ids=["little", "the end of a large one", "nothing"],
)
def test_too_little_tells_nothing_of_the_line(tmp_path: Path, done_bytes: tuple[int, ...]) -> None:
    assert _transfer(_opened(tmp_path), *done_bytes) is None


def test_the_time_of_a_pause_is_not_counted(tmp_path: Path) -> None:
    measuring = _opened(tmp_path)
    assert _transfer(measuring, 0, 5_000_000, ends=DownloadPhase.PAUSED) is None
    # what was fetched before the pause does not count with what comes after it
    assert _transfer(measuring, 5_000_000, 21_000_000) is None


# --- the self-test ----------------------------------------------------------------------------------------------------


def test_a_self_test_is_run_told_and_kept(tmp_path: Path) -> None:
    heard = Heard()
    measuring = Measuring(tmp_path, heard, quick_test)
    measuring.open_for(HERE)
    assert measuring.wants_test(HERE)
    assert not measuring.wants_test(replace(HERE, available_bytes=ROOM_BYTES - 1))
    assert not measuring.wants_test(described_computer("Apple M1", 8))
    measuring.start_test()
    measuring.start_test()  # one is enough
    assert measuring.testing
    assert not measuring.wants_test(HERE)
    assert heard.ended.wait(PATIENCE_S)
    measuring.close()
    states = [event.state for event in heard.events]
    assert states == [SelfTestState.RUNNING] * (len(states) - 1) + [SelfTestState.DONE]
    shares = [event.share for event in heard.events]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    found = _opened(tmp_path)
    assert found.self_test is not None
    assert found.self_test.decode_bytes_per_s > 0
    assert found.measured(HERE).self_test == found.self_test
    assert not found.wants_test(HERE)


def test_a_stopped_self_test_leaves_nothing(tmp_path: Path) -> None:
    heard = Heard()
    measuring = Measuring(tmp_path, heard)
    measuring.open_for(HERE)
    measuring.start_test()
    assert heard.first.wait(PATIENCE_S)
    measuring.stop_test()
    assert heard.ended.wait(PATIENCE_S)
    measuring.close()
    assert heard.events[-1].state is SelfTestState.STOPPED
    assert measuring.self_test is None
    assert not (tmp_path / FILE_NAME).exists()
    assert measuring.wants_test(HERE)


def test_a_self_test_that_fails_says_why(tmp_path: Path) -> None:
    heard = Heard()

    def run(told: Callable[[float], None], cancel: CancelToken) -> SelfTest:
        return run_self_test(told, cancel, command=["/nowhere/python"])

    measuring = Measuring(tmp_path, heard, run)
    measuring.open_for(HERE)
    measuring.start_test()
    assert heard.ended.wait(PATIENCE_S)
    measuring.close()
    problem = heard.events[-1].problem
    assert heard.events[-1].state is SelfTestState.FAILED
    assert problem is not None
    assert problem.code.startswith("engine.") or problem.code.startswith("inference.")
    assert measuring.self_test is None


def test_closing_ends_a_running_self_test(tmp_path: Path) -> None:
    heard = Heard()
    measuring = Measuring(tmp_path, heard)
    measuring.open_for(HERE)
    measuring.start_test()
    measuring.close()
    assert not measuring.testing
    assert heard.events[-1].state is SelfTestState.STOPPED


# --- loading ----------------------------------------------------------------------------------------------------------


def test_a_conversation_may_grow_as_long_as_the_forecast_allows(tmp_path: Path, tiny_model: Path) -> None:
    paths = Paths.below(tmp_path)
    paths.prepare()
    with Runtime(paths) as runtime:
        model = runtime.library.find(str(tiny_model))
        judged = runtime.fitting.judge_installed(runtime.fitting.computer(), model)
        assert judged is not None
        request = runtime.fitting.load_request(model)
        assert request.folder == model.folder
        assert request.budget_bytes
        assert model.shape is not None
        assert request.kv_limit_tokens == judged.longest_context_tokens == model.shape.context_tokens
        # a model that only just fits gets a shorter conversation
        assert model.shape.context_tokens
        wide = replace(model.shape, layers=64, hidden_size=8192, kv_heads=64, head_dim=128, context_tokens=2**20)
        large = replace(model, shape=replace(wide, kv_layers=64, anatomy=None, weight_bytes=10**6))
        limit = runtime.fitting.load_request(large).kv_limit_tokens
        assert limit is not None
        assert 0 < limit < 2**20
