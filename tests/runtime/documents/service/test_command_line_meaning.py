"""``hearth documents``: by words at once, by meaning in the end; many questions; and what is wrong said plainly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents_made import pdfs
from tests.runtime.cli.running import call, document

ENGLISH = "Landlords return the security within 30 days of the lease end.\n"
GERMAN = "Der Mieter muss die Wohnung mit einer Frist von drei Monaten kündigen, wenn er auszieht. "


def status() -> dict[str, object]:
    found: dict[str, object] = document(call("documents", "status", "--json"))
    return found


def test_added_documents_are_found_by_meaning(tmp_path: Path) -> None:
    (tmp_path / "lease.txt").write_text(ENGLISH)
    (tmp_path / "tea.txt").write_text("Green leaves are picked in spring and dried over a slow fire.\n")
    (tmp_path / "vertrag.txt").write_text(GERMAN * 20)
    done = call("documents", "add", str(tmp_path / "lease.txt"), str(tmp_path / "tea.txt"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "2 of 2 documents, 2 pages. Their words can be searched.",
        "They can be found by meaning too.",
    ]
    # Not one word of it is in the document.
    question = "how do I get my deposit back when moving out"
    found = document(call("documents", "search", question, "--json"))["results"]
    assert Path(found[0]["document"]).name == "lease.txt"
    assert [*found[0]][:5] == ["document", "page", "heading", "score", "text"]
    assert call("documents", "add", str(tmp_path / "vertrag.txt")).returncode == 0
    told = status()
    assert told["learnt"] == told["passages"]
    assert told["foreign"] != 0
    assert told["by_state"] == {"ready": 3}
    words = call("documents", "status").stdout
    assert "all-MiniLM-L6-v2" in words
    assert "words find them" in words


def test_with_words_alone_it_ends_sooner_and_the_next_learns_the_rest(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdfs.report(60))
    done = call("documents", "add", str(tmp_path / "report.pdf"), "--words", "--json")
    assert document(done)["documents"][0]["pages_read"] == 60
    before = status()
    assert before["learnt"] != before["passages"]
    (tmp_path / "lease.txt").write_text(ENGLISH)
    assert call("documents", "add", str(tmp_path / "lease.txt")).returncode == 0
    after = status()
    assert after["learnt"] == after["passages"]


def test_stopped_while_it_learns_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdfs.report(120))
    adding = subprocess.Popen(
        [sys.executable, "-m", "app", "documents", "add", str(tmp_path / "report.pdf")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
        start_new_session=True,
    )
    assert adding.stdout is not None
    assert "Their words can be searched." in adding.stdout.readline()
    os.killpg(adding.pid, signal.SIGINT)  # as a terminal does it
    out, err = adding.communicate(timeout=60)
    assert (adding.returncode, out.startswith("Stopped."), err) == (130, True, "")
    told = status()
    assert told["by_state"] == {"learning": 1}
    assert told["learnt"] != told["passages"]
    assert document(call("documents", "search", "theory", "--json"))["results"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": 1, "text": "lamp"}\nno question\n', "asked.jsonl, line 2: not a question"),
        ('{"id": 1}\n', "asked.jsonl, line 1: not a question"),
        ('["lamp"]\n', "asked.jsonl, line 1: not a question"),
        ('{"id": 1, "text": 5}\n', 'asked.jsonl, line 1: "text" is not a text.'),
        (b"\xff\xfe\x00", "asked.jsonl: this is not UTF-8 text."),
        (None, "asked.jsonl: No such file or directory."),
    ],
)
def test_questions_that_are_none_are_named_before_any_is_answered(
    tmp_path: Path, content: str | bytes | None, said: str
) -> None:
    asked = tmp_path / "asked.jsonl"
    if content is not None:
        asked.write_bytes(content.encode() if isinstance(content, str) else content)
    done = call("documents", "search", "--queries", str(asked))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(str(tmp_path))
    assert said in done.stderr


def test_what_is_not_there_is_named_and_the_rest_taken(tmp_path: Path) -> None:
    (tmp_path / "lease.txt").write_text(ENGLISH)
    done = call("documents", "add", str(tmp_path / "nowhere.pdf"), str(tmp_path / "lease.txt"))
    assert (done.returncode, done.stdout.splitlines()[0][:16]) == (0, "1 of 1 documents")
    assert f"There is no “{tmp_path / 'nowhere.pdf'}”" in done.stderr
    done = call("documents", "add", str(tmp_path / "nowhere.pdf"), "--json")
    assert (done.returncode, json.loads(done.stdout)) == (9, {"documents": []})
    assert [one["document"] for one in document(call("documents", "list", "--json"))["documents"]] == [
        str(tmp_path / "lease.txt")
    ]
    done = call("documents", "search", "lease", "--limit", "0")
    assert (done.returncode, "'0' is not a number of at least 1" in done.stderr) == (2, True)
