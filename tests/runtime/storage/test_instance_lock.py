from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from runtime.errors import AlreadyRunning, HomeNotWritable
from runtime.paths import Paths
from runtime.storage.instance_lock import InstanceLock
from tests.runtime.storage.killing import start_writer


def test_a_second_process_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    holder = start_writer("lock", tmp_path)
    assert holder.stdout is not None
    assert holder.stdin is not None
    with holder.stdout as said, holder.stdin:
        assert said.readline() == b"held\n"
        lock = InstanceLock(Paths.below(tmp_path))
        with pytest.raises(AlreadyRunning) as caught:
            lock.acquire()
        assert caught.value.folder == str(tmp_path)
        holder.kill()
        holder.wait()
    lock.acquire()
    assert lock.held
    lock.release()


def test_a_second_lock_in_this_process_is_refused_too(tmp_path: Path) -> None:
    first, second = InstanceLock(Paths.below(tmp_path)), InstanceLock(Paths.below(tmp_path))
    first.acquire()
    first.acquire()
    with pytest.raises(AlreadyRunning):
        second.acquire()
    first.release()
    second.acquire()
    second.release()
    second.release()


def test_a_child_that_outlives_us_does_not_keep_the_lock(tmp_path: Path) -> None:
    lock = InstanceLock(Paths.below(tmp_path))
    lock.acquire()
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    time.sleep(0.05)
    lock.release()
    again = InstanceLock(Paths.below(tmp_path))
    again.acquire()
    again.release()
    child.communicate()


def test_a_home_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(HomeNotWritable):
        InstanceLock(Paths.below(tmp_path / "gone")).acquire()
