"""What the hub's entries and names are read as, also where whoever wrote them means harm."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.downloads.search_messages import HubKind, HubModel
from runtime.downloads.search_names import bits_in_name, readable_name, weights_in_name
from runtime.downloads.search_reading import LONGEST_TEXT, read_model, text, with_config
from tests.hub.search import entry

HUB = "https://hub.test"
NAME = "mlx-community/Qwen3-8B-4bit"


def read(name: str = NAME, **more: Any) -> HubModel | None:
    return read_model(entry(name, **more), HUB)


def kept(name: str = NAME, **more: Any) -> HubModel:
    model = read(name, **more)
    assert model is not None
    return model


@pytest.mark.parametrize(
    ("repository", "name", "bits", "weights"),
    [
        ("mlx-community/Qwen3-8B-4bit", "Qwen3 8B", 4, 8e9),
        ("mlx-community/Qwen3-30B-A3B-Instruct-2507-8bit", "Qwen3 30B A3B 2507", 8, 30e9),
        ("mlx-community/Qwen3-4B-4bit-DWQ-053125", "Qwen3 4B", 4, 4e9),
        ("lmstudio-community/Qwen3-Coder-30B-A3B-Instruct-MLX-6bit", "Qwen3 Coder 30B A3B", 6, 30e9),
        ("mlx-community/gemma-3-12b-it-qat-4bit", "Gemma 3 12B", 4, 12e9),
        ("mlx-community/Meta-Llama-3.1-8B-Instruct-bf16", "Meta Llama 3.1 8B", 16, 8e9),
        ("mlx-community/Llama-3.2-1B-Instruct-4bit", "Llama 3.2 1B", 4, 1e9),
        ("mlx-community/gpt-oss-20b-MXFP4-Q8", "GPT OSS 20B", 4, 20e9),
        ("mlx-community/SmolLM-135M-Instruct-fp16", "SmolLM 135M", 16, 135e6),
        ("mlx-community/Mistral-7B-Instruct-v0.3-4-bit", "Mistral 7B v0.3", 4, 7e9),
        ("maker/Phi-4-mini-instruct-q4", "Phi 4 mini", 4, None),
        ("maker/4bit", "4bit", 4, None),
        ("maker/Olmo", "Olmo", None, None),
    ],
)
def test_names_are_read(repository: str, name: str, bits: int | None, weights: float | None) -> None:
    assert readable_name(repository) == name
    assert bits_in_name(repository) == bits
    assert weights_in_name(repository) == weights


def test_an_ordinary_entry() -> None:
    model = kept(tags=["mlx", "safetensors", "conversational", "base_model:Qwen/Qwen3-8B", "base_model:quantized:x/y"])
    assert (model.title, model.maker, model.publisher) == ("Qwen3 8B", "Qwen", "mlx-community")
    assert model.page_url == f"{HUB}/{NAME}"
    assert (model.downloads, model.likes, model.commit) == (100, 3, "a" * 40)
    assert model.updated_at == 1778196330.0
    assert model.licence == "apache-2.0"
    assert (model.gated, model.exact, model.bits) == (False, False, 4)
    assert model.kinds == (HubKind.TEXT,)
    assert not model.pictures
    assert not model.thinking


@pytest.mark.parametrize(
    ("more", "licence"),
    [
        ({"cardData": {"license": "Other", "license_name": "qwen-research"}}, "other"),
        ({"cardData": {"license": "other", "license_name": "qwen-research"}}, "qwen-research"),
        ({"cardData": {"license": ["mit", "cc-by-nc-4.0"]}}, "mit, cc-by-nc-4.0"),
        ({"cardData": None}, "apache-2.0"),
        ({"cardData": {"license": {"evil": 1}}, "tags": ["safetensors", "conversational", "qwen3"]}, ""),
        ({"cardData": ["license"]}, "apache-2.0"),
    ],
)
def test_licences(more: dict, licence: str) -> None:
    assert kept(**more).licence == licence


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"pipeline_tag": "image-text-to-text"}, HubKind.PICTURES),
        ({"pipeline_tag": "any-to-any"}, HubKind.AUDIO),
        ({"name": "mlx-community/Qwen3-4B-Thinking-2507-4bit"}, HubKind.THINKING),
        ({"name": "mlx-community/DeepSeek-R1-Distill-Qwen-7B-4bit"}, HubKind.THINKING),
        (
            {"config": {"model_type": "qwen3", "tokenizer_config": {"chat_template": "{{ '<think>' }}"}}},
            HubKind.THINKING,
        ),
        ({"name": "mlx-community/Qwen3-Coder-30B-A3B-4bit"}, HubKind.CODE),
    ],
)
def test_kinds(more: dict, kind: HubKind) -> None:
    assert kind in kept(**more).kinds


@pytest.mark.parametrize(
    "more",
    [
        {"pipeline_tag": "automatic-speech-recognition"},
        {"pipeline_tag": "feature-extraction"},
        {"pipeline_tag": {"evil": True}},
        {"tags": ["mlx", "qwen3"], "safetensors": None},
        {"tags": ["mlx", "safetensors", "qwen3", "lora"]},
        {"tags": ["mlx", "safetensors", "gguf", "qwen3"]},
        {"config": {"model_type": "whisper"}},
        {"config": {"model_type": "../../etc/passwd"}},
        {"config": None, "tags": ["mlx", "safetensors", "conversational"]},
        {"config": {"model_type": "qwen3", "tokenizer_config": {"eos_token": "."}}, "tags": ["safetensors"]},
        {"disabled": True},
    ],
)
def test_what_can_not_chat_here_is_left_out(more: dict) -> None:
    assert read(**more) is None


@pytest.mark.parametrize(
    "rubbish",
    [
        None,
        7,
        "a model",
        [],
        {},
        {"id": 3},
        {"id": "../../../etc/passwd"},
        {"id": "maker/../model"},
        {"id": "maker/model\n"},
        {"id": "maker/" + "m" * 200},
        {"id": "a/b/c"},
    ],
)
def test_rubbish_is_no_model(rubbish: object) -> None:
    assert read_model(rubbish, HUB) is None
    if isinstance(rubbish, dict):
        assert read_model({**entry(NAME), **rubbish, "id": rubbish.get("id")}, HUB) is None


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5e308,
    "",
    "x" * 10_000,
    [],
    [[]],
    [{}],
    [None, 7, "\ud800"],
    {},
    {"a": {"b": []}},
)


@pytest.mark.parametrize("part", sorted(entry(NAME)))
def test_no_part_of_an_entry_can_break_the_reading(part: str) -> None:
    for odd in ODD:
        read_model({**entry(NAME), part: odd}, HUB)
        inner = entry(NAME)[part]
        for key in inner if isinstance(inner, dict) else ():
            model = read_model({**entry(NAME), part: {**inner, key: odd}}, HUB)
            assert model is None or len(model.licence) <= LONGEST_TEXT


def test_numbers_and_moments_out_of_range_are_as_if_not_given() -> None:
    for wrong in (-1, 2**80, 1.5, True, "9", None, [9]):
        model = kept(downloads=wrong, likes=wrong)
        assert (model.downloads, model.likes) == (0, 0)
    for moment in ("", "yesterday", "9999-99-99", 5, "0001-01-01T00:00:00Z", "2" * 10_000, None):
        assert kept(lastModified=moment).updated_at is None
    for counts in ({"U32": -4}, {"U32": 2**60}, {"Q9": 5}, {"BF16": 2**49}, [1], None, {str(n): n for n in range(99)}):
        assert kept(safetensors={"parameters": counts, "total": 3}).weight_bytes is None
    assert kept(sha="../main").commit == ""


def test_texts_are_one_printable_line_of_bounded_length() -> None:
    assert text("a\nb\x1b[31m\u202ec\u0000 ") == "ab[31mc"
    assert len(text("x" * 10_000_000)) == LONGEST_TEXT
    model = kept(cardData={"license": "evil\r\n\u202elicence" + "e" * 5000})
    assert model.licence.startswith("evillicence")
    assert len(model.licence) <= LONGEST_TEXT
    many = kept(tags=["safetensors", "conversational", "qwen3"] + [f"tag{n}" for n in range(100_000)])
    assert many.title == "Qwen3 8B"


def test_packed_weights_are_sized_whichever_way_the_hub_counted_them() -> None:
    """Older entries count the 32-bit numbers that are stored, newer ones the weights that are packed in them."""
    stored = kept(safetensors={"parameters": {"BF16": 256_000_000, "U32": 1_024_000_000}}, usedStorage=None)
    counted = kept(safetensors={"parameters": {"BF16": 400_000, "U32": 8_190_000_000}}, usedStorage=None)
    assert stored.weight_bytes == 4_608_000_000
    assert counted.weight_bytes == 800_000 + 8_190_000_000 * 4.5 / 8
    assert stored.download_bytes is not None
    assert stored.download_bytes > stored.weight_bytes


def test_a_name_without_a_size_is_sized_by_what_the_repository_takes_and_else_for_the_worst() -> None:
    counts = {"parameters": {"U32": 8_000_000_000}}
    assert kept("maker/Brain-4bit", safetensors=counts, usedStorage=4_700_000_000).weight_bytes == 4_500_000_000
    assert kept("maker/Brain-4bit", safetensors=counts, usedStorage=None).weight_bytes == 32_000_000_000
    # What whoever uploaded it could only have made up changes nothing.
    assert kept("maker/Brain-4bit", safetensors=counts, usedStorage=1).weight_bytes == 32_000_000_000


def test_unpacked_weights() -> None:
    model = kept(
        "maker/Brain",
        config={"model_type": "qwen3"},
        tags=["safetensors", "conversational"],
        safetensors={"parameters": {"BF16": 600_000_000}},
    )
    assert (model.weight_bytes, model.bits) == (1_200_000_000, 16)


def test_a_config_gives_the_shape_and_the_last_word_on_the_architecture() -> None:
    config = {"model_type": "qwen3", "num_hidden_layers": 36, "hidden_size": 4096, "quantization": {"bits": 8}}
    model = with_config(kept(), config)
    assert model is not None
    assert model.shape is not None
    assert (model.shape.layers, model.bits) == (36, 8)
    assert with_config(kept(), {**config, "model_type": "whisper"}) is None
    assert with_config(kept(), {"model_type": ["qwen3"]}) is None
    shapeless = with_config(kept(), {"model_type": "qwen3", "num_hidden_layers": -1})
    assert shapeless is not None
    assert shapeless.shape is None
