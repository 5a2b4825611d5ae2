"""A table larger than memory, part by part: time against reading alone, and memory.

    python benchmarks/large_tables.py FOLDER [--millions 1 10 100]

Makes parts of a million rows and ten columns each in FOLDER (outside the repository), where they
are not there yet, and asks each question in a process of its own. `floor` reads every value of
every column and adds it up, which is the least that any statistics can cost here.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

PART_ROWS = 1_000_000


def make(folder: Path, millions: int) -> None:
    """Make the parts that are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(millions):
        path = folder / f"part-{number:03}.parquet"
        if not path.exists():
            unfinished = folder / f".{path.name}"
            part(number).write_parquet(unfinished, compression="zstd", compression_level=1)
            unfinished.replace(path)


def part(number: int) -> pl.DataFrame:
    """Give a million rows of ten columns, of the kinds that tables have."""
    order = np.random.default_rng(number)
    rows = PART_ROWS
    amount = order.lognormal(3, 1, rows).round(2)
    return pl.DataFrame(
        {
            "id": np.arange(number * rows, (number + 1) * rows),
            "amount": amount,
            "balance": amount * 3 + order.normal(0, 20, rows),
            "rate": order.normal(0.05, 0.01, rows),
            "ratio": pl.Series(order.random(rows)).scatter(order.integers(0, rows, 1000), None),
            "count": order.poisson(5, rows),
            "age": order.integers(18, 95, rows).astype(np.int16),
            "day": pl.Series(order.integers(15_000, 20_000, rows).astype(np.int32)).cast(pl.Date),
            "kind": pl.Series(order.choice(["new", "old", "lost", "found"], rows)),
            "is_open": order.random(rows) < 0.3,
        }
    )


def floor(files: list[Path]) -> None:
    """Read everything once."""
    frame = pl.scan_parquet(files)
    numbers = [name for name, kind in frame.collect_schema().items() if kind != pl.String]
    sums = [pl.col(name).cast(pl.Float64).sum() for name in numbers]
    frame.select(*sums, pl.col("kind").str.len_bytes().sum()).collect(engine="streaming")


def asked(question: str, approximate: bool) -> Callable[[list[Path]], object]:
    """Give what a dataset of these files is asked."""

    def ask(files: list[Path]) -> object:
        import modelyard

        yard = files[0].parent.parent / f"yard-{len(files)}"
        (yard / "t.parquet").mkdir(parents=True, exist_ok=True)
        for path in files:
            if not (yard / "t.parquet" / path.name).exists():
                os.link(path, yard / "t.parquet" / path.name)
        dataset = modelyard.open(yard).datasets["t"]
        if question == "statistics":
            return dataset.work_out_statistics(approximate=approximate)
        from modelyard.datasets.outlying import outliers_in_place

        return outliers_in_place(dataset)

    return ask


QUESTIONS: dict[str, Callable[[list[Path]], object]] = {
    "floor": floor,
    "estimate": asked("statistics", True),
    "exact": asked("statistics", False),
    "outliers": asked("outliers", False),
}


def measured(folder: Path, millions: int, question: str) -> dict[str, float]:
    """Ask in a process of its own."""
    argv = [sys.executable, __file__, str(folder), "--ask", question, "--millions", str(millions)]
    answer = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(answer.splitlines()[-1])
    return found


def ask(folder: Path, millions: int, question: str) -> None:
    files = sorted(folder.glob("part-*.parquet"))[:millions]
    began, cpu = time.perf_counter(), time.process_time()
    QUESTIONS[question](files)
    taken = time.perf_counter() - began, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"s": taken[0], "cpu_s": taken[1], "mib": memory}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--ask", default="")
    parser.add_argument("--questions", nargs="+", default=list(QUESTIONS))
    options = parser.parse_args()
    if options.ask:
        ask(options.folder, options.millions[0], options.ask)
        return
    make(options.folder, max(options.millions))
    print("load", *os.getloadavg())
    for millions in options.millions:
        for question in options.questions:
            found = measured(options.folder, millions, question)
            row = found["cpu_s"] * 1e9 / (millions * PART_ROWS)
            print(
                f"{millions:4} million {question:9} {found['s']:7.2f} s {found['cpu_s']:7.2f} s CPU"
                f" {row:6.0f} ns a row {found['mib']:6.0f} MiB",
                flush=True,
            )


if __name__ == "__main__":
    main()
