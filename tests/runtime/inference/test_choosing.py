"""Which engine computes is told by the folder, and only that one's library is ever opened."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.cancel import CancelToken
from runtime.errors import EngineUnavailable, ModelFolderMissing, ModelNotFound
from runtime.events import AnswerDelta, AnswerFinished, Event, ModelLoaded
from runtime.inference.choosing import ChoosingBackend
from runtime.requests import ChatMessage, Generate, LoadModel, Role
from runtime.storage.engines import EngineKind
from tests.tiny.corpus import KNOWN_ANSWERS
from tests.tiny.gguf_fixtures import needs_llama

FRANCE = "What is the capital of France?"

PROBE = """
import os, signal, sys
from pathlib import Path
from runtime.cancel import CancelToken
from runtime.inference.choosing import ChoosingBackend
from runtime.requests import ChatMessage, Generate, LoadModel, PromptKeeping, Role

def sockets():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            pass
    return [target for target in found if target.startswith("socket:")]

def caught():
    # Of the signals that programs send; what lies above is the C library's own.
    return int(Path("/proc/self/status").read_text().split("SigCgt:")[1].split()[0], 16) & 0x7FFFFFFF

before = sockets(), signal.getsignal(signal.SIGINT), caught()
backend = ChoosingBackend()
assert not {"mlx", "mlx.core", "mlx_lm", "xllamacpp", "jinja2", "numpy"} & set(sys.modules)
backend.load(LoadModel(sys.argv[1], keeping=PromptKeeping(memory_bytes=10**7)))
said = []
question = Generate("a", (ChatMessage(Role.USER, sys.argv[3]),))
backend.generate(question, lambda event: said.append(getattr(event, "text", "")), CancelToken())
after = sockets(), signal.getsignal(signal.SIGINT), caught()
assert before == after, (before, after)
wrong = {"mlx": ("xllamacpp",), "llama.cpp": ("xllamacpp", "mlx", "mlx.core", "mlx_lm", "transformers")}[sys.argv[2]]
assert not set(wrong) & set(sys.modules)
maps = Path("/proc/self/maps").read_text()
assert ("xllamacpp" in maps) == (sys.argv[2] == "llama.cpp")
print("".join(said))
"""


@needs_llama
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_llama_cpp_answers_without_a_socket_a_signal_or_another_engine(tiny_gguf: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROBE, str(tiny_gguf), "llama.cpp", FRANCE], capture_output=True, text=True, check=False
    )
    assert told.stdout.strip() == KNOWN_ANSWERS[FRANCE], told.stderr[-2000:]


class Watched:
    """A backend that only notes what is asked of it: no real one shows in which order memory is given back."""

    device = "cpu"

    def __init__(self, name: str, said: list[str]) -> None:
        self._name, self._said = name, said

    def load(self, request: LoadModel) -> ModelLoaded:
        self._said.append(f"{self._name} loads {Path(request.folder).name}")
        if "bad" in request.folder:
            raise ModelFolderMissing(request.folder)
        return ModelLoaded(request.folder, "tiny", 1, 2048, 0.1, "cpu", engine=self._name)

    def generate(self, request: Generate, emit: Callable[[Event], None], cancel: CancelToken) -> AnswerFinished:
        raise NotImplementedError

    def unload(self) -> None:
        self._said.append(f"{self._name} unloads")


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("gguf", "mlx", "both", "bad gguf", "nothing")}
    for folder in made.values():
        folder.mkdir()
    for name in ("gguf", "both", "bad gguf"):
        (made[name] / "model.gguf").write_bytes(b"GGUF")
    for name in ("mlx", "both"):
        (made[name] / "config.json").write_text("{}")
        (made[name] / "model.safetensors").write_bytes(b"")
    return made


def test_the_one_before_gives_its_memory_back_first(folders: dict[str, Path]) -> None:
    said: list[str] = []
    backend = ChoosingBackend(
        {EngineKind.MLX: lambda: Watched("mlx", said), EngineKind.LLAMA_CPP: lambda: Watched("llama.cpp", said)}
    )
    assert backend.device == ""
    for name in ("mlx", "gguf", "both", "gguf", "nothing"):
        backend.load(LoadModel(str(folders[name])))
    with pytest.raises(ModelFolderMissing):
        backend.load(LoadModel(str(folders["bad gguf"])))
    backend.load(LoadModel(str(folders["mlx"])))
    backend.unload()
    assert said == [
        "mlx loads mlx", "mlx unloads", "llama.cpp loads gguf", "llama.cpp unloads", "mlx loads both", "mlx unloads",
        "llama.cpp loads gguf", "llama.cpp unloads", "mlx loads nothing", "mlx unloads", "llama.cpp loads bad gguf",
        "llama.cpp unloads", "mlx loads mlx", "mlx unloads",
    ]  # fmt: skip


def test_an_engine_that_can_not_be_imported_is_named(folders: dict[str, Path]) -> None:
    def broken() -> Watched:
        raise ImportError("libopenblas.so.0: cannot open shared object file")

    backend = ChoosingBackend({EngineKind.MLX: broken, EngineKind.LLAMA_CPP: broken})
    with pytest.raises(EngineUnavailable, match="libopenblas"):
        backend.load(LoadModel(str(folders["mlx"])))
    with pytest.raises(ModelNotFound):
        backend.generate(Generate("a", ()), lambda _event: None, CancelToken())


@needs_llama
def test_both_answer_in_turn_on_one_thread(tiny_model: Path, tiny_gguf: Path, tmp_path: Path) -> None:
    split = Path(shutil.copytree(tiny_gguf, tmp_path / "other name"))
    (split / "tiny.gguf").rename(split / "model-Q4_K_M.GGUF")
    backend = ChoosingBackend()
    for folder, engine in ((tiny_model, "mlx"), (tiny_gguf, "llama.cpp"), (tiny_model, "mlx"), (split, "llama.cpp")):
        assert backend.load(LoadModel(str(folder))).engine == engine
        events: list[Event] = []
        backend.generate(Generate("a", (ChatMessage(Role.USER, FRANCE),)), events.append, CancelToken())
        assert "".join(e.text for e in events if isinstance(e, AnswerDelta)) == KNOWN_ANSWERS[FRANCE]
    backend.unload()
