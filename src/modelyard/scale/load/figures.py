"""What the answers to a load amount to."""

from collections.abc import Sequence

from modelyard.scale.load.sending import Answer, Answers
from modelyard.workspace.measured import Step


def step_of(answers: Answers) -> Step:
    """Sum up a whole load."""
    return windows_of(answers, 1)[0]


def windows_of(answers: Answers, count: int = 10) -> list[Step]:
    """Sum up a load part by part: a request belongs to when it was due, its answer to when it came.

    What is answered after the end of the load counts for no part's throughput.
    """
    span_s = answers.seconds / count
    parts: list[list[Answer]] = [[] for _ in range(count)]
    answered = [0] * count
    for row in answers.rows:
        parts[min(int(row.due_s / span_s), count - 1)].append(row)
        ended = int((row.due_s + row.took_s) / span_s)
        if ended < count and not row.is_error:
            answered[ended] += 1
    return [_step(part, span_s, good) for part, good in zip(parts, answered, strict=True)]


def _step(rows: Sequence[Answer], span_s: float, answered: int) -> Step:
    good = [row for row in rows if not row.is_error]
    took = sorted(row.took_s for row in good)
    return Step(
        offered_per_s=len(rows) / span_s,
        answered_per_s=answered / span_s,
        in_flight=sum(row.own_s for row in rows) / span_s,
        p50_s=quantile(took, 0.50),
        p95_s=quantile(took, 0.95),
        p99_s=quantile(took, 0.99),
        errors=len(rows) - len(good),
    )


def quantile(rising: Sequence[float], share: float) -> float:
    """Give a quantile of rising values, between the two nearest; 0 of none."""
    if not rising:
        return 0.0
    place = share * (len(rising) - 1)
    low = int(place)
    high = min(low + 1, len(rising) - 1)
    return rising[low] + (rising[high] - rising[low]) * (place - low)


def lateness_s(answers: Answers) -> float:
    """Give how late the sender was with all but the latest hundredth of requests."""
    return quantile(sorted(row.late_s for row in answers.rows), 0.99)


def statuses(answers: Answers) -> dict[str, int]:
    """Count the answers by status; `no answer` where none came."""
    found: dict[str, int] = {}
    for row in answers.rows:
        name = str(row.status) if row.status else "no answer"
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))
