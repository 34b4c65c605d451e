"""A child process is talked to, dies, hangs and is killed: each is an ordinary event."""

from __future__ import annotations

import queue
import signal
from collections.abc import Iterator

import pytest

from runtime.child import ChildProcess, python_child, signal_name
from runtime.events import AnswerDelta
from runtime.requests import ChatMessage, Generate, Role
from runtime.wire import Hello
from tests.runtime.echo_child import CODEC

WAIT_S = 30.0


class Listener:
    """A child with its messages and its exit in queues."""

    def __init__(self) -> None:
        self.messages: queue.Queue[object] = queue.Queue()
        self.exits: queue.Queue[int] = queue.Queue()
        self.child = ChildProcess(
            python_child("tests.runtime.echo_child"), CODEC, self.messages.put, self.exits.put, name="echo"
        )


@pytest.fixture
def echo() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.child.close(grace_s=0.5)


def say(text: str, request_id: str = "1") -> Generate:
    return Generate(request_id, (ChatMessage(Role.USER, text),))


def test_what_libraries_print_never_reaches_the_wire(echo: Listener) -> None:
    assert echo.messages.get(timeout=WAIT_S) == Hello(1, "echo")
    assert echo.child.send(say("hello"))
    assert echo.messages.get(timeout=WAIT_S) == AnswerDelta("1", "hello")
    assert "a library prints to stdout" in echo.child.last_words


def test_closing_the_pipe_ends_the_child(echo: Listener) -> None:
    echo.messages.get(timeout=WAIT_S)
    echo.child.close()
    assert echo.exits.get(timeout=WAIT_S) == 0
    assert not echo.child.alive
    assert not echo.child.send(say("anyone?"))


def test_a_death_is_told_once_with_code_and_last_words(echo: Listener) -> None:
    echo.child.send(say("", "die"))
    assert echo.exits.get(timeout=WAIT_S) == 3
    assert echo.child.last_words.endswith("my last words")
    assert echo.exits.empty()


def test_a_hanging_child_is_killed(echo: Listener) -> None:
    echo.messages.get(timeout=WAIT_S)
    echo.child.send(say("", "hang"))
    echo.child.close(grace_s=0.2)
    assert echo.exits.get(timeout=WAIT_S) == -signal.SIGTERM


def test_kill_is_prompt_and_named(echo: Listener) -> None:
    echo.child.kill()
    assert signal_name(echo.exits.get(timeout=WAIT_S)) == "SIGKILL"
    assert signal_name(0) == ""
    assert signal_name(-250) == "signal 250"
