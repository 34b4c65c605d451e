"""No network, silence, and death of the search process: a real HTTP hub, a real search process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.downloads.patience import Patience
from runtime.downloads.search import HubSearch
from runtime.errors import HubNotUnderstood, HubUnreachable, UnexpectedError
from runtime.requests import HubQuery
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.hub.search import entry, search_entries
from tests.runtime.downloads.search_kit import HASTE, Asking, add_model, names, struck_more_than, until


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def search(hub: LoopbackHub) -> Iterator[HubSearch]:
    made = HubSearch(lambda: None, hub.endpoint, patience=HASTE)
    yield made
    made.close()


def test_no_network_is_said_and_the_next_search_works(hub: LoopbackHub, search: HubSearch) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    hub.go_down()
    with pytest.raises(HubUnreachable):
        search.find(HubQuery("model"))
    with pytest.raises(HubUnreachable):
        search.look_closer("maker/Model-4bit")
    hub.come_back()
    assert names(search.find(HubQuery("model"))) == ["maker/Model-4bit"]


@pytest.mark.parametrize("endpoint", ["http://nowhere.invalid", "http://[bad", "http://127.0.0.1:1", "ftp://x"])
def test_an_address_that_is_none(endpoint: str) -> None:
    search = HubSearch(lambda: None, endpoint, patience=HASTE)
    with pytest.raises((HubUnreachable, HubNotUnderstood)):
        search.find(HubQuery("model"))
    search.close()


def test_a_hub_that_never_answers_is_left_at_once_and_the_process_ended(hub: LoopbackHub) -> None:
    patient = HubSearch(lambda: None, hub.endpoint, patience=Patience(connect_s=60.0, stall_s=60.0))
    hub.faults.add(Fault(Kind.STALL, Place.API, times=None))
    cancel = CancelToken()
    asking = Asking(lambda: patient.find(HubQuery("model"), cancel))
    until(lambda: hub.faults.struck)
    pid = patient.process_id
    assert pid is not None
    cancel.cancel()
    assert isinstance(asking.end().error, Cancelled)
    until(lambda: not psutil.pid_exists(pid))
    assert patient.process_id is None
    hub.faults.clear()
    assert patient.find(HubQuery("model")) == ()
    patient.close()


def test_a_hub_that_only_trickles_has_a_last_moment(hub: LoopbackHub) -> None:
    search = HubSearch(lambda: None, hub.endpoint, patience=Patience(stall_s=60.0), answer_within_s=1.5)
    hub.faults.add(Fault(Kind.STALL, Place.API, times=None))
    with pytest.raises(HubUnreachable) as caught:
        search.find(HubQuery("model"))
    assert caught.value.detail == "timeout"
    assert search.process_id is None
    search.close()


def test_a_new_search_ends_the_one_before_and_keeps_the_process(hub: LoopbackHub, search: HubSearch) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    search.find(HubQuery("model"))
    pid = search.process_id
    hub.faults.add(Fault(Kind.STALL, Place.API, path="api/models"))
    first = Asking(lambda: search.find(HubQuery("mo")))
    until(lambda: hub.faults.struck)
    second = Asking(lambda: search.find(HubQuery("model")))
    assert isinstance(first.end().error, Cancelled)
    assert names(second.end().found) == ["maker/Model-4bit"]
    assert search.process_id == pid


def test_typing_ahead_of_a_silent_hub_never_runs_out_of_processes(hub: LoopbackHub) -> None:
    patient = HubSearch(lambda: None, hub.endpoint, patience=Patience(connect_s=60.0, stall_s=60.0))
    search_entries(hub).append(entry("maker/Model-4bit"))
    hub.faults.add(Fault(Kind.STALL, Place.API, path="api/models", times=12))
    asked = []
    for number in range(12):
        asked.append(Asking(lambda: patient.find(HubQuery("mo"))))
        until(partial(struck_more_than, hub, number))
    assert names(patient.find(HubQuery("model"))) == ["maker/Model-4bit"]
    assert all(isinstance(asking.end().error, Cancelled) for asking in asked)
    assert len([c for c in psutil.Process().children() if "search_worker" in " ".join(c.cmdline())]) == 1
    patient.close()


def test_a_closer_look_goes_on_while_searches_come_and_go(hub: LoopbackHub, search: HubSearch, tmp_path: Path) -> None:
    add_model(hub, tmp_path, "maker/Model-4bit")
    hub.rate_bytes_per_s = 3000.0
    look = Asking(lambda: search.look_closer("maker/Model-4bit"))
    until(lambda: hub.asked("hub", "/api/models/maker/Model-4bit"))
    cancel = CancelToken()
    cancel.cancel()
    for _ in range(3):
        with pytest.raises(Cancelled):
            search.find(HubQuery("model"), cancel)
    assert look.end().found.exact


@pytest.mark.parametrize("times", [1, 2])
def test_a_process_that_is_killed_in_the_middle_is_started_anew(
    hub: LoopbackHub, search: HubSearch, times: int
) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    hub.faults.add(Fault(Kind.STALL, Place.API, path="api/models", times=times))
    asking = Asking(lambda: search.find(HubQuery("model")))
    for number in range(times):
        until(partial(struck_more_than, hub, number))
        assert search.process_id is not None
        os.kill(search.process_id, signal.SIGKILL)
    assert names(asking.end().found) == ["maker/Model-4bit"]


def test_a_process_that_dies_again_and_again_is_reported(hub: LoopbackHub, search: HubSearch) -> None:
    hub.faults.add(Fault(Kind.STALL, Place.API, path="api/models", times=None))
    asking = Asking(lambda: search.find(HubQuery("model")))
    for number in range(3):
        until(partial(struck_more_than, hub, number))
        assert search.process_id is not None
        os.kill(search.process_id, signal.SIGKILL)
    error = asking.end().error
    assert isinstance(error, UnexpectedError)
    assert "SIGKILL" in error.summary


def test_the_process_ends_itself_when_nobody_asks_and_comes_back(hub: LoopbackHub) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    search = HubSearch(lambda: None, hub.endpoint, patience=HASTE, idle_s=0.3)
    assert search.process_id is None
    for _ in range(2):
        assert names(search.find(HubQuery("model"))) == ["maker/Model-4bit"]
        until(lambda: search.process_id is None)
    search.close()


def test_closing_ends_whoever_waits_and_all_that_comes_after(hub: LoopbackHub, search: HubSearch) -> None:
    hub.faults.add(Fault(Kind.STALL, Place.API, times=None))
    asking = Asking(lambda: search.find(HubQuery("model")))
    until(lambda: hub.faults.struck)
    search.close()
    assert isinstance(asking.end().error, Cancelled)
    with pytest.raises(Cancelled):
        search.find(HubQuery("model"))
    search.close()


def test_the_search_process_sends_nothing_to_anybody_else(hub: LoopbackHub, search: HubSearch, tmp_path: Path) -> None:
    add_model(hub, tmp_path, "maker/Model-4bit")
    search.find(HubQuery("model"))
    search.look_closer("maker/Model-4bit")
    assert search.process_id is not None
    there = {c.raddr.port for c in psutil.Process(search.process_id).net_connections() if c.raddr}
    assert there <= {int(hub.endpoint.rpartition(":")[2])}
    assert all(r.path.startswith(("/api/models", "/maker/Model-4bit/resolve/")) for r in hub.requests)
