"""The workspace: one folder, with or without a modelyard.toml."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.workspace import config
from modelyard.workspace.config import Sharing, WorkspaceConfig
from modelyard.workspace.parse import parse


@dataclass(frozen=True)
class Workspace:
    """A folder and what its modelyard.toml says."""

    root: Path
    config: WorkspaceConfig
    has_file: bool
    """Whether the folder has a modelyard.toml; a bare folder is served too."""

    @property
    def title(self) -> str:
        """What people call it: the name in the file, else the folder's."""
        return self.config.workspace.name or self.root.name or "Modelyard"

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders in which the workspace's files may lie: its own and those it names."""
        outside = self.config.workspace.outside_folders
        return (self.root, *(Path(self.root, folder).resolve() for folder in outside))

    def find_sharing(self, kind: str, name: str) -> tuple[Sharing, str] | None:
        """Give what the file says of who may see something, and where; None where it is silent."""
        section: Sharing | None = None
        if kind == "dataset":
            section, key = self.config.datasets.get(name), f"datasets.{name}"
        elif kind == "model":
            section, key = self.config.models.get(name), f"models.{name}"
        elif kind == "scenario":
            section, key = self.config.scenarios.get(name), f"scenarios.{name}"
        elif kind == "function":
            section, key = self.config.functions, "functions"
        if section is None or section.visibility is None:
            return None
        return section, f"{config.FILE_NAME}, line {self.config.lines.get(key, 0)}"

    def allows(self, path: Path) -> bool:
        """Tell whether `path`, its links followed, lies where the workspace's files may lie."""
        return lies_within(path, self.roots)

    def inside(self, where: str, name: str) -> Path:
        """Give the path that `name` means, refusing one that climbs out of the folder.

        Raises Invalid naming `where`.
        """
        if "\0" in name:
            raise Invalid(where, "the path holds a zero byte.")
        path = Path(self.root, name)
        if not self.allows(path):
            raise Invalid(
                where,
                f"'{name}' lies outside the workspace.",
                "Move it inside, or name its folder in [workspace] outside_folders.",
            )
        return path


def lies_within(path: Path, roots: Sequence[Path]) -> bool:
    """Tell whether `path`, its links followed, lies in one of the folders.

    A link that goes round lies nowhere.
    """
    try:
        real = path.resolve()
    except (OSError, RuntimeError):  # links that go round, before Python 3.13
        return False
    return not real.is_symlink() and any(real.is_relative_to(root) for root in roots)


def open_workspace(folder: Path | str) -> Workspace:
    """Read the folder's modelyard.toml, if there is one.

    Raises NotFound where the folder is missing and Invalid where the file has a fault.
    """
    root = Path(folder).resolve()
    if not root.exists():
        raise NotFound(
            str(folder), "there is no such folder.", f"Make one with: modelyard new {folder}"
        )
    if not root.is_dir():
        raise Invalid(str(folder), "is a file, not a folder.", "Name the folder that holds it.")
    text = _read(root / config.FILE_NAME)
    if text is None:
        return Workspace(root, WorkspaceConfig(), has_file=False)
    return Workspace(root, parse(text), has_file=True)


def _read(file: Path) -> str | None:
    """Read the file, with or without a byte order mark; None where there is none."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        return None
    except PermissionError:
        raise Unavailable(file.name, "may not be read by this user.") from None
    except UnicodeDecodeError as fault:
        raise Invalid(file.name, f"is not UTF-8 (byte {fault.start}).") from None
    except OSError as fault:
        raise Unavailable(file.name, f"cannot be read: {fault.strerror}.") from None
