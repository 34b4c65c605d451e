"""The loopback hub speaks the API: huggingface_hub itself downloads from it."""

from __future__ import annotations

import filecmp
from pathlib import Path

import pytest
from huggingface_hub import HfApi, set_client_factory, snapshot_download
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError
from huggingface_hub.utils._http import close_session, default_client_factory

from tests.hub import LoopbackHub
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
