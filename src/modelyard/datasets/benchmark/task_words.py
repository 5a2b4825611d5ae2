"""What each task is called and does, in words for a reader of the report."""

from modelyard.datasets.benchmark.plan import EDGE_ROWS, Plan, TaskName

TITLES: dict[TaskName, str] = {
    "read": "Read the file",
    "statistics": "Statistics of every column",
    "group": "Group and average",
    "filter": "Filter and add",
    "sort": "Sort the table",
}


def what_is_done(task: TaskName, plan: Plan) -> str:
    """Return one sentence on what the task does to this table."""
    sentences: dict[TaskName, str] = {
        "read": f"Reads all {len(plan.columns)} columns from the file into memory.",
        "statistics": (
            "Counts values, nulls and distinct values of every column, and finds mean, standard "
            "deviation, minimum, maximum and quartiles of the number columns."
        ),
        "group": _group_sentence(plan),
        "filter": (
            f"Counts and adds the values of {plan.filter.column} above its median."
            if plan.filter
            else ""
        ),
        "sort": (
            f"Sorts the whole table by {plan.sort} and compares the first and last "
            f"{EDGE_ROWS:,} keys."
        ),
    }
    return sentences[task]


def _group_sentence(plan: Plan) -> str:
    if plan.group is None:
        return ""
    means = f" and averages {', '.join(plan.group.means)}" if plan.group.means else ""
    return f"Groups the rows by {plan.group.key}, counts them{means}, sorted by {plan.group.key}."
