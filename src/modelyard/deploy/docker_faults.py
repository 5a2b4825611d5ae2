"""What docker said, in one sentence with what to do."""

import re

from modelyard.errors import Denied, ModelyardError, Unavailable

NO_DAEMON = re.compile(r"cannot connect to the docker daemon|error during connect", re.I)
NO_ACCESS = re.compile(r"permission denied while trying to connect", re.I)
REFUSED = re.compile(
    r"denied:|unauthorized|no basic auth credentials|authentication required", re.I
)
BROKEN = re.compile(
    r"unexpected EOF|connection reset|i/o timeout|TLS handshake timeout|broken pipe"
)
FULL = re.compile(r"no space left on device", re.I)


def read_docker_fault(said: str, argv: tuple[str, ...]) -> ModelyardError | None:
    """Give the error that fits; None where what was said is not known."""
    where = " ".join(argv[:2])
    if NO_DAEMON.search(said):
        return Unavailable(where, "Docker does not run.", "Start Docker, or build in the cloud.")
    if NO_ACCESS.search(said):
        return Denied(where, "this user may not use Docker.", "Join the group docker, or use sudo.")
    if REFUSED.search(said):
        return Denied(where, "the registry refused us.", "Sign in, and deploy again.")
    if FULL.search(said):
        return Unavailable(where, "the disk is full.", "Free some: docker system prune")
    if BROKEN.search(said):
        return Unavailable(
            where, "the connection broke.", "Deploy again: what was pushed is not pushed twice."
        )
    return None
