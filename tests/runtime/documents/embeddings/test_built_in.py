"""The model that comes with Hearth: its files are the published ones, and so is what it says."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from runtime.documents.embeddings.encoder import Computing
from runtime.documents.embeddings.local import LocalEmbedder, chosen
from runtime.documents.embeddings.models import BUILT_IN_PACKAGE, OFFERED, built_in_model, verify_built_in
from runtime.errors import ContentMismatch, ModelFolderMissing

# The example of its makers' card, with the similarities printed there.
SENTENCES = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
SIMILARITIES = [0.6660, 0.1046]

TOPICS = {
    "How do I get my deposit back when I move out?": "Landlords return the security within 30 days of the lease end.",
    "side effects of the pills": "Patients taking this medicine reported headache, nausea and tiredness.",
    "How often must the oil be changed?": "Engine lubricant should be replaced every 15,000 kilometres or once a year.",
    "who pays for shipping": "Delivery costs are borne by the purchaser unless the contract states otherwise.",
    "What happens if I cancel early?": "Ending the agreement before its term incurs a fee of two monthly payments.",
}


@pytest.fixture(scope="module")
def exact() -> LocalEmbedder:
    return LocalEmbedder(built_in_model(), Computing.ONNX_FLOAT32)


@pytest.fixture(scope="module")
def quick() -> LocalEmbedder:
    return LocalEmbedder(built_in_model(), Computing.ONNX_INT8)


def test_its_files_are_the_published_ones(tmp_path: Path) -> None:
    folder = Path(built_in_model().folder)
    verify_built_in(folder)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(folder / name, tmp_path / name)
    with pytest.raises(ContentMismatch) as caught:
        verify_built_in(tmp_path)
    assert caught.value.file == "model.safetensors"


def test_without_its_package_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [place for place in sys.path if not (Path(place) / BUILT_IN_PACKAGE).is_dir()])
    sys.path_importer_cache.clear()
    with pytest.raises(ModelFolderMissing):
        built_in_model()


def test_it_says_what_its_makers_say(exact: LocalEmbedder) -> None:
    rows = exact.embed(SENTENCES)
    np.testing.assert_allclose(rows[1:] @ rows[0], SIMILARITIES, atol=6e-5)
    # Its package would load PyTorch; only its files are used.
    assert BUILT_IN_PACKAGE not in sys.modules


def test_eight_bit_products_keep_its_meaning(exact: LocalEmbedder, quick: LocalEmbedder) -> None:
    passages = list(TOPICS.values())
    assert (exact.embed(passages) * quick.embed(passages)).sum(1).min() > 0.98
    for embedder in (exact, quick):
        questions = np.stack([embedder.embed_query(question) for question in TOPICS])
        # Also where questions are computed one way and passages the other, as on a Mac.
        assert (questions @ exact.embed(passages).T).argmax(1).tolist() == list(range(len(TOPICS)))


def test_a_computer_without_apples_gpu_uses_eight_bit_products() -> None:
    assert chosen(Computing.MLX) is Computing.MLX
    if sys.platform == "linux":
        assert chosen(Computing.AUTO) is Computing.ONNX_INT8


def test_the_offered_model_is_as_wide_as_the_index_and_pinned() -> None:
    assert OFFERED.model.dimensions == built_in_model().dimensions
    assert OFFERED.model.model_id != built_in_model().model_id
    assert OFFERED.model.model_id.endswith(OFFERED.revision[:8])
    assert len(OFFERED.revision) == 40


@pytest.mark.parametrize(
    "text",
    [
        "What is the notice period?",
        "The tenant shall give three months' notice in writing.",
        "quarterly revenue growth",
        "Who was Kowalczyk's lawyer in 2019?",
        "2024-11-03 14:22",
        "",
    ],
)
def test_english_passes(quick: LocalEmbedder, text: str) -> None:
    assert quick.speaks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wie lange ist die Kündigungsfrist?",
        "El inquilino deberá avisar con tres meses de antelación.",
        "Người thuê phải thông báo trước ba tháng.",
        "Kiracı üç ay önceden yazılı olarak bildirimde bulunmalıdır.",
        "Арендатор обязан уведомить за три месяца.",
        "承租人应提前三个月书面通知。",
        "ผู้เช่าต้องแจ้งล่วงหน้าสามเดือน",
        "المستأجر ملزم بالإخطار",
    ],
)
def test_other_languages_are_kept_out(quick: LocalEmbedder, text: str) -> None:
    assert not quick.speaks(text)
