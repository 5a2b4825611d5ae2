"""What is counted of requests, predictions, functions and runs, right under several processes.

Each process counts into a small file of its own that it shares with nobody but readers
(`sheet.py`), without a lock between processes; whoever reads adds the files up (`reading.py`).
"""

from modelyard.metrics.counting import (
    arrive,
    count_predictions,
    count_run,
    count_wrong_answer,
    leave,
    observe,
    own_counts,
    run_at_work,
)
from modelyard.metrics.reading import start

__all__ = [
    "arrive",
    "count_predictions",
    "count_run",
    "count_wrong_answer",
    "leave",
    "observe",
    "own_counts",
    "run_at_work",
    "start",
]
