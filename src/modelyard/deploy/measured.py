"""What was measured of the service, as settings of a deployment that nobody has written down.

The size of an instance stays as it is set; what was measured is converted to it.
"""

import re
import tomllib
from math import ceil
from typing import Any

from modelyard.workspace.config import FILE_NAME as CONFIG
from modelyard.workspace.deploying import TargetSettings
from modelyard.workspace.deploying.cloud_run import MOST_MIB, CloudRunSettings, memory_mib
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings
from modelyard.workspace.deploying.ecs import EcsSettings
from modelyard.workspace.deploying.vertex_ai import VertexAiSettings
from modelyard.workspace.folder import Workspace
from modelyard.workspace.measured import FILE_NAME, Suggested, find_measured

MACHINE = re.compile(r"[a-z][a-z0-9]*-(?:standard|highcpu|highmem)-([0-9]+)")
UNITS = 1024
"""Of ECS: one processor."""
STEP_MIB = 1024


def measured_settings(name: str, workspace: Workspace, settings: TargetSettings) -> dict[str, Any]:
    """Give the settings of a target that measured.toml suggests and modelyard.toml does not say."""
    found = find_measured(workspace.root)
    if found is None or found.suggested is None:
        return {}
    said = _said(name, workspace)
    return {key: value for key, value in _of(settings, found.suggested).items() if key not in said}


def told(name: str, workspace: Workspace, settings: TargetSettings) -> str:
    """Say which settings of a plan were measured, and when; empty where none was."""
    taken = measured_settings(name, workspace, settings)
    used = {key: value for key, value in taken.items() if getattr(settings, key) == value}
    found = find_measured(workspace.root)
    if found is None or not used:
        return ""
    pairs = ", ".join(f"{key} = {value}" for key, value in used.items())
    return f"From {FILE_NAME} ({found.measured.at[:10]}): {pairs}. {CONFIG} may say otherwise."


def _said(name: str, workspace: Workspace) -> set[str]:
    """Give the keys that the section has: they were read before, so the file is sound."""
    if not workspace.has_file:
        return set()
    raw = tomllib.loads((workspace.root / CONFIG).read_text(encoding="utf-8-sig"))
    return set(raw.get("deploy", {}).get(name, {}))


def _of(settings: TargetSettings, suggested: Suggested) -> dict[str, Any]:
    if isinstance(settings, VertexAiSettings):
        return {"target_cpu_percent": round(suggested.cpu_target * 100)}
    if isinstance(settings, CloudRunSettings):
        size = settings.cpu / suggested.processors
        return _web(suggested, size) | _cloud_run_memory(settings, suggested, size)
    if isinstance(settings, EcsSettings):
        size = settings.cpu / UNITS / suggested.processors
        mib = max(_memory_mib(suggested, size), settings.memory_mib)
        return _web(suggested, size) | _signals(suggested, size) | {"memory_mib": mib}
    if not isinstance(settings, ComputeEngineSettings):
        return {}
    match = MACHINE.fullmatch(settings.machine)
    if match is None:
        return {}
    size = int(match[1]) / suggested.processors
    return _web(suggested, size) | _signals(suggested, size)


def _web(suggested: Suggested, size: float) -> dict[str, Any]:
    """Give processes and threads of an instance so many times the size of the measured one."""
    return {"processes": max(round(suggested.workers * size), 1), "threads": suggested.threads}


def _signals(suggested: Suggested, size: float) -> dict[str, Any]:
    return {
        "target_cpu": suggested.cpu_target,
        "requests_per_instance": round(suggested.rate_per_instance * size, 1),
    }


def _memory_mib(suggested: Suggested, size: float) -> int:
    """Give the memory for as many processes, in whole GiB."""
    return ceil(suggested.memory_mib * max(size, 1.0) / STEP_MIB) * STEP_MIB


def _cloud_run_memory(
    settings: CloudRunSettings, suggested: Suggested, size: float
) -> dict[str, Any]:
    needed = min(_memory_mib(suggested, size), MOST_MIB[settings.cpu])
    present = memory_mib(settings.memory) or 0
    if needed < present:
        return {}
    return {"memory": settings.memory if needed == present else f"{needed}Mi"}
