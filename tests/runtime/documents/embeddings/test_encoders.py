"""Each way to compute gives what the model's definition gives, for each family, whoever a text's neighbours are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from runtime.cancel import Cancelled, CancelToken
from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.local import LocalEmbedder
from runtime.errors import HearthError, ModelDamaged, ModelFolderMissing, ModelUnsupported
from tests.runtime.documents.embeddings.kit import BERT, BERT_BF16, XLMR, Kind, make_model, reference

TEXTS = ["red lamp", "the river runs over a stone", "cloud", "", "green tree near blue house sleeps under desk"]
EXACT = [Computing.ONNX_FLOAT32, Computing.MLX]


def expected(folder: Path, kind: Kind, texts: list[str]) -> np.ndarray:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    words = tokenizer.get_vocab_size()
    return np.stack([reference(kind, words, tokenizer.encode(text).ids) for text in texts])


@pytest.mark.parametrize("computing", EXACT)
@pytest.mark.parametrize("kind", [BERT, BERT_BF16, XLMR], ids=["bert", "bert-bf16", "xlm-r"])
def test_the_vectors_are_those_of_the_definition(tmp_path: Path, kind: Kind, computing: Computing) -> None:
    embedder = LocalEmbedder(make_model(tmp_path, kind), computing)
    np.testing.assert_allclose(embedder.embed(TEXTS), expected(tmp_path, kind, TEXTS), atol=2e-5)


@pytest.mark.parametrize("kind", [BERT, XLMR], ids=["bert", "xlm-r"])
def test_eight_bit_products_stay_close(tmp_path: Path, kind: Kind) -> None:
    rows = LocalEmbedder(make_model(tmp_path, kind), Computing.ONNX_INT8).embed(TEXTS)
    exact = expected(tmp_path, kind, TEXTS)
    assert (rows * exact).sum(1).min() > 0.97
    assert not np.allclose(rows, exact, atol=1e-5)


@pytest.mark.parametrize("computing", [*EXACT, Computing.ONNX_INT8])
def test_neighbours_and_threads_change_nothing(tmp_path: Path, computing: Computing) -> None:
    embedder = LocalEmbedder(make_model(tmp_path, BERT), computing)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    embedder.set_threads(3)
    together = embedder.embed(TEXTS * 5)
    # What onnxruntime does to one text it does to each; MLX pads, which moves the last bits.
    tolerance = 1e-5 if computing is Computing.MLX else 0.0
    np.testing.assert_allclose(together, np.tile(alone, (5, 1)), atol=tolerance)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert together.dtype == np.float32


def test_a_cancelled_token_ends_the_work(tmp_path: Path) -> None:
    embedder = LocalEmbedder(make_model(tmp_path, BERT), Computing.ONNX_INT8)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        embedder.embed(TEXTS, cancel)


def test_prefixes_belong_to_the_text(tmp_path: Path) -> None:
    from dataclasses import replace

    model = make_model(tmp_path, BERT)
    taught = replace(model, query_prefix="red ", passage_prefix="blue ")
    plain, prefixed = (LocalEmbedder(each, Computing.ONNX_FLOAT32) for each in (model, taught))
    np.testing.assert_array_equal(prefixed.embed(["lamp"]), plain.embed(["blue lamp"]))
    np.testing.assert_array_equal(prefixed.embed_query("lamp"), plain.embed_query("red lamp"))
    assert prefixed.token_counts(["lamp"]) == [4]


def test_where_a_model_is_not_whole_it_says_so(tmp_path: Path) -> None:
    model = make_model(tmp_path, BERT)
    config = json.loads((tmp_path / "config.json").read_text())
    weights = (tmp_path / "model.safetensors").read_bytes()

    def failure() -> HearthError:
        with pytest.raises(HearthError) as caught:
            LocalEmbedder(model, Computing.ONNX_FLOAT32)
        return caught.value

    def with_config(**changed: object) -> HearthError:
        (tmp_path / "config.json").write_text(json.dumps({**config, **changed}))
        return failure()

    assert isinstance(with_config(model_type="modernbert"), ModelUnsupported)
    assert isinstance(with_config(hidden_act="relu"), ModelUnsupported)
    assert isinstance(with_config(num_hidden_layers=3), ModelDamaged)
    assert isinstance(with_config(num_hidden_layers="many"), ModelDamaged)
    assert isinstance(with_config(max_position_embeddings=41), ModelDamaged)
    assert isinstance(with_config(num_attention_heads=5), ModelDamaged)
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(weights[:-4])
    assert isinstance(failure(), ModelDamaged)
    (tmp_path / "model.safetensors").write_bytes(weights)
    (tmp_path / "tokenizer.json").write_text("{}")
    assert isinstance(failure(), ModelDamaged)
    with pytest.raises(ModelFolderMissing):
        LocalEmbedder(model.at(tmp_path / "nowhere"), Computing.ONNX_FLOAT32)
