"""Try the app by hand: ``python -m tests.hub --folder FOLDER --name maker/model --rate 2000000``."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.hub.models import make_model_folder
from tests.hub.server import LoopbackHub


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a model folder to serve; without it a made-up one")
    parser.add_argument("--name", default="tests/tiny-model", help="the repository's name")
    parser.add_argument("--rate", type=float, default=None, help="bytes a second")
    parser.add_argument("--size", type=int, default=50_000_000, help="bytes of the made-up model")
    parser.add_argument("--gated", action="store_true", help="needs the token hf_granted")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, LoopbackHub(rate_bytes_per_s=arguments.rate) as hub:
        folder = arguments.folder or make_model_folder(Path(made) / "model", arguments.size)
        repository = hub.add_repository(arguments.name, folder, gated=arguments.gated)
        print(f"HF_ENDPOINT={hub.endpoint}   {arguments.name}   {repository.size_bytes} bytes", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
