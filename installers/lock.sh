#!/bin/sh
# Writes the lock files anew from pyproject.toml. Needs `uv` on the PATH (pip install uv). For maintainers only.
# installers/weights.lock holds one file that never changes, and is written by hand.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url "$@"; }
lock --extra cpu -o requirements.lock pyproject.toml
lock --constraint requirements.lock --extra cuda13 -o installers/cuda13.lock pyproject.toml
lock --constraint requirements.lock --group dev -o tests/requirements.lock
# The second engine brings nothing along that the others have not, and may be missing: a file of its own.
sed -n 's/^llama = \["\(xllamacpp==[^"]*\)"\]$/\1/p' pyproject.toml | lock --no-deps -o installers/llama.lock -
