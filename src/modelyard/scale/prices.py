"""What platforms take, and by which rules they decide: read from the data files beside this one."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, cast

from modelyard.errors import Invalid


@cache
def platform(name: str) -> dict[str, Any]:
    """Read the file of a platform: `cloud_run`, `compute_engine` or `ecs`."""
    text = (files("modelyard.scale.platforms") / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def price(name: str, what: str) -> float:
    """Give a price of a platform in US dollars."""
    return float(platform(name)["prices"][what]["usd"])


def processors_of(machine: str) -> float:
    """Tell how many processors a kind of machine has."""
    return float(_machine(machine)["processors"])


def machine_hour_usd(machine: str) -> float:
    """Give what a kind of machine costs per hour, in US dollars."""
    return float(_machine(machine)["usd_hour"])


def rules(name: str) -> dict[str, Any]:
    """Give the values of a platform's rules."""
    return {rule: entry["value"] for rule, entry in platform(name)["rules"].items()}


def _machine(machine: str) -> dict[str, Any]:
    machines = platform("compute_engine")["machines"]
    if machine not in machines:
        raise Invalid(
            "machine", f"'{machine[:80]}' has no price here.", "Known: " + ", ".join(machines)
        )
    return cast("dict[str, Any]", machines[machine])
