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
FAR = re.compile(r"no such host|dial tcp|network is unreachable|no route to host", re.I)
FULL = re.compile(r"no space left on device", re.I)

FAULTS: tuple[tuple[type[ModelyardError], re.Pattern[str], str, str], ...] = (
    (Unavailable, NO_DAEMON, "Docker does not run.", "Start Docker, or build in the cloud."),
    (Denied, NO_ACCESS, "this user may not use Docker.", "Join the group docker, or use sudo."),
    (Denied, REFUSED, "the registry refused us.", "Sign in, and deploy again."),
    (Unavailable, FAR, "the registry cannot be reached.", "Check the network; deploy again."),
    (Unavailable, FULL, "the disk is full.", "Free some: docker system prune"),
    (
        Unavailable,
        BROKEN,
        "the connection broke.",
        "Deploy again: what was pushed is not pushed twice.",
    ),
)


def read_docker_fault(said: str, argv: tuple[str, ...]) -> ModelyardError | None:
    """Give the error that fits; None where what was said is not known."""
    for kind, pattern, why, cure in FAULTS:
        if pattern.search(said):
            return kind(" ".join(argv[:2]), why, cure)
    return None
