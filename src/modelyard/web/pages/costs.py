"""Before an engine reads a large table for a page, the page says how much that is, and asks."""

from typing import Any

from modelyard.datasets.dataset import Dataset
from modelyard.datasets.engine_dataset import EngineDataset
from modelyard.datasets.tasks import Computation, key_of
from modelyard.web.pages.frame import View


def find_warning(dataset: Dataset, task: Computation[Any], has_agreed: bool) -> View | None:
    """Give the page that asks; None where nothing costly would happen, or somebody agreed."""
    if has_agreed or not isinstance(dataset, EngineDataset) or dataset.is_fetched:
        return None
    shape, connection = dataset.shape(), dataset.connection
    if not 0 < connection.ask_above_bytes < shape.bytes:
        return None
    if dataset.results.find(f"{key_of(dataset, task)}.json") is not None:
        return None
    is_refused = 0 < connection.most_bytes < shape.bytes
    context = {
        "connection": connection,
        "read_bytes": shape.bytes,
        "is_refused": is_refused,
        "can_estimate": task.__struct_config__.tag == "statistics",
    }
    return View("datasets/costly.html", context)
