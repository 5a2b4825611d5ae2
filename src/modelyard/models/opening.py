"""From a model file to a description and something that can be served; nothing is unpickled here.

A first child in the jail lists what the file would import, a second one, with nothing but that
imported, loads it, describes it and converts it.
"""

from dataclasses import dataclass

import msgspec

from modelyard.models.artefact.listing import Listing
from modelyard.models.description import Description
from modelyard.models.jail import MEBIBYTE, Jail, Limits
from modelyard.models.trial import OpenedFile

OPENING_TASK = "modelyard.models.opening_task"
GRAPH_TASK = "modelyard.models.graph_task"
LISTING_LIMITS = Limits(memory_bytes=4096 * MEBIBYTE, cpu_s=60, wall_s=90.0)
OPENING_LIMITS = Limits(memory_bytes=4096 * MEBIBYTE, cpu_s=240, wall_s=300.0)


@dataclass(frozen=True)
class Opened:
    """An opened model file."""

    description: Description
    content: bytes
    """What the runtime is opened with: the converted model, or the original file."""
    listing: Listing


def list_model(content: bytes, *, unconfined_ok: bool = False) -> Listing:
    """Say what a model file is and what loading it would import; nothing of it is run.

    Raises Invalid where it is no model, is broken, or is too large.
    """
    with Jail(
        "modelyard.models.listing_task", limits=LISTING_LIMITS, unconfined_ok=unconfined_ok
    ) as jail:
        return msgspec.json.decode(jail.ask(content), type=Listing)


def open_model(
    content: bytes,
    *,
    trusted: tuple[str, ...] = (),
    convert: bool = True,
    limits: Limits = OPENING_LIMITS,
    unconfined_ok: bool = False,
) -> Opened:
    """Open a model file in the jail.

    `trusted` are modules, by their full names, that an owner lets models import besides the list.
    Raises Invalid where the file is refused, damaged, or unfit for the libraries here, and
    Unavailable where there is no jail or a library is missing.
    """
    listing = list_model(content, unconfined_ok=unconfined_ok)
    options: dict[str, object] = {
        "names": listing.names,
        "trusted": trusted,
        "versions": listing.versions,
        "convert": convert,
        "format": listing.format,
    }
    task = GRAPH_TASK if listing.format == "onnx" else OPENING_TASK
    with Jail(task, options, limits, unconfined_ok=unconfined_ok) as jail:
        answer = msgspec.msgpack.decode(jail.ask(content), type=OpenedFile)
    return Opened(answer.description, answer.content or content, listing)
