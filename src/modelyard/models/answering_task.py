"""The child that keeps an original estimator loaded and answers with it, behind closed doors."""

from collections.abc import Callable
from typing import Any

import msgspec

from modelyard.errors import Invalid, ModelyardError
from modelyard.models.asking import ask_estimator
from modelyard.models.description import Description
from modelyard.models.opening_task import (
    OpeningOptions,
    import_names,
    load_estimator,
)
from modelyard.models.outcomes import pack_outcome
from modelyard.models.rows import to_estimator, unpack_rows
from modelyard.models.trial import unfitting
from modelyard.models.warming import warm_skops

LOAD, ROWS = b"L", b"R"


def get_ready(options: dict[str, object]) -> Callable[[bytes], bytes]:
    """Import what the file needs; give the function that first loads it and then answers."""
    described = msgspec.convert(options["description"], Description)
    chosen = OpeningOptions(
        names=described.plan.names,
        trusted=described.plan.trusted,
        versions=described.written_by,
        convert=False,
        format=str(options["format"]),
    )
    known = import_names(chosen.names, chosen.trusted)
    if chosen.format == "skops":
        warm_skops()
    loaded: list[Any] = []

    def work(question: bytes) -> bytes:
        if question[:1] == LOAD:
            loaded[:] = [load_estimator(question[1:], chosen, known)]
            return b""
        if not loaded:
            raise Invalid("model", "is not loaded yet.")
        return _answer(loaded[0], described, question[1:])

    return work


def _answer(estimator: Any, described: Description, content: bytes) -> bytes:
    table = to_estimator(unpack_rows(content), described.signature)
    try:
        return pack_outcome(ask_estimator(estimator, described.task, table))
    except (ModelyardError, MemoryError, PermissionError):
        raise
    except Exception as fault:  # noqa: BLE001  whatever the library raises
        raise unfitting("answer", fault, described.written_by) from None
