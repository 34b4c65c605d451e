"""The loopback hub speaks the API: huggingface_hub itself downloads from it."""

from __future__ import annotations

import filecmp
import socket
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import HfApi, set_client_factory, snapshot_download
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError
from huggingface_hub.utils._http import close_session, default_client_factory

from tests.hub import Fault, Kind, LoopbackHub
from tests.hub.models import make_model_folder

NAME = "maker/model"


@pytest.fixture(autouse=True)
def the_library_s_own_client(monkeypatch: pytest.MonkeyPatch) -> None:
    set_client_factory(default_client_factory)
    monkeypatch.setattr("tqdm.std.tqdm.monitor_interval", 0)  # its thread never ends


def test_the_hub_s_own_library_downloads_from_it(tmp_path: Path) -> None:
    source = make_model_folder(tmp_path / "source", 1_500_000, shards=2)
    with LoopbackHub(page_entries=3) as hub:
        repository = hub.add_repository(NAME, source)
        api = HfApi(endpoint=hub.endpoint, token=False)
        assert api.model_info(NAME).sha == repository.commit
        assert len(list(api.list_repo_tree(NAME, recursive=True))) == len(repository.files)
        copy = snapshot_download(NAME, endpoint=hub.endpoint, token=False, local_dir=tmp_path / "copy")
        close_session()
    names = sorted(repository.files)
    assert filecmp.cmpfiles(source, copy, names, shallow=False) == (names, [], [])


def test_refusals_are_the_hub_s(tmp_path: Path) -> None:
    source = make_model_folder(tmp_path / "source", 1000)
    with LoopbackHub() as hub:
        hub.add_repository(NAME, source, gated=True)
        for token, error in ((False, GatedRepoError), ("hf_stranger", GatedRepoError)):
            with pytest.raises(error):
                HfApi(endpoint=hub.endpoint, token=token).hf_hub_download(NAME, "config.json", local_dir=tmp_path)
        api = HfApi(endpoint=hub.endpoint, token="hf_granted")
        api.hf_hub_download(NAME, "config.json", local_dir=tmp_path)
        assert api.whoami()["name"] == "somebody"
        with pytest.raises(RepositoryNotFoundError):
            api.model_info("maker/none")
        with pytest.raises(RevisionNotFoundError):
            api.model_info(NAME, revision="none")
        close_session()


def weights_url(hub: LoopbackHub) -> str:
    """Where the store has the weights."""
    file = hub.repositories[NAME].files["model.safetensors"]
    return f"{hub.store_endpoint}/{file.sha256}/model.safetensors"


@pytest.mark.parametrize("rate", [None, 50e6])
def test_ranges_are_the_bytes_asked_for(tmp_path: Path, rate: float | None) -> None:
    data = (make_model_folder(tmp_path / "source", 3_000_000) / "model.safetensors").read_bytes()
    with LoopbackHub(total_rate_bytes_per_s=rate) as hub:
        hub.add_repository(NAME, tmp_path / "source")
        with httpx2.Client() as client:
            for first, last in ((0, 0), (5, 1_000_004), (2_999_000, 2_999_999)):
                answer = client.get(weights_url(hub), headers={"Range": f"bytes={first}-{last}"})
                assert (answer.status_code, answer.content) == (206, data[first : last + 1])
                assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(data)}"
            assert client.get(weights_url(hub), headers={"Range": f"bytes={len(data)}-"}).status_code == 416
            assert client.get(weights_url(hub)).content == data
        assert hub.sent_bytes == 1 + 1_000_000 + 1000 + len(data)


def test_a_wrong_byte_strikes_who_asks_for_it(tmp_path: Path) -> None:
    data = (make_model_folder(tmp_path / "source", 3_000_000) / "model.safetensors").read_bytes()
    with LoopbackHub() as hub, httpx2.Client() as client:
        hub.add_repository(NAME, tmp_path / "source")
        hub.faults.add(Fault(Kind.CORRUPT, after_bytes=2_000_000, count_bytes=3))
        assert client.get(weights_url(hub), headers={"Range": "bytes=0-1999999"}).content == data[:2_000_000]
        assert hub.faults.struck == 0
        answer = client.get(weights_url(hub), headers={"Range": "bytes=1999990-2000009"}).content
        assert [n for n in range(20) if answer[n] != data[1_999_990 + n]] == [10, 11, 12]
        assert client.get(weights_url(hub)).content == data


def test_gone_and_back_on_the_same_port(tmp_path: Path) -> None:
    make_model_folder(tmp_path / "source", 1000)
    with LoopbackHub() as hub, httpx2.Client() as client:
        hub.add_repository(NAME, tmp_path / "source")
        url = weights_url(hub)
        hub.go_down()
        with pytest.raises(httpx2.ConnectError):
            client.get(url)
        hub.come_back()
        assert weights_url(hub) == url
        assert client.get(url).status_code == 200


def test_no_more_connections_than_allowed(tmp_path: Path) -> None:
    make_model_folder(tmp_path / "source", 1000)
    with LoopbackHub(connection_limit=1) as hub:
        hub.add_repository(NAME, tmp_path / "source")
        with httpx2.Client() as first:
            first.get(weights_url(hub))  # its connection stays open
            port = int(hub.store_endpoint.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as second, pytest.raises(ConnectionResetError):
                second.recv(1)
            assert hub.refused_connections == 1
            assert first.get(weights_url(hub)).status_code == 200
