"""Searching the hub: a real HTTP hub, a real search process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runtime.catalogue.sifting import HubFilter, HubOrder, judge_found, sift
from runtime.downloads.hub import Source, list_model
from runtime.downloads.search import HubSearch
from runtime.downloads.search_messages import FindModels, LookCloser
from runtime.errors import HubRefused, TokenRejected
from runtime.hardware.described import described_computer
from runtime.requests import HubQuery
from tests.hub import Fault, Kind, LoopbackHub, Place
from tests.hub.search import be_strict, entry, search_entries
from tests.runtime.downloads.search_kit import HASTE, QWEN, add_model, names


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def keys() -> list[str | None]:
    return [None]


@pytest.fixture
def search(hub: LoopbackHub, keys: list[str | None]) -> Iterator[HubSearch]:
    made = HubSearch(lambda: keys[-1], hub.endpoint, patience=HASTE)
    yield made
    made.close()


# --- what is found ------------------------------------------------------------------------------------------------


def test_finds_models_with_their_shapes_and_judges_them(hub: LoopbackHub, search: HubSearch, tmp_path: Path) -> None:
    add_model(hub, tmp_path, "maker/Qwen3-8B-4bit", **QWEN)
    search_entries(hub).append(entry("other/Llama-3.2-1B-4bit", downloads=7, cardData={"license": "llama3.2"}))
    search_entries(hub).append(entry("other/Whisper-4bit", pipeline_tag="automatic-speech-recognition"))
    search_entries(hub).append(entry("other/Torch-8B", tags=["safetensors", "qwen3", "conversational"]))
    found = search.find(HubQuery(""))
    assert names(found) == ["maker/Qwen3-8B-4bit", "other/Llama-3.2-1B-4bit"]
    first, second = found
    assert (first.title, first.bits, first.exact) == ("Qwen3 8B", 4, False)
    assert first.shape is not None
    assert (first.shape.layers, first.shape.kv_heads, first.shape.context_tokens) == (36, 8, 40960)
    assert first.commit == hub.repositories["maker/Qwen3-8B-4bit"].commit
    assert second.shape is None
    mac = described_computer("Apple M4", 16)
    judged = sift([judge_found(mac, model) for model in found], HubFilter(free_licence_only=True), HubOrder.BEST_FIT)
    assert [j.model.repository for j in judged] == ["maker/Qwen3-8B-4bit"]
    assert names(search.find(HubQuery("LLAMA 1b"))) == ["other/Llama-3.2-1B-4bit"]
    assert search.find(HubQuery("nobody made this")) == ()


def test_a_closer_look_is_exactly_what_a_download_would_fetch(
    hub: LoopbackHub, search: HubSearch, tmp_path: Path
) -> None:
    folder = add_model(hub, tmp_path, "maker/Qwen3-8B-4bit", **QWEN)
    model = search.look_closer("maker/Qwen3-8B-4bit")
    listing = list_model(Source(hub.endpoint, "maker/Qwen3-8B-4bit"), "main", HASTE)
    assert model.exact
    assert (model.download_bytes, model.commit) == (listing.size_bytes, listing.commit)
    assert model.weight_bytes == (folder / "model.safetensors").stat().st_size
    assert model.shape is not None
    assert model.shape.weight_bytes == model.weight_bytes
    assert (model.licence, model.title) == ("apache-2.0", "Qwen3 8B")


def test_many_pages_up_to_the_limit(hub: LoopbackHub, search: HubSearch) -> None:
    hub.page_entries = 10
    search_entries(hub).extend(entry(f"maker/Model-{n:02}-4bit", downloads=1000 - n) for n in range(60))
    assert names(search.find(HubQuery("model", limit=25))) == [f"maker/Model-{n:02}-4bit" for n in range(25)]
    assert len(search.find(HubQuery("model", limit=0))) == 1


def test_the_words_may_be_an_address_or_a_whole_name(hub: LoopbackHub, search: HubSearch, tmp_path: Path) -> None:
    add_model(hub, tmp_path, "maker/Model-4bit")
    search_entries(hub).append(entry("maker/Model-4bit-DWQ", downloads=10_000))
    search_entries(hub).append(entry("maker/Torch", tags=["safetensors", "conversational", "qwen3"]))
    assert names(search.find(HubQuery("maker/Model-4bit"))) == ["maker/Model-4bit", "maker/Model-4bit-DWQ"]
    assert names(search.find(HubQuery("https://huggingface.co/maker/Torch/tree/main?x=y"))) == ["maker/Torch"]
    assert names(search.find(HubQuery(f"{hub.endpoint}/maker/Torch"))) == ["maker/Torch"]
    assert search.find(HubQuery("maker/Missing")) == ()


def test_a_hub_that_takes_the_words_for_one_piece_is_asked_again(hub: LoopbackHub, search: HubSearch) -> None:
    search_entries(hub).extend([entry("maker/Qwen3-8B-4bit"), entry("maker/Qwen3-1B-4bit")])
    hub.faults.add(Fault(Kind.JSON, Place.API, path="api/models", change=lambda _: []))
    assert names(search.find(HubQuery("8b qwen3"))) == ["maker/Qwen3-8B-4bit"]


def test_a_hub_that_refuses_a_property_is_asked_without(hub: LoopbackHub, search: HubSearch) -> None:
    be_strict(hub)
    search_entries(hub).append(entry("maker/Model-4bit"))
    for _ in range(2):
        assert names(search.find(HubQuery("model"))) == ["maker/Model-4bit"]
    asked = [request for request in hub.asked("hub", "/api/models?") if "usedStorage" in request.path]
    assert len(asked) == 1


def test_odd_words_stay_words(hub: LoopbackHub, search: HubSearch) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    for words in ("a&filter=gguf", "x\r\nHost: evil", "\u202e%00#?", "../../..", "m" * 100_000, "🦙"):
        assert search.find(HubQuery(words)) == ()
    asked = hub.asked("hub", "/api/models")
    assert all(len(request.path) < 2000 for request in asked)
    assert all("filter=mlx" in request.path and "&filter=gguf" not in request.path for request in asked)


# --- keys ---------------------------------------------------------------------------------------------------------


def test_the_key_goes_to_the_hub_alone(
    hub: LoopbackHub, search: HubSearch, keys: list[str | None], tmp_path: Path
) -> None:
    add_model(hub, tmp_path, "maker/Closed-4bit", gated=True, **QWEN)
    closed = search.find(HubQuery("closed"))[0]
    assert closed.gated
    assert closed.shape is None
    stranger = search.look_closer("maker/Closed-4bit")
    assert stranger.exact
    assert stranger.shape is None
    keys.append("hf_granted")
    assert search.find(HubQuery("closed"))[0].shape is not None
    assert search.look_closer("maker/Closed-4bit").shape is not None
    assert any(request.headers.get("authorization") == "Bearer hf_granted" for request in hub.asked("hub"))
    # Wherever the hub sends us: the key does not come along.
    moved = Fault(Kind.REDIRECT, Place.API, path="api/models", times=None, location="{store}{path}")
    hub.faults.add(moved, Fault(Kind.REDIRECT, Place.RESOLVE, times=None, location="{store}/x"))
    with pytest.raises(HubRefused):
        search.find(HubQuery("closed"))
    assert hub.asked("store")
    assert not any("authorization" in request.headers for request in hub.asked("store"))


def test_the_next_page_is_never_fetched_from_somewhere_else(
    hub: LoopbackHub, search: HubSearch, keys: list[str | None]
) -> None:
    keys.append("hf_granted")
    hub.page_entries = 1
    search_entries(hub).extend([entry("maker/One-4bit", downloads=2), entry("maker/Two-4bit", downloads=1)])
    with LoopbackHub() as elsewhere:
        # The hub's own word for itself is what the next page's address is made of.
        ports, hub._ports = hub._ports, elsewhere._ports
        try:
            assert names(search.find(HubQuery(""))) == ["maker/One-4bit"]
        finally:
            hub._ports = ports
        assert elsewhere.requests == []


def test_a_key_that_is_no_good_does_not_hide_the_public_list(
    hub: LoopbackHub, search: HubSearch, keys: list[str | None]
) -> None:
    search_entries(hub).append(entry("maker/Model-4bit"))
    for key in ("hf_withdrawn", "schlüssel", "a\r\nHost: evil"):
        keys.append(key)
        assert names(search.find(HubQuery("model"))) == ["maker/Model-4bit"]
        with pytest.raises(TokenRejected):
            search.look_closer("maker/Model-4bit")


def test_the_key_is_in_no_argument_no_environment_and_no_report(
    hub: LoopbackHub, search: HubSearch, keys: list[str | None]
) -> None:
    keys.append("hf_granted")
    search.find(HubQuery("model"))
    assert search.process_id is not None
    process = psutil.Process(search.process_id)
    assert "hf_granted" not in " ".join(process.cmdline())
    assert "hf_granted" not in " ".join(process.environ().values())
    assert "hf_granted" not in repr(FindModels("1", hub.endpoint, "words", 3, "hf_granted"))
    assert "hf_granted" not in repr(LookCloser("1", hub.endpoint, "maker/model", "hf_granted"))
