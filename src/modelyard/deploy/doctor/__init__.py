"""Does the service keep a platform's contract? It is started as the platform would, and asked."""

from modelyard.deploy.doctor.examination import examine
from modelyard.deploy.doctor.findings import Finding
from modelyard.deploy.doctor.platforms import PLATFORMS

__all__ = ["PLATFORMS", "Finding", "examine"]
