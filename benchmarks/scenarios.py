"""Time what-if models: Monte Carlo against hand-written NumPy, workbooks by draw, processors.

Run it with `python benchmarks/scenarios.py [repeats]`. Both sides draw the same distributions, work
the same model out and describe the same outputs (mean, std, nine percentiles); they take turns in
the same process. The workbooks have 1,000 formulas each.
"""

# ruff: noqa: E402 (NumPy must learn how to sort before it is imported, as in the product)
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from modelyard.processor import prefer_fast_sort

prefer_fast_sort()

import ironcalc
import numpy as np
import xlsxwriter

from modelyard.scenarios.monte_carlo import Effort, Experiment, simulate
from modelyard.scenarios.monte_carlo.processes import processors
from modelyard.scenarios.sources import load_file
from modelyard.scenarios.what_if import WhatIf

DRAWS, WORKBOOK_DRAWS, FORMULAS = 100_000, 1_000, 1_000
PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
MODEL = """
from dataclasses import dataclass
from typing import Annotated
from modelyard.whatif import Money, Number, Percent, Vector, what_if

@dataclass
class Plan:
    revenue: Annotated[Vector, Money("USD")]
    profit: Annotated[Vector, Money("USD")]
    value: Annotated[Vector, Money("USD")]

@what_if(vectorised=True)
def plan(
    price: Annotated[Vector, Money("USD", minimum=0)] = 100.0,
    units: Annotated[Vector, Number(minimum=0)] = 1000.0,
    margin: Annotated[Vector, Percent(minimum=0, maximum=1)] = 0.3,
    growth: Annotated[Vector, Percent(minimum=-1, maximum=1)] = 0.03,
    rate: Annotated[Vector, Percent(minimum=0, maximum=1)] = 0.08,
) -> Plan:
    revenue = price * units
    profit = revenue * margin
    value = 0.0
    for year in range(1, 11):
        value = value + profit * (1 + growth) ** year / (1 + rate) ** year
    return Plan(revenue, profit, value)

@what_if(vectorised=True)
def light(
    price: Annotated[Vector, Money("USD", minimum=0)] = 100.0,
    units: Annotated[Vector, Number(minimum=0)] = 1000.0,
) -> Annotated[Vector, Money("USD")]:
    return price * units

@what_if(vectorised=False)
def slow(price: Annotated[float, Money("USD")] = 100.0) -> Annotated[float, Money("USD")]:
    total = 0.0
    for step in range(2000):
        total += price / (1 + step)
    return total
"""
DISTRIBUTIONS = {
    "price": "normal(100, 5)",
    "units": "lognormal(1000, 200)",
    "margin": "triangular(20%, 30%, 35%)",
    "growth": "normal(3%, 1%)",
    "rate": "uniform(6%, 10%)",
}


def by_hand() -> dict[str, tuple[float, ...]]:
    """Draw, calculate and describe as one would without a library."""
    random = np.random.default_rng(0)
    price = random.normal(100, 5, DRAWS)
    spread = np.log1p(0.2**2)
    units = random.lognormal(np.log(1000) - spread / 2, np.sqrt(spread), DRAWS)
    margin = random.triangular(0.2, 0.3, 0.35, DRAWS)
    growth = random.normal(0.03, 0.01, DRAWS)
    rate = random.uniform(0.06, 0.1, DRAWS)
    revenue = price * units
    profit = revenue * margin
    value = 0.0
    for year in range(1, 11):
        value = value + profit * (1 + growth) ** year / (1 + rate) ** year
    return {
        name: (found.mean(), found.std(ddof=1), *np.percentile(found, PERCENTILES))
        for name, found in (("revenue", revenue), ("profit", profit), ("value", value))
    }


def light_by_hand() -> tuple[float, ...]:
    """The same for a model of one multiplication, where drawing and describing is all."""
    random = np.random.default_rng(0)
    spread = np.log1p(0.2**2)
    price = random.normal(100, 5, DRAWS)
    units = random.lognormal(np.log(1000) - spread / 2, np.sqrt(spread), DRAWS)
    found = price * units
    return (found.mean(), found.std(ddof=1), *np.percentile(found, PERCENTILES))


def time_in_turns(sides: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Give each side's median time in seconds, after one call that is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for repeat in range(repeats + 1):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            if repeat:
                taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def workbook(path: Path, formula: str) -> WhatIf:
    """Write a workbook with 1,000 formulas in a chain, and load it."""
    values = chain(formula)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Model")
    sheet.write_number("A1", 0.07)
    for row, value in enumerate(values, start=2):
        sheet.write_formula(f"A{row}", "=" + formula.replace("X", f"A{row - 1}"), None, value)
    book.define_name("Rate", "=Model!$A$1")
    book.define_name("Result", f"=Model!$A${FORMULAS + 1}")
    book.close()
    return load_file(path.parents[1], f"scenarios/{path.name}")[0]


def chain(formula: str) -> list[float]:
    """Work the chain out, as the values that Excel would store."""
    model = ironcalc.create("chain", "en", "UTC", "en")
    model.update_cell_with_number(0, 1, 1, 0.07)
    for row in range(2, FORMULAS + 2):
        model.update_cell_with_formula(0, row, 1, "=" + formula.replace("X", f"A{row - 1}"))
    model.evaluate()
    return [model.get_cell_value(0, row, 1) for row in range(2, FORMULAS + 2)]


def main(repeats: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "scenarios").mkdir()
        (folder / "scenarios" / "bench.py").write_text(MODEL)
        plan, light, slow = load_file(folder, "scenarios/bench.py")
        show_vectorised(plan, by_hand, DISTRIBUTIONS, repeats)
        two = {name: DISTRIBUTIONS[name] for name in ("price", "units")}
        show_vectorised(light, light_by_hand, two, repeats)
        for formula in ("X*1.0001+$A$1/12", "ROUND(X*1.001+$A$1,2)"):
            show_workbook(folder, formula)
        show_processes(slow)


def show_vectorised(
    what_if: WhatIf, hand: Callable[[], object], distributions: dict[str, str], repeats: int
) -> None:
    """Time a vectorised model against NumPy."""
    experiment = Experiment(distributions, DRAWS)
    sides = {"by hand": hand, "ours": lambda: simulate(what_if, {}, experiment)}
    times = time_in_turns(sides, repeats)
    counts = f"{len(distributions)} parameters, {len(what_if.outputs)} outputs"
    print(f"{DRAWS:,} draws, {counts} described, median of {repeats}")
    for name, taken in times.items():
        print(f"  {name:10}{taken * 1000:8.1f} ms {taken / times['by hand']:6.2f} x")


def show_workbook(folder: Path, formula: str) -> None:
    """Time one change and recalculation, and draws, in seconds of one processor."""
    what_if = workbook(folder / "scenarios" / f"book{len(formula)}.xlsx", formula)
    work_out = what_if.calculation.session()
    changes = 50
    start = time.process_time()
    for change in range(changes):
        work_out({"rate": 0.05 + change / 1000})
    one = (time.process_time() - start) / changes
    experiment = Experiment({"rate": "normal(7%, 1%)"}, WORKBOOK_DRAWS)
    start = time.process_time()
    simulate(what_if, {}, experiment, Effort(processes=1))
    taken = time.process_time() - start
    print(f"workbook of {FORMULAS:,} formulas like {formula}")
    print(f"  a change and all formulas again {one * 1000:8.2f} ms")
    print(f"  10,000 draws, processor time    {taken * 10_000 / WORKBOOK_DRAWS:8.1f} s")


def show_processes(slow: WhatIf) -> None:
    """Time a scalar model on one processor and on all."""
    experiment = Experiment({"price": "normal(100, 5)"}, 30_000)
    taken = {}
    for count in (1, processors()):
        start = time.perf_counter()
        simulate(slow, {}, experiment, Effort(processes=count))
        taken[count] = time.perf_counter() - start
    print("scalar model, 30,000 draws of 0.1 ms")
    for count, seconds in taken.items():
        print(f"  {count} processes {seconds:8.2f} s {taken[1] / seconds:6.2f} x as fast")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
