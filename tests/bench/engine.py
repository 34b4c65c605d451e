"""How fast the engine is: ``python -m tests.bench.engine overhead|second|growth``.

``overhead``: against bare ``mlx_lm.stream_generate``, in turns. ``second``: the next question in a conversation,
against a cold one, also after a restart of the engine and after an edit. ``growth``: by length and by number of
conversations. All in Markdown; the exit code tells whether the targets were met. Needs a machine with nothing else to
do; the shapes are named, their weights random.
"""

from __future__ import annotations

import argparse
import sys

from tests.bench import engine_growth, engine_overhead, engine_second
from tests.bench.engine_models import SHAPES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    overhead = parts.add_parser("overhead")
    overhead.add_argument("--shapes", nargs="+", choices=SHAPES, default=["small", "middle"])
    overhead.add_argument("--rounds", type=int, default=9)
    overhead.add_argument("--prompt-tokens", type=int, default=500)
    second = parts.add_parser("second")
    second.add_argument("--shapes", nargs="+", choices=SHAPES, default=["small", "window", "linear"])
    second.add_argument("--sizes", nargs="+", type=int, default=[2000, 16000])
    growth = parts.add_parser("growth")
    growth.add_argument("--shape", choices=SHAPES, default="small")
    growth.add_argument("--sizes", nargs="+", type=int, default=[1000, 2000, 4000, 8000, 16000, 32000, 64000])
    growth.add_argument("--counts", nargs="+", type=int, default=[1, 2, 4, 8, 16])
    growth.add_argument("--each", type=int, default=1000)
    given = parser.parse_args()
    if given.part == "overhead":
        good = engine_overhead.run(given.shapes, given.rounds, given.prompt_tokens)
    elif given.part == "second":
        good = engine_second.run(given.shapes, given.sizes)
    else:
        good = engine_growth.run(given.shape, given.sizes, given.counts, given.each)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
