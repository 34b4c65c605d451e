"""``hearth documents`` from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from tests.documents_made import pdfs
from tests.runtime.cli.running import call, document, run


def make_files(folder: Path) -> Path:
    files = folder / "files"
    files.mkdir()
    (files / "lamp.txt").write_text("The red lamp stands on the desk.")
    (files / "river.txt").write_text("The blue river runs under the house.")
    (files / "report.pdf").write_bytes(pdfs.report(2))
    return files


def test_added_listed_searched_and_removed(tmp_path: Path) -> None:
    files = make_files(tmp_path)
    added = document(call("documents", "add", str(files), "--collection", "House", "--json"))["documents"]
    assert sorted(Path(one["document"]).name for one in added) == ["lamp.txt", "report.pdf", "river.txt"]
    assert {one["state"] for one in added} <= {"ready", "learning"}
    status = document(call("documents", "status", "--json"))
    assert (status["documents"], sum(status["by_state"].values()), status["pages"]) == (3, 3, 4)
    assert status["collections"][0]["name"] == "House"
    results = document(call("documents", "search", "blue river", "--limit", "1", "--json"))["results"]
    assert [Path(one["document"]).name for one in results] == ["river.txt"]
    assert results[0]["page"] == 1
    assert {"heading", "score", "text"} <= results[0].keys()
    only = call("documents", "search", "the", "--document", str(files / "lamp.txt"), "--collection", "House", "--json")
    assert {Path(one["document"]).name for one in document(only)["results"]} <= {"lamp.txt"}
    assert "river.txt" in call("documents", "list").stdout
    assert document(call("documents", "remove", str(files / "river.txt"), "--json"))["removed"] == [
        str(files / "river.txt")
    ]
    assert len(document(call("documents", "list", "--json"))["documents"]) == 2
    assert (files / "river.txt").exists()


def test_many_questions_in_one_run(tmp_path: Path) -> None:
    files = make_files(tmp_path)
    assert call("documents", "add", str(files)).returncode == 0
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"id": "a", "text": "red lamp"}\n\n{"id": 7, "text": "blue river"}\n')
    done = run("documents", "search", "--queries", str(asked), "--limit", "2")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 7]
    assert [Path(answer["results"][0]["document"]).name for answer in answers] == ["lamp.txt", "river.txt"]
    asked.write_text("no question\n")
    assert call("documents", "search", "--queries", str(asked)).returncode == 2


def test_failures_have_their_exit_codes(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    done = call("documents", "add", str(tmp_path / "empty.pdf"))
    assert done.returncode == 9
    assert "empty" in done.stderr
    (tmp_path / "lamp.txt").write_text("One broken file never stops the rest.")
    done = call("documents", "add", str(tmp_path))
    assert (done.returncode, "empty" in done.stderr) == (0, True)
    missing = call("documents", "remove", str(tmp_path / "never.pdf"))
    assert missing.returncode == 9
    assert "not among your documents" in missing.stderr
    nowhere = call("documents", "search", "x", "--collection", "Nowhere")
    assert (nowhere.returncode, "There is no collection “Nowhere”" in nowhere.stderr) == (9, True)
    assert call("documents", "search").returncode == 2


def test_added_without_waiting_is_read_by_the_next(tmp_path: Path) -> None:
    files = make_files(tmp_path)
    added = document(call("documents", "add", str(files), "--no-wait", "--json"))["documents"]
    assert {one["state"] for one in added} == {"waiting"}
    assert len(document(call("documents", "add", str(files / "lamp.txt"), "--json"))["documents"]) == 1
    listed = document(call("documents", "list", "--json"))["documents"]
    assert {one["state"] for one in listed} <= {"ready", "learning"}
