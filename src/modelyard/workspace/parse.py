"""Reading modelyard.toml strictly: every fault is named by its line and key."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from modelyard.errors import Invalid
from modelyard.workspace.config import (
    FILE_NAME,
    NAME_PATTERN,
    SEPARATOR,
    DatasetConfig,
    FunctionsSection,
    ModelConfig,
    ScenarioConfig,
    ScheduleConfig,
    Sharing,
    WorkspaceConfig,
    WorkspaceSection,
)
from modelyard.workspace.connections import TAKEN, ConnectionConfig
from modelyard.workspace.deploying import read_deploying
from modelyard.workspace.place import Path, line_of, place
from modelyard.workspace.sections import Section, read_section, refuse_unknown
from modelyard.workspace.training import FUNCTION, PROMOTE, HoldoutConfig, TrainConfig

SECTIONS = WorkspaceConfig.__struct_fields__[:-1]
NAMED = ("datasets", "models", "scenarios")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def parse(text: str) -> WorkspaceConfig:
    """Read the text of a modelyard.toml strictly.

    Raises Invalid with the line and the dotted path of the first fault; an unknown key is answered
    with the nearest known one.
    """
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Invalid(FILE_NAME, f"is not TOML: {fault}.") from None
    refuse_unknown(text, (), raw, SECTIONS)
    workspace = read_section(text, ("workspace",), raw.get("workspace", {}), WorkspaceSection)
    return WorkspaceConfig(
        workspace=workspace,
        connections=_named(text, raw, "connections", _connection),
        datasets=_named(text, raw, "datasets", _dataset),
        schedules=_named(text, raw, "schedules", _schedule),
        functions=_functions(text, raw.get("functions", {})),
        models=_named(text, raw, "models", _model),
        scenarios=_named(text, raw, "scenarios", _scenario),
        deploy=read_deploying(text, raw.get("deploy", {})),
        lines=_lines(text, raw),
    )


def _lines(text: str, raw: Mapping[str, Any]) -> dict[str, int]:
    named = ((kind, name) for kind in NAMED for name in raw.get(kind, {}))
    paths = [("functions",), *named]
    return {".".join(path): line_of(text, path) for path in paths}


def _named(
    text: str, raw: Mapping[str, Any], kind: str, read: Callable[[str, str, object], Section]
) -> dict[str, Section]:
    """Read all sections of one kind."""
    sections = raw.get(kind, {})
    if not isinstance(sections, dict):
        raise Invalid(place(text, kind), f"must be made of [{kind}.NAME] sections.")
    for name in sections:
        if not NAME_PATTERN.fullmatch(name):
            raise Invalid(
                place(text, kind, name),
                f"a {kind.removesuffix('s')}'s name is made of letters, digits, '.', '_' and '-'.",
                "It is part of the web address.",
            )
    return {name: read(text, name, section) for name, section in sections.items()}


def _functions(text: str, section: object) -> FunctionsSection:
    config = read_section(text, ("functions",), section, FunctionsSection)
    _refuse_lost_sharing(text, ("functions",), config)
    bounds = {"timeout_s": (0.001, 86_400), "at_once": (1, 10_000), "memory_mib": (16, 2**20)}
    for key, (least, most) in bounds.items():
        if not least <= getattr(config, key) <= most:
            raise Invalid(
                place(text, "functions", key), f"must be a number from {least:g} to {most:,}."
            )
    return config


def _connection(text: str, name: str, section: object) -> ConnectionConfig:
    config = read_section(text, ("connections", name), section, ConnectionConfig)
    if name in TAKEN:
        raise Invalid(place(text, "connections", name), f"'{name}' is how web addresses begin.")
    if "@" in config.address and config.kind not in {"spark", "duckdb"}:
        raise Invalid(
            place(text, "connections", name, "address"),
            "holds an '@': a name and a password do not stand here.",
            "Write user = ..., and password_from = the variable that holds the password.",
        )
    return config


def _model(text: str, name: str, section: object) -> ModelConfig:
    path = ("models", name)
    train = section.get("train") if isinstance(section, dict) else None
    if train is not None:
        _refuse_bad_training(text, (*path, "train"), train)
    config = read_section(text, path, section, ModelConfig)
    _refuse_lost_sharing(text, path, config)
    return config


def _refuse_bad_training(text: str, path: Path, section: object) -> None:
    """Raise Invalid, with the line, for a section by which nothing can be trained."""
    if isinstance(section, dict) and isinstance(section.get("holdout"), dict):
        read_section(text, (*path, "holdout"), section["holdout"], HoldoutConfig)
    config = read_section(text, path, section, TrainConfig)
    if not FUNCTION.fullmatch(config.function):
        why = f"'{config.function[:80]}' names no function."
        raise Invalid(place(text, *path, "function"), why, "Such as training.churn:train.")
    if not PROMOTE.fullmatch(config.promote):
        why = f"'{config.promote[:80]}' is no rule."
        cure = "'by a person', 'better', or 'better by 0.01'."
        raise Invalid(place(text, *path, "promote"), why, cure)
    if config.target in config.features:
        raise Invalid(place(text, *path, "features"), f"name the target '{config.target}' as well.")
    bounds = {"time_limit_s": (1, 30 * 86_400), "memory_mib": (64, 2**20)}
    for key, (least, most) in bounds.items():
        if not least <= getattr(config, key) <= most:
            why = f"must be a number from {least:,} to {most:,}."
            raise Invalid(place(text, *path, key), why)
    if not 0.01 <= config.holdout.share <= 0.9:
        why = "is not between 0.01 and 0.9."
        raise Invalid(place(text, *path, "holdout", "share"), why)


def _scenario(text: str, name: str, section: object) -> ScenarioConfig:
    path = ("scenarios", name)
    config = read_section(text, path, section, ScenarioConfig)
    _refuse_lost_sharing(text, path, config)
    if config.retrain and not FUNCTION.fullmatch(config.retrain):
        why = f"'{config.retrain[:80]}' names no function."
        raise Invalid(place(text, *path, "retrain"), why, "Such as planning.rates:fit.")
    return config


def _schedule(text: str, name: str, section: object) -> ScheduleConfig:
    config = read_section(text, ("schedules", name), section, ScheduleConfig)
    if len(config.cron.split()) != 5:
        raise Invalid(
            place(text, "schedules", name, "cron"),
            f"'{config.cron}' has not five parts.",
            "Minute, hour, day of the month, month, day of the week: '0 6 * * 1-5'.",
        )
    return config


def _refuse_lost_sharing(text: str, path: Path, config: Sharing) -> None:
    """Raise Invalid where nobody, or somebody who is no address, could see it."""
    for key, address in (
        ("owner", config.owner),
        *(("shared_with", one) for one in config.shared_with),
    ):
        if address and not EMAIL.fullmatch(address):
            raise Invalid(place(text, *path, key), f"'{address}' is not an e-mail address.")
    if config.visibility == "private" and not config.owner:
        raise Invalid(
            place(text, *path, "visibility"),
            "what is private needs an owner, else nobody could see it.",
            'Add owner = "you@example.com".',
        )
    if config.shared_with and config.visibility != "shared":
        raise Invalid(
            place(text, *path, "shared_with"),
            'has a meaning with visibility = "shared" only.',
        )


def _dataset(text: str, name: str, section: object) -> DatasetConfig:
    path = ("datasets", name)
    config = read_section(text, path, section, DatasetConfig)
    _refuse_lost_sharing(text, path, config)
    if config.separator is not None and not SEPARATOR.fullmatch(config.separator):
        why = "must be one ASCII character, and no quote, letter, digit or line end."
        raise Invalid(place(text, *path, "separator"), why)
    for option in config.storage:
        if re.search(r"secret|password|token|key", option, re.IGNORECASE):
            raise Invalid(
                place(text, *path, "storage", option),
                "a secret does not belong in modelyard.toml.",
                "Set it in the environment, where Polars finds it by itself.",
            )
    return config
