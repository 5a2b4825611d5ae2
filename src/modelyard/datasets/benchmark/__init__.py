"""pandas against Polars on the user's own table: equal work, checked results, time and memory.

Each library works in a child process of its own; the caller's process imports neither pandas
nor pyarrow. pandas is an optional extra and is loaded nowhere else in Modelyard.
"""

from modelyard.datasets.benchmark.report import (
    BenchmarkReport,
    SideCost,
    SideTimes,
    TaskReport,
    Versions,
)
from modelyard.datasets.benchmark.request import BenchmarkInput, FileFormat
from modelyard.datasets.benchmark.run import run_benchmark

__all__ = [
    "BenchmarkInput",
    "BenchmarkReport",
    "FileFormat",
    "SideCost",
    "SideTimes",
    "TaskReport",
    "Versions",
    "run_benchmark",
]
