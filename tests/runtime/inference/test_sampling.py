"""Wishes come before the model's published defaults; strange values are ignored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.inference.sampling import FALLBACK_TEMPERATURE, combined, published_sampling
from runtime.requests import Sampling


def published(folder: Path, content: object) -> Sampling:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "generation_config.json").write_text(text)
    return published_sampling(folder)


def test_the_model_speaks_for_itself(tmp_path: Path) -> None:
    found = published(tmp_path, {"temperature": 0.6, "top_p": 0.95, "top_k": 20, "do_sample": True})
    assert found == Sampling(temperature=0.6, top_p=0.95, top_k=20)


def test_no_sampling_means_greedy(tmp_path: Path) -> None:
    assert published(tmp_path, {"do_sample": False, "temperature": 0.9}) == Sampling(temperature=0.0)


@pytest.mark.parametrize("content", ["", "[]", "{", {"temperature": "hot"}, {"temperature": -1}, {"top_p": True}])
def test_rubbish_is_ignored(tmp_path: Path, content: object) -> None:
    assert published(tmp_path, content) == Sampling()


def test_nothing_published(tmp_path: Path) -> None:
    assert published_sampling(tmp_path) == Sampling()
    assert combined(Sampling(), Sampling()).temperature == FALLBACK_TEMPERATURE


def test_a_wish_of_zero_is_a_wish() -> None:
    assert combined(Sampling(temperature=0.0, seed=3), Sampling(temperature=0.8, top_k=5)) == Sampling(
        temperature=0.0, top_k=5, seed=3
    )
