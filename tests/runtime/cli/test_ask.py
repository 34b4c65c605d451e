"""``hearth ask``: answers from documents in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents_made.answerable import answerable
from tests.runtime.cli.running import call, document


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A collection "House" of two documents."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "lease.txt").write_text("The lease of the bakery began in March 2019.\nThe monthly rent is 1,450 euros.")
    content, _ = answerable(1, 12)
    (files / "portfolio.pdf").write_bytes(content["Portfolio 1.pdf"])
    document(call("documents", "add", str(files), "--collection", "House", "--json"))
    return files


def test_with_only_the_guide_the_passages_are_quoted(house: Path) -> None:
    found = document(call("ask", "--documents", "House", "When did the lease of the bakery begin?", "--json"))
    assert (found["model"], found["mode"]) == (None, "quoted")
    first = found["sources"][0]
    assert (first["number"], Path(first["document"]).name, first["page"]) == (1, "lease.txt", 1)
    assert "March 2019" in first["passage"]
    assert found["sentences"][0]["verdict"] == "found"
    assert "March 2019" in found["sentences"][0]["quote"]
    assert (found["documents"], found["pages"]) == (2, 13)
    plain = call("ask", "--file", str(house / "lease.txt"), "When did the lease of the bakery begin?")
    assert plain.returncode == 0
    assert "March 2019" in plain.stdout
    assert "lease.txt, page 1" in plain.stdout


def test_what_is_not_in_the_documents_is_told_so(house: Path) -> None:
    found = document(call("ask", "--all", "Which vaccine protects against measles?", "--json"), 9)
    assert (found["mode"], found["sources"], found["answer"]) == ("nothing", [], "")


def test_a_model_answers_with_sources_and_a_verdict_a_sentence(house: Path, tiny_model: Path) -> None:
    words = ("ask", "--file", str(house / "lease.txt"), "--model", str(tiny_model), "How high is the rent?", "--json")
    found = document(call(*words))
    assert found["model"] == str(tiny_model)
    assert (found["mode"], found["pages_read"]) == ("whole", 1)
    assert found["sources"][0]["passage"].startswith("The lease of the bakery")
    assert found["answer"]
    assert {"sentence", "verdict"} <= found["sentences"][0].keys()


def test_said_wrongly(house: Path) -> None:
    assert call("ask", "Why?").returncode == 2
    assert document(call("ask", "--documents", "Nobody", "Why?", "--json"), 9)["problem"]["code"]
    assert document(call("ask", "--file", str(house / "none.txt"), "Why?", "--json"), 9)["problem"]["code"]


def test_nothing_is_kept_of_it(house: Path, private_home: Path) -> None:
    call("ask", "--all", "How high is the monthly rent?", "--json")
    assert not (private_home / "hearth.db").exists()
