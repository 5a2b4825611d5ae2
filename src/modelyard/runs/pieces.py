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
        if not self.run_id:
            work(path)
            return False
        blob = f"{self._folder}/{name}"
        if blob in self._kept():
            with path.open("wb") as file:
                file.writelines(self.blobs.stream(blob))
            return True
        work(path)
        self.blobs.write_file(blob, path)
        return False

    @property
    def _folder(self) -> str:
        return f"runs/{self.run_id}/pieces"

    def _kept(self) -> frozenset[str]:
        if self._known is None:
            self._known = frozenset(self.blobs.names(self._folder))
        return self._known
