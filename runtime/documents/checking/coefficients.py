"""Learnt weights; written by ``python -m tests.bench.answers_check --learn``, never by hand."""

from __future__ import annotations

from runtime.documents.checking.combination import Combination

LEARNT = Combination(
    weights={
        "absent_words": -1.0668,
        "against": -3.4009,
        "denied_softly": -0.1947,
        "figure_elsewhere": -2.2624,
        "figure_margin": 2.6124,
        "name_apart": -0.5008,
        "name_own": 0.2479,
        "name_rival": -1.7625,
        "names_turned": -0.4688,
        "new_words": -0.8546,
        "one_word_elsewhere": -1.4509,
        "only_lost": -1.4456,
        "opposite_softly": -0.7948,
        "part_taken_for_all": -4.4729,
        "plain": 0.2021,
        "quantity_turned": -1.2693,
        "scattered": -2.461,
        "torn": -1.885,
        "voice": -0.9631,
        "words": -0.0774,
    },
    bias=1.5513,
    absent_below=0.0,
    surely_below=-2.0,
    supported_from=0.835,
)
