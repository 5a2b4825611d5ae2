"""What can be done with datasets as a run: in a worker, with a passport."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec

from modelyard.datasets.dataset import Dataset
from modelyard.datasets.passport import passport_of
from modelyard.datasets.tasks import (
    BenchmarkTask,
    Computation,
    CorrelationTask,
    OutliersTask,
    StatisticsTask,
    answer,
    encode_json,
    key_of,
)
from modelyard.errors import Invalid
from modelyard.runs.kinds import Checked, Context, Kind, Outcome, OutFile, read_request

FindDataset = Callable[[str], Dataset]
PARQUET = "application/vnd.apache.parquet"


class DatasetRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What every run on a dataset is asked."""

    dataset: str

    def task(self) -> Computation[Any]:
        """Give the question to the dataset."""
        raise NotImplementedError

    def refuse(self, dataset: Dataset) -> None:
        """Raise Invalid for what can be seen to fail without reading the table."""


class StatisticsRequest(DatasetRequest, frozen=True, kw_only=True):
    """The figures of every column."""

    approximate: bool = False

    def task(self) -> Computation[Any]:
        """Give the question to the dataset."""
        return StatisticsTask(approximate=self.approximate)


class CorrelationRequest(DatasetRequest, frozen=True, kw_only=True):
    """How the numeric columns go together."""

    def task(self) -> Computation[Any]:
        """Give the question to the dataset."""
        return CorrelationTask()


class OutliersRequest(DatasetRequest, frozen=True, kw_only=True):
    """A score for every row."""

    detector: str = "iforest"
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    columns: tuple[str, ...] = ()

    def task(self) -> Computation[Any]:
        """Give the question to the dataset."""
        return OutliersTask(detector=self.detector, seed=self.seed, columns=self.columns)

    def refuse(self, dataset: Dataset) -> None:  # noqa: ARG002 (the detector is enough)
        """Raise Invalid for a detector that there is not."""
        from modelyard.datasets.outliers.detectors import get_detector

        get_detector(self.detector)


class BenchmarkRequest(DatasetRequest, frozen=True, kw_only=True):
    """pandas against Polars."""

    repeats: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3

    def task(self) -> Computation[Any]:
        """Give the question to the dataset."""
        return BenchmarkTask(repeats=self.repeats)


class FetchRequest(DatasetRequest, frozen=True, kw_only=True):
    """A local copy of a remote table."""

    def refuse(self, dataset: Dataset) -> None:
        """Raise Invalid for a table that is local already."""
        if not dataset.source.is_remote:
            raise Invalid(dataset.where, "lies on this machine: there is nothing to fetch.")


@dataclass(frozen=True)
class DatasetKind:
    """A question to a dataset whose answer is kept with the run."""

    name: str
    title: str
    struct: type[DatasetRequest]
    find: FindDataset
    is_repeatable: bool = True
    is_quick: ClassVar[bool] = False

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether there is such a dataset, and whether the parameters are known."""
        asked = read_request(self.name, request, self.struct)
        dataset = self.find(asked.dataset)
        asked.refuse(dataset)
        return Checked(
            title=f"{self.title} of {dataset.title}",
            request=msgspec.to_builtins(asked),
            resource_kind="dataset",
            resource_name=dataset.name,
            resource_digest=dataset.source.digest,
        )

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Compute, or take what is known already unless it is to be fresh."""
        asked = read_request(self.name, request, self.struct)
        dataset, task = self.find(asked.dataset), asked.task()
        passport = passport_of(dataset, asked)
        if context.is_fresh or not self.is_repeatable:
            result = dataset.steadily(lambda: task.compute(dataset, context.progress))
        else:
            result = answer(dataset, task, context.progress)
        files = (_scores(dataset, task, context),) if isinstance(task, OutliersTask) else ()
        content = msgspec.to_builtins(result, builtin_types=(int,))
        if self.is_repeatable:
            content.pop("seconds", None)  # how long it took belongs to the run
        return Outcome(result=encode_json(content), files=files, passport=passport)


@dataclass(frozen=True)
class FetchKind:
    """Copies a remote table to this machine, where it is read from then on."""

    find: FindDataset
    name: ClassVar[str] = "fetch"
    title: ClassVar[str] = "Local copy"
    struct: ClassVar[type[DatasetRequest]] = FetchRequest
    is_quick: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = False

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether the table is a remote one."""
        return DatasetKind(self.name, self.title, FetchRequest, self.find).check(request)

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Fetch; the copy appears whole or not at all."""
        asked = read_request(self.name, request, FetchRequest)
        dataset = self.find(asked.dataset)
        path = dataset.fetch(context.progress)
        shape = dataset.shape()
        done = {"dataset": dataset.name, "rows": shape.rows, "bytes": path.stat().st_size}
        return Outcome(result=encode_json(done), passport=passport_of(dataset, asked))


def dataset_kinds(find: FindDataset) -> tuple[Kind, ...]:
    """Give the kinds of runs on datasets; `find` gives a dataset by name, or raises NotFound."""
    return (
        DatasetKind("statistics", "Statistics", StatisticsRequest, find),
        DatasetKind("correlation", "Correlation", CorrelationRequest, find),
        DatasetKind("outliers", "Outliers", OutliersRequest, find),
        DatasetKind("benchmark", "Benchmark", BenchmarkRequest, find, is_repeatable=False),
        FetchKind(find),
    )


def _scores(dataset: Dataset, task: OutliersTask, context: Context) -> OutFile:
    """Write the score of every row as a table; scores that are gone are computed again."""
    import numpy as np
    import polars as pl

    name = f"{key_of(dataset, task)}.npy"
    if dataset.results.find_path(name) is None:
        task.compute(dataset, context.progress)
    scores = np.load(dataset.results.path(name))
    path = context.folder / "scores.parquet"
    table = pl.DataFrame({"row": np.arange(len(scores), dtype=np.int64), "score": scores})
    table.write_parquet(path)
    return OutFile(name="scores.parquet", media_type=PARQUET, path=path)
