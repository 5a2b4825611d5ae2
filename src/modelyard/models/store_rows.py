"""From rows of the database to models and versions."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from modelyard.models.tables import ALIASES, MODELS, VERSIONS
from modelyard.models.version import Alias, Model, Version


def all_models(connection: Connection) -> list[Model]:
    """List all models by name."""
    aliases: dict[str, list[Alias]] = {}
    for row in connection.execute(select(ALIASES).order_by(ALIASES.c.alias)).mappings():
        aliases.setdefault(row["model"], []).append(_alias_of(row))
    models = connection.execute(select(MODELS).order_by(MODELS.c.name)).mappings()
    return [_model_of(row, aliases.get(row["name"], [])) for row in models]


def find_model(connection: Connection, name: str) -> Model | None:
    """Give a model with what its names point to."""
    row = connection.execute(select(MODELS).where(MODELS.c.name == name)).mappings().first()
    if row is None:
        return None
    question = select(ALIASES).where(ALIASES.c.model == name).order_by(ALIASES.c.alias)
    return _model_of(row, [_alias_of(one) for one in connection.execute(question).mappings()])


def find_version(connection: Connection, name: str, number: int) -> Version | None:
    """Give one version of a model."""
    where = (VERSIONS.c.model == name) & (VERSIONS.c.number == number)
    row = connection.execute(select(VERSIONS).where(where)).mappings().first()
    return None if row is None else version_of(row)


def find_by_digest(connection: Connection, name: str, digest: str) -> Version | None:
    """Give the version of a model with this content."""
    where = (VERSIONS.c.model == name) & (VERSIONS.c.digest == digest)
    row = connection.execute(select(VERSIONS).where(where)).mappings().first()
    return None if row is None else version_of(row)


def version_of(row: Mapping[Any, Any]) -> Version:
    """Give a row of the versions as a value."""
    return msgspec.convert({str(name): row[name] for name in row}, Version)


def _model_of(row: Mapping[Any, Any], aliases: list[Alias]) -> Model:
    return Model(**{str(name): row[name] for name in row}, aliases=tuple(aliases))


def _alias_of(row: Mapping[Any, Any]) -> Alias:
    return Alias(**{str(name): row[name] for name in row if name != "model"})
