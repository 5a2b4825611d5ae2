"""What differs per machine: the environment, read in one place, once.

A new setting is a field of `Settings`, a line of `variables.VARIABLES`, and a row of the guide.
"""

from modelyard.settings.environment import (
    child_environment,
    environment_with,
    find_secret,
    from_environment,
    to_environment,
)
from modelyard.settings.folders import user_cache, user_data
from modelyard.settings.settings import LOOPBACK, MEBIBYTE, Settings

__all__ = [
    "LOOPBACK",
    "MEBIBYTE",
    "Settings",
    "child_environment",
    "environment_with",
    "find_secret",
    "from_environment",
    "to_environment",
    "user_cache",
    "user_data",
]
