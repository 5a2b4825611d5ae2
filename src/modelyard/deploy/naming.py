"""The name of a deployment, from which the names of all its things are made."""

import re

from modelyard.errors import Conflict, Invalid

LABEL = "modelyard"
"""What all that is made is labelled with, as `modelyard=NAME`. What has no such label is left."""
NAME = re.compile(r"[a-z]([a-z0-9-]{0,22}[a-z0-9])?")
LONGEST_NAME = 24
ENDS = {"compute_engine": "-ce", "vertex_ai": "-vx"}
"""What the name ends with that a target gives itself."""


def name_of(text: str) -> str:
    """Make a deployment's name of a workspace's: small letters, digits and dashes, 24 at most."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    lettered = plain if plain[:1].isalpha() else f"yard-{plain}"
    return lettered[:LONGEST_NAME].rstrip("-")


def default_name(target: str, title: str) -> str:
    """Give the name where none is set. Targets at the same cloud have names of their own.

    What belongs to one would else be taken for the other's: buckets, accounts, databases.
    """
    end = ENDS.get(target, "")
    return name_of(title)[: LONGEST_NAME - len(end)].rstrip("-") + end


def refuse_name(where: str, name: str) -> None:
    """Raise Invalid for a name that the clouds would not all take."""
    if not NAME.fullmatch(name):
        raise Invalid(
            where,
            f"'{name[:60]}' is no name for a deployment.",
            "At most 24 small letters, digits and dashes, beginning with a letter.",
        )


def refuse_foreign(what: str, name: str, label: str | None) -> None:
    """Raise Conflict where a thing of our name is there, and is not labelled as ours."""
    if label == name:
        return
    whose = f"belongs to the deployment '{label}'" if label else "was not made by this deployment"
    raise Conflict(
        what,
        f"is there already, and {whose}.",
        f"Set another name in modelyard.toml, or, if it is yours, label it {LABEL}={name}.",
    )
