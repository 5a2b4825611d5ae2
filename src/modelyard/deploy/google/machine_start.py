"""What a machine learns when it starts: where it is, and its secrets.

`python -m modelyard.deploy.google.machine_start PROJECT FILE VARIABLE=SECRET...` runs in the image,
before the service, as the machine's own account: so no secret stands in a template or in a log.
"""

import base64
import json
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

METADATA = "http://169.254.169.254/computeMetadata/v1"
SECRETS = "https://secretmanager.googleapis.com/v1"
PATIENCE_S = 20


def metadata(path: str, root: str = METADATA) -> str:
    """Ask the machine's metadata server."""
    return _get(f"{root}/{path}", {"Metadata-Flavor": "Google"})


def access_token(root: str = METADATA) -> str:
    """Give a token of the machine's own account."""
    said = json.loads(metadata("instance/service-accounts/default/token", root))
    return str(said["access_token"])


def settings_text(
    project: str,
    secrets: Mapping[str, str],
    root: str = METADATA,
    secrets_root: str = SECRETS,
) -> str:
    """Give the lines of settings that only the machine can know; secrets are `NAME[:VERSION]`.

    Raises ValueError for a secret of several lines: it would be read as several settings.
    """
    lines = {"MODELYARD_ZONE": metadata("instance/zone", root).rpartition("/")[2]}
    for variable, secret in secrets.items():
        name, _, version = secret.partition(":")
        address = f"{secrets_root}/projects/{project}/secrets/{name}/versions/{version or 'latest'}"
        bearer = {"Authorization": f"Bearer {access_token(root)}"}
        said = json.loads(_get(f"{address}:access", bearer))
        lines[variable] = base64.b64decode(said["payload"]["data"]).decode().strip()
        if len(lines[variable].splitlines()) > 1:
            raise ValueError(f"the secret {name} has several lines")
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def write(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _get(address: str, headers: Mapping[str, str]) -> str:
    request = urllib.request.Request(address, headers=dict(headers))  # noqa: S310 (Google's own)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
        return str(answer.read().decode())


if __name__ == "__main__":
    _, for_project, file, *pairs = sys.argv
    named = dict(pair.split("=", 1) for pair in pairs)
    write(Path(file), settings_text(for_project, named))
