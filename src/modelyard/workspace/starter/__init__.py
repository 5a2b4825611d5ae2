"""The workspace that `modelyard new` makes."""

from modelyard.workspace.starter.making import Made, MadeFile, make_workspace

__all__ = ["Made", "MadeFile", "make_workspace"]
