"""Commands that pages show: they name the workspace, or they would work on another one."""

from modelyard.web import guard
from modelyard.web.live import services
from modelyard.workspace.shown import shown_folder


def folder_word() -> str:
    """Give the workspace's folder as a word of a command.

    The one at this computer and owners are told its path; everybody else reads FOLDER.
    """
    actor = guard.known_asker()
    is_told = "admin" in actor.scopes and actor.only is None
    return shown_folder(services().workspace.root) if is_told else "FOLDER"


def in_workspace() -> str:
    """Give the option that names the workspace, such as ` -w demo`."""
    return f" -w {folder_word()}"


def first_owner() -> str:
    """Give the command that makes the first owner."""
    return f"modelyard users add you@example.com --role owner{in_workspace()}"
