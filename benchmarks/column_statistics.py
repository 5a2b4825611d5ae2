"""Statistics of every column: Modelyard against pandas and Polars by hand, in turns, with memory.

Each side computes, from Parquet, of every column: count, nulls, distinct, and of numbers mean,
std, min, max and quartiles (Modelyard also sum, skew, histogram, lengths and frequent values).
Each run is a process of its own that imports its library first; only the work is timed. Peak memory
is that of the whole process less its size after the import.

Usage: python benchmarks/column_statistics.py [--repeats 5] [--large]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIDES = ("modelyard", "approximate", "pandas", "polars", "reading")


def modelyard_side(path: str) -> None:
    from modelyard.datasets.statistics import table_statistics

    frame, rows = scanned(path)
    table_statistics("benchmark", frame, rows)


def approximate_side(path: str) -> None:
    from modelyard.datasets.approximate import approximate_statistics

    frame, rows = scanned(path)
    approximate_statistics("benchmark", frame, rows)


def scanned(path: str):
    import polars as pl

    frame = pl.scan_parquet(path)
    return frame, frame.select(pl.len()).collect().item()


def pandas_side(path: str) -> None:
    import pandas as pd

    table = pd.read_parquet(path)
    numbers = table.select_dtypes("number")
    numbers.agg(["count", "mean", "std", "min", "max"])
    numbers.quantile([0.25, 0.5, 0.75])
    others = table.select_dtypes(exclude="number")
    [(others[name].dropna().min(), others[name].dropna().max()) for name in others]
    table.isna().sum()
    table.nunique()


def polars_side(path: str) -> None:
    import polars as pl

    frame = pl.scan_parquet(path)
    numbers = [name for name, dtype in frame.collect_schema().items() if dtype.is_numeric()]
    every = pl.all()
    frame.select(
        every.null_count().name.suffix(" nulls"),
        every.n_unique().name.suffix(" distinct"),
        every.min().name.suffix(" min"),
        every.max().name.suffix(" max"),
        *(
            expression
            for name in numbers
            for expression in (
                pl.col(name).mean().alias(f"{name} mean"),
                pl.col(name).std().alias(f"{name} std"),
                *(
                    pl.col(name).quantile(share, "linear").alias(f"{name} {share}")
                    for share in (0.25, 0.5, 0.75)
                ),
            )
        ),
    ).collect()


def reading_side(path: str) -> None:
    import polars as pl

    pl.read_parquet(path)


def run_one(side: str, path: str) -> None:
    """In a child process: import, then time the work once."""
    from modelyard.processor import prefer_fast_sort

    prefer_fast_sort()
    __import__("pandas" if side == "pandas" else "polars")
    if side in {"modelyard", "approximate"}:
        import modelyard.datasets.approximate  # noqa: F401
    before = peak_bytes()
    started = time.perf_counter()
    globals()[f"{side}_side"](path)
    taken = time.perf_counter() - started
    print(json.dumps({"seconds": taken, "bytes": peak_bytes() - before}))


def peak_bytes() -> int:
    """Read the peak of this process from Linux (getrusage would count the parent's before exec)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def measure(path: Path, repeats: int) -> dict[str, dict[str, float]]:
    """Run all sides in turns, so that a change of the machine's speed meets all of them."""
    seen: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(repeats):
        for side in SIDES:
            command = [sys.executable, __file__, "--side", side, "--path", str(path)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seen[side].append(json.loads(output))
    return {
        side: {
            "seconds": statistics.median(run["seconds"] for run in runs),
            "bytes": statistics.median(run["bytes"] for run in runs),
        }
        for side, runs in seen.items()
    }


def report(title: str, result: dict[str, dict[str, float]]) -> None:
    print(f"\n{title}")
    print(f"{'side':<12} {'median s':>9} {'peak MB':>9} {'pandas / side':>14}")
    for side, figures in result.items():
        ratio = result["pandas"]["seconds"] / figures["seconds"]
        print(f"{side:<12} {figures['seconds']:9.3f} {figures['bytes'] / 1e6:9.0f} {ratio:13.1f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="also 10 million rows")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side:
        run_one(chosen.side, chosen.path)
        return
    from tables import mixed_table

    folder = Path(tempfile.gettempdir(), "modelyard-benchmarks")
    small = mixed_table(folder / "small.parquet", 200_000, 20)
    report("200,000 rows x 20 columns", measure(small, chosen.repeats))
    if chosen.large:
        large = mixed_table(folder / "large.parquet", 10_000_000, 10)
        report("10,000,000 rows x 10 columns", measure(large, min(chosen.repeats, 3)))


if __name__ == "__main__":
    main()
