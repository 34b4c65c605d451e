#!/bin/sh
# Writes the lock files anew from pyproject.toml. Needs `uv` on the PATH (pip install uv). For maintainers only.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url "$@" pyproject.toml; }
lock --extra cpu -o requirements.lock
lock --constraint requirements.lock --extra cpu --extra dev -o tests/requirements.lock
lock --constraint requirements.lock --extra cuda13 -o installers/cuda13.lock
