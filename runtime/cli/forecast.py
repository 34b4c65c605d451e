"""``hearth forecast``: what a model would need and how fast it would write here, or on a described computer.

A folder needs no more than ``config.json`` and the heads of its weight files; nothing is loaded.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runtime.api import Edition, HearthError, Runtime
from runtime.catalogue.judging import PROMISED_CONTEXT_TOKENS, edition_of
from runtime.catalogue.measured import NOTHING_MEASURED, Basis
from runtime.catalogue.outlook import AtLength, Body, Outlook, body_of_edition
from runtime.catalogue.prospect import Forecast, forecast
from runtime.catalogue.touched import Touched, touched
from runtime.cli import another_computer
from runtime.cli.output import DONE, Words, print_json
from runtime.errors import ModelDamaged
from runtime.storage.engines import EngineKind
from runtime.storage.model_folder import read_facts, weight_files
from runtime.storage.model_shape import ModelShape, shape_of
from runtime.storage.model_weights import FolderWeights, folder_weights
from runtime.storage.safetensors_header import read_tensors

_USUAL_BITS = 4
_DEVICES = {"metal": "Apple graphics", "cuda": "a graphics card", "cpu": "the processor alone"}
# The self-test measured the computer, real answers the model on it.
_BASIS = {Basis.ESTIMATED: "estimated", Basis.SELF_TEST: "measured here", Basis.MEASURED_HERE: "measured here"}


@dataclass(frozen=True)
class _Model:
    """What is forecast: the edition for speed, the body for memory. What was measured of it here is kept under
    ``measured_as``."""

    name: str
    measured_as: str
    edition: Edition
    body: Body
    tensor_bytes: int
    touched: Touched | None = None


def add_parser(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("forecast", help="say what a model would need and how fast it would write")
    parser.add_argument("model", metavar="MODEL_OR_FOLDER", help="a model of the catalogue, one here, or a folder")
    another_computer.add_arguments(parser)
    parser.add_argument(
        "--context",
        type=another_computer.tokens,
        default=8192,
        metavar="TOKENS",
        help="length of the conversation: writing is told for its end, reading for a prompt of all of it",
    )
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print the forecast.

    Raises:
        ModelNotFound, ModelFolderMissing, ModelDamaged, ModelUnsafe
    """
    another_computer.check(arguments)
    with Runtime.open() as runtime:
        computer = another_computer.described(arguments) or runtime.fitting.computer()
        model = _model(runtime, arguments.model, arguments.context, runtime.fitting.engine(computer))
        # Nothing was measured on a computer that is only described.
        measured = NOTHING_MEASURED if arguments.chip else runtime.measuring.measured(computer)
    tokens = min(arguments.context, model.edition.context_tokens)
    found = forecast(
        computer,
        model.edition,
        tokens,
        self_test=measured.self_test,
        known=measured.of(model.measured_as),
        body=model.body,
        touched=model.touched,
        # As somebody would measure it: a prompt of all these tokens is read, then the answer is timed.
        at_tokens=tokens,
        prompt_tokens=tokens,
    )
    document = _document(found, model, tokens)
    if arguments.json:
        print_json(document)
    else:
        print(words.computer(computer))
        _print_lines(document)
    return DONE


def _model(runtime: Runtime, name: str, asked_tokens: int, engine: EngineKind) -> _Model:
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _from_folder(folder, _measured_as(runtime, folder), asked_tokens)
    known = runtime.catalogue.find(name, engine)
    if known is None:
        found = runtime.library.find(name)
        return _from_folder(Path(found.folder), found.repository or found.folder, asked_tokens)
    edition = known[1]
    return _Model(edition.repository, edition.repository, edition, body_of_edition(edition), edition.weight_bytes)


def _measured_as(runtime: Runtime, folder: Path) -> str:
    """The name that answers of the model in ``folder`` were measured under, if it ever gave any."""
    try:
        found = runtime.library.find(str(folder.absolute()))
    except HearthError:
        return str(folder.absolute())  # a head without data can be forecast, and never answers
    return found.repository or found.folder


def _from_folder(folder: Path, measured_as: str, asked_tokens: int) -> _Model:
    facts = read_facts(folder)
    if facts.shape is not None and facts.shape.engine is EngineKind.LLAMA_CPP:
        edition = edition_of(facts.shape, max(asked_tokens, PROMISED_CONTEXT_TOKENS))
        return _Model(str(folder), measured_as, edition, body_of_edition(edition), edition.weight_bytes)
    config = json.loads((folder / "config.json").read_bytes())
    held = folder_weights(folder, config)
    shape = shape_of(config, held.loaded_bytes)
    if shape is None or shape.anatomy is None:
        raise ModelDamaged("config.json", "neither layers nor width")
    context_tokens = shape.context_tokens or max(asked_tokens, PROMISED_CONTEXT_TOKENS)
    body = Body(
        shape.anatomy, held.loaded_bytes, held.unpacked_bytes, context_tokens, held.tensor_bytes, held.number_bytes
    )
    sizes = {name: tensor.size_bytes for path in weight_files(folder) for name, tensor in read_tensors(path).items()}
    share = touched(sizes, shape.anatomy.experts or None, shape.anatomy.chosen_experts or None)
    edition = edition_of(replace(shape, bits=_bits(shape, held)), context_tokens)
    return _Model(str(folder), measured_as, edition, body, held.tensor_bytes, share)


def _bits(shape: ModelShape, held: FolderWeights) -> int:
    """As the config says, else as the tensors' sizes tell."""
    return shape.bits or max(1, round(held.loaded_bytes * 8 / held.parameters)) if held.parameters else _USUAL_BITS


def _document(found: Forecast, model: _Model, context_tokens: int) -> dict[str, Any]:
    rate, reading = found.speed, found.reading
    return {
        "model": model.name,
        "context_tokens": context_tokens,
        "model_context_tokens": model.edition.context_tokens,
        **_memory(found.outlook, model),
        "decode_tokens_per_s": {
            "low": rate.low_tokens_per_s,
            "expected": rate.expected_tokens_per_s,
            "high": rate.high_tokens_per_s,
        },
        "prefill_tokens_per_s": {
            "low": reading.low_tokens_per_s,
            "expected": reading.expected_tokens_per_s,
            "high": reading.high_tokens_per_s,
        },
        "first_word_s": {
            "low": reading.first_word_s_low,
            "expected": reading.first_word_s_expected,
            "high": reading.first_word_s_high,
        },
        "basis": _BASIS[rate.basis],
        "memory_basis": "measured here" if found.outlook.measured else "estimated",
        "longest_comfortable_context": found.outlook.longest_comfortable_tokens,
        "contexts": [_length(at) for at in found.outlook.lengths],
    }


def _memory(found: Outlook, model: _Model) -> dict[str, Any]:
    needed = found.at.need
    unpacking_bytes = needed.weight_bytes - model.body.weight_bytes
    return {
        "weights_bytes": model.body.weight_bytes,
        "kv_cache_bytes": needed.cache_bytes,
        # What unpacking the weights adds belongs to the way this computer runs them, not to the model.
        "overhead_bytes": needed.overhead_bytes + unpacking_bytes,
        "need_bytes": needed.need_bytes,
        "budget_bytes": found.budget.bytes,
        "verdict": found.at.fit.value,
        "mlx_peak_bytes": needed.peak_bytes,
        "overhead": {
            "prefill_bytes": needed.prefill_bytes,
            "unpacking_bytes": unpacking_bytes,
            "process_bytes": needed.process_bytes,
            "embedder_bytes": needed.embedder_bytes,
        },
        "left_on_disk_bytes": model.tensor_bytes - model.body.weight_bytes,
        "capacity_bytes": found.budget.capacity_bytes,
        "device": found.plan.device,
    }


def _length(at: AtLength) -> dict[str, Any]:
    return {
        "context_tokens": at.context_tokens,
        "kv_cache_bytes": at.need.cache_bytes,
        "need_bytes": at.need.need_bytes,
        "verdict": at.fit.value,
    }


def _print_lines(document: dict[str, Any]) -> None:
    print(f"{document['model']}, {document['context_tokens']} tokens of at most {document['model_context_tokens']}")
    for name in ("weights_bytes", "kv_cache_bytes", "overhead_bytes", "need_bytes", "budget_bytes"):
        print(f"{name.removesuffix('_bytes').replace('_', ' '):<12}{document[name] / 1e9:9.2f} GB")
    print(f"{'verdict':<12}{_plain(document['verdict'])}, on {_DEVICES[document['device']]}")
    for name, label in (("decode_tokens_per_s", "writes"), ("prefill_tokens_per_s", "reads")):
        rate = document[name]
        print(f"{label:<12}{rate['low']:9.1f} to {rate['high']:.1f} tokens a second ({document['basis']})")
    for at in document["contexts"]:
        print(f"{at['context_tokens']:>8} tokens {at['need_bytes'] / 1e9:9.2f} GB  {_plain(at['verdict'])}")


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ")
