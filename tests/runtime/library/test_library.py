"""The library over real folders: what it lists, finds, refuses, verifies and deletes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.errors import (
    HearthError,
    ModelDamaged,
    ModelFolderMissing,
    ModelNotFound,
    ModelUnsafe,
    ModelUnsupported,
)
from runtime.library.service import LibraryService
from runtime.paths import Paths
from runtime.storage.manifest import is_safe_path, read_manifest
from tests.hub.models import make_model_folder
from tests.runtime.library.kit import COMMIT, install, rewrite, set_config

# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_there(paths: Paths) -> None:
    library = LibraryService(paths)
    assert library.models() == ()
    install(paths, "maker/zebra-1b", title="Zebra")
    install(paths, "maker/Apple-2b", shards=3)
    make_model_folder(paths.models / "copied by hand", 100_000)
    (paths.models / ".incoming" / "maker--half").mkdir(parents=True)
    (paths.models / "notes").mkdir()
    (paths.models / "stray.txt").write_text("x")
    apple, copied, zebra = library.models()
    assert (zebra.name, zebra.repository, zebra.commit) == ("Zebra", "maker/zebra-1b", COMMIT)
    assert (zebra.ours, zebra.verified, zebra.problem) == (True, True, None)
    assert (zebra.architecture, zebra.context_tokens) == ("llama", 2048)
    assert zebra.size_bytes > 300_000
    assert zebra.downloaded_at.startswith("2026-11-21")
    assert apple.name == "Apple-2b"
    assert (copied.ours, copied.verified, copied.repository) == (False, False, "")


def test_no_models_folder_is_an_empty_list(tmp_path: Path) -> None:
    assert LibraryService(Paths.below(tmp_path / "nowhere")).models() == ()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda f: (f / "model.safetensors").write_bytes(b"short"), "model.damaged"),
        (lambda f: (f / "tokenizer.json").unlink(), "model.damaged"),
        (lambda f: (f / "config.json").write_text("{"), "model.damaged"),
        (lambda f: (f / "hearth-manifest.json").write_text("{"), "model.damaged"),
        (lambda f: (f / "hearth-manifest.json").write_bytes(b" " * 5_000_000), "model.damaged"),
    ],
    ids=["weights", "tokenizer", "config", "manifest", "huge manifest"],
)
def test_a_spoiled_model_is_listed_with_its_problem(paths: Paths, spoil: Callable[[Path], object], code: str) -> None:
    spoil(install(paths, "maker/model"))
    install(paths, "maker/other")
    models = LibraryService(paths).models()
    by_folder = {Path(model.folder).name: model for model in models}
    spoiled = by_folder["maker--model"]
    assert spoiled.problem is not None
    assert spoiled.problem.code == code
    assert not spoiled.verified
    assert by_folder["maker--other"].problem is None


def test_a_manifest_can_not_name_files_elsewhere(paths: Paths) -> None:
    folder = install(paths, "maker/model")
    text = (folder / "hearth-manifest.json").read_text().replace('"README.md"', '"../../../etc/passwd"')
    (folder / "hearth-manifest.json").write_text(text)
    with pytest.raises(ModelDamaged):
        read_manifest(folder)


# --- names ----------------------------------------------------------------------------------------------------------


def test_find_by_every_name(paths: Paths, tmp_path: Path) -> None:
    folder = install(paths, "Maker/Model-7B-4bit", title="Everyday helper")
    library = LibraryService(paths)
    for name in ("maker/model-7b-4bit", "MODEL-7B-4BIT", "everyday HELPER", "Maker--Model-7B-4bit", str(folder)):
        assert library.find(name).repository == "Maker/Model-7B-4bit", name
    own = make_model_folder(tmp_path / "own", 100_000)
    assert library.find(str(own)).folder == str(own)
    for unknown in ("model", "", "   ", "maker/none"):
        with pytest.raises(ModelNotFound):
            library.find(unknown)
    with pytest.raises(ModelFolderMissing):
        library.find(str(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("model.safetensors", True),
        ("a/b.json", True),
        ("..", False),
        ("../x", False),
        ("a/../x", False),
        ("/x", False),
        ("a//x", False),
        ("a/./x", False),
        ("", False),
        ("a\\x", False),
        ("C:x", False),
        ("a\0x", False),
        ("a\nx", False),
        (" x", False),
        ("x" * 300, False),
    ],
)
def test_safe_paths(path: str, safe: bool) -> None:
    assert is_safe_path(path) is safe


# --- inspection -----------------------------------------------------------------------------------------------------


def test_inspect_a_folder_of_ones_own(paths: Paths, tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "mine", 300_000, shards=3)
    model = LibraryService(paths).inspect_folder(folder)
    assert (model.name, model.architecture, model.context_tokens, model.ours) == ("mine", "llama", 2048, False)
    assert model.size_bytes > 300_000


SPOILED: dict[str, tuple[Callable[[Path], object], type[HearthError]]] = {
    "config missing": (lambda f: (f / "config.json").unlink(), ModelDamaged),
    "config a list": (lambda f: (f / "config.json").write_text("[]"), ModelDamaged),
    "config half": (lambda f: (f / "config.json").write_text('{"model_type'), ModelDamaged),
    "config not text": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe\x00"), ModelDamaged),
    "config deep": (lambda f: (f / "config.json").write_text("[" * 100_000), ModelDamaged),
    "config huge": (lambda f: (f / "config.json").write_text('{"a": "' + "x" * 1_100_000 + '"}'), ModelDamaged),
    "no model type": (lambda f: set_config(f, model_type=None), ModelDamaged),
    "unknown type": (lambda f: set_config(f, model_type="nobody_knows"), ModelUnsupported),
    "path as type": (lambda f: set_config(f, model_type="../../evil"), ModelUnsupported),
    "code in config": (lambda f: set_config(f, model_file="modeling_evil.py"), ModelUnsafe),
    "tokenizer code": (lambda f: set_config(f, auto_map={"AutoTokenizer": ["evil.Tok", None]}), ModelUnsafe),
    "tokenizer's own code": (
        lambda f: (f / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": "evil.Tok"}}'),
        ModelUnsafe,
    ),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), ModelDamaged),
    "pickles only": (lambda f: (f / "model.safetensors").unlink(), ModelDamaged),
    "weights empty": (lambda f: (f / "model.safetensors").write_bytes(b""), ModelDamaged),
    "weights cut": (lambda f: rewrite(f / "model.safetensors", lambda data: data[:-1]), ModelDamaged),
    "weights longer": (lambda f: rewrite(f / "model.safetensors", lambda data: data + b"x"), ModelDamaged),
    "a web page": (lambda f: (f / "model.safetensors").write_text("<html>" * 1000), ModelDamaged),
    "a huge header": (lambda f: (f / "model.safetensors").write_bytes(b"\xff" * 8 + b"x" * 100), ModelDamaged),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "problem"), SPOILED.values(), ids=SPOILED.keys())
def test_what_can_not_be_used_is_refused_by_name(
    paths: Paths, tmp_path: Path, spoil: Callable[[Path], object], problem: type[HearthError]
) -> None:
    folder = make_model_folder(tmp_path / "mine", 100_000)
    spoil(folder)
    with pytest.raises(problem):
        LibraryService(paths).inspect_folder(folder)


def test_auto_map_of_other_classes_is_common_and_harmless(paths: Paths, tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "mine", 100_000)
    set_config(folder, auto_map={"AutoConfig": "configuration_x.Config"})
    assert LibraryService(paths).inspect_folder(folder).architecture == "llama"


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "U8", "shape": [100], "data_offsets": [0, 50]}},
        {"a": {"dtype": "F99", "shape": [100], "data_offsets": [0, 100]}},
        {"a": {"dtype": "U8", "shape": [100], "data_offsets": [0, 100]},
         "b": {"dtype": "U8", "shape": [50], "data_offsets": [50, 100]}},
        {"a": {"dtype": "U8", "shape": [50], "data_offsets": [50, 100]}},
        {"a": {"dtype": "U8", "shape": [-1, -100], "data_offsets": [0, 100]}},
        {"a": {"dtype": "U8", "shape": [True, 100], "data_offsets": [0, 100]}},
        {"a": {"dtype": "U8", "shape": [2**60, 2**60], "data_offsets": [0, 100]}},
        {"a": {"dtype": "U8", "shape": "100", "data_offsets": [0, 100]}},
        {"a": None},
        [],
    ],
)  # fmt: skip
def test_headers_that_lie(paths: Paths, tmp_path: Path, header: object) -> None:
    folder = make_model_folder(tmp_path / "mine", 100)
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(100))
    with pytest.raises(ModelDamaged):
        LibraryService(paths).inspect_folder(folder)


def test_shards_must_be_complete(paths: Paths, tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "mine", 300_000, shards=3)
    index = folder / "model.safetensors.index.json"
    names = sorted(path.name for path in folder.glob("*.safetensors"))
    index.write_text(json.dumps({"weight_map": {"layer0": names[0], "absent": names[1]}}))
    with pytest.raises(ModelDamaged):
        LibraryService(paths).inspect_folder(folder)
    index.write_text(json.dumps({"weight_map": {"layer0": names[0]}}))
    LibraryService(paths).inspect_folder(folder)
    index.write_text(json.dumps({"weight_map": {"weight": "model-00009-of-00009.safetensors"}}))
    with pytest.raises(ModelDamaged):
        LibraryService(paths).inspect_folder(folder)


def test_our_reading_agrees_with_the_format_s_own(paths: Paths, tmp_path: Path) -> None:
    """Files that the safetensors library writes and opens are accepted; each one cut short is refused by both."""
    import numpy as np
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import save_file

    folder = make_model_folder(tmp_path / "mine", 100)
    weights = folder / "model.safetensors"
    for tensors in (
        {"a": np.zeros((3, 4), np.float32), "b": np.ones((7,), np.int8)},
        {"scalar": np.array(1.0, np.float16), "empty": np.zeros((0, 5), np.float32)},
    ):
        save_file(tensors, weights, metadata={"format": "mlx"})
        LibraryService(paths).inspect_folder(folder)
        weights.write_bytes(weights.read_bytes()[:-1])
        with pytest.raises(SafetensorError), safe_open(weights, "np"):
            pass
        with pytest.raises(ModelDamaged):
            LibraryService(paths).inspect_folder(folder)


def test_nothing_of_the_engine_is_imported(paths: Paths, tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "mine", 1000)
    code = (
        "import sys; from pathlib import Path; from runtime.paths import Paths\n"
        "from runtime.library.service import LibraryService\n"
        "LibraryService(Paths.below(Path(sys.argv[1]))).inspect_folder(Path(sys.argv[2]))\n"
        "heavy = {'mlx', 'mlx_lm', 'transformers', 'numpy', 'safetensors', 'huggingface_hub', 'httpx2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(paths.home), str(folder)]
    assert subprocess.run(command, check=True, capture_output=True).stdout == b"[]\n"
