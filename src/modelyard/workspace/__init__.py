"""The user's folder and its modelyard.toml."""

from modelyard.workspace.config import DatasetConfig, WorkspaceConfig
from modelyard.workspace.folder import Workspace, lies_within, open_workspace

__all__ = ["DatasetConfig", "Workspace", "WorkspaceConfig", "lies_within", "open_workspace"]
