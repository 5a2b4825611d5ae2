"""Managed instance groups: one in each region, each with its autoscaler."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.gcloud import ask
from modelyard.deploy.groups.group import Group, counted, last_part
from modelyard.deploy.target import Order
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings

GROUPS = "groups"


def questions(order: Order[ComputeEngineSettings], _: Seen) -> Iterator[Query]:
    """Say what to ask."""
    words = ("compute", "instance-groups", "managed", "list", f"--filter=name={order.name}")
    yield ask(order.settings.project, GROUPS, *words)


def groups(_: Order[ComputeEngineSettings], seen: Seen) -> Iterator[Group]:
    """Read the answers."""
    for found in seen.get(GROUPS) or ():
        scaler = found.get("autoscaler") or {}
        policy = scaler.get("autoscalingPolicy") or {}
        yield Group(
            name=str(found.get("name", "")),
            place=last_part(found.get("region") or found.get("zone")),
            status=_status(found),
            running=_running(found),
            target_size=counted(found.get("targetSize")),
            least=counted(policy.get("minNumReplicas")),
            most=counted(policy.get("maxNumReplicas")),
            decision=_decision(scaler),
        )


def _actions(found: dict[str, Any]) -> dict[str, int]:
    actions = found.get("currentActions") or {}
    return {name: number for name, value in actions.items() if (number := counted(value))}


def _running(found: dict[str, Any]) -> int | None:
    """Count the machines with which nothing is being done, and those that are looked at."""
    if "currentActions" not in found:
        return counted(found.get("size"))
    actions = _actions(found)
    return actions.get("none", 0) + actions.get("verifying", 0)


def _status(found: dict[str, Any]) -> str:
    busy = [
        f"{number} {_words(name)}" for name, number in _actions(found).items() if name != "none"
    ]
    is_stable = (found.get("status") or {}).get("isStable", not busy)
    return "stable" if is_stable and not busy else ", ".join(busy) or "changing"


def _words(name: str) -> str:
    """Write creatingWithoutRetries as `creating without retries`."""
    return "".join(f" {one.lower()}" if one.isupper() else one for one in name)


def _decision(scaler: dict[str, Any]) -> str:
    if not scaler:
        return "there is no autoscaler"
    parts = []
    size = counted(scaler.get("recommendedSize"))
    if size is not None:
        parts.append(f"recommends {size}")
    if scaler.get("status") not in {None, "ACTIVE"}:
        parts.append(f"is {str(scaler['status']).lower()}")
    parts += [str(one["message"]) for one in scaler.get("statusDetails") or () if "message" in one]
    mode = (scaler.get("autoscalingPolicy") or {}).get("mode")
    if mode in {"OFF", "ONLY_SCALE_OUT", "ONLY_UP"}:
        parts.append("is off" if mode == "OFF" else "only grows")
    return "; ".join(parts)
