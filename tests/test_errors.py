"""Errors: words that name the place and the cure."""

import pickle

import pytest

from modelyard import errors
from modelyard.errors import ModelyardError

KINDS = (errors.NotFound, errors.Invalid, errors.Denied, errors.Conflict, errors.Unavailable)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_says_where_why_and_what_to_do(kind):
    error = kind("t.csv, line 3", "has 2 cells; the header has 3.", "Mend the line.")
    assert str(error) == "t.csv, line 3: has 2 cells; the header has 3. Mend the line."
    assert isinstance(error, ModelyardError)


def test_without_a_cure_nothing_is_added():
    assert str(errors.NotFound("t", "is gone.")) == "t: is gone."


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_the_way_to_another_process(kind):
    copy = pickle.loads(pickle.dumps(kind("where", "why.", "cure.")))  # noqa: S301 (our own)
    assert (type(copy), copy.where, copy.why, copy.cure) == (kind, "where", "why.", "cure.")
