"""Rows for an answer: read here, or asked of the engine that holds them by a child process."""

from typing import TYPE_CHECKING

from modelyard.answers import Answer
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.row_query import RowQuery
from modelyard.datasets.tasks import RowsTask
from modelyard.runs.child_state import ChildState
from modelyard.web import guard
from modelyard.web.live import live

if TYPE_CHECKING:
    from modelyard.datasets.rows import RowPage


def row_page(dataset: Dataset, wanted: RowQuery, wait_s: float) -> "RowPage | ChildState":
    """Give the rows, or how the work stands after `wait_s` seconds.

    Raises what reading them raises.
    """
    if dataset.is_near:
        return dataset.rows(wanted)
    task = RowsTask(query=wanted)
    found = live().answers.give(dataset, task, wait_s, guard.is_guest())
    return task.decode(found.content) if isinstance(found, Answer) else found
