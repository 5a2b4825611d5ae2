"""What can be computed of a dataset, as data: it can be sent to a process and named in a cache."""

import contextlib
import hashlib
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from modelyard.datasets.row_query import RowQuery
from modelyard.errors import Invalid
from modelyard.progress import Progress, silent
from modelyard.version import VERSION

if TYPE_CHECKING:
    from modelyard.datasets.benchmark import BenchmarkReport
    from modelyard.datasets.correlation import Correlation
    from modelyard.datasets.dataset import Dataset
    from modelyard.datasets.figures import TableStatistics
    from modelyard.datasets.outliers import OutlierScan
    from modelyard.datasets.rows import RowPage

Result = TypeVar("Result")


class Computation(msgspec.Struct, Generic[Result], frozen=True, kw_only=True):
    """One question to a dataset whose answer is worth keeping."""

    def compute(self, dataset: "Dataset", progress: Progress) -> Result:
        """Work out the answer."""
        raise NotImplementedError

    def encode(self, result: Result) -> bytes:
        """Write an answer to be kept."""
        return encode_json(result)

    def decode(self, content: bytes) -> Result:
        """Read an answer that was kept."""
        raise NotImplementedError


class PrepareTask(Computation[None], frozen=True, tag_field="task", tag="prepare"):
    """Make the columnar copy of a row format."""

    def compute(self, dataset: "Dataset", progress: Progress) -> None:
        """Copy the table."""
        dataset.prepare(progress)

    def decode(self, content: bytes) -> None:
        """There is nothing to read: the copy is the answer."""


class StatisticsTask(
    Computation["TableStatistics"], frozen=True, kw_only=True, tag_field="task", tag="statistics"
):
    """The figures of every column."""

    approximate: bool = False

    def compute(self, dataset: "Dataset", progress: Progress) -> "TableStatistics":
        """Compute exactly, or estimate where that was asked and the table is large."""
        return dataset.work_out_statistics(self.approximate, progress)

    def decode(self, content: bytes) -> "TableStatistics":
        """Read the figures."""
        from modelyard.datasets.figures import TableStatistics

        return decode_json(content, TableStatistics)


class CorrelationTask(Computation["Correlation"], frozen=True, tag_field="task", tag="correlation"):
    """How the numeric columns go together."""

    def compute(self, dataset: "Dataset", progress: Progress) -> "Correlation":
        """Correlate the columns."""
        from modelyard.datasets.correlation import correlate
        from modelyard.datasets.engine_dataset import EngineDataset

        progress(0.0, "correlating columns")
        if isinstance(dataset, EngineDataset):
            return dataset.correlate()
        return correlate(dataset.where, dataset.scan(), dataset.shape().rows)

    def decode(self, content: bytes) -> "Correlation":
        """Read the matrix."""
        from modelyard.datasets.correlation import Correlation

        return decode_json(content, Correlation)


class OutliersTask(
    Computation["OutlierScan"], frozen=True, kw_only=True, tag_field="task", tag="outliers"
):
    """A score for every row."""

    detector: str = "iforest"
    seed: int = 0
    columns: tuple[str, ...] = ()

    def compute(self, dataset: "Dataset", progress: Progress) -> "OutlierScan":
        """Fit, score and explain; the scores of all rows are kept beside the answer."""
        import numpy as np

        from modelyard.datasets.outlying import outliers_of

        if dataset.shape().rows == 0:
            raise Invalid(dataset.where, "the table has no rows, so none can stand out.")
        scan, scores = outliers_of(
            dataset, self.detector, self.seed, self.columns or None, progress
        )
        dataset.results.keep(f"{key_of(dataset, self)}.npy", lambda path: np.save(path, scores))
        return scan

    def decode(self, content: bytes) -> "OutlierScan":
        """Read the scan."""
        from modelyard.datasets.outliers import OutlierScan

        return decode_json(content, OutlierScan)


class BenchmarkTask(
    Computation["BenchmarkReport"], frozen=True, kw_only=True, tag_field="task", tag="benchmark"
):
    """pandas against Polars."""

    repeats: int = 3

    def compute(self, dataset: "Dataset", progress: Progress) -> "BenchmarkReport":
        """Run both sides, each in a process of its own."""
        from modelyard.datasets.benchmark import BenchmarkInput, run_benchmark

        source = dataset.source
        local = (dataset.fetched,) if dataset.is_fetched else source.files()
        if not local:
            raise Invalid(
                dataset.where,
                "a remote table is not benchmarked over the network.",
                f"Fetch it first: modelyard datasets fetch {dataset.name}",
            )
        if source.csv.decimal_comma and not dataset.is_fetched:
            raise Invalid(
                dataset.where,
                "a file with decimal commas is not benchmarked: the two read it differently.",
                "Save it as Parquet to compare them.",
            )
        files = BenchmarkInput(
            name=dataset.name,
            format="parquet" if dataset.is_fetched else source.format,
            paths=tuple(str(path) for path in local),
            separator=source.csv.separator,
            encoding=source.csv.encoding,
            null_values=source.csv.null_values,
        )
        return run_benchmark(files, repeats=self.repeats, progress=progress)

    def decode(self, content: bytes) -> "BenchmarkReport":
        """Read the report."""
        from modelyard.datasets.benchmark import BenchmarkReport

        return decode_json(content, BenchmarkReport)


class RowsTask(Computation["RowPage"], frozen=True, kw_only=True, tag_field="task", tag="rows"):
    """A page of rows of a table that another engine holds."""

    query: RowQuery

    def compute(self, dataset: "Dataset", progress: Progress) -> "RowPage":
        """Ask for the rows."""
        progress(0.0, "asking for rows")
        return dataset.rows(self.query)

    def encode(self, result: "RowPage") -> bytes:
        """Write the rows as Arrow, with their place in front."""
        from modelyard.datasets.kept_rows import write_page

        return write_page(result)

    def decode(self, content: bytes) -> "RowPage":
        """Read the rows."""
        from modelyard.datasets.kept_rows import read_page

        return read_page(content)


Task = PrepareTask | StatisticsTask | CorrelationTask | OutliersTask | BenchmarkTask | RowsTask


def key_of(dataset: "Dataset", task: Computation[Any]) -> str:
    """Name an answer by all that it depends on: dataset, content, question, and Modelyard."""
    return key_for(dataset.name, dataset.fingerprint(), task)


def key_for(name: str, fingerprint: str, task: Computation[Any]) -> str:
    """Name an answer, where the fingerprint of the content is known already."""
    digest = hashlib.sha256(f"{VERSION}\n{name}\n{fingerprint}\n".encode())
    digest.update(msgspec.json.encode(task))
    return f"{task.__struct_config__.tag}-{digest.hexdigest()[:32]}"


def answer(dataset: "Dataset", task: Computation[Result], progress: Progress = silent) -> Result:
    """Give the answer to `task`, from the cache where it is known.

    Raises what computing it raises.
    """
    name = f"{key_of(dataset, task)}.json"
    known = dataset.results.find(name)
    if known is not None:
        with contextlib.suppress(ValueError):
            return task.decode(known)
        dataset.results.forget(name)
    result = dataset.steadily(lambda: task.compute(dataset, progress))
    dataset.results.write(name, task.encode(result))
    return result


def encode_json(value: object) -> bytes:
    """Write as JSON; integers of any size stay exact."""
    import json

    plain = msgspec.to_builtins(value, builtin_types=(int,))
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def decode_json(content: bytes, kind: type[Result]) -> Result:
    """Read what `encode_json` wrote."""
    import json

    return msgspec.convert(json.loads(content), kind)
