"""What the tests of searching share: impatient limits, models at the loopback hub, a call on its own thread."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.cancel import Cancelled
from runtime.downloads.patience import Patience
from runtime.downloads.search_messages import HubModel
from runtime.errors import HearthError
from tests.hub import LoopbackHub
from tests.hub.models import CONFIG, make_model_folder

HASTE = Patience(connect_s=3.0, stall_s=1.0)
SLOW_S = 30.0
QWEN: dict[str, Any] = {
    "model_type": "qwen3",
    "num_hidden_layers": 36,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40960,
    "quantization": {"group_size": 64, "bits": 4},
}


def names(models: tuple[HubModel, ...]) -> list[str]:
    return [model.repository for model in models]


def add_model(hub: LoopbackHub, tmp_path: Path, name: str, *, gated: bool = False, **config: Any) -> Path:
    folder = make_model_folder(tmp_path / name.replace("/", "--"), 50_000)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **config}))
    hub.add_repository(name, folder, gated=gated)
    return folder


class Asking:
    """A call on a thread of its own, with how it ended."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self.found: Any = None
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.found = self._call()
        except (Cancelled, HearthError) as error:
            self.error = error

    def end(self) -> Asking:
        self._thread.join(SLOW_S)
        assert not self._thread.is_alive()
        return self


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SLOW_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def struck_more_than(hub: LoopbackHub, number: int) -> bool:
    return hub.faults.struck > number
