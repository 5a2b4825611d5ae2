"""A dataset: a named table and what can be asked of it.

Polars is imported when the first question needs it, not before.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from modelyard.datasets.copies import is_whole_parquet, making_room
from modelyard.datasets.fingerprint import Fingerprint, stamp_of
from modelyard.datasets.formats import COLUMNAR
from modelyard.datasets.listing import Listing
from modelyard.datasets.results import Results
from modelyard.datasets.shape import Field, Shape
from modelyard.datasets.source import Source
from modelyard.errors import ModelyardError
from modelyard.progress import Progress, silent

if TYPE_CHECKING:
    import polars as pl

    from modelyard.datasets.benchmark import BenchmarkReport
    from modelyard.datasets.correlation import Correlation
    from modelyard.datasets.figures import TableStatistics
    from modelyard.datasets.outliers import OutlierScan
    from modelyard.datasets.rows import RowPage, RowQuery

__all__ = ["Dataset", "Field", "Shape"]
Answer = TypeVar("Answer")


@dataclass
class Dataset:
    """One table of a workspace. Its methods read the files as they are now."""

    source: Source
    results: Results
    fetched: Path
    """Where the local copy of a remote table is, if it was fetched."""
    listing: Listing = field(init=False, repr=False)
    """What the store says of a remote table's files."""
    _fingerprint: Fingerprint = field(default_factory=Fingerprint, repr=False)
    _checked: str = field(default="", repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.listing = Listing(self.where, self.source)

    @property
    def name(self) -> str:
        """The name in addresses and commands."""
        return self.source.name

    @property
    def title(self) -> str:
        """The name for people."""
        return self.source.title or self.name

    @property
    def where(self) -> str:
        """How faults name this dataset."""
        return f"{self.name} ({self.source.shown})"

    @property
    def is_near(self) -> bool:
        """Whether rows can be read in the process that asks for them."""
        return True

    @property
    def is_fetched(self) -> bool:
        """Whether a remote table has a local copy."""
        return self.source.is_remote and self.fetched.exists()

    def fingerprint(self) -> str:
        """Name the present content of the files; another content has another fingerprint.

        Raises NotFound when a file is gone.
        """
        if self.source.path is not None:
            unchanged = self._fingerprint.find_unchanged(self.source.path)
            if unchanged is not None:
                return unchanged
        if self._is_far:
            return self.listing.fingerprint()
        options = f"{self.source.format} {self.source.csv} {self.source.path}"
        return self._fingerprint.of(self.where, self.files(), options)

    def files(self) -> tuple[Path, ...]:
        """List the files on this machine: the table's own, or the fetched copy; none where far.

        Raises NotFound where they are gone.
        """
        return (self.fetched,) if self.is_fetched else self.source.files()

    def is_prepared(self) -> bool:
        """Tell whether the table can be read by columns at once, or must be copied first."""
        if self._is_columnar:
            return True
        copy = self.results.find_path(self._copy_name())
        return copy is not None and is_whole_parquet(copy)

    def is_quick_to_prepare(self, most_bytes: int) -> bool:
        """Tell whether the copy can be made at once: local files, together of `most_bytes` or less.

        Packed files never count as small: a thousand times as much may be in them.
        """
        if self.source.is_remote or any(path.suffix == ".gz" for path in self.files()):
            return False
        return self.stored_bytes() <= most_bytes

    def prepare(self, progress: Progress = silent) -> None:
        """Make the columnar copy of a table of rows, where there is none yet.

        Raises Invalid with file and line where it is broken, Unavailable where there is no room.
        """
        with self._lock:
            if not self.is_prepared():
                self._make_copy(progress)

    def scan(self) -> "pl.LazyFrame":
        """Open the table lazily; raises Invalid where files are broken, NotFound where gone."""
        from modelyard.datasets import columnar, remote

        if self._is_columnar:
            return remote.scan(self.listing) if self._is_far else self._scan_files()
        self.prepare()
        return columnar.scan_local(self.where, [self.results.path(self._copy_name())])

    def shape(self) -> Shape:
        """Give rows, columns and bytes.

        Raises Invalid where the files are broken and NotFound where they are gone.
        """
        known = self.results.find(name := f"{self.fingerprint()}.shape.json")
        if known is not None:
            with contextlib.suppress(msgspec.DecodeError):
                return msgspec.json.decode(known, type=Shape)
        shape = self.steadily(self._shape)
        self.results.write(name, msgspec.json.encode(shape))
        return shape

    def rows(self, query: "RowQuery | None" = None) -> "RowPage":
        """Filter, sort and page the rows; the first hundred where nothing is asked."""
        from modelyard.datasets.rows import RowQuery, read_rows

        return self.steadily(lambda: read_rows(self.where, self.scan(), query or RowQuery()))

    def steadily(self, read: Callable[[], Answer]) -> Answer:
        """Read; once more where that failed because the files were replaced meanwhile."""
        before = self.fingerprint()
        try:
            return read()
        except ModelyardError:
            if self.fingerprint() == before and self.is_prepared():
                raise
            return read()

    def statistics(
        self, approximate: bool = False, progress: Progress = silent
    ) -> "TableStatistics":
        """Compute the figures of every column, or give them from the cache."""
        from modelyard.datasets.tasks import StatisticsTask, answer

        return answer(self, StatisticsTask(approximate=approximate), progress)

    def work_out_statistics(
        self, approximate: bool = False, progress: Progress = silent
    ) -> "TableStatistics":
        """Compute the figures of every column; estimate where that is asked and it is large."""
        from modelyard.datasets.approximate import statistics_of

        return statistics_of(self.where, self.scan(), self.shape().rows, approximate, progress)

    def correlation(self, progress: Progress = silent) -> "Correlation":
        """Correlate the numeric columns, or give the correlation from the cache."""
        from modelyard.datasets.tasks import CorrelationTask, answer

        return answer(self, CorrelationTask(), progress)

    def outliers(
        self,
        detector: str = "iforest",
        seed: int = 0,
        columns: Sequence[str] = (),
        progress: Progress = silent,
    ) -> "OutlierScan":
        """Score every row by how far it stands out, or give the scan from the cache."""
        from modelyard.datasets.tasks import OutliersTask, answer

        task = OutliersTask(detector=detector, seed=seed, columns=tuple(columns))
        return answer(self, task, progress)

    def benchmark(self, repeats: int = 3, progress: Progress = silent) -> "BenchmarkReport":
        """Time pandas against Polars on this table, or give the report from the cache."""
        from modelyard.datasets.tasks import BenchmarkTask, answer

        return answer(self, BenchmarkTask(repeats=repeats), progress)

    def fetch(self, progress: Progress = silent) -> Path:
        """Copy a remote table to a local Parquet file, which is read from then on.

        The copy appears whole or not at all. Raises Invalid for a table that is local already.
        """
        from modelyard.datasets import remote

        return remote.fetch_to(self.listing, self.fetched, progress)

    @property
    def _is_far(self) -> bool:
        """Whether the table has to be read over the network."""
        return self.source.is_remote and not self.is_fetched

    @property
    def _is_columnar(self) -> bool:
        return self.is_fetched or self.source.format in COLUMNAR

    def _scan_files(self) -> "pl.LazyFrame":
        """Open local Parquet or Arrow; several parts are compared once per content."""
        from modelyard.datasets import columnar

        files = self.files()
        arrow = self.source.format == "arrow" and not self.is_fetched
        if len(files) > 1 and self._checked != (fingerprint := self.fingerprint()):
            columnar.refuse_different_parts(self.where, files, arrow)
            self._checked = fingerprint
        root = self.source.path if files != (self.source.path,) else None
        return columnar.scan_local(self.where, files, arrow, root)

    def _copy_name(self) -> str:
        return f"{self.fingerprint()}.parquet"

    def _make_copy(self, progress: Progress) -> None:
        from modelyard.datasets import columnar, remote

        with making_room(self.where), self.results.writing(self._copy_name()) as target:
            if self.source.is_remote:
                remote.fetch(self.listing, target, progress)
            else:
                progress(0.0, "reading the file")
                columnar.copy_to_parquet(self.where, self.source, self.files(), target)

    def _shape(self) -> Shape:
        from modelyard.datasets import columnar

        return columnar.shape_of(self.where, self.scan(), self.stored_bytes())

    def stored_bytes(self) -> int:
        """Give the size of the files as they are stored.

        Raises NotFound where they are gone.
        """
        if self._is_far:
            return self.listing.size()
        return sum(size for _, size, *_ in stamp_of(self.where, self.files()))
