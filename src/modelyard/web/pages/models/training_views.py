"""What the run that trained a version measured."""

from modelyard.models.version import Version


def metrics_of(version: Version) -> dict[str, str]:  # noqa: ARG001
    """Give the metrics of the run that trained a version; none where a person published it."""
    return {}
