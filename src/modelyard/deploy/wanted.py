"""The settings of a deployment: what was measured, modelyard.toml over it, .env over both."""

from collections.abc import Mapping
from typing import Any

import msgspec

from modelyard.deploy.dotenv import FILE_NAME as DOTENV
from modelyard.deploy.measured import measured_settings
from modelyard.deploy.target import Target
from modelyard.errors import Invalid
from modelyard.workspace.deploying import TargetSettings
from modelyard.workspace.folder import Workspace
from modelyard.workspace.measured import FILE_NAME as MEASURED


def wanted_settings(
    target: Target, workspace: Workspace, personal: Mapping[str, str]
) -> TargetSettings:
    """Give a target's settings; `CLOUD_RUN_PROJECT` in .env wins over `project` in the file.

    Raises Invalid for what is missing, is not of its kind, or contradicts itself.
    """
    written: TargetSettings = getattr(workspace.config.deploy, target.name)
    own = _personal(target, personal)
    plain = _with(target, written, own)
    measured = measured_settings(target.name, workspace, plain)
    settings = _with(target, msgspec.structs.replace(written, **measured), own)
    for key in target.required:
        if not getattr(settings, key):
            raise Invalid(
                f"deploy.{target.name}.{key}",
                "is not set.",
                f"Set it in modelyard.toml, or as {variable(target, key)} in {DOTENV}.",
            )
    for key, why, cure in settings.contradictions():
        where = (
            f"{DOTENV}, {variable(target, key)}" if key in own else f"deploy.{target.name}.{key}"
        )
        if measured and not any(plain.contradictions()):
            pairs = ", ".join(f"{name} = {value}" for name, value in measured.items())
            where = f"{where}, with {pairs} from {MEASURED}"
        raise Invalid(where, why, cure)
    return settings


def variable(target: Target, key: str) -> str:
    """Give the name in .env for a key: CLOUD_RUN_PROJECT."""
    return f"{target.name}_{key}".upper()


def _personal(target: Target, personal: Mapping[str, str]) -> dict[str, str]:
    known = target.settings_type.__struct_fields__
    return {key: value for key in known if (value := personal.get(variable(target, key)))}


def _with(target: Target, written: TargetSettings, own: Mapping[str, str]) -> TargetSettings:
    plain: dict[str, Any] = {key: getattr(written, key) for key in written.__struct_fields__}
    settings = written
    for key, value in own.items():
        try:
            settings = msgspec.convert(plain | {key: value}, target.settings_type, strict=False)
        except msgspec.ValidationError as fault:
            why = str(fault).partition(" - at ")[0]
            raise Invalid(f"{DOTENV}, {variable(target, key)}", f"{why}.") from None
        plain[key] = getattr(settings, key)
    return settings
