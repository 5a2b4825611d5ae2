"""measured.toml: what `modelyard scale load` found, for deployments and simulations."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import Invalid

FILE_NAME = "measured.toml"
ABOUT = """\
# Written by `modelyard scale load`. `modelyard deploy` takes what stands under [suggested], and
# `modelyard scale simulate` what stands under [curve]. Measure again after a change of the service.
"""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a load of one strength gave."""

    offered_per_s: float
    answered_per_s: float
    in_flight: float
    """The mean number of requests that were sent and not yet answered."""
    p50_s: float
    p95_s: float
    p99_s: float
    """Times are from when a request was due to be sent to the end of its answer."""
    errors: int = 0


class Curve(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one instance of a service answers."""

    capacity_per_s: float
    """The most requests per second that one instance answers within its bounds: the knee."""
    service_s: tuple[float, ...]
    """How long an answer takes where nothing waits: quantiles at even distances (of 50: 1 %,
    3 %, ... 99 %); one value for a constant time."""
    variation: float | None = None
    """The squared coefficient of variation of that time, of all answers; None takes that of the
    quantiles. It is 0 for a constant time, and 1 for an exponential one."""
    start_s: float = 5.0
    """From the start of the program to its first answer, in seconds."""
    cpu_s: float = 0.0
    """The processor time of one request; 0 where it is not known: an instance at its capacity is
    taken to be fully in use."""
    processors: float = 1.0
    """How many processors the instance had that was measured."""
    memory_bytes: int = 0
    steps: tuple[Step, ...] = ()


class Suggested(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings for one instance that go with the curve."""

    workers: int
    threads: int
    concurrency: int
    """How many requests at a time one instance is to be given."""
    waiting: int = 0
    """MODELYARD_WAITING: how many may wait in a process before it refuses."""
    cpu_target: float = 0.6
    """The share of an instance's processors at which another one is wanted, 0 to 1."""
    rate_per_instance: float = 0.0
    """Requests per second that one instance is to be given: 80 % of its capacity."""
    processors: float = 1.0
    memory_mib: int = 512


class Measurement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Under which conditions the figures were taken."""

    at: str
    """When, in ISO 8601."""
    service: str
    """The address that was asked."""
    version: str = ""
    machine: str = ""
    routes: tuple[str, ...] = ()
    p99_bound_s: float = 0.0
    """The bound that the knee keeps."""
    sender_was_late: bool = False
    """Whether the machine that sent could not send more: the service may answer more than this."""


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of measured.toml."""

    measured: Measurement
    curve: Curve
    suggested: Suggested | None = None


def find_measured(folder: Path) -> Measured | None:
    """Read the measured.toml of a workspace; None where there is none.

    Raises Invalid where it cannot be used.
    """
    path = folder / FILE_NAME
    try:
        return read_measured(path)
    except FileNotFoundError:
        return None


def read_measured(path: Path) -> Measured:
    """Read such a file. Raises Invalid where it cannot be used, and FileNotFoundError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        found = msgspec.convert(raw, Measured)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Invalid(path.name, f"is not TOML: {fault}.") from None
    except msgspec.ValidationError as fault:
        raise Invalid(path.name, f"{fault}.", "modelyard scale load writes it anew.") from None
    _refuse_impossible(path.name, found.curve)
    return found


def _refuse_impossible(where: str, curve: Curve) -> None:
    """Raise Invalid for figures that no service has."""
    if not 0 < curve.capacity_per_s < float("inf"):
        raise Invalid(f"{where}, curve.capacity_per_s", "must be a number above 0.")
    if not curve.service_s or not all(0 < one < float("inf") for one in curve.service_s):
        raise Invalid(f"{where}, curve.service_s", "must be a list of times above 0, in seconds.")
    if (
        min(curve.start_s, curve.cpu_s, curve.memory_bytes, curve.variation or 0) < 0
        or curve.processors <= 0
    ):
        raise Invalid(f"{where}, curve", "has a negative time, memory or number of processors.")


def measured_text(measured: Measured) -> str:
    """Write it as TOML."""
    parts = [ABOUT]
    for name, section in msgspec.to_builtins(measured).items():
        if section is not None:
            parts.append(_section(name, section))
    return "\n".join(parts)


def _section(name: str, section: dict[str, Any]) -> str:
    lines = [f"[{name}]"]
    tables = {}
    for key, value in section.items():
        if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            tables[key] = value
        elif value is not None:
            lines.append(f"{key} = {_value(value)}")
    for key, rows in tables.items():
        lines.append(f"{key} = [")
        for row in rows:
            pairs = ", ".join(f"{one} = {_value(value)}" for one, value in row.items())
            lines.append(f"    {{ {pairs} }},")
        lines.append("]")
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """Write a plain value; JSON's texts and numbers are TOML's as well."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, float):
        return repr(float(f"{value:.6g}"))
    return msgspec.json.encode(value).decode()
