"""A hub that is broken or means harm, as the search meets it: a real HTTP hub, a real search process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.downloads.search import HubSearch
from runtime.errors import (
    HearthError,
    HubNotUnderstood,
    HubRefused,
    HubUnreachable,
    ModelUnsupported,
    RepositoryHasNoModel,
    RepositoryNotFound,
)
from runtime.requests import HubQuery
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.hub.search import entry, search_entries
from tests.runtime.downloads.search_kit import HASTE, add_model, names


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def search(hub: LoopbackHub) -> Iterator[HubSearch]:
    made = HubSearch(lambda: None, hub.endpoint, patience=HASTE)
    yield made
    made.close()


def test_hostile_entries_are_skipped_and_the_good_ones_found(hub: LoopbackHub, search: HubSearch) -> None:
    evil: list[Any] = [
        None,
        7,
        "text",
        [[[]]],
        {},
        {"id": ["maker/list"]},
        entry("../../etc/passwd"),
        entry("maker/../../x"),
        entry("maker/evil", tags={"a": 1}, config=[], safetensors="x", cardData=5, pipeline_tag=[1]),
        entry("maker/Numbers-4bit", downloads=10**40, likes=-5, lastModified=1e308, sha=0),
        entry("maker/Twice-4bit"),
        entry("maker/Twice-4bit", downloads=2),
        entry("maker/Long-4bit", cardData={"license": "l" * 100_000}, tags=["mlx", "safetensors", "qwen3"] * 1000),
    ]
    search_entries(hub).extend(evil)
    found = {model.repository: model for model in search.find(HubQuery(""))}
    assert set(found) == {"maker/Numbers-4bit", "maker/Twice-4bit", "maker/Long-4bit"}
    assert found["maker/Numbers-4bit"].downloads == 0
    assert len(found["maker/Long-4bit"].licence) <= 120


def nothing_known(_page: Any) -> Any:
    return [None, 3, "x", {"id": 5}]


UNREADABLE: dict[type[HearthError], list[Fault]] = {
    HubRefused: [
        Fault(Kind.STATUS, status=500),
        Fault(Kind.STATUS, status=429, retry_after="86400"),
        Fault(Kind.STATUS, status=400),
        Fault(Kind.GONE),
    ],
    HubNotUnderstood: [
        Fault(Kind.HTML),
        Fault(Kind.GARBAGE),
        Fault(Kind.EMPTY),
        Fault(Kind.JSON, change=lambda _: {"error": "no"}),
        Fault(Kind.JSON, change=nothing_known),
        Fault(Kind.GZIP_BOMB, count_bytes=2_000_000_000),
        Fault(Kind.CHUNKED_ENDLESS),
    ],
    HubUnreachable: [
        Fault(Kind.CHUNKED_GARBAGE),
        Fault(Kind.HEADERS_HUGE, count_bytes=5_000_000),
        Fault(Kind.HEADERS_ENDLESS),
        Fault(Kind.HEADERS_STALL),
        Fault(Kind.STALL),
        Fault(Kind.REFUSE),
        Fault(Kind.CUT, after_bytes=40),
        Fault(Kind.REDIRECT, location="{hub}{path}"),
        Fault(Kind.REDIRECT, location="ftp://nowhere"),
    ],
}


@pytest.mark.parametrize("error", UNREADABLE)
def test_what_a_list_can_not_be_read_from(hub: LoopbackHub, search: HubSearch, error: type[HearthError]) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    for fault in UNREADABLE[error]:
        hub.faults.add(replace(fault, place=Place.API, path="api/models", times=None))
        with pytest.raises(HearthError) as caught:
            search.find(HubQuery("model"))
        assert isinstance(caught.value, error), fault
        hub.faults.clear()
        assert names(search.find(HubQuery("model"))) == ["maker/Model-4bit"], fault


def test_one_broken_connection_is_made_anew_without_a_word(hub: LoopbackHub, search: HubSearch) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    for kind in (Kind.REFUSE, Kind.RESET, Kind.CUT):
        hub.faults.add(Fault(kind, Place.API, path="api/models", after_bytes=40))
        assert names(search.find(HubQuery("model"))) == ["maker/Model-4bit"], kind
    assert hub.faults.struck == 3


def test_pages_without_end_have_one(hub: LoopbackHub, search: HubSearch) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    hub.faults.add(Fault(Kind.LINK_CYCLE, Place.API, path="api/models", times=None))
    assert names(search.find(HubQuery("model"))) == ["maker/Model-4bit"]
    assert len(hub.asked("hub", "/api/models?")) < 6


def test_a_later_page_that_breaks_leaves_what_came_before(hub: LoopbackHub, search: HubSearch) -> None:
    hub.page_entries = 1
    search_entries(hub).extend([entry("maker/One-4bit", downloads=2), entry("maker/Two-4bit", downloads=1)])
    good = Fault(Kind.JSON, Place.API, path="api/models", change=lambda page: page)
    hub.faults.add(good, Fault(Kind.HTML, Place.API, path="api/models", times=None))
    assert names(search.find(HubQuery(""))) == ["maker/One-4bit"]


def test_a_config_that_can_not_be_had_leaves_the_model_without_a_shape(
    hub: LoopbackHub, search: HubSearch, tmp_path: Path
) -> None:
    add_model(hub, tmp_path, "maker/Model-4bit")
    for kind in (Kind.GARBAGE, Kind.GONE, Kind.GZIP_BOMB, Kind.STATUS, Kind.STALL, Kind.REFUSE):
        hub.faults.add(Fault(kind, Place.RESOLVE, times=None, count_bytes=500_000_000))
        found = search.find(HubQuery("model"))
        assert names(found) == ["maker/Model-4bit"], kind
        assert found[0].shape is None, kind
        hub.faults.clear()
    assert search.find(HubQuery("model"))[0].shape is not None


def test_a_closer_look_at_what_is_no_model(hub: LoopbackHub, search: HubSearch, tmp_path: Path) -> None:
    add_model(hub, tmp_path, "maker/Whisper", model_type="whisper")
    folder = add_model(hub, tmp_path, "maker/Weightless")
    add_model(hub, tmp_path, "maker/Model")
    (folder / "model.safetensors").unlink()
    hub.add_repository("maker/Weightless", folder)
    with pytest.raises(ModelUnsupported):
        search.look_closer("maker/Whisper")
    with pytest.raises(RepositoryHasNoModel):
        search.look_closer("maker/Weightless")
    for missing in ("maker/Missing", "../../etc/passwd", "nonsense"):
        with pytest.raises(RepositoryNotFound):
            search.look_closer(missing)
    for place in ("api/models/maker/Model", "*/tree/*"):
        hub.faults.add(Fault(Kind.HTML, Place.API, path=place, times=None))
        with pytest.raises(HubNotUnderstood):
            search.look_closer("maker/Model")
        hub.faults.clear()
    assert search.look_closer("maker/Model").exact


def test_a_list_of_files_that_would_fill_the_memory_ends_the_process(
    hub: LoopbackHub, search: HubSearch, tmp_path: Path
) -> None:
    add_model(hub, tmp_path, "maker/Model")
    hub.faults.add(Fault(Kind.GZIP_BOMB, Place.API, path="*/tree/*", count_bytes=3_000_000_000))
    with pytest.raises(HubNotUnderstood):
        search.look_closer("maker/Model")
    assert search.look_closer("maker/Model").exact


def test_a_list_of_files_without_end_has_a_last_moment(hub: LoopbackHub, tmp_path: Path) -> None:
    search = HubSearch(lambda: None, hub.endpoint, patience=HASTE, answer_within_s=1.5)
    add_model(hub, tmp_path, "maker/Model")
    hub.faults.add(Fault(Kind.LINK_CYCLE, Place.API, path="*/tree/*", times=None))
    with pytest.raises((HubNotUnderstood, HubUnreachable)):
        search.look_closer("maker/Model")
    search.close()
