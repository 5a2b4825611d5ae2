"""The child process of the Polars side: `python -m modelyard.datasets.benchmark.polars_side`."""

from modelyard.datasets.benchmark.side_loop import Library, serve


def load() -> Library:
    """Import Polars with what its tasks need."""
    import polars as pl

    from modelyard.datasets.benchmark.polars_plan import make_plan
    from modelyard.datasets.benchmark.polars_tasks import PolarsTasks

    return Library({"polars": pl.__version__}, PolarsTasks, make_plan)


if __name__ == "__main__":
    serve(load)
