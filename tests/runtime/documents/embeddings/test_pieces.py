"""Texts are counted as the model counts, and longer ones are cut at words and averaged, never truncated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.local import LocalEmbedder
from runtime.documents.embeddings.pieces import Tokens
from runtime.errors import ModelDamaged
from tests.runtime.documents.embeddings.kit import BERT, WORDS, make_model


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    make_model(tmp_path, BERT)
    return Tokens(tmp_path, 12, 1000)


def test_what_a_tokenizer_has_baked_in_is_switched_off(tokens: Tokens) -> None:
    assert tokens.counts(["red", "", " ".join(["red"] * 30)]) == [3, 2, 32]


def test_a_text_that_fits_is_one_piece(tokens: Tokens) -> None:
    assert [len(piece) for piece in tokens.pieces(" ".join(["red"] * 10))] == [12]
    assert tokens.pieces("") == [[2, 3]]


def test_a_longer_text_is_cut_evenly_between_words_and_nothing_is_lost(tokens: Tokens) -> None:
    # "lampq" is two tokens: "lamp" is no whole word here, so "l ##a ##m ##p ##q" is five.
    text = " ".join(["red", "lampq", "blue"] * 6)
    pieces = tokens.pieces(text)
    assert all(len(piece) <= 12 and piece[0] == 2 and piece[-1] == 3 for piece in pieces)
    whole = Tokens.pieces(tokens, "red lampq blue")[0][1:-1]
    assert [number for piece in pieces for number in piece[1:-1]] == whole * 6
    # No piece begins inside a word.
    firsts = {piece[1] for piece in pieces}
    assert firsts <= {whole[0], whole[1], whole[-1]}


def test_a_word_longer_than_a_piece_is_cut_where_it_must_be(tokens: Tokens) -> None:
    pieces = tokens.pieces("abcdefghijklmnopqrstuvwxyz" * 2)
    assert all(len(piece) <= 12 for piece in pieces)
    assert sum(len(piece) - 2 for piece in pieces) == 52


def test_a_long_text_is_the_average_of_its_pieces_by_length(tmp_path: Path) -> None:
    embedder = LocalEmbedder(make_model(tmp_path, BERT, max_tokens=12), Computing.ONNX_FLOAT32)
    first, second = " ".join(WORDS[:8]), " ".join(WORDS[8:15])
    rows = embedder.embed(["cloud", f"{first} {second}", "stone"])
    parts = embedder.embed([first, second])
    mean = parts[0] * 10 + parts[1] * 9
    np.testing.assert_allclose(rows[1], mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_array_equal(rows[[0, 2]], embedder.embed(["cloud", "stone"]))


def test_half_a_surrogate_pair_stops_nothing(tokens: Tokens) -> None:
    assert tokens.counts(["red \ud83d lamp"]) == tokens.counts(["red ? lamp"])


def test_more_words_than_the_model_has_is_refused(tmp_path: Path) -> None:
    make_model(tmp_path, BERT)
    with pytest.raises(ModelDamaged):
        Tokens(tmp_path, 12, 20)
