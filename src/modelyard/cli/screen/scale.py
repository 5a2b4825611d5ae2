"""What the commands of `modelyard scale` show."""

from collections.abc import Sequence

from modelyard.cli.screen.console import open_console, say
from modelyard.cli.screen.table import Column, say_left_out, show_table
from modelyard.scale.simulating import Outcome
from modelyard.scale.trace import Trace

HOUR_S = 3600


def show_outcomes(trace: Trace, outcomes: Sequence[Outcome]) -> None:
    """Show one line per policy, the cheapest first."""
    console = open_console()
    said = (
        f"{trace.name}: {trace.requests:,.0f} requests in {trace.seconds / HOUR_S:,.1f} hours, "
        f"{trace.peak_per_s:,.1f} per second at most."
    )
    say(console, said)
    ordered = sorted(outcomes, key=lambda one: one.month_usd)
    numbers = (
        ("p50", [span(one.p50_s) for one in ordered], 3),
        ("p95", [span(one.p95_s) for one in ordered], 2),
        ("p99", [span(one.p99_s) for one in ordered], 0),
        ("failed", [share(one.failed_share) for one in ordered], 0),
        ("instances", [f"{one.mean_instances:,.1f}" for one in ordered], 1),
        ("at most", [f"{one.most_instances:,}" for one in ordered], 1),
        ("USD a month", [f"{one.month_usd:,.0f}" for one in ordered], 0),
    )
    columns = [Column("policy", tuple(one.name for one in ordered))]
    columns += [Column(name, tuple(cells), True, rank) for name, cells, rank in numbers]
    say_left_out(console, show_table(console, columns))
    say(console, "List prices, without traffic and free shares; see docs/scale.md.", "dim")


def show_best(best: Outcome, tried: int) -> None:
    """Show the policy that was found, as it would be written down."""
    import msgspec

    console = open_console()
    said = (
        f"Cheapest of {tried} policies that were played: {best.month_usd:,.0f} USD a month, "
        f"p99 {span(best.p99_s)}, {share(best.failed_share)} failed, "
        f"{best.mean_instances:,.1f} instances on average."
    )
    say(console, said)
    print_policy = msgspec.to_builtins(best.policy)
    say(console, "[policies.cheapest]")
    for name, value in print_policy.items():
        if value is not None:
            say(console, f"{name} = {msgspec.json.encode(value).decode()}")


def span(seconds: float | None) -> str:
    """Write a time; a dash where there is none."""
    if seconds is None:
        return "–"
    return f"{seconds * 1000:,.3g} ms" if seconds < 1 else f"{seconds:,.3g} s"


def share(part: float) -> str:
    """Write a share as per cent; a little is never nothing."""
    if part < 1e-6:
        return "0 %"
    return "< 0.01 %" if part < 1e-4 else f"{part:.2%}".replace("%", " %")
