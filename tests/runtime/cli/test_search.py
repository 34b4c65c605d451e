"""``hearth search`` against a real hub: judged models as lines and as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.cli import search
from runtime.cli.output import DONE, plain_words
from tests.hub import LoopbackHub
from tests.hub.search import entry, search_entries


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        yield running


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    search.add_parser(commands)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true")
    return search.run(parser.parse_args(["search", *arguments]), plain_words())


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert run(*arguments, "--json") == DONE
    models: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["models"]
    return models


def test_models_come_judged(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    huge = {"parameters": {"U32": 500_000_000_000}}
    search_entries(hub).append(entry("maker/Small-4bit", downloads=5))
    search_entries(hub).append(entry("maker/Huge-4bit", downloads=9, safetensors=huge, cardData={"license": "gemma"}))
    assert run("maker", "4bit") == DONE
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("maker/Huge-4bit")
    assert "too_large" in first
    assert "Gemma Terms of Use" in first
    assert second.startswith("maker/Small-4bit")
    found = document(capsys, "4bit", "--order", "smallest")
    assert [model["repository"] for model in found] == ["maker/Small-4bit", "maker/Huge-4bit"]
    assert found[0]["judgement"]["rough"]
    assert found[0]["licence_kind"] == "free"
    assert [m["repository"] for m in document(capsys, "4bit", "--free")] == ["maker/Small-4bit"]
    assert len(document(capsys, "4bit", "--limit", "1")) == 1


def test_nothing_found_is_said(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nothing", "at", "all") == DONE
    assert "Nothing found" in capsys.readouterr().out
    assert document(capsys, "nothing") == []
