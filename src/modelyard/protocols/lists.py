"""Lists of inputs in JSON, as several protocols have them, into the rows of a model."""

from difflib import get_close_matches
from typing import Any

from modelyard.errors import LONGEST_ECHO
from modelyard.models.input_faults import BadInput, bad
from modelyard.models.rows import Rows
from modelyard.models.signature import Reader


def rows_of_list(reader: Reader, given: Any, name: str) -> Rows:
    """Read a list: of records, of rows of values, or of one value each. Raises BadInput."""
    if not isinstance(given, list):
        raise bad("is not a list.", "Send one entry per row.", field=name)
    first = given[0] if given else {}
    if isinstance(first, dict):
        return reader.records(given)
    if isinstance(first, list):
        return reader.table(given)
    return reader.table([[value] for value in given])


def rows_of_columns(reader: Reader, given: dict[str, Any]) -> Rows:
    """Read lists by name, or one record of values by name. Raises BadInput."""
    if any(isinstance(column, list) for column in given.values()):
        return reader.columns(given)
    return reader.records(given)


def missing_key(given: dict[str, Any], known: tuple[str, ...]) -> BadInput:
    """Say that none of the known keys is there, and which may be meant."""
    for key in given:
        near = get_close_matches(key, known, 1)
        if near:
            return bad("is not known.", f"Did you mean '{near[0]}'?", field=key[:LONGEST_ECHO])
    return bad(f"{' or '.join(repr(key) for key in known)} is missing.")
