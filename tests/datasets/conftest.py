"""A folder to put tables in, and to open."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from modelyard import wiring
from modelyard.datasets.dataset import Dataset
from modelyard.errors import ModelyardError
from modelyard.settings import Settings
from modelyard.wiring import Services

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@dataclass(frozen=True)
class Yard:
    """A workspace in the making. Its caches are beside it, not in it."""

    folder: Path
    state: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Put a file into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def parquet(self, name: str, **columns: object) -> Path:
        """Put a Parquet table into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(columns).write_parquet(path)
        return path

    def toml(self, text: str) -> Path:
        """Put a modelyard.toml into the folder."""
        return self.write("modelyard.toml", text)

    def open(self, cache_bytes: int = 2**30) -> Services:
        """Open the folder afresh, as another process would."""
        chosen = Settings(workspace=self.folder, state=self.state, cache_bytes=cache_bytes)
        return wiring.open_folder(self.folder, chosen)

    def dataset(self, name: str) -> Dataset:
        """Give one of its tables, opened afresh."""
        return self.open().datasets.get_dataset(name)

    def rows(self, name: str) -> list[dict[str, object]]:
        """Give all rows of one of its tables."""
        return self.dataset(name).rows().table.to_dicts()

    def types(self, name: str) -> dict[str, str]:
        """Give the columns of one of its tables and their types."""
        return {field.name: field.type for field in self.dataset(name).shape().columns}

    def fault(self, name: str) -> str:
        """Read a table that cannot be read, and give what is said of it.

        No path of the server stands in it, and it is one line.
        """
        with pytest.raises(ModelyardError) as raised:
            self.dataset(name).statistics()
        text = str(raised.value)
        assert str(self.folder.parent) not in text
        assert "Traceback" not in text
        assert len(text.splitlines()) == 1
        return text


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """Return an empty folder that can be opened as a workspace."""
    folder = tmp_path / "yard"
    folder.mkdir()
    return Yard(folder, tmp_path / "state")
