"""While a service starts, nothing is looked through for garbage; afterwards it is again."""

import gc

import pytest

from modelyard.cli.uncollected import uncollected


def test_a_start_is_not_looked_through_and_what_comes_later_is() -> None:
    try:
        with uncollected():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_a_start_that_fails_leaves_python_as_it_was() -> None:
    try:
        with pytest.raises(ValueError, match="no"), uncollected():
            raise ValueError("no")
        assert gc.isenabled()
    finally:
        gc.unfreeze()
