"""What the settings of every target share."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec

DeploymentName = Annotated[str, msgspec.Meta(pattern=r"^([a-z]([a-z0-9-]{0,22}[a-z0-9])?)?$")]
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
SECRET_NAME = re.compile(r"[A-Za-z0-9_/-]{1,255}(:[0-9]{1,6})?")
LOOKS_SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY$|DATABASE_URL|CREDENTIAL")
EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")


class Contradiction(NamedTuple):
    """Two settings, or a setting and the world, that do not go together."""

    key: str
    why: str
    cure: str = ""


class TargetSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every `[deploy.TARGET]` section may say."""

    name: DeploymentName = ""
    """The deployment's name: 24 small letters, digits and dashes at most. Empty: the workspace's.
    All that is made is called after it, and labelled with it."""
    image: Literal["full", "slim"] = "full"
    """Which of the two images."""
    environment: dict[str, str] = {}
    """Variables of the service besides those that the deployment sets; never a secret."""
    secrets: dict[str, str] = {}
    """Variables whose values are secrets of the cloud: `VARIABLE = "name"`, or `"name:3"` for a
    version. They must exist."""

    def contradictions(self) -> Iterator[Contradiction]:
        """Give what does not go together; targets add their own."""
        yield from _bad_variables("environment", self.environment)
        yield from _bad_variables("secrets", self.secrets)
        for name in self.environment:
            if LOOKS_SECRET.search(name):
                cure = "Keep it in the cloud's secrets, and name it in secrets."
                yield Contradiction("environment", f"{name} looks like a secret.", cure)
            if name in self.secrets:
                yield Contradiction("environment", f"{name} stands in secrets too.")
        for name, secret in self.secrets.items():
            if not SECRET_NAME.fullmatch(secret):
                why = f"'{secret[:60]}' for {name} is no name of a secret."
                yield Contradiction("secrets", why, "Such as oidc-secret, or oidc-secret:3.")


def _bad_variables(key: str, found: Mapping[str, str]) -> Iterator[Contradiction]:
    for name in found:
        if not VARIABLE.fullmatch(name):
            yield Contradiction(key, f"'{name[:60]}' is no name of a variable.")
        elif name in {"PORT", "MODELYARD_PORT", "MODELYARD_HOST", "MODELYARD_STATE"}:
            yield Contradiction(key, f"{name} is set by the platform or the image.")
