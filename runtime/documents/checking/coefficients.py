"""Learnt weights; written by ``python -m tests.bench.answers_check --learn``, never by hand."""

from __future__ import annotations

from runtime.documents.checking.combination import Combination

LEARNT = Combination(
    weights={
        "against": -3.404,
        "denied_softly": -0.4639,
        "figure_apart": -0.8029,
        "figure_elsewhere": -1.3102,
        "figure_margin": 2.0248,
        "name_apart": -1.9149,
        "name_margin": 0.8462,
        "name_own": 1.294,
        "name_rival": -1.1356,
        "names_turned": -0.1979,
        "sources": -0.6711,
        "strengthened": -0.0907,
        "voice": -2.0974,
        "words": 0.1139,
    },
    bias=0.7222,
    absent_below=-1.044,
    surely_below=-3.123,
    supported_from=0.742,
)
