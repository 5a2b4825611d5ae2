"""What parts of a long work gave, kept until the run is over, so that another attempt goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.blobs import Blobs


@dataclass
class Pieces:
    """Files of a run, by name, in the store that all workers share.

    A piece must depend on its name and the run alone: an attempt that was thought dead may still
    write one. All are removed when the run ends.
    """

    blobs: Blobs
    run_id: str
    """Empty for work that is only done again: it keeps nothing, and takes nothing that was kept."""
    _known: frozenset[str] | None = field(default=None, repr=False)

    def make(self, name: str, path: Path, work: Callable[[Path], None]) -> bool:
        """Have the piece `name` at `path`: taken from an earlier attempt, else made by `work`.

        Says whether it was there already. Raises what `work` raises, and Unavailable.
        """
        if self.is_kept(name):
            self.take(name, path)
            return True
        work(path)
        self.keep(name, path)
        return False

    def is_kept(self, name: str) -> bool:
        """Tell whether a piece is there, as of the last look."""
        if self._known is None:
            self.look()
        return name in (self._known or ())

    def look(self) -> frozenset[str]:
        """See which pieces are there now."""
        prefix = f"{self._folder}/"
        found = self.blobs.names(self._folder) if self.run_id else []
        self._known = frozenset(name.removeprefix(prefix) for name in found)
        return self._known

    def take(self, name: str, path: Path) -> None:
        """Write a piece that is kept to `path`; raises NotFound where it is gone."""
        with path.open("wb") as file:
            file.writelines(self.blobs.stream(f"{self._folder}/{name}"))

    def keep(self, name: str, path: Path) -> None:
        """Keep a piece, where there is a run to keep it for."""
        if self.run_id:
            self.blobs.write_file(f"{self._folder}/{name}", path)

    @property
    def _folder(self) -> str:
        return f"runs/{self.run_id}/pieces"
