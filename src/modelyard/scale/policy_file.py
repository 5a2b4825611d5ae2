"""Policies as a user writes them down: `[policies.NAME]` sections of a TOML file."""

import difflib
import tomllib
from math import ceil
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.errors import Invalid, NotFound
from modelyard.scale.policy import PLATFORMS, EcsPolicy, InstanceGroupPolicy, Policy
from modelyard.scale.policy_rules import MOST_INSTANCES, refuse_contradictions
from modelyard.scale.prices import processors_of, rules
from modelyard.workspace.place import line_of

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.scale.trace import Trace
    from modelyard.workspace.measured import Curve, Measured

LEAST_USE = 0.7
"""A service that uses less of its processors at its capacity is not scaled by them."""
SPARE = 0.8


def read_policies(path: "Path") -> dict[str, Policy]:
    """Read a file of policies; what a section leaves out is as the platform has it.

    Raises NotFound, and Invalid with the line of the first fault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        raise NotFound(str(path), "there is no such file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Invalid(path.name, f"is not TOML: {fault}.") from None
    sections = raw.get("policies")
    if not isinstance(sections, dict) or not sections or set(raw) != {"policies"}:
        raise Invalid(path.name, "must be made of [policies.NAME] sections, and have one or more.")
    return {name: _policy(path.name, text, name, one) for name, one in sections.items()}


def _policy(where: str, text: str, name: str, section: object) -> Policy:
    line = line_of(text, ("policies", name))
    where = f"{where}, line {line}, policies.{name}"
    if not isinstance(section, dict) or section.get("platform") not in PLATFORMS:
        raise Invalid(f"{where}, platform", "must be one of: " + ", ".join(PLATFORMS) + ".")
    kind = PLATFORMS[section["platform"]]
    for key in section:
        if key != "platform" and key not in kind.__struct_fields__:
            near = difflib.get_close_matches(key, kind.__struct_fields__, 1)
            cure = f"Did you mean {near[0]}?" if near else ""
            raise Invalid(f"{where}, {key}", f"is unknown for {section['platform']}.", cure)
    policy = policy_of(where, section)
    refuse_contradictions(policy, where)
    return policy


def policy_of(where: str, section: dict[str, Any]) -> Policy:
    """Make a policy of a section, with the rules of its platform where it says nothing."""
    ruled = rules(section["platform"])
    if "requests_per_task_minute" in section:
        ruled["cpu_target"] = None
    try:
        made: Policy = msgspec.convert({**ruled, **section}, Policy)
    except msgspec.ValidationError as fault:
        raise Invalid(where, f"{fault}.") from None
    return made


def usual_policies(measured: "Measured", trace: "Trace") -> dict[str, Policy]:
    """Give one policy for each platform, with room for the trace's highest second.

    They are as the platform has them. A service that does not use its processors (it waits for
    others) would never grow by them: it is given requests instead.
    """
    curve, suggested = measured.curve, measured.suggested
    use = curve.cpu_s * curve.capacity_per_s / curve.processors
    found = {}
    for platform in PLATFORMS:
        section: dict[str, Any] = {"platform": platform}
        if suggested is not None and platform == "cloud_run":
            section["concurrency"] = suggested.concurrency
        policy = policy_of(platform, section)
        if curve.cpu_s and use < LEAST_USE:
            policy = _by_requests(policy, curve)
        found[platform] = with_room(policy, curve, trace)
    return found


def _by_requests(policy: Policy, curve: "Curve") -> Policy:
    """Give a policy that grows by requests instead of processors, at 80 % of an instance's most."""
    rate = SPARE * curve.capacity_per_s * _processors(policy) / curve.processors
    if isinstance(policy, EcsPolicy):
        return msgspec.structs.replace(policy, cpu_target=None, requests_per_task_minute=rate * 60)
    if isinstance(policy, InstanceGroupPolicy):
        per_instance = rate / policy.rate_target
        return msgspec.structs.replace(policy, cpu_target=None, rate_per_instance=per_instance)
    return policy


def with_room(policy: Policy, curve: "Curve", trace: "Trace") -> Policy:
    """Give a policy that may grow to twice what the trace's highest second needs."""
    capacity = curve.capacity_per_s * _processors(policy) / curve.processors
    most = min(max(ceil(trace.peak_per_s / capacity * 2), policy.most), MOST_INSTANCES)
    return msgspec.structs.replace(policy, most=most)


def _processors(policy: Policy) -> float:
    if isinstance(policy, InstanceGroupPolicy):
        return processors_of(policy.machine)
    return policy.processors
