"""The child process of the pandas side: `python -m modelyard.datasets.benchmark.pandas_side`."""

from modelyard.datasets.benchmark.side_loop import Library, serve


def load() -> Library:
    """Import pandas with what its tasks need."""
    from modelyard.datasets.benchmark.pandas_tasks import VERSIONS, PandasTasks

    return Library(VERSIONS, PandasTasks)


if __name__ == "__main__":
    serve(load)
