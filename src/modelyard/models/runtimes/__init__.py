"""What answers for a model: a converted graph, converted trees, or the original in the jail."""

from modelyard.models.runtimes.runtime import Runtime, open_runtime

__all__ = ["Runtime", "open_runtime"]
