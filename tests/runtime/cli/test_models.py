"""``hearth models`` and ``hearth shelf`` over a model that was really fetched: every command, as a script uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.api import Runtime
from tests.e2e.fixtures import REPOSITORY
from tests.hub.server import LoopbackHub
from tests.runtime.cli.running import call, document, run

TODAYS_KEYS = {
    "name",
    "repository",
    "folder",
    "size_bytes",
    "commit",
    "architecture",
    "context_tokens",
    "verified",
    "ours",
    "downloaded_at",
    "problem",
}


@pytest.fixture
def fetched(hub: LoopbackHub) -> Path:
    """The tiny model's folder, just downloaded."""
    return Path(document(call("get", "tiny", "--json"))["folder"])


def damage(folder: Path) -> Path:
    """One wrong byte in the middle of the weights; the file keeps its length."""
    weights = next(folder.glob("*.safetensors"))
    with weights.open("r+b") as stream:
        stream.seek(weights.stat().st_size // 2)
        byte = stream.read(1)[0]
        stream.seek(-1, 1)
        stream.write(bytes([byte ^ 1]))
    return weights


def repositories(home: Path | None = None) -> list[str]:
    found = document(call("models", "--json", **({"HEARTH_HOME": str(home)} if home else {})))
    return [model["repository"] for model in found["models"]]


# --- looking ----------------------------------------------------------------------------------------------------------


def test_the_list_keeps_its_shape_with_or_without_its_word(fetched: Path) -> None:
    plain, named = document(call("models", "--json")), document(call("models", "list", "--json"))
    assert plain == named == document(call("models", "--json", "list"))
    assert [model["repository"] for model in plain["models"]] == [REPOSITORY]
    assert set(plain["models"][0]) >= TODAYS_KEYS
    text = call("models", "list")
    assert REPOSITORY in text.stdout
    assert str(fetched) in text.stdout


def test_an_empty_list_says_what_to_do() -> None:
    assert "hearth get" in call("models").stdout
    assert document(call("models", "--json")) == {"models": []}


def test_a_fetched_model_ends_with_its_facts(hub: LoopbackHub) -> None:
    done = call("get", "tiny", "--limit", "50")
    assert done.returncode == 0, done.stderr
    assert f"{REPOSITORY} is in " in done.stdout
    assert "commit " in done.stdout
    assert "every byte verified" in done.stdout


def test_a_right_model_is_right_a_damaged_one_is_found_and_mended(fetched: Path) -> None:
    found = document(call("models", "verify", "tiny", "--json"))
    assert (found["work"], found["state"], found["wrong_files"]) == ("verify", "done", [])
    assert found["bytes"] > 0
    assert "right" in call("models", "verify", REPOSITORY).stdout
    weights = damage(fetched)
    done = call("models", "verify", "tiny")
    assert done.returncode == 5
    assert weights.name in done.stderr
    assert "hearth models repair" in done.stdout
    assert document(call("models", "verify", "tiny", "--json"), code=5)["wrong_files"] == [weights.name]
    assert document(call("models", "repair", "tiny", "--json"))["model"]["verified"]
    assert document(call("models", "verify", "tiny", "--json"))["wrong_files"] == []


# --- changing ---------------------------------------------------------------------------------------------------------


def test_a_missing_file_is_fetched_again(fetched: Path) -> None:
    (fetched / "config.json").unlink()
    done = call("models", "repair", REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert (fetched / "config.json").is_file()


def test_a_model_is_removed_for_a_while_or_for_good(fetched: Path, hub: LoopbackHub) -> None:
    found = document(call("models", "remove", "tiny", "--json"))
    assert (found["repository"], found["removed"]) == (REPOSITORY, str(fetched))
    assert not fetched.exists()
    assert repositories() == []
    with Runtime.open() as runtime:
        back = runtime.library.bring_back(runtime.library.removed()[0].id)
    assert back.folder == str(fetched)
    done = call("models", "remove", REPOSITORY, "--now")
    assert "deleted" in done.stdout
    with Runtime.open() as runtime:
        assert runtime.library.removed() == ()


def test_all_models_move_and_answer_from_their_new_place(fetched: Path, tmp_path: Path) -> None:
    target = tmp_path / "big disk"
    target.mkdir()
    moved = document(call("models", "move", str(target), "--json"))
    assert moved["state"] == "done"
    assert Path(moved["folder"]).is_relative_to(target)
    listed = document(call("models", "--json"))["models"]
    assert [model["repository"] for model in listed] == [REPOSITORY]
    assert Path(listed[0]["folder"]).is_relative_to(target)
    assert document(call("models", "folders", "--json"))["models_folder"] == moved["folder"]


def test_a_move_to_where_it_can_not_be_is_refused(fetched: Path) -> None:
    done = call("models", "move", str(fetched))
    assert done.returncode == 5
    assert len(done.stderr.strip().splitlines()) == 1
    assert repositories() == [REPOSITORY]


@pytest.mark.parametrize("action", ["verify", "repair", "remove"])
def test_a_name_that_nobody_has_is_said(action: str) -> None:
    done = call("models", action, "nonsense")
    assert done.returncode == 5
    assert "not on this computer" in done.stderr
    assert document(call("models", action, "nonsense", "--json"), code=5)["problem"]["code"] == "model.not_found"


# --- folders of the person's own --------------------------------------------------------------------------------------


def test_folders_are_added_listed_and_taken_away(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    added = document(call("models", "folders", "add", str(folder), "--json"))
    assert added["extra_model_folders"] == [str(folder)]
    assert document(call("models", "folders", "add", str(folder), "--json")) == added
    assert str(folder) in call("models", "folders").stdout
    assert document(call("models", "folders", "list", "--json")) == added
    assert document(call("models", "folders", "remove", str(folder), "--json"))["extra_model_folders"] == []
    assert folder.is_dir()
    again = call("models", "folders", "remove", str(folder))
    assert again.returncode == 5
    assert call("models", "folders", "add", str(tmp_path / "nowhere")).returncode == 5


def test_a_model_in_a_folder_of_the_person_is_used_and_never_removed(tiny_model: Path, tmp_path: Path) -> None:
    document(call("models", "folders", "add", str(tiny_model.parent), "--json"))
    listed = document(call("models", "--json"))["models"]
    assert str(tiny_model) in [model["folder"] for model in listed]
    for words in (("remove", str(tiny_model)), ("remove", str(tiny_model), "--now"), ("repair", str(tiny_model))):
        done = call("models", *words)
        assert done.returncode == 5
        assert "belongs to another program" in done.stderr
    assert (tiny_model / "config.json").is_file()


# --- the shelf --------------------------------------------------------------------------------------------------------


def test_a_model_goes_to_the_shelf_and_comes_back_without_the_hub(
    fetched: Path, hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = tmp_path / "external disk"
    shelf.mkdir()
    put = document(call("shelf", "put", "tiny", str(shelf), "--free", "--json"))
    assert (put["work"], put["state"]) == ("shelve", "done")
    copy = Path(put["folder"])
    assert copy.is_relative_to(shelf)
    assert repositories() == []
    assert document(call("shelf", "check", str(copy), "--json"))["wrong_files"] == []
    shelves = document(call("shelf", "list", "--json"))["shelves"]
    assert [(s["folder"], s["connected"]) for s in shelves] == [(str(shelf), True)]
    assert [c["repository"] for c in shelves[0]["copies"]] == [REPOSITORY]
    assert document(call("shelf", "list", str(shelf), "--json"))["shelves"] == shelves
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    back = document(call("shelf", "back", str(copy), "--json"))
    assert Path(back["folder"]) == fetched
    assert repositories() == [REPOSITORY]
    elsewhere = tmp_path / "another computer"
    assert document(call("shelf", "back", str(copy), "--json", HEARTH_HOME=str(elsewhere)))["state"] == "done"
    assert repositories(elsewhere) == [REPOSITORY]


def test_a_damaged_copy_is_found_and_not_used(fetched: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "disk"
    shelf.mkdir()
    done = call("shelf", "put", REPOSITORY, str(shelf))
    assert done.returncode == 0, done.stderr
    assert "read back" in done.stdout
    assert repositories() == [REPOSITORY], "without --free it stays here too"
    copy = next(path for path in shelf.iterdir() if path.is_dir())
    weights = damage(copy)
    found = document(call("shelf", "check", str(copy), "--json"), code=5)
    assert found["wrong_files"] == [weights.name]
    call("models", "remove", REPOSITORY, "--now")
    refused = call("shelf", "back", str(copy))
    assert refused.returncode == 5
    assert "damaged" in refused.stderr
    assert repositories() == []


def test_a_shelf_that_is_not_there(tmp_path: Path) -> None:
    for action in ("check", "back"):
        done = call("shelf", action, str(tmp_path / "nothing"))
        assert done.returncode == 5
        assert "not there" in done.stderr
    assert "hearth shelf put" in call("shelf", "list").stdout
    assert document(call("shelf", "list", str(tmp_path / "gone"), "--json"))["shelves"][0]["connected"] is False


def test_the_shelf_is_a_command_of_hearth() -> None:
    done = run("shelf", "list")
    assert (done.returncode, done.stderr) == (0, "")


def test_wrong_usage_of_the_new_words() -> None:
    for words in (("models", "nonsense"), ("models", "verify"), ("shelf",), ("get", "x", "--limit", "-1")):
        assert call(*words).returncode == 2, words
