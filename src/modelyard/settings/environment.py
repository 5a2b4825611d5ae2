"""The settings from the environment, and back into one for a process that is started."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from modelyard.settings.settings import Settings
from modelyard.settings.variables import VARIABLES

WAREHOUSE_SECRETS = "DESTINATION__"
"""How the names of variables begin in which dlt finds the passwords of a warehouse."""
DATABASE_PASSWORD = "PGPASSWORD"  # noqa: S105 (a name)
"""Where Postgres' own library finds the password that `MODELYARD_DATABASE_URL` leaves out."""


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own by default).

    Raises Invalid, naming the variable, where a value is not of its kind.
    """
    env = os.environ if environ is None else environ
    read: dict[str, Any] = {}
    for variable in VARIABLES:
        for name in (variable.name, *variable.other_names):
            if text := env.get(name):
                read[variable.field] = variable.kind.read(name, text)
                break
    return replace(Settings(), **read)


def to_environment(settings: Settings) -> dict[str, str]:
    """Give the variables from which `from_environment` reads the same settings again."""
    written = {
        variable.name: variable.kind.write(getattr(settings, variable.field))
        for variable in VARIABLES
    }
    if settings.state is None:
        del written["MODELYARD_STATE"]
    return written


def environment_with(given: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of this process with some more, for a program that is started."""
    return dict(os.environ) | dict(given)


def child_environment(settings: Settings) -> dict[str, str]:
    """Give the environment for a child process that computes: the same settings, no secrets."""
    secrets = {variable.name for variable in VARIABLES if variable.is_secret}
    if settings.database_url:
        secrets.add(DATABASE_PASSWORD)
    variables = dict(os.environ) | to_environment(settings)
    return {
        name: value
        for name, value in variables.items()
        if name not in secrets and not name.startswith(WAREHOUSE_SECRETS)
    }


def find_secret(variable: str) -> str | None:
    """Give a secret from the variable that modelyard.toml names; None where it is not set."""
    return os.environ.get(variable)
