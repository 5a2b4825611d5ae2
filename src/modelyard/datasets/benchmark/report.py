"""What a benchmark found out. Every figure is finite, or None where there is none."""

import msgspec


class SideTimes(msgspec.Struct, frozen=True):
    """How long one side took for one task, in seconds; `times_s` in the order of the repeats."""

    times_s: tuple[float, ...]
    median_s: float
    best_s: float


class TaskReport(msgspec.Struct, frozen=True):
    """One task on both sides.

    `what` says in one sentence what was done. `ratio` is pandas' median time over Polars' median
    time (above 1: Polars was faster). `equal` says whether both results agree (integers and text
    exactly, floats to a relative 1e-9); `difference` is the first difference in words.
    """

    name: str
    title: str
    what: str
    polars: SideTimes
    pandas: SideTimes
    ratio: float | None
    equal: bool
    difference: str | None


class SideCost(msgspec.Struct, frozen=True):
    """What one side took overall.

    `import_s` is the time to import the library, `total_s` the sum of the tasks' median times.
    `peak_memory_bytes` is the peak of the whole process less its peak right after the import;
    None where the system does not tell.
    """

    import_s: float
    total_s: float
    peak_memory_bytes: int | None


class Versions(msgspec.Struct, frozen=True):
    """The versions that were compared."""

    polars: str
    pandas: str
    pyarrow: str


class BenchmarkReport(msgspec.Struct, frozen=True):
    """The whole comparison of one dataset.

    `bytes` is the size of the files. `cores` are those this process may use, `python` its
    version, `system` the operating system. `total_ratio` and `memory_ratio` are pandas over
    Polars. `notes` say in words what was left out or done differently, and why.
    """

    dataset: str
    rows: int
    columns: int
    bytes: int
    cores: int
    python: str
    system: str
    versions: Versions
    repeats: int
    tasks: tuple[TaskReport, ...]
    polars: SideCost
    pandas: SideCost
    total_ratio: float | None
    memory_ratio: float | None
    notes: tuple[str, ...]
