"""The error tree: codes are unique, and every leaf survives the trip through plain data."""

from __future__ import annotations

from dataclasses import fields

import pytest

from runtime import errors

LEAVES = sorted(errors.leaves(), key=lambda leaf: leaf.code)
SAMPLES = {"str": "x", "int": 3, "float": 1.5}


def sample(leaf: type[errors.HearthError]) -> errors.HearthError:
    return leaf(**{f.name: SAMPLES[str(f.type)] for f in fields(leaf)})


def test_codes_are_unique() -> None:
    codes = [leaf.code for leaf in LEAVES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.code)
def test_a_leaf_survives_as_plain_data(leaf: type[errors.HearthError]) -> None:
    problem = sample(leaf).problem()
    again = errors.error_from(problem)
    assert type(again) is leaf
    assert again.problem() == problem


def test_the_drawing_shows_every_leaf() -> None:
    drawn = errors.__doc__ or ""
    assert [leaf.__name__ for leaf in LEAVES if leaf.__name__ not in drawn] == []


def test_a_stranger_becomes_our_mistake_with_its_traceback() -> None:
    try:
        raise KeyError("surprise")
    except KeyError as error:
        problem = errors.problem_of(error)
    assert problem.code == "unexpected"
    assert "test_errors.py" in problem.report
    assert isinstance(errors.error_from(errors.Problem("from.the.future")), errors.UnexpectedError)
