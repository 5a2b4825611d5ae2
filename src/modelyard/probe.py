"""`python -m modelyard.probe`: is the service of this container ready? For its health check.

It loads next to nothing, so that asking every few seconds costs nothing either.
"""

import sys
from http.client import HTTPConnection, HTTPException

from modelyard.settings import from_environment

PATIENCE_S = 3.0


def is_ready(port: int, patience_s: float = PATIENCE_S) -> bool:
    """Ask the service on this port of this machine whether it can answer requests."""
    connection = HTTPConnection("127.0.0.1", port, timeout=patience_s)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready(from_environment().port) else 1)
