"""What a kind of run is: the promise that every kind keeps."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import msgspec

from modelyard.errors import LONGEST_ECHO, Invalid
from modelyard.progress import Progress

Request = TypeVar("Request", bound=msgspec.Struct)
NOT_KNOWN = "are not known here."
"""What a kind says of things that only a database knows, where none is opened."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A request that can be done: who asks sees the title, rights go by the resource."""

    title: str
    request: Mapping[str, Any]
    """The request with every parameter filled in."""
    resource_kind: str = ""
    resource_name: str = ""
    resource_digest: str = ""
    """Tells what the resource is from another that takes its name later."""


@dataclass(frozen=True, kw_only=True)
class OutFile:
    """A file that the work made."""

    name: str
    media_type: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the work gives."""

    result: bytes
    """One JSON document."""
    files: tuple[OutFile, ...] = ()
    passport: Mapping[str, Any] = field(default_factory=dict)
    """What the result depends on: inputs with fingerprints, versions, seed."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the work can ask and tell while it goes on."""

    progress: Progress
    """Is told the share (0 to 1) that is done, and what happens next."""
    log: Callable[[str], None]
    """Takes a line for the people who look at the run."""
    is_cancelled: Callable[[], bool]
    """Whether to stop: somebody asked for it, or the worker ends. Quick work looks; heavy work is
    ended from outside."""
    folder: Path
    """A folder of its own for files; it is gone afterwards."""
    is_fresh: bool = False
    """Whether to compute anew, without results that are known already."""
    run_id: str = ""
    """The run for which it is done; empty where it is only computed again."""
    started_by: str = ""
    """What the one who asked for it is called; empty for a schedule, and for nobody known."""
    started_by_id: str = ""
    """The id of the person; empty where it is none of those with an account."""


class Kind(Protocol):
    """A kind of run."""

    @property
    def name(self) -> str:
        """What requests call it."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def is_quick(self) -> bool:
        """Whether it is done in a thread of the worker, many at once; else in a process."""

    @property
    def is_repeatable(self) -> bool:
        """Whether the same inputs give the same result, bit for bit."""

    @property
    def struct(self) -> type[msgspec.Struct]:
        """What a request consists of."""

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether it can be done; cheap.

        Raises Invalid and NotFound in words for the one who asks.
        """

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Do it. Raises ModelyardError where that fails; the run ends with its words."""


@runtime_checkable
class Settling(Protocol):
    """A kind whose result is put to use when the work is done."""

    def settle(self, run_id: str, request: Mapping[str, Any], result: bytes) -> bytes:
        """Put a result to use, in a process that may ask the database; gives the result to keep.

        It may be done again after a death: the second time must change nothing. Raises
        ModelyardError where it cannot be used; the run ends with its words.
        """


@runtime_checkable
class Shareable(Protocol):
    """A kind whose pieces several workers can make."""

    def help(self, request: Mapping[str, Any], context: Context) -> int:
        """Make pieces of a run that another has; tells how many, 0 where nothing is left to do."""


def read_request(kind: str, request: Mapping[str, Any], struct: type[Request]) -> Request:
    """Read a request strictly.

    Raises Invalid, naming the field; an unknown field is answered with the nearest known one.
    """
    known = struct.__struct_fields__
    for field_name in request:
        if field_name not in known:
            shown = str(field_name)[:LONGEST_ECHO]
            near = difflib.get_close_matches(shown, known, n=1)
            cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known) or 'none'}."
            raise Invalid(f"request.{shown}", f"is not known to '{kind}'.", cure)
    try:
        return msgspec.convert(dict(request), struct)
    except msgspec.ValidationError as fault:
        why, _, where = str(fault).partition(" - at ")
        place = where.strip("`").replace("$", "request", 1) or "request"
        raise Invalid(place[:200], f"{why[:200]}.") from None


def find_kind(kinds: Mapping[str, Kind], name: str) -> Kind:
    """Give a kind by its name; raises Invalid with the nearest known name."""
    if name in kinds:
        return kinds[name]
    shown = name[:LONGEST_ECHO]
    near = difflib.get_close_matches(shown, kinds, n=1)
    cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(kinds))}."
    raise Invalid("kind", f"'{shown}' is not known.", cure)
