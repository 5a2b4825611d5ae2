"""What people call a model: as modelyard.toml says, else as the file beside the model says."""

import functools
import tomllib
from dataclasses import dataclass

from modelyard.models.version import Version
from modelyard.web.live import services

LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 4000


@dataclass(frozen=True)
class Told:
    """A model's title and description."""

    title: str
    description: str


def told_of(name: str, version: Version | None) -> Told:
    """Give what is told of a model; its name is its title where nobody has said more."""
    config = services().workspace.config.models.get(name)
    beside = _in_sidecar(version.sidecar if version else "")
    title = (config.title if config else "") or beside.title or name
    return Told(title, (config.description if config else "") or beside.description)


@functools.lru_cache(maxsize=512)
def _in_sidecar(text: str) -> Told:
    """Read the two texts; a sidecar that is refused elsewhere says nothing here."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return Told("", "")
    title, description = (raw.get(key, "") for key in ("title", "description"))
    return Told(
        title[:LONGEST_TITLE] if isinstance(title, str) else "",
        description[:LONGEST_DESCRIPTION] if isinstance(description, str) else "",
    )
